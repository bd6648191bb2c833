"""Students' copies and solutions: from the command line, and graded by pytest."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hopfield_sim import exercises
from hopfield_sim.errors import ResultsDirError
from hopfield_sim.exercises import get, names
from hopfield_sim.experiment.__main__ import main

ROOT = Path(__file__).parents[2]


def graded(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    plugins = ["-p", "hopfield_exercises_pytest", "-p", "no:cacheprovider"]
    options = ["-q", *plugins, "--rootdir", str(folder), *words]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import pytest; sys.exit(pytest.main())"
    return subprocess.run(
        [sys.executable, "-c", code, *options], cwd=folder, capture_output=True, text=True
    )


def test_the_list_has_every_statement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {name}(" in told for name in names())
    assert "the sum over patterns of" in told
    assert not any(get(name).source().splitlines()[-1] in told for name in names())


def test_copies_are_written_apart_and_never_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    students, solutions = tmp_path / "students", tmp_path / "solutions"
    command = ["exercises", "--students", str(students), f"--solutions={solutions}"]
    assert main(command) == 0
    assert len(list(students.iterdir())) == len(list(solutions.iterdir())) == 6
    blank = "".join(path.read_text(encoding="utf-8") for path in students.iterdir())
    assert blank.count("raise NotImplementedError") == len(names())
    mine = students / "exercises_1.py"
    mine.write_text("mine")
    assert main(command) == 2
    assert "is there already" in capsys.readouterr().err
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("words", [["--quick"], ["--students"], ["a"], ["a", "b"], ["--out", "x"]])
def test_other_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises", *words]) == 2
    assert "--students FOLDER" in capsys.readouterr().err


def test_options_of_studies_before_it_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "exercises"]) == 2
    assert "exercises takes no other words" in capsys.readouterr().err


def test_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises", "--help"]) == 0
    assert "--solutions FOLDER" in capsys.readouterr().out


@pytest.mark.slow
def test_pytest_grades_a_folder(tmp_path: Path) -> None:
    assert main(["exercises", "--solutions", str(tmp_path)]) == 0
    run = graded("--hopfield-exercises", *map(str, tmp_path.glob("*.py")), folder=tmp_path)
    assert f"{len(names())} passed" in run.stdout, run.stdout + run.stderr


@pytest.mark.slow
def test_pytest_says_the_words_and_does_nothing_without_its_option(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def energy(weights, state):\n    return -state @ weights @ state\n"
    )
    run = graded("--hopfield-exercises", "mine.py", folder=tmp_path)
    assert run.returncode == 1
    assert "the ½ is missing" in run.stdout
    assert "Traceback" not in run.stdout
    assert graded("mine.py", folder=tmp_path).returncode == 5  # no tests


def test_the_plugin_is_installed_and_loads_nothing() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    name = "hopfield_exercises_pytest"
    assert project["project"]["entry-points"]["pytest11"] == {name: name}
    assert project["tool"]["setuptools"]["py-modules"] == [name]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {name}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "hopfield_sim"} & set(run.stdout.split()) == set()


def test_a_folder_whose_name_is_too_long_is_an_error_of_the_package() -> None:
    with pytest.raises(ResultsDirError, match="cannot write"):
        exercises.write("x" * 5000)
