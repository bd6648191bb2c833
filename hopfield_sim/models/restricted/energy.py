"""Energies of a restricted network, from the fields of the hidden units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import module_of

_LN2, _TINY = float(np.log(2.0)), float(np.finfo(np.float64).tiny)


def at_rest(inputs: NDArray[np.float64], n_neurons: int) -> NDArray[np.float64]:
    """E = N ln 2 − Σ_j ln cosh a_j of states whose hidden units are at rest, from a = x W, (B, m) →
    (B,): the minimum of ``joint`` over h.

    Examples
    --------
    >>> at_rest(np.array([[0.0, 0.0], [1.0, -1.0]]), 2).round(3)
    array([1.386, 0.519])
    """
    xp, size = module_of(inputs), abs(inputs)
    # ln cosh a = |a| + ln(1 + e^(−2|a|)) − ln 2 overflows nowhere.
    log_cosh = size + xp.log1p(xp.exp(-2.0 * size)) - _LN2
    energies: NDArray[np.float64] = n_neurons * _LN2 - log_cosh.sum(axis=1)
    return energies


def joint(
    inputs: NDArray[np.float64], hidden: NDArray[np.float64], n_neurons: int
) -> NDArray[np.float64]:
    """E(x, h) = −xᵀWh + N ln 2 + Σ_j ∫₀^{h_j} artanh, from a = x W and h, both (B, m) → (B,).

    ∫₀^x artanh = x artanh x + ½ ln(1 − x²) goes to ln 2 at ±1, where the visible units are
    (Hopfield, PNAS 81, 3088, 1984, eq. 8, without thresholds).

    Examples
    --------
    >>> joint(np.array([[1.0, -1.0]]), np.tanh([[1.0, -1.0]]), 2).round(3)
    array([0.519])
    """
    # ½ [(1 + h) ln(1 + h) + (1 − h) ln(1 − h)], in which 0 · ln 0 is 0.
    xp, more, less = module_of(hidden), 1.0 + hidden, 1.0 - hidden
    bound = 0.5 * (more * xp.log(xp.maximum(more, _TINY)) + less * xp.log(xp.maximum(less, _TINY)))
    return n_neurons * _LN2 + (bound - inputs * hidden).sum(axis=1)
