"""The command line, used as a user does: folders, interruptions, mistakes."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import hopfield_sim as hs
from hopfield_sim.experiment import __main__ as command_line
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.cli import driver, report
from hopfield_sim.experiment.cli.options import parse, studies
from hopfield_sim.experiment.studies import registry
from hopfield_sim.experiment.studies.capacity.study import Capacity
from hopfield_sim.experiment.sweeps.store import Store
from hopfield_sim.experiment.sweeps.sweep import counted

NEED_DATA = {"digits"}  # cannot be configured where there are no images: its own tests do
TABLES = ("capacity", "robustness", "energy", "checkerboard", "image")
SMALL = ["--sizes", "10,18", "--trials", "6", "--rules", "hebbian"]
ROOT = Path(__file__).parents[2]
SLOW = Path(__file__).parents[1] / "slow_command.py"
# Fifteen seconds by the slow command, less than one by the usual.
LONG = ["capacity", "--sizes", "34", "--trials", "300", "--rules", "hebbian", "--workers", "1"]


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


def shell(*words: str | Path, **how: Any) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "hopfield_sim.experiment", *map(str, words)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how
    )


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a long study, with all its time still to go when its first trial is saved.

    It has a process group of its own, and whatever becomes of the test, nothing of it is left.
    """
    groups: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", SLOW, *LONG, *words, "--out", tmp_path],
            env=os.environ | {"PYTHONPATH": str(SLOW.parents[1])},  # it need not be installed
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        groups.append(process)
        while not finished_trials(tmp_path / "results.sqlite"):
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.02)
        return process

    yield begin
    for process in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def finished_trials(store: Path) -> int:
    if not store.exists():
        return 0
    connection = sqlite3.connect(store, timeout=10)
    try:
        return int(connection.execute("SELECT count(*) FROM trials").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        connection.close()


@pytest.fixture(scope="module")
def study(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The whole course study in its smallest form, by the real command."""
    folder = tmp_path_factory.mktemp("study")
    process = shell("--quick", "--sizes", "10,18", "--trials", "2", "--out", folder)
    out, errors = process.communicate(timeout=300)
    return folder, subprocess.CompletedProcess([], process.returncode, out, errors)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capacity study that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    assert run("capacity", *SMALL, "--out", folder, "--workers", "1") == 0
    return folder


# --------------------------------------------------------------------------- the whole study


@pytest.mark.slow
def test_the_study_leaves_its_folder(
    study: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    pytest.importorskip("jinja2")
    folder, done = study
    assert done.returncode == 0, done.stderr
    names = {path.name for path in folder.iterdir()}
    assert {f"{table}.csv" for table in TABLES} <= names
    assert {"report.html", "results.sqlite", "checkerboard-frames.png", "image-heart.gif"} <= names
    assert {f"{table}.png" for table in TABLES} <= names
    rules, updates = ("hebbian", "storkey"), ("sync", "async")
    assert {f"checkerboard-{r}-{u}.gif" for r in rules for u in updates} <= names
    # Nothing half-written, and the log folded in.
    assert not [name for name in names if name.startswith(".") or name.endswith(("-wal", "-shm"))]
    assert all(path.stat().st_size > 100 for path in folder.iterdir())


@pytest.mark.slow
def test_the_study_ends_with_one_line_that_says_what_is_where(
    study: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    pytest.importorskip("jinja2")
    folder, done = study
    *_, line = done.stdout.splitlines()
    assert str(folder / "report.html") in line
    assert re.search(r"from \d+ trials in \d+ s; beside it 5 tables", line)
    assert "left]" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


@pytest.mark.parametrize(("n", "said"), [(0, "0 tables"), (1, "1 table"), (2, "2 tables")])
def test_numbers_of_files_are_singular_or_plural(n: int, said: str) -> None:
    assert counted(n, "table") == said


@pytest.mark.slow
def test_the_report_holds_everything_and_asks_no_network(
    study: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    pytest.importorskip("jinja2")
    folder, _ = study
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"--sizes 10,18 --trials 2 --out {folder}" in page
    for title in ("Capacity", "Robustness", "Energy", "Checkerboard", "Images"):
        assert f"{title}: " in page
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", page)
    assert page.count("data:image/gif") == 4 + 6
    assert page.count("data:image/png") == 7 + 4 + 6  # figures, and a still of each video


@pytest.mark.slow
def test_the_command_and_the_function_agree(tmp_path: Path, whole: Path) -> None:
    result = hs.experiment.capacity([10, 18], ["hebbian"], 6, rng=0)
    table = result.to_csv(tmp_path / "function.csv")
    assert table.read_bytes() == (whole / "capacity.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("how", [["--workers", "2"], ["--workers", "2", "--processes"]])
def test_workers_do_not_matter(tmp_path: Path, whole: Path, how: list[str]) -> None:
    assert run("capacity", *SMALL, "--out", tmp_path, *how) == 0
    assert (tmp_path / "capacity.csv").read_bytes() == (whole / "capacity.csv").read_bytes()


def test_studies_of_one_folder_share_its_report(tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    assert run("energy", "--trials", "1", "--rules", "hebbian", "--out", tmp_path) == 0
    assert "Robustness: " not in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert run("robustness", "--sizes", "10", "--trials", "2", "--out", tmp_path) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Robustness: " in page
    assert "Energy: " in page


def test_another_version_draws_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jinja2")
    draw, drawn = report._draw, []
    monkeypatch.setattr(report, "_draw", lambda *args: drawn.append(1) or draw(*args))
    words = ("xor", "--orders", "2", "--interactions", "polynomial", "--out", tmp_path)
    assert run(*words) == run(*words) == 0
    assert len(drawn) == 1
    monkeypatch.setattr(hs, "__version__", "9.9.9")
    assert run(*words) == 0
    assert len(drawn) == 2


@pytest.mark.slow
def test_your_own_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = [tmp_path / "me.png", tmp_path / "you.png"]
    drawings = importlib.import_module("hopfield_sim.experiment.studies.image.posters")
    iio = importlib.import_module("imageio.v3")
    for photo, name in zip(photos, ("moon", "fish"), strict=True):
        iio.imwrite(photo, ((drawings.draw(name) + 1) * 100).astype("uint8"))
    words = [word for photo in photos for word in ("--file", photo)]
    assert run("image", *words, "--rules", "hebbian", "--out", tmp_path / "out") == 0
    rows = (tmp_path / "out" / "image.csv").read_text().splitlines()
    assert rows[1:] == ["me,hebbian,0.75,1.0,1", "you,hebbian,0.75,1.0,1"]
    assert (tmp_path / "out" / "image-me.gif").exists()


# --------------------------------------------------------------------------- interrupted


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    result = hs.experiment.capacity([34], ["hebbian"], 300, rng=0)
    path = result.to_csv(tmp_path_factory.mktemp("uninterrupted") / "capacity.csv")
    return path.read_bytes()


@pytest.mark.slow
def test_kill_9_and_again(tmp_path: Path, begun: Any, uninterrupted: bytes) -> None:
    process = begun()
    process.kill()
    process.wait()
    assert process.returncode == -signal.SIGKILL
    before = finished_trials(tmp_path / "results.sqlite")
    assert 0 < before < 300
    assert not (tmp_path / "capacity.csv").exists()

    again = shell(*LONG, "--out", tmp_path)
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert f"continuing: {before} of 300 trials" in errors, "it started again from the beginning"
    assert (tmp_path / "capacity.csv").read_bytes() == uninterrupted


@pytest.mark.slow
def test_ctrl_c_and_again(tmp_path: Path, begun: Any, uninterrupted: bytes) -> None:
    process = begun()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate()
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in errors
    command = shlex.join(["python", "-m", "hopfield_sim.experiment", *LONG, "--out", str(tmp_path)])
    last = errors.splitlines()[-1]
    assert last == f"stopped; what was finished is saved. To continue: {command}"
    assert 0 < finished_trials(tmp_path / "results.sqlite") < 300
    assert run(*LONG, "--out", tmp_path) == 0
    assert (tmp_path / "capacity.csv").read_bytes() == uninterrupted


@pytest.mark.slow
def test_ctrl_c_reaches_the_driver_of_processes(begun: Any) -> None:
    process = begun("--processes")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["python3", "-m", "hopfield_sim.experiment"], "python3 -m hopfield_sim.experiment"),
        (
            ["../venv/bin/python", "-W", "error", "-m", "hopfield_sim.experiment"],
            "../venv/bin/python -W error -m hopfield_sim.experiment",
        ),
        (["python", "bin/hopfield-sim"], "bin/hopfield-sim"),
        (["python", "some_script.py"], "python -m hopfield_sim.experiment"),
    ],
)
def test_the_command_is_told_as_it_was_typed(
    typed: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["capacity", "--out", "two words"]
    monkeypatch.setattr(sys, "orig_argv", [*typed, *words])
    monkeypatch.setattr(sys, "argv", [typed[-1], *words])
    assert command_line._typed(words) == f"{told} capacity --out 'two words'"
    monkeypatch.setenv("HOPFIELD_SIM_COMMAND", 'make run ARGS="--quick"')
    assert command_line._typed(words) == 'make run ARGS="--quick"'


@pytest.mark.slow
def test_a_finished_folder_is_left_as_it_is(whole: Path) -> None:
    before = (whole / "capacity.csv").read_bytes(), finished_trials(whole / "results.sqlite")
    assert run("capacity", *SMALL, "--out", whole, "--workers", "1") == 0
    after = (whole / "capacity.csv").read_bytes(), finished_trials(whole / "results.sqlite")
    assert after == before


def test_another_configuration_is_refused(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (whole / "capacity.csv").read_bytes()
    assert run("capacity", *SMALL, "--seed", "5", "--out", whole) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "error: " in said.err
    assert "seed is 0 there and 5 here" in said.err
    assert "sizes" not in said.err
    assert (whole / "capacity.csv").read_bytes() == before


@pytest.mark.slow
def test_shards_merge_into_the_whole(
    tmp_path: Path, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, folder in ((1, "one"), (2, "two"), (3, "two")):
        words = ["capacity", *SMALL, "--shard", f"{number}/3", "--out", tmp_path / folder]
        assert run(*words) == 0
        assert f"shard {number}/3 is in" in capsys.readouterr().out
    assert run("merge", tmp_path / "part", tmp_path / "one") == 1
    assert "4 of 12 trials, 8 missing" in capsys.readouterr().out
    assert run("merge", tmp_path / "all", tmp_path / "one", tmp_path / "two") == 0
    table = (tmp_path / "all" / "capacity.csv").read_bytes()
    assert table == (whole / "capacity.csv").read_bytes()
    # A merge that lacks something is completed by the same command without --shard.
    assert run("capacity", *SMALL, "--out", tmp_path / "part") == 0
    assert (tmp_path / "part" / "capacity.csv").read_bytes() == table


def test_shards_of_other_configurations_do_not_merge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, seed in ((1, "0"), (2, "1")):
        words = ["capacity", "--sizes", "10", "--trials", "2", "--seed", seed]
        assert run(*words, "--shard", f"{number}/2", "--out", tmp_path / "shards") == 0
    assert run("merge", tmp_path / "all", tmp_path / "shards") == 2
    assert "seed is 0 there and 1 here" in capsys.readouterr().err


@pytest.mark.slow
def test_failed_trials_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("jinja2")

    def trials(study: Capacity, cell: Any, rngs: Any) -> Any:
        if cell["rule"] == "storkey":
            raise RuntimeError("planted")
        return sound(study, cell, rngs)

    sound = Capacity.trials
    monkeypatch.setattr(Capacity, "trials", trials)
    words = ["capacity", "--sizes", "10", "--trials", "3", "--out", tmp_path]
    assert run(*words) == 1
    assert "3 trials FAILED" in capsys.readouterr().out
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "3 trials failed and are missing here, the first with RuntimeError: planted" in page
    assert (tmp_path / "capacity.csv").read_text().count("nan") > 10
    monkeypatch.setattr(Capacity, "trials", sound)
    assert run(*words) == 0
    assert "nan" not in (tmp_path / "capacity.csv").read_text()


# --------------------------------------------------------------------------- words

MISTAKES = [
    (["capacty"], 'did you mean "capacity"'),
    (["--quik"], 'did you mean "--quick"'),
    (["--seeds=4"], 'did you mean "--seed"'),
    (["--siz", "10"], 'did you mean "--sizes"'),
    (["--trials", "many"], "trials must be an integer of 1 or more; got 'many'"),
    (["--trials", "0"], "trials must be 1 or more"),
    (["--trials"], "expected one argument"),
    (["--sizes", "ten"], "sizes must be integers of 3 or more; got 'ten'"),
    (["--sizes", ","], "sizes must not be empty"),
    (["--sizes", "2"], "sizes must be 3 or more"),
    (["--sizes", "1" + "0" * 24], "sizes must be 1000000000 or less"),
    (["--rules", "hebian"], 'did you mean "hebbian"'),
    (["--seed", "-1"], "seed must be 0 or more"),
    (["--workers", "0"], "workers must be 1 or more"),
    (["--backend", "fortran"], "backend must be one of"),
    (["--shard", "3"], "shard must be I/N"),
    (["--shard", "0/2"], "1 <= I <= N"),
    (["--shard", "a/b"], "shard must be I/N"),
    (["energy", "--sizes", "10"], "energy takes no --sizes; it is for capacity, robustness"),
    (["image", "--trials", "3"], "image takes no --trials"),
    (["capacity", "--file", "x.png"], "capacity takes no --file; it is for image"),
    (["image", "--file", "no-such.png"], "no-such.png"),
    (["capacity", "energy"], "one study at a time"),
    (["image", "--file", "a.png", "energy"], "one study at a time"),
    (["image", "--file", "a.png", "b.png"], "--file takes one PATH, and is repeated for each"),
    (["image", "--file=a.png", "b.png", "--quick"], "got also 'b.png'; write --file b.png"),
    (["--file", "a.png", "b.png", "image"], "got also 'b.png'; write --file b.png"),
    (["--seed", "1", "2"], "--seed takes one INT; got also '2'"),
    (["image", "--quick", "2"], "--quick takes no value; got also '2'"),
    (["images", "--trials", "7", "8"], "--trials takes one INT; got also '8'"),
    (["images", "--trials", "1000000"], "not enough memory"),
    (["--config", "no-such.toml"], "cannot read config file no-such.toml"),
    (["merge", "only"], "at least one to read"),
    (["merge", "a", "b", "--quick"], "merge takes no options"),
    (["merge", "a", "no-such-shard"], "no-such-shard does not exist"),
]


@pytest.mark.parametrize(("words", "said"), MISTAKES)
def test_mistakes_are_one_line(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    *notices, line = errors.splitlines()
    missing = [p for p in ("threadpoolctl", "scipy", "jinja2") if find_spec(p) is None]
    assert len(notices) <= len(missing)  # which is told first
    assert line.startswith("error: ")
    assert said in line


def test_an_output_folder_that_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run("capacity", "--out", tmp_path / "file") == 2
    assert "cannot use" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert run("merge", tmp_path / "all", tmp_path / "empty") == 2
    assert "holds no results" in capsys.readouterr().err
    Store(tmp_path / "bare.sqlite").close()
    assert run("merge", tmp_path / "all", tmp_path / "bare.sqlite") == 2
    assert "nothing to merge" in capsys.readouterr().err


def test_a_config_file_is_under_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text('sizes = [10, 18]\nrules = ["hebbian"]\ntrials = 3\nquick = true\nout = "x"\n')
    found = parse(["capacity", "--config", str(file), "--trials", "9"])
    assert (found.quick, found.out, found.seed) == (True, Path("x"), 0)
    config = driver._configure(Capacity, found).config
    assert (config["sizes"], config["rules"]) == ([10, 18], ["hebbian"])
    assert config["networks"] == [9, 9]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("size = [10]", 'did you mean "sizes"'),
        ("sizes = 10", "sizes must be a list"),
        ("sizes = [1.5]", "sizes must be an integer"),
        ("quick = 1", "quick must be True or False"),
        ("shard = 3", "shard must be a text"),
        ("config = 'x'", "key in"),
        ("sizes = [", "is not a TOML file"),
    ],
)
def test_a_config_file_with_mistakes(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "study.toml"
    file.write_text(text)
    assert run("--config", file, "--out", tmp_path / "out") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_sizes_may_be_words_or_a_list() -> None:
    for words in (["--sizes", "10,34"], ["--sizes", "10", "34"], ["--sizes=10,34"]):
        for given in (["capacity", *words], [*words, "--quick"]):
            assert driver._configure(Capacity, parse(given)).config["sizes"] == [10, 34]


@pytest.mark.parametrize("name", sorted({*registry.STUDIES} - NEED_DATA - {"xor"}))
def test_quick_asks_less_of_every_study(name: str) -> None:
    def asked(*words: str) -> dict[str, Any]:
        return driver._configure(registry.STUDIES[name], parse([name, *words])).config

    quick, usual = asked("--quick"), asked()
    assert quick != usual
    for field in quick:
        if isinstance(quick[field], list):
            assert len(quick[field]) <= len(usual[field])
        elif isinstance(usual[field], int):
            assert quick[field] <= usual[field]


def test_without_a_name_the_course_study_runs_and_nothing_else() -> None:
    assert [study.name for study in studies(None)] == list(TABLES)
    assert registry.COURSE == TABLES
    for name in registry.STUDIES:
        assert [study.name for study in studies(parse([name]).name)] == [name]


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for study in TABLES:
        assert f"  {study}" in text
    for word in ("examples:", "--shard", "--config", "merge", "Ctrl-C", "report.html"):
        assert word in text


def test_a_scheduler_without_dask_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    monkeypatch.setitem(sys.modules, "dask", None)
    assert run("--scheduler", "tcp://localhost:1", "--out", tmp_path) == 2
    assert "pip install hopfield_sim[cluster]" in capsys.readouterr().err
