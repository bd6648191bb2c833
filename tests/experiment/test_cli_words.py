"""What the command line says and how: its help, its folders, its streams, files of options."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import backends, datasets
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.cli import completion, console, doctor, driver, manual
from hopfield_sim.experiment.cli.options import OPTIONS, own_options, parse, studies
from hopfield_sim.experiment.studies.registry import COURSE, STUDIES
from hopfield_sim.experiment.sweeps import fields

ROOT = Path(__file__).parents[2]
QUICKLY = ["robustness", "--sizes", "10", "--trials", "1", "--rules", "hebbian"]


def command(*words: str | bytes | Path, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """The real command, with its output in bytes."""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    return subprocess.run(
        [sys.executable, "-m", "hopfield_sim.experiment", *words], check=False, **how
    )


# --------------------------------------------------------------------------- help


@pytest.mark.parametrize("name", STUDIES)
def test_each_study_has_a_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    study = STUDIES[name]
    assert study.question in " ".join(text.split())
    sizes = {"quick": bool(study.small), "full": bool(study.large)}
    for option in OPTIONS:
        shown = re.search(rf"^  --{option}\b", text, flags=re.MULTILINE) is not None
        assert shown == sizes.get(option, True)
    for option in own_options([study]):
        assert re.search(rf"^  --{option}\b", text, flags=re.MULTILINE), option
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("name", STUDIES)
def test_the_example_of_a_help_is_understood(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([name, "--help"])
    example = re.search(r"example:\n  hopfield-sim (.*)", capsys.readouterr().out)
    assert example is not None
    options = parse(example[1].split())
    try:
        driver._configure(STUDIES[name], options)
    except hs.errors.MissingDataError:
        pytest.skip(f"{name} finds no images to learn from here")


def test_defaults_are_those_of_the_function() -> None:
    text = manual.of_study(STUDIES["capacity"])
    assert "(10,18,34,63,116,215,397,733,1354,2500)" in text
    assert "(hebbian,storkey)" in text
    assert "sizes 10,18,34,63,116,215; networks 16" in text


def test_help_reads_no_data_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read(*_: Any, **__: Any) -> Any:
        raise AssertionError("a data set was asked for")

    for name in ("mnist", "fashion_mnist", "cifar10", "digits", "tiles"):
        monkeypatch.setattr(datasets, name, read)
    for words in (["--help"], ["list"], ["digits", "--help"], ["--completion", "bash"]):
        assert main(words) == 0
    assert "digits" in capsys.readouterr().out


def test_version_and_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"hopfield-sim {hs.__version__}\n"
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    words = [line.split()[0] for line in listed.splitlines() if line.startswith("  ")]
    assert words == [name.replace("_", "-") for name in STUDIES]
    for words in (["list", "more"], ["list", "--quick"], ["--seed", "1", "list"]):
        assert main(words) == 2
        assert "list takes no other words" in capsys.readouterr().err
    assert main(["merge", "--help"]) == 0
    assert "merge OUT SHARD" in capsys.readouterr().out


def test_doctor_says_what_there_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOPFIELD_DATA", str(tmp_path))
    monkeypatch.setitem(doctor.PACKAGES, "no-such-package", "nothing")
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"hopfield_sim {hs.__version__} in ")
    for name, why in hs.backends.describe().items():
        assert any(line.split()[0] == name and why in line for line in lines if line.strip())
    assert sum(line.endswith("in use") for line in lines) == 1
    assert "  no-such-package  not installed (nothing): pip install no-such-package" in lines
    for words in (["doctor", "more"], ["doctor", "--quick"]):
        assert main(words) == 2
        assert "doctor takes no other words" in capsys.readouterr().err
    run = subprocess.run([sys.executable, "-m", "hopfield_sim"], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[0] == lines[0]


def test_doctor_names_damaged_data(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged() -> Any:
        raise hs.errors.DatasetFormatError("train-labels: it ends in the middle")

    def missing() -> Any:
        raise hs.errors.MissingDataError("MNIST is not here: a long list of folders")

    monkeypatch.setattr(datasets, "cifar10", damaged)
    monkeypatch.setattr(datasets, "mnist", missing)
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "  cifar10        train-labels: it ends in the middle" in said
    assert "  mnist          MNIST is not here\n" in said


@pytest.mark.parametrize("before", [["capacity"], ["--quick"], ["merge", "a"], ["list"]])
def test_what_is_only_asked_for_may_stand_anywhere(
    before: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*before, "--version"]) == 0
    assert capsys.readouterr().out == f"hopfield-sim {hs.__version__}\n"
    for words in (["--completion", "fish"], ["--completion=fish"]):
        assert main([*before, *words]) == 0
        assert capsys.readouterr().out == completion.script("fish")
    assert main([*before, "--completion"]) == 2
    assert "completion must be one of" in capsys.readouterr().err


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_completion_knows_every_word(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--completion", shell]) == 0
    script = capsys.readouterr().out
    studies = [name.replace("_", "-") for name in STUDIES]
    for word in (*studies, "merge", "list", *OPTIONS):
        assert re.search(rf"\b{word}\b", script)
    assert main([f"--completion={shell}"]) == 0
    assert capsys.readouterr().out == script


def test_an_unknown_shell(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--completion"], ["--completion", "tcsh"]):
        assert main(words) == 2
        assert 'must be one of "bash", "zsh", "fish"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["cap"], ["capacity"]),
        (["xor", "--s"], ["--seed", "--scheduler", "--shard"]),
        (["capacity", "--siz"], ["--sizes"]),
        (["capacity", "--rules", "p"], ["pseudoinverse", "perceptron", "palimpsest"]),
        (["--backend", ""], [*backends.NAMES]),
    ],
)
def test_bash_completes(typed: list[str], offered: list[str], tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not here")
    script = completion.script("bash") + (
        'COMP_WORDS=(hopfield-sim "$@"); COMP_CWORD=$#; _hopfield_sim; echo "${COMPREPLY[@]}"'
    )
    run = subprocess.run(["bash", "-c", script, "bash", *typed], capture_output=True, text=True)
    assert run.stderr == ""
    assert run.stdout.split() == offered


# --------------------------------------------------------------------------- folders


def folder(*words: str) -> str:
    options = parse(words)
    configured = [driver._configure(study, options) for study in studies(options.name)]
    return str(driver.folders.default(options.name, driver._size(options), configured))


def test_folders_are_named_after_what_is_asked() -> None:
    assert folder() == folder("xor") == folder("capacity") == "results"
    assert folder("capacity", "--sizes", "10,18,34,63,116,215,397,733,1354,2500") == "results"
    assert folder("--quick") == folder("energy", "--quick") == "results-quick"
    assert folder("distributed", "--full") == "results-full"
    assert re.fullmatch("results-capacity-[0-9a-f]{4}", folder("capacity", "--sizes", "100,200"))
    assert re.fullmatch("results-quick-[0-9a-f]{4}", folder("--quick", "--seed", "1"))
    assert re.fullmatch("results-xor-quick-[0-9a-f]{4}", folder("xor", "--quick", "--seed", "1"))


def test_a_folder_depends_on_what_is_asked_and_not_on_how(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("sizes = [200, 100]\n")
    spellings = (["--sizes", "100,200"], ["--sizes", "200", "100"], ["--sizes=200,100"])
    found = {folder("capacity", *words) for words in spellings}
    found.add(folder("capacity", "--config", str(tmp_path / "study.toml")))
    found.add(folder("capacity", "--sizes", "100,200", "--workers", "3", "--processes"))
    assert len(found) == 1
    different = [
        folder("capacity", "--sizes", "100,200", *words)
        for words in ([], ["--seed", "1"], ["--trials", "2"], ["--rules", "hebbian"], ["--quick"])
    ]
    assert len(set(different)) == len(different)


@pytest.mark.slow
def test_one_question_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """None is in the way of another, and the same one goes on where it was."""
    monkeypatch.chdir(tmp_path)
    for words in (["xor"], ["xor", "--seed", "1"], QUICKLY, [*QUICKLY, "--seed", "1"], QUICKLY):
        assert main(words) == 0
    assert len(list(tmp_path.iterdir())) == 4
    assert (tmp_path / "results" / "xor.csv").exists()


def test_another_configuration_comes_with_an_offer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*QUICKLY, "--out", "mine"]) == 0
    assert main([*QUICKLY, "--seed", "7", "--out", "mine"]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    offer = re.search(r"seed is 0 there and 7 here.* --out (results-robustness-[0-9a-f]{4})$", said)
    assert offer is not None
    assert main([*QUICKLY, "--seed", "7", "--out", offer[1]]) == 0
    assert main([*QUICKLY, "--seed", "7", "--out", "mine"]) == 2  # the offered one is taken now
    assert capsys.readouterr().err.endswith("--out mine-2\n")
    assert main([*QUICKLY, "--seed", "7"]) == 0  # and this goes on there


def test_why_nothing_came_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hs.checks.resources, "_available_memory", lambda: 10**6)
    words = ["capacity", "--sizes", "5000", "--rules", "storkey", "--trials", "2"]
    assert main([*words, "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    why = "of capacity with InsufficientMemoryError: not enough memory for "
    assert said.startswith(f"all 2 trials failed, the first {why}")
    assert said.endswith(f". {tmp_path}: 0 of 2 trials; nothing to report yet\n")
    assert main([*words, "--shard", "1/2", "--out", str(tmp_path / "one")]) == 1
    assert f"; 1 failed, {why}" in capsys.readouterr().out
    words[-1] = "1"
    assert main([*words, "--out", str(tmp_path / "single")]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"1 trial failed, {why}")
    assert said.endswith("0 of 1 trial; nothing to report yet\n")


# --------------------------------------------------------------------------- streams


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1251", "cp1252", "utf-8"])
def test_every_encoding_has_words_for_the_help(encoding: str) -> None:
    run = command("--help", env={**os.environ, "PYTHONIOENCODING": encoding})
    assert (run.returncode, run.stderr) == (0, b"")
    has_it = encoding in ("cp1252", "utf-8")
    assert ("50×50" if has_it else "50x50") in run.stdout.decode(encoding)


def test_every_encoding_has_words_for_an_error() -> None:
    run = command("é×α中", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert run.returncode == 2
    assert rb"got 'exalpha\u4e2d'" in run.stderr


@pytest.mark.slow
def test_the_c_locale(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if k not in ("LANG", "PYTHONIOENCODING")}
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = command(*QUICKLY, "--out", tmp_path / "é", env=environ | plain)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "é" / "report.html").exists()


def test_letters_are_spelt() -> None:
    console.prepare()
    assert "50×50, β ≤ √2 — über".encode("ascii", "hopfield_sim.plain") == (
        b"50x50, beta <= sqrt2 - uber"
    )
    assert "\udcff 中".encode("ascii", "hopfield_sim.plain") == rb"\udcff \u4e2d"


@pytest.mark.slow
def test_a_folder_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\xfe"
    run = command(*QUICKLY, "--out", name)
    assert run.returncode == 0, run.stderr
    assert os.path.getsize(name + b"/report.html") > 1000


def closed_pipe() -> int:
    """A pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize("words", [["--help"], ["list"]])
def test_a_reader_that_has_seen_enough(words: list[str]) -> None:
    writer = closed_pipe()
    run = command(*words, stdout=writer)
    os.close(writer)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is not here")
def test_a_full_disk_under_the_output_is_told() -> None:
    with open("/dev/full", "wb") as full:
        run = command("list", stdout=full)
        assert run.returncode == 1
        assert b"error: cannot write to the standard output" in run.stderr
        assert b"Traceback" not in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", ["closed", "pipe", "full"])
def test_no_stream_ends_a_sweep(how: str, tmp_path: Path) -> None:
    """Standard output and error closed, full, or pipes that nobody reads."""
    if how == "full" and not Path("/dev/full").exists():
        pytest.skip("/dev/full is not here")
    if how == "closed":
        words = [sys.executable, "-m", "hopfield_sim.experiment", *QUICKLY, "--out", str(tmp_path)]
        run = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words], check=False)
    else:
        stream = closed_pipe() if how == "pipe" else os.open("/dev/full", os.O_WRONLY)
        run = command(*QUICKLY, "--out", tmp_path, stdout=stream, stderr=stream)
        os.close(stream)
    assert run.returncode == (1 if how == "full" else 0)  # its last line could not be written
    for file in ("report.html", "robustness.csv", "robustness.png", "results.sqlite"):
        assert (tmp_path / file).stat().st_size > 100
    assert hs.__version__ in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_malformed_variables_of_other_bars_are_nothing_to_us(tmp_path: Path) -> None:
    environ = {**os.environ, "TQDM_MININTERVAL": "x", "TQDM_NCOLS": "many", "COLUMNS": "x"}
    run = command(*QUICKLY, "--out", tmp_path, env=environ)
    assert run.returncode == 0, run.stderr


# --------------------------------------------------------------------------- home folders


@pytest.mark.slow
def test_without_a_home_folder(tmp_path: Path) -> None:
    """A user that the system does not know, with $HOME unset, as in a container."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not here")
    user = ["unshare", "-U", "--map-user=12345", "--map-group=12345"]
    probe = [*user, sys.executable, "-c", "import os, sys; sys.exit(os.getuid() != 12345)"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no user can be made up here")
    lost = ("HOME", "USER", "LOGNAME", "MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    environ = {k: v for k, v in os.environ.items() if k not in lost}
    start = [*user, sys.executable, "-m", "hopfield_sim.experiment"]
    for words in (["--help"], [*QUICKLY, "--out", str(tmp_path / "out")]):
        run = subprocess.run([*start, *words], env=environ, capture_output=True, check=False)
        assert run.returncode == 0, run.stderr
        assert b"Matplotlib" not in run.stderr


BOGUS = """
import os
os.environ["MPLBACKEND"] = "bogus"
import hopfield_sim as hs
for _ in range(2):
    try: hs.plotting
    except hs.errors.InvalidInputError as error: print(error)
    try: hs.HopfieldNetwork().store([[1, -1]]).show()
    except hs.errors.InvalidInputError as error: print(error)
os.environ["MPLBACKEND"] = "agg"
print(len(hs.plotting.states([[1, -1]], (1, 2)).axes))
"""


@pytest.mark.slow
def test_a_backend_that_matplotlib_does_not_know(tmp_path: Path) -> None:
    said = "MPLBACKEND must name a backend of Matplotlib; got 'bogus'; unset it, or"
    run = subprocess.run([sys.executable, "-c", BOGUS], capture_output=True, text=True, check=True)
    assert [said in line for line in run.stdout.splitlines()] == [True] * 4 + [False]
    for words in ([*QUICKLY, "--out", str(tmp_path / "out")], ["merge", str(tmp_path), "part"]):
        run = subprocess.run(
            [sys.executable, "-m", "hopfield_sim.experiment", *words],
            env=os.environ | {"MPLBACKEND": "bogus"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr.count("\n")) == (2, 1)
        assert said in run.stderr
    assert not list(tmp_path.iterdir())  # said before the work


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "study.toml").write_text('out = "~/runs"\nfile = ["~/me.png"]\n')
    for words in (["--config", "~/study.toml"], ["--out=~/runs", "--file=~/me.png"]):
        found = parse(["image", *words])
        (file,) = fields.files().parse(found.fields["file"], "file")
        assert (found.out, file) == (tmp_path / "runs", tmp_path / "me.png")
    assert parse(["merge", "~/a", "~/b"]).merge == (tmp_path / "b",)
    assert parse(["--out", "./~"]).out == Path("~").absolute()  # "~" is home


def test_a_user_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xor", "--out", "~no_such_user_x/runs"]) == 2
    assert "write it without ~" in capsys.readouterr().err


# --------------------------------------------------------------------------- files of options

BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "number for a path": ("file = 3", "files must be a list of paths"),
    "numbers for paths": ("file = [3]", "files must be a list of paths"),
    "number for a folder": ("out = 3", "out must be a text"),
    "NUL in a folder": ('out = "a\\u0000b"', "must not contain a zero byte"),
    "NUL in a file": (b"sizes = [1\x000]", "is not a TOML file"),
    "dots": (".".join("a" * 20_000) + " = 1", "nested too deeply"),
    "dots in a table": ("[" + " . ".join(["'a'"] * 100) + "]", "nested too deeply"),
    "dots in braces": ("a = {" + ".".join([r'"\""'] * 100) + " = 1}", "nested too deeply"),
    "some dots": ("a.b.c = 1", "key in"),
    "deep": ("sizes = " + "[" * 100_000, "nested too deeply"),
    "deep and closed": ("sizes = " + "[" * 30 + "]" * 30, "sizes must be an integer"),
    "huge integer": ("seed = " + "9" * 5000, "is not a TOML file"),
    "huge in base 16": ("seed = 0x" + "f" * 5000, "numbers that can be written down"),
    "huge in words": ('seed = "' + "9" * 5000 + '"', "seed must be an integer"),
    "not UTF-8": (b"out = '\xff'", "is not a TOML file"),
    "a date": ("seed = 2020-01-01", "seed must be an integer"),
    "a table": ("[sizes]\nn = 1", "sizes must be a list"),
    "a megabyte": ("#" * 2**20 + "\n", "larger than a megabyte"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_of_options_with_mistakes(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, said = BAD_FILES[case]
    file = tmp_path / "study.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    study = "capacity" if "sizes" in str(text) else "image"
    assert main([study, "--config", str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert len(line) < 600


def test_what_is_no_file_is_no_file_of_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "large", "wb") as file:
        file.truncate(2**30)
    for path, said in (
        (tmp_path / "pipe", "must be a file"),
        (Path("/dev/zero"), "must be a file"),
        (tmp_path, "cannot read config file"),
        (tmp_path / "large", "larger than a megabyte"),
        (Path("a\0b"), "must not contain a zero byte"),
    ):
        assert main(["xor", "--config", str(path)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line


def test_course_names_are_studies() -> None:
    assert set(COURSE) <= set(STUDIES)


@pytest.mark.parametrize("markdown", [False, True])
def test_the_terminal_has_the_answer_and_a_small_table(
    markdown: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    command = ["xor", "--out", str(tmp_path), *(["--markdown"] if markdown else [])]
    assert main(command) == 0
    text = capsys.readouterr().out
    title = "Exclusive or: which powers tell a memory from its negative?"
    lines = text.splitlines()
    assert lines[0] == (f"## {title}" if markdown else title)
    assert "Polynomial powers n = 3 and 5 solve it" in text
    row = "| polynomial  |       3 | yes" if markdown else "  polynomial         3  yes"
    assert any(line.startswith(row) for line in lines)
    assert lines[-1].startswith(f"{tmp_path}/report.html: xor from 10 trials")
    if not markdown:  # sentences are as wide as the terminal
        assert max(len(line) for line in lines[:-1]) <= 60
    again = [*command, "--workers", "1"]
    assert main(again) == 0  # nothing is drawn again, and the answer is the same
    assert capsys.readouterr().out.splitlines()[:-1] == lines[:-1]


def test_videos_for_a_projector(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int | None] = []

    def video(run: Any, path: Path, *, size: int | None, **how: Any) -> Path:
        sizes.append(size)
        iio.imwrite(path, np.zeros((16, 16), np.uint8), extension=".gif")
        return path

    monkeypatch.setattr("hopfield_sim.plotting.video", video)
    small = ["checkerboard", "--side", "6", "--square", "2", "--trials", "1", "--n-patterns", "2"]
    command = [*small, "--flipped", "5", "--rules", "hebbian", "--out", str(tmp_path)]
    assert main(command) == 0
    assert set(sizes) == {None}
    sizes.clear()
    assert main([*command, "--video-size", "1080"]) == 0  # drawn again, from the same results
    assert set(sizes) == {1080}
    capsys.readouterr()
    assert main([*command, "--video-size", "100"]) != 0
    assert "video-size must be from 240 to 2160; got 100" in capsys.readouterr().err


def test_long_tables_are_cut_and_say_so() -> None:
    from hopfield_sim.experiment.cli import answers
    from hopfield_sim.plotting.report import Section

    rows = [{"n": n} for n in range(30)]
    section = Section("Title", "First.\n\nSecond.", tables=[("Numbers", rows), ("More", rows)])
    for text in map("\n".join, (answers.plain([section]), answers.markdown([section]))):
        assert "(18 more rows are in the report)" in text
        assert "First." in text
        assert "Second" not in text
        assert "More" not in text
        assert " 11" in text
        assert " 12" not in text


def test_of_several_studies_the_answers_are_last() -> None:
    from hopfield_sim.experiment.cli import answers
    from hopfield_sim.plotting.report import Section

    one = Section("One", "First.", tables=[("Numbers", [{"n": 7}])])
    text = "\n".join(answers.plain([one, Section("Two", "Second.")]))
    assert text == ("One\n\nNumbers:\n\n  n\n  7\n\nTwo\n\nOne\n\nFirst.\n\nTwo\n\nSecond.\n")
    assert answers.plain([]) == []
