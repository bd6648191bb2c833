"""Small arrays for the cases of exercises, always the same."""

from __future__ import annotations

import numpy as np


def spins(*shape: int, seed: int = 0) -> np.ndarray:
    """Return an int8 array of ±1."""
    drawn = np.random.default_rng((seed, *shape)).choice([-1, 1], size=shape)
    return drawn.astype(np.int8)


def couplings(n_neurons: int, *, symmetric: bool = True, seed: int = 0) -> np.ndarray:
    """Return real weights with a zero diagonal."""
    weights = np.random.default_rng((seed, n_neurons)).normal(size=(n_neurons, n_neurons))
    if symmetric:
        weights = (weights + weights.T) / 2
    np.fill_diagonal(weights, 0.0)
    return weights


def ring(n_neurons: int) -> np.ndarray:
    """Return the couplings of a ring: alternating states have fields of 0 at a defect."""
    return np.roll(np.eye(n_neurons), 1, 0) + np.roll(np.eye(n_neurons), -1, 0)
