"""Families of patterns and patterns of few factors: their overlaps are those of theory."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError


def level(a, b, branches):
    """How many levels below the root the last common ancestor of two leaves is."""
    found = 0
    for depth in range(1, len(branches)):
        width = math.prod(branches[depth:])
        found += a // width == b // width
    return found


@pytest.mark.parametrize(
    ("branches", "overlaps"),
    [((4, 5), (0.0, 0.6)), ((3, 2, 3), (0.1, 0.3, 0.7)), ((6,), (0.25,)), ((2, 3), (0.0, 0.0))],
)
def test_overlaps_of_families(branches, overlaps):
    """Mean q and variance (1 − q²)/N at every level, over 200 draws."""
    n, draws, p = 300, 200, math.prod(branches)
    q = np.zeros((draws, p, p))
    for seed in range(draws):
        xi = hs.patterns.hierarchical(branches, n, overlaps, rng=seed)
        assert xi.shape == (p, n)
        assert xi.dtype == np.int8
        q[seed] = hs.overlap(xi, xi)
    for deep, wanted in enumerate(overlaps):
        pairs = [(a, b) for a in range(p) for b in range(a) if level(a, b, branches) == deep]
        found = np.array([[q[seed, a, b] for a, b in pairs] for seed in range(draws)])
        means = found.mean(axis=1)
        assert abs(means.mean() - wanted) < 4 * means.std(ddof=1) / np.sqrt(draws)
        spread = ((found - wanted) ** 2).mean(axis=1)
        assert abs(spread.mean() - (1 - wanted**2) / n) < 4 * spread.std(ddof=1) / np.sqrt(draws)


def test_each_site_is_a_fair_coin_and_they_are_independent():
    sites = np.array(
        [hs.patterns.hierarchical([3, 2], 2, [0.2, 0.5], rng=s)[4] for s in range(1000)]
    )
    assert np.abs(sites.mean(axis=0)).max() < 4 / np.sqrt(1000)
    assert abs(sites.prod(axis=1).mean()) < 4 / np.sqrt(1000)


@pytest.mark.parametrize(("factors", "square"), [(1, 1.0), (2, 1 / 3), (50, None)])
def test_overlaps_of_patterns_of_few_factors(factors, square):
    """⟨q²⟩ = 1/N + (1 − 1/N) (2/π)² ⟨arcsin² ρ⟩; for D = 2 ρ = cos φ, φ uniform."""
    n, draws = 100, 400
    if square is None:
        c = np.random.default_rng(9).normal(size=(2, 200_000, factors))
        rho = np.einsum("ak,ak->a", *c) / np.sqrt((c**2).sum(axis=2).prod(axis=0))
        square = ((2 / np.pi * np.arcsin(rho)) ** 2).mean()
        assert square == pytest.approx((2 / np.pi) ** 2 / factors, rel=0.05)
    found = np.empty(draws)
    for seed in range(draws):
        xi = hs.patterns.hidden_manifold(10, n, factors, rng=seed)
        q = hs.overlap(xi, xi)[np.triu_indices(10, 1)]
        found[seed] = (q**2).mean()
    wanted = 1 / n + (1 - 1 / n) * square
    assert abs(found.mean() - wanted) <= 4 * found.std(ddof=1) / np.sqrt(draws) + 1e-12


def test_more_patterns_extend_fewer():
    many = hs.patterns.hidden_manifold(8, 20, 3, rng=1)
    np.testing.assert_array_equal(hs.patterns.hidden_manifold(5, 20, 3, rng=1), many[:5])


@pytest.mark.parametrize(
    ("branches", "overlaps", "words"),
    [
        ([2, 2], [0.5], "for each level"),
        ([2, 2], [0.5, 0.2], "none smaller"),
        ([], [], "for each level"),
        ([0], [0.5], "branches"),
        ([2], [1.5], "overlaps"),
        ([2], [-0.5], "overlaps"),
    ],
)
def test_bad_trees(branches, overlaps, words):
    with pytest.raises(InvalidInputError, match=words):
        hs.patterns.hierarchical(branches, 10, overlaps)
