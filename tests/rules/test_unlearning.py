"""Unlearning against its definition, and for what Hopfield, Feinstein and Palmer proposed it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import rules
from hopfield_sim.errors import HopfieldError


def test_without_dreams_the_weights_are_hebbs() -> None:
    patterns = hs.random_patterns(5, 30, rng=1)
    np.testing.assert_array_equal(rules.unlearning(patterns, steps=0), rules.hebbian(patterns))
    full = rules.unlearning(patterns, steps=0, zero_diagonal=False)
    np.testing.assert_allclose(full, rules.hebbian(patterns, zero_diagonal=False), atol=1e-15)


@pytest.mark.parametrize("dreams", [1, 10, 37])
def test_what_is_unlearnt_are_states_at_rest(dreams: int) -> None:
    # N (W - W') = ε Σ s sᵀ: with ten dreams and fewer the s are fixed points of Hebb's network.
    patterns = hs.random_patterns(3, 40, rng=2)
    weights = rules.unlearning(patterns, rate=1e-6, steps=dreams, zero_diagonal=False)
    before = rules.hebbian(patterns, zero_diagonal=False)
    taken = (before - weights) * 40 / 1e-6
    np.testing.assert_allclose(taken.diagonal(), dreams, rtol=1e-6)
    np.testing.assert_allclose(taken, np.round(taken), atol=1e-6)
    net = hs.HopfieldNetwork().store(patterns)
    if dreams == 1:
        state = np.sign(taken[0])
        np.testing.assert_allclose(taken, np.outer(state, state), atol=1e-6)
        assert net.recall(state.astype(int)).sweeps == 0
    attractors = net.recall(hs.random_patterns(2000, 40, rng=3), rng=4).states
    kinds = np.unique(attractors * attractors[:, :1], axis=0).astype(float)
    # What was taken lies in the span of what there is to dream of.
    basis = np.linalg.svd(kinds, full_matrices=False)[2][: np.linalg.matrix_rank(kinds)].T
    np.testing.assert_allclose(basis @ (basis.T @ taken), taken, atol=1e-4)


@pytest.mark.parametrize("seed", range(2))
def test_unlearning_makes_patterns_stable_beyond_hebbs_capacity(seed: int) -> None:
    patterns = hs.random_patterns(45, 150, rng=seed)  # P = 0.3 N
    cues = hs.flip(patterns, fraction=0.1, rng=1)
    wrong, back = [], []
    for rule in ("hebbian", "unlearning"):
        net = hs.HopfieldNetwork(rule).store(patterns)
        wrong.append((patterns * net.fields(patterns) <= 0).mean())
        back.append((net.recall(cues, rng=2).states == patterns).all(axis=1).mean())
    assert wrong[0] == pytest.approx(0.034, abs=0.012)  # Q(1/√0.3)
    assert wrong[1] < 0.001
    assert back[0] < 0.1
    assert back[1] > 0.9


def test_fewer_states_are_spurious() -> None:
    patterns = hs.random_patterns(12, 150, rng=3)
    cues, right = hs.random_patterns(400, 150, rng=4), []
    for rule in ("hebbian", "unlearning"):
        net = hs.HopfieldNetwork(rule).store(patterns)
        kinds = net.classify(net.recall(cues, rng=5).states, within=0.02).kind
        right.append(np.isin(kinds, ("stored", "inverse")).mean())
    assert right[1] > right[0] + 0.2


def test_too_many_dreams_take_the_patterns_too() -> None:
    patterns = hs.random_patterns(20, 80, rng=6)
    weights = rules.unlearning(patterns, steps=3000)
    assert (patterns * (patterns @ weights) <= 0).mean() > 0.3


def test_dreams_are_drawn_from_a_seed() -> None:
    patterns = hs.random_patterns(5, 30, rng=7)
    same = rules.unlearning(patterns)
    np.testing.assert_array_equal(same, rules.unlearning(patterns, rng=0))
    assert (same != rules.unlearning(patterns, rng=1)).any()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("rate", 0), ("rate", 2), ("steps", -1), ("steps", 10**9), ("steps", 1.5), ("rng", -1)],
)
def test_arguments_of_unlearning(name: str, wrong: Any) -> None:
    with pytest.raises(HopfieldError, match=name):
        rules.unlearning([[1, -1]], **{name: wrong})
