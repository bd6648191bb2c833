"""Chains in pieces: 10 and 10 sweeps are 20 sweeps, whatever the dynamics, memory and backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError

PATTERNS = hs.random_patterns(12, 70, rng=0)
CUES = hs.flip(PATTERNS, fraction=0.3, rng=1)

MEMORIES = {
    "hebbian": lambda backend: hs.HopfieldNetwork(backend=backend).store(PATTERNS),
    "storkey": lambda backend: hs.HopfieldNetwork("storkey", backend=backend).store(PATTERNS),
    "dense": lambda backend: hs.DenseMemory("polynomial", 3, backend=backend).store(PATTERNS),
}
WAYS: dict[str, dict[str, Any]] = {
    "Glauber": {"temperature": 0.5},
    "hot": {"temperature": 1.5},
    "cold": {},
    "uniform": {"temperature": 0.4, "order": "uniform"},
    "sequential": {"temperature": 0.4, "order": "sequential"},
    "synchronous": {"temperature": 0.4, "update": "sync"},
    "synchronous, cold": {"update": "sync"},
}


@pytest.mark.parametrize("backend", ["numpy", "auto"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("memory", MEMORIES)
def test_pieces_are_the_whole(memory: str, way: str, backend: str) -> None:
    net: Any = MEMORIES[memory](backend)
    how = WAYS[way] | {"record": ("states", "energy"), "rng": 7}
    if memory == "dense" and "temperature" in how:
        how["temperature"] *= 70**2
    whole = net.recall(CUES, max_sweeps=20, **how)
    first = net.recall(CUES, max_sweeps=13, **how)
    second = net.recall(first.states, max_sweeps=7, start_sweep=13, **how)
    np.testing.assert_array_equal(second.states, whole.states)
    if "temperature" in how:
        np.testing.assert_array_equal(first.flips + second.flips, whole.flips)
        np.testing.assert_array_equal(second.sweeps, 7)
        np.testing.assert_array_equal(second.updates, whole.updates[13:])
        np.testing.assert_array_equal(second.trajectory, whole.trajectory[13:])
        if way == "hot":  # without the number of sweeps the random numbers are others
            again = net.recall(first.states, max_sweeps=7, **how)
            assert (again.states != whole.states).any()


def test_a_schedule_goes_on() -> None:
    net = hs.HopfieldNetwork().store(PATTERNS)
    schedule = np.linspace(1.2, 0.0, 16)
    whole = net.recall(CUES, temperature=schedule, rng=3)
    states = CUES
    for start, end in ((0, 5), (5, 6), (6, 16)):
        part = net.recall(states, temperature=schedule[start:end], start_sweep=start, rng=3)
        states = part.states
    np.testing.assert_array_equal(states, whole.states)


def test_a_single_state_and_no_sweeps() -> None:
    net = hs.HopfieldNetwork().store(PATTERNS)
    run = net.recall(PATTERNS[0], max_sweeps=0, start_sweep=4)
    assert run.sweeps == 0
    np.testing.assert_array_equal(run.states, PATTERNS[0])
    for wrong in (-1, 1.5, "two", 2**40):
        with pytest.raises(HopfieldError, match="start_sweep"):
            net.recall(PATTERNS[0], start_sweep=wrong)
