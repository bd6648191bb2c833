"""``python -m hopfield_sim.course``: the question, two energy plots, two videos, one last line."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import pytest

from hopfield_sim import course
from hopfield_sim.course.__main__ import main

SMALL = ["--size", "20", "--seed", "1"]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def of_rule(rule: str) -> list[str]:
    ways = ("asynchronous", "synchronous")
    return [f"{rule}_{way}{kind}" for way in ways for kind in (".gif", "_energy.png")]


@pytest.mark.parametrize(
    ("answer", "rule"),
    [("\n", "hebbian"), ("s\n", "storkey"), (" S\n", "storkey"), ("x\n", "hebbian")],
)
def test_the_answer_chooses_the_rule(
    answer: str,
    rule: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert main([*SMALL, "--out", str(tmp_path / "new" / "folder")]) == 0
    assert files(tmp_path / "new" / "folder") == of_rule(rule)
    said = capsys.readouterr().out
    assert "no answer" not in said
    last = said.splitlines()[-1]
    assert last.startswith(f"{rule.capitalize()} weights: the checkerboard came back")
    assert last.endswith(f"{rule}_*")


@pytest.mark.parametrize("stdin", [io.StringIO(""), None])
def test_without_an_answer_it_is_hebbian_and_says_so(
    stdin: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main([*SMALL, "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("no answer: Hebbian weights")
    assert files(tmp_path) == of_rule("hebbian")


def test_a_standard_input_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hopfield_sim.course.__main__.PATIENCE", 0.05)
    reader, writer = os.pipe()  # nobody writes, nobody closes
    with os.fdopen(reader) as stdin, os.fdopen(writer, "w"):
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main([*SMALL, "--out", str(tmp_path)]) == 0
    assert files(tmp_path) == of_rule("hebbian")


def test_the_videos_end_with_the_checkerboard(tmp_path: Path) -> None:
    assert main([*SMALL, "--rule", "storkey", "--out", str(tmp_path)]) == 0
    for way in ("synchronous", "asynchronous"):
        frames = iio.imread(tmp_path / f"storkey_{way}.gif", index=None)
        scale = round(320 / 20)
        edge = (frames.shape[1] - 20 * scale) // 2
        pixels = slice(edge + scale // 2, edge + 20 * scale, scale)
        white = frames[:, pixels, pixels, 0] > 128
        board = course.create_checkerboard(20) > 0
        assert (white[0] != board).sum() == 160
        assert (white[-1] == board).all()
        assert iio.imread(tmp_path / f"storkey_{way}_energy.png").std() > 5


@pytest.mark.slow
def test_as_a_command(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "hopfield_sim.course", *SMALL]
    done = subprocess.run(command, input="s\n", cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "results-course") == of_rule("storkey")
    assert "100%" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--size", "9"], "error: --size must be 10 or more; got 9"),
        (["--seed", "-1"], "error: --seed must be 0 or more; got -1"),
        (["--out", ""], "error: --out must name a file"),
        (["--out", "occupied"], "error: cannot make 'occupied'"),
    ],
)
def test_what_cannot_be_used_is_named_in_one_line(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "occupied").touch()
    assert main(["--rule", "hebbian", *words]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert said.out == ""
