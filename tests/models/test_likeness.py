"""Patterns too much alike for Hebb's rule: `store` says so, and only when it is true."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs

KINDS: dict[str, Any] = {
    "many on": {"activity": 0.7},
    "few on": {"activity": 0.3},
    "very few on": {"activity": 0.05},
    "correlated": {"correlation": 0.2},
}


def warned(patterns: Any, **how: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        hs.HopfieldNetwork(**how).store(patterns)
    return [str(warning.message) for warning in caught]


def held(patterns: Any, rule: str) -> float:
    net = hs.HopfieldNetwork(rule).store(patterns, advise=False)
    return float((net.recall(patterns, rng=0).states * patterns).mean())


def unstable(patterns: Any, rule: str) -> float:
    """The fraction of bits that change in one synchronous step."""
    net = hs.HopfieldNetwork(rule).store(patterns, advise=False)
    step = net.recall(patterns, update="sync", max_sweeps=1).states
    return float((step != patterns).mean())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n_patterns", "n_neurons"), [(10, 500), (20, 200), (60, 1000)])
def test_it_warns_where_patterns_are_alike_and_the_remedy_is_one(kind, n_patterns, n_neurons):
    for seed in range(3):
        patterns = hs.random_patterns(n_patterns, n_neurons, rng=seed, **KINDS[kind])
        [message] = warned(patterns)
        assert "because they are alike" in message
        assert "rule='pseudoinverse'" in message
        assert held(patterns, "hebbian") < 0.96
        assert held(patterns, "pseudoinverse") == pytest.approx(1.0, abs=1e-9)
        assert warned(patterns, rule="pseudoinverse") == []
        wrong = unstable(patterns, "storkey")
        if not 0.007 < wrong < 0.014:  # looked at are 32 patterns
            assert bool(warned(patterns, rule="storkey")) == (wrong > 0.01)
        assert len(warned(patterns, rule=hs.rules.hebbian)) == 1


@pytest.mark.parametrize("zero_diagonal", [True, False])
def test_random_patterns_never_do(zero_diagonal):
    rng = np.random.default_rng(1)
    for seed in range(1500):
        n = int(rng.choice([2, 3, 5, 8, 10, 15, 20, 34, 60, 100, 200]))
        count = int(rng.choice([1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 40, 100, 300]))
        assert warned(hs.random_patterns(count, n, rng=seed), zero_diagonal=zero_diagonal) == []


def test_a_little_bias_that_is_held_is_not_worth_a_word():
    for seed in range(20):
        patterns = hs.random_patterns(5, 200, activity=0.65, rng=seed)
        if not warned(patterns):
            assert held(patterns, "hebbian") > 0.98
    board = hs.checkerboard(20, 5)
    assert warned(np.vstack([board, hs.random_patterns(19, 400, rng=0)])) == []
    assert warned(np.vstack([board] * 2)) == []  # the same twice holds itself
    assert warned(hs.glyphs("ABC")) == []


def test_letters_are_alike():
    [message] = warned(hs.glyphs())
    assert "does not hold these 26 patterns" in message
    assert held(hs.glyphs(), "hebbian") < 0.9


def test_once_a_network_and_never_where_it_is_unwanted():
    patterns = hs.random_patterns(40, 300, activity=0.7, rng=0)
    net = hs.HopfieldNetwork()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for pattern in patterns:
            net.store(pattern[None])
    assert len(caught) == 1
    assert caught[0].category is UserWarning
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="alike"):
        net.clear().store(patterns)
    with warnings.catch_warnings(action="error"):
        hs.HopfieldNetwork().store(patterns, advise=False)


def by_hand(patterns: Any) -> Any:
    """Hebb's rule, as anybody would write it."""
    return patterns.T @ patterns / patterns.shape[1]


@pytest.mark.parametrize("activity", [0.7, 0.1])
def test_whatever_stores_them_like_hebb_warns_too(activity: float) -> None:
    patterns = hs.random_patterns(40, 300, activity=activity, rng=0)
    [message] = warned(patterns, rule=by_hand)
    assert "The network's rule does not hold these 40 patterns" in message
    for interaction, order in (("polynomial", 2), ("rectified", 2)):
        memory = hs.DenseMemory(interaction, order)
        with pytest.warns(UserWarning, match=f"interaction='{interaction}', order=2 does not hold"):
            memory.store(patterns)
        with warnings.catch_warnings(action="error"):
            memory.store(patterns)  # once
            hs.DenseMemory(interaction, order).store(patterns, advise=False)
            hs.DenseMemory("exponential").store(patterns)
            hs.DenseMemory("polynomial", 30).store(patterns)
        end = (
            hs.DenseMemory(interaction, order).store(patterns, advise=False).recall(patterns, rng=0)
        )
        assert float((end.states * patterns).mean()) < 0.9


def test_the_exponential_memory_holds_what_the_warning_says(tmp_path) -> None:
    patterns = hs.random_patterns(40, 300, activity=0.7, rng=0)
    memory = hs.DenseMemory("exponential").store(patterns)
    assert (memory.recall(patterns, rng=0).states == patterns).all()


def test_random_patterns_in_dense_memories_never_do() -> None:
    for seed in range(300):
        rng = np.random.default_rng(seed)
        n, count = int(rng.choice([3, 8, 20, 60, 200])), int(rng.choice([2, 5, 20, 100]))
        with warnings.catch_warnings(action="error"):
            hs.DenseMemory("rectified", 2).store(hs.random_patterns(count, n, rng=seed))
