"""Variances of random features: the table, Monte Carlo, and what follows for the energy."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

pytest.importorskip("scipy")

from hopfield_sim.theory import feature_error, feature_variance, features_needed

KERNELS = ["sincos", "cos", "exp", "expexp"]


def table(x: np.ndarray, y: np.ndarray, beta: float, kernel: str) -> float:
    """For one pattern, as the literature has it."""
    k = math.exp(-beta * ((x - y) ** 2).sum() / 2)
    z = beta * ((x + y) ** 2).sum()
    return {
        "sincos": (1 - k**2) ** 2 / 2,
        "cos": (1 - k**2) ** 2 / 2 + 1 / 2,
        "exp": k**2 * (math.exp(z) - 1),
        "expexp": k**2 * (math.exp(z) - 1) * (1 - math.exp(-z)) / 2,
    }[kernel]


@pytest.mark.parametrize("kernel", KERNELS)
def test_one_pattern_is_the_table(kernel) -> None:
    rng = np.random.default_rng(0)
    for beta in (0.3, 2.0, 10.0):
        x, y = rng.normal(size=(2, 4)) / 4
        assert feature_variance(x, [y], beta, kernel) == pytest.approx(
            table(x, y, beta, kernel), rel=1e-9, abs=1e-15
        )


@pytest.mark.parametrize("patterns", [1, 3])
@pytest.mark.parametrize("kernel", KERNELS)
def test_monte_carlo(kernel, patterns) -> None:
    """20 000 features one by one: mean and variance within four standard errors."""
    rng = np.random.default_rng(1)
    beta, n = 2.0, 20_000
    memories = 0.25 * rng.normal(size=(patterns, 3))
    x = memories[0] + 0.3 * rng.normal(size=3)
    memory = hs.DistributedMemory(n, beta, kernel=kernel, rng=0).store(memories)
    # One row of S is one sample: its features of x times those of all memories.
    samples = (memory.features(x) * memory.memory).reshape(-1, n).sum(axis=0) * n
    mean = np.exp(-beta / 2 * ((x - memories) ** 2).sum(axis=1)).sum()
    assert abs(samples.mean() - mean) < 4 * samples.std() / math.sqrt(n)
    deviations = (samples - samples.mean()) ** 2
    error = deviations.std() / math.sqrt(n)
    assert abs(deviations.mean() - feature_variance(x, memories, beta, kernel)) < 4 * error
    assert error < 0.12 * deviations.mean()  # else this would say nothing


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS)
def test_the_error_of_the_energy(kernel) -> None:
    rng = np.random.default_rng(2)
    beta, n_features = 3.0, 3000
    memories = 0.2 * rng.normal(size=(10, 5))
    x = memories[:4] + 0.1 * rng.normal(size=(4, 5))
    exact = np.exp(-beta / 2 * ((x[:, None] - memories) ** 2).sum(axis=2)).sum(axis=1)
    errors = []
    for seed in range(300):
        memory = hs.DistributedMemory(n_features, beta, kernel=kernel, rng=seed).store(memories)
        errors.append(np.abs(memory.energy(x) + np.log(exact) / beta))
    found, spread = np.mean(errors, axis=0), np.std(errors, axis=0) / math.sqrt(300)
    wanted = feature_error(x, memories, beta, n_features, kernel)
    assert (np.abs(found - wanted) < 4 * spread + 0.03 * wanted).all()


def test_shapes_and_limits() -> None:
    x = np.zeros((3, 2))
    assert feature_variance(x, x[:1], 1.0).shape == (3,)
    assert isinstance(feature_variance(x[0], x, 1.0), float)
    assert feature_error(x + 0.1, x, 1.0, [10, 20]).shape == (3, 2)
    assert feature_error(x[0] + 0.1, x, 1.0, [10, 20]).shape == (2,)
    assert isinstance(feature_error(x[0] + 0.1, x, 1.0, 10), float)
    assert feature_variance(np.ones(2), np.ones((1, 2)), 500.0, "exp") == math.inf
    far = feature_variance([0.0, 0.0], [[9.0, 0.0], [0.0, 9.0]], 10.0)
    assert far == pytest.approx(1.0)  # ½ a pattern where nothing is near


def test_features_needed() -> None:
    assert features_needed(500, 30.0) == 2500.0
    assert features_needed(1, 2.0, 0.5) == pytest.approx(5 * math.exp(0.5))
    np.testing.assert_allclose(features_needed([1, 10], 0.0), [5.0, 50.0])
    assert features_needed(1, 1e6, 1.0) == math.inf
    # That many keep the error below a third: √(P/2Y)/k = 1/√10.
    count = features_needed(40, 20.0, 0.4)
    k = math.exp(-20.0 * 0.4**2 / 2)
    assert math.sqrt(40 / (2 * count)) / k == pytest.approx(1 / math.sqrt(10))


def test_bad_input() -> None:
    good = ([0.0, 1.0], [[0.0, 1.0]])
    with pytest.raises(InvalidInputError, match="beta must be greater than 0"):
        feature_variance(*good, 0.0)
    with pytest.raises(InvalidInputError, match='did you mean "sincos"'):
        feature_variance(*good, 1.0, "sincoss")
    with pytest.raises(InvalidInputError, match=r"\(2,\) or \(B, 2\)"):
        feature_variance([0.0], good[1], 1.0)
    with pytest.raises(InvalidInputError, match="finite"):
        feature_variance(good[0], [[0.0, np.nan]], 1.0)
    with pytest.raises(InvalidInputError, match="n_features must be 1 or more"):
        feature_error(*good, 1.0, 0)
    with pytest.raises(InvalidTypeError, match="distance"):
        features_needed(1, 1.0, "far")
    with pytest.raises(InvalidInputError, match="broadcast"):
        features_needed([1, 2], [1.0, 2.0, 3.0])
