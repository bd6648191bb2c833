"""What a recall records: one table for all memories, and functions of your own."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.recall import observables
from hopfield_sim.recall.observables import OBSERVABLES, Observable

SPINS = hs.random_patterns(3, 20, rng=1)
REALS = np.random.default_rng(2).normal(size=(3, 6))
MEMORIES = {
    "hopfield": (lambda: hs.HopfieldNetwork().store(SPINS), SPINS, {"rng": 3}),
    "dense": (lambda: hs.DenseMemory().store(SPINS), SPINS, {"rng": 3}),
    "trained": (lambda: hs.TrainedDenseMemory(3, rng=1).store(SPINS), SPINS, {"rng": 3}),
    "restricted": (lambda: hs.RestrictedHopfield(6, rng=1).store(SPINS), SPINS, {}),
    "graded": (lambda: hs.GradedNetwork().store(SPINS), SPINS, {}),
    "modern": (lambda: hs.ModernHopfield(9.0).store(REALS), REALS, {"advise": False}),
    "distributed": (
        lambda: hs.DistributedMemory(500, rng=1).store(REALS),
        REALS,
        {"max_steps": 5},
    ),
}


def magnetisation(states):
    return states.mean(axis=1)


@pytest.mark.parametrize("name", MEMORIES)
def test_a_function_of_the_states_is_recorded_beside_words(name):
    make, cues, how = MEMORIES[name]
    memory = make()
    run = memory.recall(cues, record=["states", {"m": magnetisation}], **how)
    np.testing.assert_allclose(run.recorded["m"], run.trajectory.mean(axis=2))
    assert list(run.recorded) == ["states", "m"]
    assert run.recorded["m"].shape == run.trajectory.shape[:2]
    alone = memory.recall(cues[0], record={"m": magnetisation}, **how)
    assert alone.recorded["m"].shape == (len(alone.updates),)
    for again in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        np.testing.assert_array_equal(again.recorded["m"], run.recorded["m"])


def test_functions_see_states_that_they_cannot_change():
    def spoil(states):
        states[:] = 1

    net = hs.HopfieldNetwork().store(SPINS)
    with pytest.raises(ValueError, match="read-only"):
        net.recall(SPINS, record={"spoil": spoil})


@pytest.mark.parametrize(
    ("record", "kind", "words"),
    [
        ({"energy": magnetisation}, InvalidInputError, "name of its own"),
        ({"m": 3}, InvalidTypeError, "must be a function"),
        ({"m": lambda states: 1.0}, InvalidInputError, "one for each of the 3 states"),
        ({"m": lambda states: states[:1, 0]}, InvalidInputError, "one for each of the 3 states"),
        ({"m": lambda states: ["a"] * len(states)}, InvalidInputError, "array of numbers"),
        ("enrgy", InvalidInputError, '"energy"'),
        (3, InvalidTypeError, "dict of functions"),
        ([3], InvalidTypeError, "record must be one of"),
    ],
)
def test_what_cannot_be_recorded_is_told(record, kind, words):
    with pytest.raises(kind, match=words):
        hs.HopfieldNetwork().store(SPINS).recall(SPINS, record=record)


def test_what_was_not_recorded_is_told():
    run = hs.HopfieldNetwork().store(SPINS).recall(SPINS, record="energy", rng=1)
    with pytest.raises(HopfieldError, match="record='overlap'"):
        run.overlaps  # noqa: B018
    assert "overlap" not in run.recorded


def test_an_observable_is_one_line(monkeypatch):
    """With a line in the table it is a word of every recall."""
    active = Observable(lambda subject: lambda moving: (moving.states > 0).sum(axis=1))
    monkeypatch.setattr(observables, "OBSERVABLES", {**OBSERVABLES, "active": active})
    for make, cues, how in MEMORIES.values():
        run = make().recall(cues, record=["active", "states"], **how)
        np.testing.assert_array_equal(run.recorded["active"], (run.trajectory > 0).sum(axis=2))


def test_record_is_not_compared_with_arrays() -> None:
    with pytest.raises(InvalidInputError, match="record must be one of"):
        hs.HopfieldNetwork().store([[1, -1, 1]]).recall([1, -1, 1], record=np.array(["x"]))
    run = hs.HopfieldNetwork().store([[1, -1, 1]]).recall([1, -1, 1], record=np.array([]))
    assert list(run.recorded) == []
