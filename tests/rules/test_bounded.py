"""Bounded synapses: a memory that forgets, against its definition and its law."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import rules
from hopfield_sim.errors import HopfieldError


@pytest.mark.parametrize("bound", [1e-6, 0.4, 0.9, 30.0])
@pytest.mark.parametrize(("p", "n"), [(1, 4), (50, 20), (400, 30)])
def test_bounded_synapses_are_their_definition(p: int, n: int, bound: float) -> None:
    patterns = hs.random_patterns(p, n, rng=p)
    most = max(1, math.floor(bound * math.sqrt(n)))
    expected = np.zeros((n, n))
    for xi in patterns.astype(float):
        expected = np.clip(expected + np.outer(xi, xi), -most, most)
    found = rules.bounded(patterns, bound=bound, zero_diagonal=False)
    np.testing.assert_allclose(found, expected / n, atol=1e-15)
    np.testing.assert_array_equal(found, found.T)


def test_bounds_that_are_not_met_leave_hebbs_weights() -> None:
    patterns = hs.random_patterns(300, 40, rng=1)
    np.testing.assert_array_equal(rules.bounded(patterns, bound=1e6), rules.hebbian(patterns))


@pytest.mark.parametrize("bound", [0.35, 0.6])
def test_bits_change_by_the_age_of_their_pattern(bound: float) -> None:
    pytest.importorskip("scipy")
    n, ages = 400, np.array([0.02, 0.05, 0.1, 0.2])
    effective = (int(bound * math.sqrt(n)) + 0.5) / math.sqrt(n)  # of 2K + 1 steps
    window = np.arange(-4, 5)
    errors = []
    for seed in range(8):
        patterns = hs.random_patterns(int((4 * effective**2 + 0.3) * n), n, rng=seed)
        weights = rules.bounded(patterns, bound=bound)
        chosen = patterns[len(patterns) - 1 - ((ages * n).astype(int)[:, None] + window)]
        errors.append(np.mean(chosen * (chosen @ weights) <= 0, axis=(1, 2)))
    found, error = np.mean(errors, axis=0), np.std(errors, axis=0, ddof=1) / math.sqrt(8)
    law = hs.theory.bounded_error(ages[:, None] + window / n, effective).mean(axis=1)
    np.testing.assert_array_less(np.abs(found - law), 4 * error + 0.03 * law)


def test_the_law_is_that_of_a_walk_between_bounds() -> None:
    pytest.importorskip("scipy")
    # A walk over 2K + 1 places, uniform at first, that ends beyond them: by powers of its matrix.
    k = 200
    step = np.eye(2 * k + 1, k=1) / 2 + np.eye(2 * k + 1, k=-1) / 2
    for time in (0.01, 0.05, 0.3, 1.0):  # in units of A²
        left = np.linalg.matrix_power(step, round(time * (k + 1) ** 2)).sum() / (2 * k + 2)
        for bound in (0.5, 2.0):
            expected = math.erfc(math.sqrt(3) * left / bound / math.sqrt(2)) / 2
            found = hs.theory.bounded_error(time * bound**2, bound)
            assert found == pytest.approx(expected, rel=1e-3)
    law = hs.theory.bounded_error
    # S(u) has two forms: they meet.
    steps = law(np.linspace(0.02, 0.04, 101) * 4, 2.0)
    assert np.abs(np.diff(steps, 2)).max() < 1e-6
    assert law(0, 3.0) == pytest.approx(math.erfc(math.sqrt(3) / 3 / math.sqrt(2)) / 2)
    assert law(1e9, 0.5) == 0.5


def test_the_latest_patterns_are_held_and_at_a_bound_of_0_4_most() -> None:
    held = []
    for bound in (0.2, 0.4, 0.7):
        counts = []
        for seed in range(4):
            patterns = hs.random_patterns(300, 300, rng=seed)
            rule = functools.partial(rules.bounded, bound=bound)
            net = hs.HopfieldNetwork(rule).store(patterns)
            latest = patterns[-60:]
            overlaps = hs.overlap(net.recall(latest, rng=1).states, latest).diagonal()
            counts.append((overlaps > 0.9).sum() / 300)
        held.append(np.mean(counts))
    assert held[1] > max(held[0], held[2]) + 0.01
    assert held[1] == pytest.approx(0.053, abs=0.012)


@pytest.mark.parametrize("bound", [0, -1, np.inf, "some"])
def test_a_bound_is_positive(bound: Any) -> None:
    with pytest.raises(HopfieldError, match="bound"):
        rules.bounded([[1, -1]], bound=bound)
    pytest.importorskip("scipy")
    with pytest.raises(HopfieldError, match="bound"):
        hs.theory.bounded_error(0.1, bound)
