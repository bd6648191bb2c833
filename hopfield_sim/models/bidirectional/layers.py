"""Two layers with couplings between them only: W = Σ_μ x^μ y^μᵀ, whole numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import Matrix
from hopfield_sim.backends.reference.pairs import whole_product
from hopfield_sim.models.hopfield import couplings

Spins = NDArray[np.int8]


def weights(keys: Spins, values: Spins) -> NDArray[np.int64]:
    """W = Σ_μ x^μ y^μᵀ, (N_x, N_y).

    Examples
    --------
    >>> weights(np.array([[1, -1]], np.int8), np.array([[1, 1, -1]], np.int8))
    array([[ 1,  1, -1],
           [-1, -1,  1]])
    """
    return whole_product(keys.T, values, 1).astype(np.int64)


def fields(states: Spins, mine: Spins, other: Spins) -> NDArray[np.int64]:
    """Fields of the other layer for states (B, N) of mine, by their overlaps with the pairs."""
    overlaps = whole_product(states, mine.T, 1)
    return whole_product(overlaps, other, states.shape[1]).astype(np.int64)


def joined(keys: Spins, values: Spins) -> Matrix:
    """The couplings of all N_x + N_y neurons, the keys first: W off the diagonal, else zero."""
    n_keys, n = keys.shape[1], keys.shape[1] + values.shape[1]
    checks.memory(12 * n * n, f"a weight matrix of {n} x {n} neurons", "use fewer neurons")
    columns = np.zeros((n, n), np.int16 if len(keys) < 2**15 else np.int32)
    columns[:n_keys, n_keys:] = whole_product(keys.T, values, 1)
    columns[n_keys:, :n_keys] = columns[:n_keys, n_keys:].T
    made = couplings.whole(columns, np.zeros(n), 1.0)
    if 4 * len(keys) >= n:
        return made
    x, y = np.zeros((2, len(keys), n), np.int8)
    x[:, :n_keys], y[:, n_keys:] = keys, values
    return replace(made, outer=(np.concatenate([x, y]), np.concatenate([y, x])))
