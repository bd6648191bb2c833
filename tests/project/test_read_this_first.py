"""The page that follows one checkerboard through the house, against the calls of its command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hopfield_sim as hs

ROOT = Path(__file__).parents[2]
TRACED = Path(__file__).parents[1] / "traced_command.py"
PAGE = (ROOT / "docs" / "read_this_first.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^1\. `([\w.]+)`", PAGE, flags=re.MULTILINE)
HELPERS = re.findall(r"`([\w.]+)`", PAGE.partition("## What helps")[2])

Calls = list[tuple[str, str | None]]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """Every call of the page's command: the function, and who called it."""
    if "cython" not in hs.backends.available():
        pytest.skip("the page is about the compiled kernels, which are not here")
    folder = tmp_path_factory.mktemp("read_this_first")
    command = re.search(r"^```console\nhopfield-sim (.*)\n```$", PAGE, flags=re.MULTILINE)
    assert command is not None
    words = [*command[1].split(), "--out", str(folder / "results")]
    run = subprocess.run(
        [sys.executable, str(TRACED), str(folder / "calls.json"), *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )
    assert run.returncode == 0, run.stderr
    return [(called, by) for called, by in json.loads((folder / "calls.json").read_text())]


def module(function: str) -> str:
    """models.base.binary.BinaryMemory.recall -> models.base.binary."""
    parts = function.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath("hopfield_sim", *parts[:length])
        if path.is_dir() or any(path.with_suffix(kind).exists() for kind in (".py", ".pyx")):
            return ".".join(parts[:length])
    raise AssertionError(f"there is no {function} in hopfield_sim/")


def out_of_order(calls: Calls, steps: list[str]) -> list[str]:
    """The first step that no step calls after the one before it, and all that follow it."""
    left = iter([called for called, by in calls if by is None or by in steps])
    return [step for step in steps if step not in left]  # `in` goes on from where it was


@pytest.mark.slow
def test_the_steps_are_called_in_this_order_and_by_one_another(calls: Calls) -> None:
    wrong = out_of_order(calls, STEPS)
    assert wrong == [], (
        f"{wrong[0]} is called by {sorted({str(by) for f, by in calls if f == wrong[0]})}"
    )


def test_the_way_leads_from_the_command_through_a_kernel_to_the_video() -> None:
    assert STEPS[0] == "experiment.__main__.main"
    assert any(step.startswith("backends.kernels.asynchronous.") for step in STEPS)
    assert STEPS[-2].startswith("plotting.movies.file.")


@pytest.mark.slow
def test_every_room_that_is_passed_is_on_the_page(calls: Calls) -> None:
    passed = {module(called) for called, _ in calls}
    assert passed - {module(step) for step in STEPS} == set(HELPERS)


def test_a_wrong_order_a_gap_and_a_function_that_is_not_called_are_seen() -> None:
    calls: Calls = [("a", None), ("b", "a"), ("hidden", "b"), ("c", "hidden"), ("d", "a")]
    assert out_of_order(calls, ["a", "b", "d"]) == []
    assert out_of_order(calls, ["a", "d", "b"]) == ["b"]
    assert out_of_order(calls, ["a", "b", "c"]) == ["c"]
    assert out_of_order(calls, ["a", "e"]) == ["e"]
