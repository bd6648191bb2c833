"""Recall with a given number of active neurons: k winners take all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

Array = np.ndarray[Any, Any]


def exactly(active: int, n_patterns: int, n_neurons: int, seed: int) -> Array:
    """Patterns with exactly so many active neurons."""
    first = np.where(np.arange(n_neurons) < active, 1, -1).astype(np.int8)
    return np.random.default_rng(seed).permuted(np.tile(first, (n_patterns, 1)), axis=1)


def by_sorting(fields: Array, state: Array, active: int) -> Array:
    """The next state of one row: the first of all neurons, sorted by field, state and index."""
    order = sorted(range(len(state)), key=lambda i: (-fields[i], -state[i], i))
    new = np.full(len(state), -1)
    new[order[:active]] = 1
    return new


NETWORKS = {
    "whole numbers": lambda xi: hs.HopfieldNetwork(thresholds=0.1).store(xi, advise=False),
    "willshaw": lambda xi: hs.HopfieldNetwork("willshaw").store(xi),
    "covariance": lambda xi: hs.HopfieldNetwork("covariance").store(xi),
    "diluted": lambda xi: hs.HopfieldNetwork(connectivity=0.5).store(xi, advise=False),
    "single precision": lambda xi: hs.HopfieldNetwork("pseudoinverse", dtype="f4").store(xi),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("backend", hs.backends.available())
def test_each_step_takes_the_largest_fields(name: str, backend: str) -> None:
    patterns = exactly(8, 9, 40, seed=1)
    with hs.use_backend(backend):
        net = NETWORKS[name](patterns)
        cues = hs.random_patterns(12, 40, activity=0.3, rng=2)
        run = net.recall(cues, update="sync", active=7, max_sweeps=30, record=("states", "energy"))
        for before, after in zip(run.trajectory[:-1], run.trajectory[1:], strict=True):
            going = (before != after).any(axis=1)
            expected = [
                by_sorting(h, s, 7) for h, s in zip(net.fields(before), before, strict=True)
            ]
            np.testing.assert_array_equal(after[going], np.array(expected)[going])
        assert ((run.states > 0).sum(axis=1) == 7).all()
        np.testing.assert_allclose(run.energy[-1], net.energy(run.states))
        ends = [
            by_sorting(h, s, 7) for h, s in zip(net.fields(run.states), run.states, strict=True)
        ]
        np.testing.assert_array_equal((ends == run.states).all(axis=1), run.converged)
        assert set(run.stop) <= {"fixed-point", "cycle"}  # the weights are symmetric


def test_clamped_neurons_count_and_stay() -> None:
    patterns = exactly(10, 4, 60, seed=3)
    net = hs.HopfieldNetwork("covariance").store(patterns)
    cues = -np.ones((4, 60), np.int8)
    clamp = np.zeros((4, 60), bool)
    for row, pattern in enumerate(patterns):
        known = np.flatnonzero(pattern > 0)[:4]
        clamp[row, known], cues[row, known] = True, 1
    run = net.recall(cues, update="sync", active=10, clamp=clamp)
    np.testing.assert_array_equal(run.states, patterns)
    held = net.recall(-cues, update="sync", active=2, clamp=np.arange(60) < 60)
    np.testing.assert_array_equal(held.states, -cues)
    few = net.recall(cues, update="sync", active=2, clamp=clamp)  # four are held
    assert ((few.states > 0).sum(axis=1) == 4).all()


def test_a_field_of_each_state_ranks_its_neurons() -> None:
    net = hs.HopfieldNetwork.from_weights(np.zeros((5, 5)))
    field = np.array([[1.0, 2, 3, 4, 5], [5.0, 4, 3, 2, 1]])
    run = net.recall(np.ones((2, 5)), update="sync", active=2, field=field)
    assert run.states.tolist() == [[-1, -1, -1, 1, 1], [1, 1, -1, -1, -1]]


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"active": 0}, InvalidInputError, "active"),
        ({"active": 10}, InvalidInputError, "active.*from 1 to 9"),
        ({"active": 0.5}, InvalidTypeError, "active must be an integer"),
        ({"active": 3, "update": "async"}, InvalidInputError, 'update="sync"'),
        ({"active": 3, "temperature": 0.1}, InvalidInputError, "temperature=0"),
    ],
)
def test_what_k_winners_cannot_do(how: dict[str, Any], kind: type[Exception], words: str) -> None:
    net = hs.HopfieldNetwork().store([np.ones(9)])
    with pytest.raises(kind, match=words):
        net.recall(np.ones(9), **({"update": "sync"} | how))


def test_a_dense_memory_has_no_fields_to_compare() -> None:
    memory = hs.DenseMemory().store([np.ones(9)])
    with pytest.raises(InvalidInputError, match="pair couplings"):
        memory.recall(np.ones(9), update="sync", active=3)
