"""Energies: of pair couplings, from states and their caches (Hopfield, PNAS 79, 2554, 1982, eq. 7),
and of dense memories, from overlaps.

E = −½ sᵀ W s + θ·s. With the fields scale · W s at hand this is a sum over N numbers, not N²; with
the overlaps Ξ s, one over P.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import Couplings, Factors
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.interactions import Interaction


def quadratic(
    couplings: Couplings,
    thresholds: NDArray[np.float64],
    states: NDArray[np.int8],
    cache: NDArray[Any],
) -> NDArray[np.float64]:
    """E of each state, (B,): exact for integer couplings and θ = 0, up to the one division by 2N.

    Examples
    --------
    Two neurons that prefer to agree, W = [[0, 1], [1, 0]]:

    >>> from hopfield_sim.backends.protocol import Matrix
    >>> pair = Matrix(np.array([[0.0, 1.0], [1.0, 0.0]]), np.zeros(2), 1.0)
    >>> states = np.array([[1, 1], [1, -1]], np.int8)
    >>> quadratic(pair, np.zeros(2), states, states @ pair.columns)
    array([-1.,  1.])
    """
    total = np.int64 if cache.dtype.kind == "i" else np.float64
    if isinstance(couplings, Factors):
        interaction = np.einsum("bp,bp->b", cache, cache, dtype=total)
        interaction -= couplings.own * couplings.n_neurons
    else:
        interaction = np.einsum("bi,bi->b", states, cache, dtype=total)
    external = states @ thresholds if thresholds.any() else 0.0
    return -interaction / (2.0 * couplings.scale) + external + 0.0


def flip_cost(
    couplings: Couplings,
    thresholds: NDArray[np.float64],
    states: NDArray[np.int8],
    fields: NDArray[Any],
) -> NDArray[np.float64]:
    """E(site flipped) − E = 2 s_i (Σ_{j≠i} W_ij s_j − θ_i), (B, N), for symmetric W."""
    others = (fields - couplings.diagonal * states) / couplings.scale
    return 2.0 * states * (others - thresholds) + 0.0


def dense(
    interaction: Interaction, overlaps: NDArray[np.int64], *, logarithmic: bool = False
) -> NDArray[np.float64]:
    """E = −Σ_μ F(m_μ), or −log Σ_μ e^{m_μ}, of states with the overlaps m = ξ·s, (B, P) → (B,)
    (Krotov & Hopfield, NeurIPS 29, 2016, eq. 1).

    Raises
    ------
    InvalidInputError
        When the sum exceeds all floats.

    Examples
    --------
    >>> dense(Interaction("polynomial", 3), np.array([[3, -1], [1, 1]])).tolist()
    [-26.0, -2.0]
    """
    if logarithmic:
        top = overlaps.max(axis=1)
        return -(top + np.log(np.exp((overlaps - top[:, None]).astype(np.float64)).sum(axis=1)))
    with np.errstate(over="ignore", invalid="ignore"):
        total = interaction.values(overlaps, overlaps.shape[1]).sum(axis=1)
    refuse_overflow(total, interaction)
    return 0.0 - total


def refuse_overflow(values: NDArray[np.float64], interaction: Interaction) -> None:
    """Refuse energies that no float holds.

    Raises
    ------
    InvalidInputError
        When one of them is not finite.
    """
    if not np.isfinite(values).all():
        instead = 'use energy="log"' if interaction.exponential else "use a lower order"
        raise InvalidInputError(
            f"the energy, a sum of {interaction}, exceeds every float for these states; {instead}"
        )
