"""The attacks of ``benchmarks.reliability`` find nothing, and find a bug that is planted."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from benchmarks.reliability import (
    arguments,
    budgets,
    calls,
    databases,
    kills,
    magnitudes,
    models,
    notebooks,
    sharing,
)
from benchmarks.reliability.__main__ import ATTACKS
from hopfield_sim.experiment.sweeps import store_file

pytestmark = pytest.mark.filterwarnings("ignore")  # wild arguments are warned of, too
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("attack", [budgets, calls, databases, magnitudes, models, sharing])
def test_nothing_is_lost(attack: Any) -> None:
    rounds = min(3000, max(10, attack.ROUNDS[0] // 8))
    tally = attack.attack(rounds)
    assert tally.losses == []
    assert tally.rounds >= rounds // 2


@pytest.mark.slow
def test_an_interactive_session_outlives_interrupts_and_workers() -> None:
    tally = notebooks.attack(1)
    assert tally.losses == []
    assert tally.rounds == 1


def test_rows_without_checksums_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_file, "_checksum", lambda *_: "the same for all")
    assert "another answer" in str(databases.attack(60).losses)


def test_a_file_that_is_believed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def guess(path: Any) -> Any:
        with np.load(path) as file:  # what it says is not looked at
            return hs.HopfieldNetwork().store(np.ones((1, len(file.files)), int))

    monkeypatch.setattr(hs, "load", guess)
    assert any("Error" in loss or "BadZipFile" in loss for loss in models.attack(60).losses)


def _write_slowly(folder: Path) -> int:
    """Saves without a draft: what was there is gone before the new one is whole."""
    for number in range(8):
        with (folder / "net.npz").open("w") as file:
            time.sleep(0.02)
            file.write(str(number))
        time.sleep(0.02)
    return 0


def _read(folder: Path) -> list[str]:
    path = folder / "net.npz"
    return ["a number"] if path.exists() and path.read_text() else []


@pytest.mark.slow
def test_a_saving_that_is_not_atomic_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    job = kills.Job("a saving", _write_slowly, _read, lambda folder: b"")
    monkeypatch.setattr(kills, "JOBS", [job])
    assert "of 1 kept are missing" in str(kills.attack(20).losses)


@pytest.mark.slow
def test_a_raw_error_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hs, "flip", lambda patterns, fraction: patterns + fraction)
    assert "flip(" in str(calls.attack(1500).losses)


def test_nan_from_finite_numbers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hs.theory, "gardner_load", lambda stability: np.float64("nan"))
    assert "theory.gardner_load(" in str(calls.attack(1000).losses)


def test_a_changed_argument_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def flip(patterns: Any) -> None:
        patterns *= 2

    monkeypatch.setattr(hs, "flip", flip)
    monkeypatch.setattr(arguments, "WILD", [np.ones((1, 9))])
    monkeypatch.setattr(arguments, "FITTING", {"patterns": [np.ones((1, 9))]})
    assert "an argument was changed" in str(calls.attack(1000).losses)


@pytest.mark.slow
def test_a_call_that_hangs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([60])
    monkeypatch.setattr(hs, "flip", lambda patterns: time.sleep(next(seconds, 0)))
    monkeypatch.setattr(calls, "LONGEST", 1)
    assert "no answer in 1 s" in str(calls.attack(1000).losses)


def test_a_result_that_depends_on_threads_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = hs.HopfieldNetwork.recall

    def recall(self: Any, cues: Any, **how: Any) -> Any:
        run = usual(self, cues, **how)
        if how.get("n_threads") == 8:
            run.states[0, 0] *= -1
        return run

    monkeypatch.setattr(hs.HopfieldNetwork, "recall", recall)
    losses = budgets.attack(6).losses
    assert losses
    assert all("8 threads" in loss for loss in losses)


def test_a_result_that_depends_on_the_layout_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = hs.HopfieldNetwork.recall

    def recall(self: Any, cues: Any, **how: Any) -> Any:
        return usual(self, np.frombuffer(cues.tobytes("A"), cues.dtype).reshape(cues.shape), **how)

    monkeypatch.setattr(hs.HopfieldNetwork, "recall", recall)
    losses = budgets.attack(5).losses
    assert losses
    assert all("columns first" in loss for loss in losses)


def test_a_network_that_threads_spoil_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = hs.HopfieldNetwork.recall

    def recall(self: Any, cues: Any, **how: Any) -> Any:
        run = usual(self, cues, **how)
        if threading.current_thread() is not threading.main_thread():
            run.states[0, 0] *= -1
        return run

    monkeypatch.setattr(hs.HopfieldNetwork, "recall", recall)
    monkeypatch.setattr(sharing, "_PROCESSES", 1000)
    losses = sharing.attack(2).losses
    assert losses == ["1: 8 threads: other bits"]


@pytest.mark.slow
def test_an_energy_that_overflows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hs.ModernHopfield, "energy", lambda *_: np.array([np.inf]))
    assert "not finite" in str(magnitudes.attack(400).losses)


@pytest.mark.slow
def test_the_command_prints_a_table() -> None:
    command = [sys.executable, "-m", "benchmarks.reliability", "magnitudes"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert f"| magnitudes: {ATTACKS['magnitudes']} | " in run.stdout
    run = subprocess.run([*command, "nothing"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 2
