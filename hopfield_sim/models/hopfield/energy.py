"""Energies of pair couplings, from states and caches (Hopfield, PNAS 79, 2554, 1982, eq. 7).

E = −½ sᵀ W s + θ·s. With the fields scale · W s at hand this is a sum over N numbers, not N²; with
the overlaps Ξ s, one over P.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import Couplings, Factors
from hopfield_sim.checks import places


def quadratic(
    couplings: Couplings,
    thresholds: NDArray[np.float64],
    states: NDArray[np.int8],
    cache: NDArray[Any],
) -> NDArray[np.float64]:
    """Energy of each state, (B,): exact for integer couplings and θ = 0, up to a division by 2N.

    Examples
    --------
    Two neurons that prefer to agree, W = [[0, 1], [1, 0]]:

    >>> from hopfield_sim.backends.protocol import Matrix
    >>> pair = Matrix(np.array([[0.0, 1.0], [1.0, 0.0]]), np.zeros(2), 1.0)
    >>> states = np.array([[1, 1], [1, -1]], np.int8)
    >>> quadratic(pair, np.zeros(2), states, states @ pair.columns)
    array([-1.,  1.])
    """
    xp, total = places.module_of(states), np.int64 if cache.dtype.kind == "i" else np.float64
    if isinstance(couplings, Factors):
        interaction = xp.einsum("bp,bp->b", cache, cache, dtype=total)
        interaction -= couplings.own * couplings.n_neurons
    else:
        interaction = xp.einsum("bi,bi->b", states, cache, dtype=total)
    external = states @ places.beside(thresholds, states) if thresholds.any() else 0.0
    found = -interaction / (2.0 * couplings.scale) + external + 0.0
    return found


def flip_cost(
    couplings: Couplings,
    thresholds: NDArray[np.float64],
    states: NDArray[np.int8],
    fields: NDArray[Any],
) -> NDArray[np.float64]:
    """E(site flipped) − E = 2 s_i (Σ_{j≠i} W_ij s_j − θ_i), (B, N), for symmetric W."""
    diagonal, theta = (places.beside(a, states) for a in (couplings.diagonal, thresholds))
    others = (fields - diagonal * states) / couplings.scale
    return 2.0 * states * (others - theta) + 0.0
