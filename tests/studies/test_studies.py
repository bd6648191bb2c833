"""What a study is: its fields are the function's arguments, the options, the keys of a file."""

from __future__ import annotations

import base64
import inspect
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy_study
from toy_study import Toy

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.cli import driver, report
from hopfield_sim.experiment.cli.options import parse
from hopfield_sim.experiment.studies import registry
from hopfield_sim.experiment.studies.capacity.study import Capacity
from hopfield_sim.experiment.studies.registry import STUDIES
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import fields

TESTS = Path(__file__).parents[1]


def correlation(patterns: np.ndarray) -> np.ndarray:
    """Hebb's rule, as anybody would write it."""
    return patterns.T @ patterns / patterns.shape[1]


def configured(*words: str) -> dict[str, Any]:
    options = parse(words)
    assert options.name is not None
    return driver._configure(STUDIES[options.name], options).config


# ------------------------------------------------------------------ one declaration


@pytest.mark.parametrize("name", STUDIES)
def test_a_field_is_an_argument_an_option_and_a_line_of_documentation(name: str) -> None:
    study, function = STUDIES[name], getattr(hs.experiment, name)
    parameters = inspect.signature(function).parameters
    assert {f.name for f in fields(study)} <= set(parameters)
    for f in fields(study):
        assert parameters[f.name].default == f.default
        assert f"\n{f.name} : {parameters[f.name].annotation}" in function.__doc__
        assert f.help
    headings = [
        above for above, line in pairwise(function.__doc__.split("\n")) if set(line) == {"-"}
    ]
    assert headings == [
        h for h in ("Parameters", "Returns", "Raises", "References", "Examples") if h in headings
    ]
    assert list(parameters)[-5:] == ["backend", "workers", "executor", "progress", "rng"]


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        (["modern", "--betas", "0.1", "1", "10"], "betas", [0.1, 1.0, 10.0]),
        (["modern", "--noise-betas=.5,.25"], "noise_betas", [0.25, 0.5]),
        (["energy", "--n-patterns", "20"], "n_patterns", 20),
        (["--betas", "3", "modern"], "betas", [3.0]),
        (["dense", "--orders", "2,3"], "orders", [2, 3]),
        (["robust", "--no-confined"], "confined", False),
        (["robust", "--memories", "modern"], "memories", ["modern"]),
        (["images", "--betas", "dot=1,2", "--similarities", "dot"], "betas", {"dot": [1.0, 2.0]}),
    ],
)
def test_every_field_is_an_option(words: list[str], key: str, value: Any) -> None:
    assert configured(*words)[key] == value


def test_every_field_is_a_key_of_a_file_by_either_name(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    for key in ("n-patterns", "n_patterns"):
        file.write_text(f"{key} = 20\n")
        assert configured("energy", "--config", str(file))["n_patterns"] == 20
        assert configured("energy", "--config", str(file), "--n-patterns", "9")["n_patterns"] == 9


def test_the_course_gives_an_option_to_those_that_have_it() -> None:
    options = parse(["--n-patterns", "7", "--quick"])
    asked = [driver._configure(STUDIES[name], options) for name in registry.COURSE]
    assert [study.config.get("n_patterns") for study in asked] == [None, 7, 7, 7, None]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["energy", "--n-patterns", "few"],
            "n-patterns must be an integer of 1 or more; got 'few'",
        ),
        (["energy", "--n-patterns", "0"], "n-patterns must be 1 or more; got 0"),
        (["energy", "--betas", "1"], "energy takes no --betas; it is for"),
        (["energy", "--n-paterns", "1"], 'did you mean "--n-patterns"'),
        (["modern", "--betas", "-1"], "betas must be"),
        (["capasity", "--sizes", "9"], 'did you mean "capacity"'),
        (["--quick", "capasity"], 'did you mean "capacity"'),
        (["robust", "--confined=3"], "confined"),
    ],
)
def test_mistakes_name_what_was_typed(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


# ------------------------------------------------------------------ rules of your own


def test_a_rule_of_your_own_in_a_study() -> None:
    """The same numbers as Hebb's, of which it is a copy; its source is part of what is asked."""
    asked: dict[str, Any] = {"n_neurons": 60, "networks": 2, "n_patterns": 3, "flipped": 6}
    result = hs.experiment.energy(rules=[correlation, "storkey"], rng=0, **asked)
    known = hs.experiment.energy(rules=["hebbian", "storkey"], rng=0, **asked)
    assert result.config["rules"] == [f"{__name__}:correlation", "storkey"]
    assert [row["energy"] for row in result.rows] == pytest.approx(
        [row["energy"] for row in known.rows]
    )
    assert set(result.config["sources"]) == {f"{__name__}:correlation"}
    assert "sources" not in known.config
    capacity = hs.experiment.capacity(sizes=[30], rules=[correlation], networks=4, rng=0)
    assert "with the correlation rule" in Capacity.sentence(capacity)


def test_a_rule_that_changes_is_another_study(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Capacity(rules=[correlation]).config["sources"]
    digest = own.digest(f"{__name__}:correlation")
    changed = (lambda patterns: patterns.T @ patterns) if digest else None
    monkeypatch.setattr(sys.modules[__name__], "correlation", changed)
    assert own.digest(f"{__name__}:correlation") != digest == next(iter(before.values()))


@pytest.mark.parametrize(
    ("rules", "error", "said"),
    [
        ([lambda p: p.T @ p], InvalidInputError, "workers can import, defined by def in a module"),
        (["no_such_module:rule"], InvalidInputError, "cannot import 'no_such_module:rule'"),
        (["math:pi"], InvalidInputError, "'math:pi' is 3.14"),
        (["hebian"], InvalidInputError, 'did you mean "hebbian"'),
        ([3], InvalidTypeError, "names or functions of patterns"),
        ({"hebbian": 1}, InvalidTypeError, "rules must be a list"),
    ],
)
def test_what_is_no_rule(rules: Any, error: type[HopfieldError], said: str) -> None:
    with pytest.raises(error, match=said):
        hs.experiment.capacity(rules=rules)


# ------------------------------------------------------------------ memories of your own


class Nearest:
    """Stores and recalls, and nothing more: the stored pattern with the largest overlap."""

    def store(self, patterns: Any) -> Nearest:
        self.known = np.array(patterns, np.int8)
        return self

    def recall(self, states: Any) -> Any:
        return self.known[(np.asarray(states, float) @ self.known.T).argmax(axis=-1)]


def cubic() -> hs.DenseMemory:
    return hs.DenseMemory(order=3)


def uneven(patterns: Any) -> Any:
    """Hebb's rule, but for neuron 0, which listens to none."""
    weights = patterns.T @ patterns / patterns.shape[1]
    weights[0] = 0
    return weights


def three() -> int:
    return 3


def test_a_memory_of_your_own_in_every_study_that_compares_them() -> None:
    """It finds the nearest pattern, whatever study asks."""
    name = f"{__name__}:Nearest"
    capacity = hs.experiment.capacity(sizes=[40], rules=[Nearest, cubic], networks=2, rng=0)
    assert all(row["retrieved"] > 0.99 for row in capacity.rows if row["rule"] == name)
    robust = hs.experiment.robust(
        ["random"], [Nearest, "hebbian", cubic], 2, flips=[0.1], noise=[1.0], masks=[0.5], rng=0
    )
    exact = {row["corruption"]: row["exact"] for row in robust.rows if row["memory"] == name}
    assert set(exact.values()) == {1.0}
    assert {row["best"] for row in robust.summary["ranking"] if row["memory"] == name} == {1}
    basins = hs.experiment.basins(
        ["hebbian"], [3], [8.0], [0.05], 2, memories=[Nearest], overlaps=[0.5], starts=9, rng=0
    )
    mine = [row for row in basins.rows if row["memory"] == name]
    assert [row["recovered"] for row in mine] == [1.0]
    ends = next(row for row in basins.summary["attractors"] if row["memory"] == name)
    assert ends["stored"] == 1.0
    assert np.isnan(ends["energy"])  # it has none


@pytest.mark.parametrize(
    ("overlaps", "load", "words"),
    [([0.6, 0.8], 0.02, "the smallest that was tried"), ([0.0, 0.1], 0.2, "none that was tried")],
)
def test_a_basin_without_an_edge_is_said_in_words(
    overlaps: list[float], load: float, words: str
) -> None:
    """Two patterns come back from every one of these cues, twenty from none."""
    result = hs.experiment.basins(
        ["hebbian"],
        loads=[load],
        overlaps=overlaps,
        n_neurons=100,
        networks=2,
        cues=10,
        starts=0,
        rng=1,
    )
    assert f"from an overlap of {words} (Hebbian)" in STUDIES["basins"].sentence(result)


def test_a_dense_memory_made_by_a_function_is_that_of_the_package() -> None:
    how: dict[str, Any] = {"overlaps": [0.1, 0.2], "n_neurons": 60, "starts": 0, "rng": 0}
    result = hs.experiment.basins(["hebbian"], [3], [8.0], [0.1], 3, memories=[cubic], **how)
    curves = {
        memory: [row["recovered"] for row in result.rows if row["memory"] == memory]
        for memory in ("dense-3", f"{__name__}:cubic")
    }
    theirs, mine = curves.values()
    assert mine == pytest.approx(theirs, abs=0.25)  # other networks of the same kind
    assert 0 < mine[0] < 1


@pytest.mark.parametrize(
    ("study", "asked", "said"),
    [
        ("capacity", {"sizes": [20], "rules": [uneven]}, "uneven: the rule's weights are not sym"),
        ("robust", {"memories": [uneven]}, "uneven: the rule's weights are not symmetric"),
    ],
)
def test_what_a_rule_lacks_is_said_and_it_is_measured(study: str, asked: Any, said: str) -> None:
    with pytest.warns(UserWarning, match=said):
        STUDIES[study](networks=1, **asked)


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        (three, "with store and recall; it made 3"),
        ("nearest", "module:function"),
        (hs.DistributedMemory, "raised TypeError"),
    ],
)
def test_what_is_no_memory_of_your_own(memory: Any, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        STUDIES["basins"](memories=[memory])


RULE = "def twice(patterns):\n    return 2 * patterns.T @ patterns\n"


@pytest.mark.parametrize("processes", [[], ["--processes"]])
def test_a_rule_of_the_current_folder_on_the_command_line(
    tmp_path: Path, processes: list[str]
) -> None:
    (tmp_path / "mine.py").write_text(RULE)
    command = [
        *(sys.executable, "-m", "hopfield_sim.experiment", "capacity", "--sizes", "12"),
        *("--rules", "mine:twice,hebbian", "--trials", "3", "--out", "out", *processes),
    ]
    environment = os.environ | {"PYTHONPATH": str(TESTS.parent)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "mine:twice" in (tmp_path / "out" / "capacity.csv").read_text()
    # Of another size: within one second, Python would take what it compiled of the first.
    (tmp_path / "mine.py").write_text(RULE.replace("2 *", "3.0 *"))
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 2  # what is there was made by another rule
    assert "other settings: the code of mine:twice is not the same" in run.stderr
    (tmp_path / "mine.py").write_text(RULE.replace("return ", "return 0 * "))
    run = subprocess.run(
        [*command, "--out", "none"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    [warning] = [line for line in run.stderr.splitlines() if "warn" in line.lower()]
    assert warning.startswith("warning: mine:twice: ")  # in words, without a line of the source


# ------------------------------------------------------------------ studies from elsewhere


def test_a_study_of_your_own_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tries").mkdir()
    words = ["toy_study:Toy", "--folder", "tries", "--n-cells", "2", "--trials", "3"]
    assert main([*words, "--out", "out"]) == 0
    assert "toy from 6 trials" in capsys.readouterr().out
    assert len((tmp_path / "out" / "toy.csv").read_text().splitlines()) == 3
    assert "There are 2 cells." in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert main(["toy_study:Toy", "--help"]) == 0
    assert "--n-cells INT" in capsys.readouterr().out
    assert main(["toy_study:count", "--out", "out"]) == 2
    assert "must be a class that derives from" in capsys.readouterr().err


def test_a_study_with_an_entry_point(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    point = EntryPoint("toy", "toy_study:Toy", "hopfield_sim.studies")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    found = registry.Studies()
    assert found["toy"] is Toy
    assert list(found)[-1] == "toy"
    assert found.about("toy") == (Toy.question, 0)


def test_a_study_needs_a_trial() -> None:
    with pytest.raises(TypeError, match="trial or trials"):
        type("Empty", (Toy,), {"trial": hs.experiment.Study.trial})


def test_a_worker_needs_only_the_configuration(tmp_path: Path) -> None:
    study = toy_study.toy(tmp_path)
    again = Toy.of(study.config)
    rng = np.random.default_rng
    assert again.trial({"index": 0}, rng(3)) == study.trial({"index": 0}, rng(3))


# ------------------------------------------------------------------ only what is asked for


def test_help_loads_no_study() -> None:
    code = (
        "import sys; from hopfield_sim.experiment.__main__ import main; main({words})\n"
        "print(*[m for m in sys.modules if m.endswith('.study')])"
    )
    for words, loaded in (["--help"], []), (["list"], []), (["xor", "--help"], ["xor"]):
        run = subprocess.run(
            [sys.executable, "-c", code.format(words=words)],
            capture_output=True,
            text=True,
            check=True,
        )
        room = "hopfield_sim.experiment."
        wanted = [f"{room}sweeps.study", *(f"{room}studies.{name}.study" for name in loaded)]
        assert sorted(run.stdout.splitlines()[-1].split()) == sorted(wanted)


def test_questions_are_said_once() -> None:
    for name in STUDIES:
        assert STUDIES.about(name) == (STUDIES[name].question, STUDIES[name].seconds)


# ------------------------------------------------------------------ only what has changed


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The studies whose part of the page is made."""
    made: list[str] = []

    def draw(folder: Path, answer: Any, *more: Any) -> Any:
        made.append(answer.name)
        return usual(folder, answer, *more)

    usual = report._draw
    monkeypatch.setattr(report, "_draw", draw)
    return made


def test_only_what_has_changed_is_drawn_again(tmp_path: Path, drawn: list[str]) -> None:
    capacity = ["capacity", "--sizes", "10", "--trials", "2", "--out", str(tmp_path)]
    xor = ["xor", "--orders", "2", "--out", str(tmp_path)]
    images = ["energy", "--n-neurons", "30", "--trials", "1", "--n-patterns", "2", "--flipped", "3"]
    assert main(capacity) == 0
    assert main(xor) == main([*images, "--out", str(tmp_path)]) == 0
    assert drawn == ["capacity", "xor", "energy"]
    whole = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert main([*images, "--out", str(tmp_path)]) == 0  # nothing is left to do
    assert drawn == ["capacity", "xor", "energy"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == whole
    assert whole.count("data:image/png") >= 4
    drawn.clear()
    (tmp_path / "capacity.png").write_bytes(b"touched")  # it is put right
    (tmp_path / "xor.csv").unlink()
    assert main(xor) == 0
    assert drawn == ["capacity", "xor"]
    assert (tmp_path / "xor.csv").exists()
    drawn.clear()
    (tmp_path / "report.html").unlink()
    assert main(xor) == 0
    assert drawn == ["capacity", "energy", "xor"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"xor": 3}', '{"xor": {"key": []}}', "[" * 10_000, '{"xor": {"files": {}}}']
)
def test_what_was_written_down_may_be_damaged(tmp_path: Path, text: str, drawn: list[str]) -> None:
    words = ["xor", "--orders", "2", "--out", str(tmp_path)]
    assert main(words) == 0
    (tmp_path / "report.json").write_text(text)
    assert main(words) == 0
    assert drawn == ["xor", "xor"]


def test_no_file_outside_the_folder_is_shown(tmp_path: Path, drawn: list[str]) -> None:
    words = ["xor", "--orders", "2", "--out", str(tmp_path / "out")]
    assert main(words) == 0
    (tmp_path / "secret.png").write_bytes(b"secret")
    note = tmp_path / "out" / "report.json"
    note.write_text(note.read_text().replace('["xor.png"', '["../secret.png"'))
    assert main(words) == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert base64.b64encode(b"secret").decode() not in page
