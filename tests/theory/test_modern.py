"""Theory of modern Hopfield networks against another way to solve it, and the networks."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import theory
from hopfield_sim.errors import InvalidInputError, InvalidTypeError


def lambert(z: Decimal) -> Decimal:
    """w with w e^w = z by bisection in 40 digits: slow, and nothing like the package's way."""
    low, high = Decimal(0), max(z, Decimal(1))
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * middle.exp() < z else (low, middle)
    return low


@pytest.mark.parametrize("beta", [0.1, 1.0, 8.0])
@pytest.mark.parametrize(("radius", "dim"), [(3, 20), (1, 75), (0.5, 5)])
def test_the_constant_by_another_way(beta, radius, dim):
    getcontext().prec = 40
    p = Decimal("0.001")
    k = Decimal(radius) ** 2 * Decimal(beta)
    a = Decimal(2) / (dim - 1) * (1 + (2 * k * p * (dim - 1)).ln())
    b = 2 * k / 5
    c = b / lambert((a + b.ln()).exp())
    assert theory.modern_constant(beta, radius, dim, 0.001) == pytest.approx(float(c), rel=1e-13)


def test_the_numbers_of_the_paper():
    assert theory.modern_constant(1, 3, 20, 0.001) == pytest.approx(3.1546, abs=5e-5)
    assert theory.modern_constant(1, 1, 75, 0.001) == pytest.approx(1.3718, abs=1e-4)
    expected = math.sqrt(0.001) * 1.37188**18.5
    assert theory.modern_capacity(1, 1, 75, 0.001) == pytest.approx(expected, rel=1e-3)
    assert theory.modern_capacity(1, 10, 10_000, 0.001) == math.inf
    # W of a huge argument: w + ln w = y, so w is nearly y − ln y.
    assert theory.modern_constant(1e9, 100, 20, 0.5) > 1


def test_separation_by_hand_and_by_loops():
    xi = np.random.default_rng(0).normal(size=(7, 4))
    slow = [min(xi[i] @ xi[i] - xi[i] @ xi[j] for j in range(7) if j != i) for i in range(7)]
    np.testing.assert_allclose(theory.modern_separation(xi), slow, atol=1e-13)


def test_one_step_comes_as_near_as_the_bound_says():
    # Patterns on a sphere; the fixed point of each is found by many steps, the bound must hold for
    # starts at the pattern and beside it.
    rng = np.random.default_rng(1)
    xi = rng.normal(size=(40, 30))
    xi *= 4 / np.linalg.norm(xi, axis=1, keepdims=True)
    gaps = theory.modern_separation(xi)
    for beta in (1.0, 2.0, 4.0):
        mem = hs.ModernHopfield(beta=beta).store(xi)
        fixed = mem.recall(xi, tol=1e-14, max_steps=1000).states
        for shift in (0.0, 0.1):
            starts = xi + shift * rng.normal(size=xi.shape) / math.sqrt(30)
            once = mem.recall(starts, max_steps=1).states
            error = np.linalg.norm(once - fixed, axis=1)
            r = np.maximum(np.linalg.norm(starts - xi, axis=1), np.linalg.norm(fixed - xi, axis=1))
            bound = theory.modern_error(gaps, 40, 4.0, beta, r)
            assert (error <= bound + 1e-13).all()
    assert (bound < 1e-3).any()  # and it says something


def test_the_weight_in_three_dimensions_and_by_drawing():
    # d = 3: t is uniform, ⟨e^(κ(t − 1))⟩ = (1 − e^(−2κ)) / 2κ.
    for kappa in (0.1, 3.0, 500.0):
        average = -math.expm1(-2 * kappa) / (2 * kappa)
        found = theory.modern_weight(kappa / 2, 1.0, 3, 50)
        assert found == pytest.approx(1 / (1 + 49 * average), rel=1e-10)
    rng = np.random.default_rng(0)
    xi = rng.normal(size=(4000, 10))
    t = (xi / np.linalg.norm(xi, axis=1, keepdims=True))[:, 0]
    terms = np.exp(-1.5 * 9 * (1 - t))
    drawn, error = terms.mean(), terms.std() / math.sqrt(4000)
    found = 1 / theory.modern_weight(1.5, 1.0, 10, 2) - 1
    assert abs(found - drawn) < 4 * error
    assert theory.modern_weight(1e9, 1.0, 10, 10**6) == pytest.approx(1.0)
    assert theory.modern_weight(0, 1.0, 10, [1, 4]).tolist() == pytest.approx([1.0, 0.25])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("noise", "dim", "n_patterns", "networks"),
    [(1.75, 64, 100, 300), (2.0, 64, 100, 300), (2.25, 64, 100, 300), (0.5, 2, 5, 3000),
     (1.0, 3, 10, 3000), (6.0, 400, 1000, 20)],
)  # fmt: skip
def test_a_noisy_pattern_is_the_nearest_as_often_as_in_a_drawing(noise, dim, n_patterns, networks):
    rng = np.random.default_rng(7)
    found = []
    for _ in range(networks):
        xi = rng.normal(size=(n_patterns, dim))
        xi /= np.linalg.norm(xi, axis=1, keepdims=True)
        own = rng.integers(n_patterns, size=100)
        cues = xi[own] + noise / math.sqrt(dim) * rng.normal(size=(100, dim))
        found.append(((cues @ xi.T).argmax(axis=1) == own).mean())
    error = np.std(found, ddof=1) / math.sqrt(networks)
    expected = theory.modern_nearest(noise, dim, n_patterns)
    assert abs(np.mean(found) - expected) < 3.5 * error


def test_the_nearest_where_it_is_known():
    # Two directions in a plane: the cue's own one wins with the chance 1 − ⟨θ⟩/π.
    rng = np.random.default_rng(0)
    g = rng.normal(size=(2, 10**6))
    theta = np.arctan2(np.abs(g[1]), np.sqrt(2) / 0.7 + g[0])
    mean, error = theta.mean() / math.pi, theta.std() / math.pi / 1000
    assert abs(1 - theory.modern_nearest(0.7, 2, 2) - mean) < 4 * error
    assert theory.modern_nearest(0.0, 50, 10**9) == pytest.approx(1.0)
    for dim in (2, 3, 30, 10**6):
        found = theory.modern_nearest(1e12, dim, [1, 2, 40])
        rtol = 2e-4 if dim == 2 else 1e-8
        np.testing.assert_allclose(found, [1, 1 / 2, 1 / 40], rtol=rtol)
    assert theory.modern_nearest([[1.0], [2.0]], 9, [5, 6, 7]).shape == (2, 3)
    assert theory.modern_nearest(1.0, 10**6, 2**53) > 0.999


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((0, 3, 20, 0.001), InvalidInputError, "beta must be greater than 0"),
        ((1, -1, 20, 0.001), InvalidInputError, "radius"),
        ((1, 3, 1, 0.001), InvalidInputError, "dim must be 2 or more"),
        ((1, 3, 20, 0.0), InvalidInputError, "failure must be a probability"),
        ((1, 3, 20, 1.0), InvalidInputError, "failure must be a probability"),
        ((1, 3, 20.5, 0.1), InvalidTypeError, "dim must be an integer"),
        (("one", 3, 20, 0.1), InvalidTypeError, "beta must be a real number"),
    ],
)
def test_bad_arguments(arguments, error, words):
    with pytest.raises(error, match=words):
        theory.modern_constant(*arguments)


def test_bad_arguments_of_the_others():
    with pytest.raises(InvalidInputError, match="at least two"):
        theory.modern_separation([[1.0, 2.0]])
    with pytest.raises(InvalidInputError, match="broadcast"):
        theory.modern_error([1.0, 2.0], 5, 1.0, [1.0, 2.0, 3.0])
    with pytest.raises(InvalidInputError, match="n_patterns"):
        theory.modern_error(1.0, 1, 1.0, 1.0)
