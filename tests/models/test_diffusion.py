"""Diffusion as a memory: the posterior mean of noisy patterns is a step of a modern network."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError


def drawn():
    rng = np.random.default_rng(0)
    return rng.normal(size=(7, 3)), rng.normal(size=(5, 3))


@pytest.mark.parametrize("noise", [0.05, 0.4, 1.0, 5.0])
def test_it_is_bayes_theorem_and_a_step(noise):
    xi, x = drawn()
    densities = np.array(
        [[np.prod(np.exp(-((a - m) ** 2) / (2 * noise**2))) for m in xi] for a in x]
    )
    mean = hs.posterior_mean(x, xi, noise)
    some = densities.sum(axis=1) > 0
    wanted = densities @ xi / densities.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(mean[some], wanted[some], rtol=1e-10)
    step = hs.ModernHopfield(1 / noise**2, similarity="euclidean").store(xi)
    np.testing.assert_allclose(mean, x - step.gradient(x), atol=1e-12)
    np.testing.assert_allclose(hs.posterior_mean(x[0], xi, noise), mean[0], atol=1e-12)


def test_its_distance_from_the_state_is_the_score():
    xi, x = drawn()
    noise, h = 0.8, 1e-5

    def log_density(a):
        return np.log(np.exp(-((a - xi) ** 2).sum(axis=1) / (2 * noise**2)).mean())

    for a, mean in zip(x, hs.posterior_mean(x, xi, noise), strict=True):
        slope = [(log_density(a + e) - log_density(a - e)) / (2 * h) for e in h * np.eye(3)]
        np.testing.assert_allclose((mean - a) / noise**2, slope, atol=1e-7)


def test_it_is_the_best_guess():
    """Of all estimates of ξ from x the posterior mean has the least square error; by drawing."""
    rng = np.random.default_rng(1)
    xi, noise = rng.normal(size=(7, 3)), 0.7
    truth = xi[rng.integers(7, size=40_000)]
    x = truth + noise * rng.normal(size=truth.shape)
    mean = hs.posterior_mean(x, xi, noise)
    for other in (x, 0.9 * mean, 1.1 * mean, hs.posterior_mean(x, xi, 0.9 * noise),
                  hs.posterior_mean(x, xi, 1.1 * noise)):  # fmt: skip
        better = ((other - truth) ** 2 - (mean - truth) ** 2).sum(axis=1)
        assert better.mean() > 2 * better.std() / np.sqrt(len(x))
    left = (truth - mean) * mean  # what is left is not correlated with the guess
    assert np.abs(left.mean(axis=0) / (left.std(axis=0) / np.sqrt(len(x)))).max() < 4


@pytest.mark.parametrize("noise", [0.0, -1.0, np.nan, 1e16])
def test_a_noise_that_is_none(noise):
    with pytest.raises(InvalidInputError, match="noise"):
        hs.posterior_mean([[1.0]], [[1.0]], noise)
