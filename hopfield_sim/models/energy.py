"""Energies: of pair couplings, from states and their caches (Hopfield, PNAS 79, 2554, 1982, eq. 7),
of dense memories, from overlaps, and of restricted networks, from what reaches the hidden units.

E = −½ sᵀ W s + θ·s. With the fields scale · W s at hand this is a sum over N numbers, not N²; with
the overlaps Ξ s, one over P.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import Couplings, Factors
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.dense.interactions import Interaction

_LN2, _TINY = float(np.log(2.0)), np.finfo(np.float64).tiny


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

    Powers are summed exactly and rounded once: the higher of two energies is never the lower float.

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
    try:
        total = total.astype(np.float64)
    except OverflowError:  # of integers beyond every float
        total = np.array([np.inf])
    refuse_overflow(total, interaction)
    return 0.0 - total


def restricted(inputs: NDArray[np.float64], n_neurons: int) -> NDArray[np.float64]:
    """E = N ln 2 − Σ_j ln cosh a_j of states whose hidden units are at rest, from a = x W, (B, m) →
    (B,): the least that ``bipartite`` can be for these states.

    Examples
    --------
    >>> restricted(np.array([[0.0, 0.0], [1.0, -1.0]]), 2).round(3)
    array([1.386, 0.519])
    """
    size = np.abs(inputs)
    # ln cosh a = |a| + ln(1 + e^(−2|a|)) − ln 2 overflows nowhere.
    log_cosh = size + np.log1p(np.exp(-2.0 * size)) - _LN2
    return n_neurons * _LN2 - log_cosh.sum(axis=1)


def bipartite(
    inputs: NDArray[np.float64], hidden: NDArray[np.float64], n_neurons: int
) -> NDArray[np.float64]:
    """E(x, h) = −xᵀWh + N ln 2 + Σ_j ∫₀^{h_j} artanh, from a = x W and h, both (B, m) → (B,).

    ∫₀^x artanh = x artanh x + ½ ln(1 − x²) goes to ln 2 at ±1, where the visible units are
    (Hopfield, PNAS 81, 3088, 1984, eq. 8, without thresholds).

    Examples
    --------
    >>> bipartite(np.array([[1.0, -1.0]]), np.tanh([[1.0, -1.0]]), 2).round(3)
    array([0.519])
    """
    # ½ [(1 + h) ln(1 + h) + (1 − h) ln(1 − h)], in which 0 · ln 0 is 0.
    more, less = 1.0 + hidden, 1.0 - hidden
    bound = 0.5 * (more * np.log(np.maximum(more, _TINY)) + less * np.log(np.maximum(less, _TINY)))
    return n_neurons * _LN2 + (bound - inputs * hidden).sum(axis=1)


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
