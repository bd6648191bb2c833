"""Dreaming networks: the probability that a bit of a stored pattern changes at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from hopfield_sim.theory._arguments import answer, formula, reals, together


@formula
def dreaming_error(load: Any, time: Any) -> Any:
    r"""Probability that a bit of a stored pattern is unstable in a network after a time of sleep.

    .. math:: Q\!\left(\sqrt{\frac{(1 + tG)(1 + tG^2)}{α}}\right) , \qquad
       G = \frac{1}{1 + tα/(1 + tG)}

    Parameters
    ----------
    load : float or array of float
        Load α = P/N > 0.
    time : float or array of float
        Sleeping time t ≥ 0, as in ``rules.dreaming``; broadcast with ``load``.

    Returns
    -------
    float or ndarray of float64
        The probability, for N → ∞, random patterns and weights without a diagonal. It is
        Q(1/√α), Hebb's, at t = 0, and falls to 0 for t → ∞ where α < 1.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``load`` is not positive, or ``time`` is negative or not a real number.

    Notes
    -----
    With Hebb's matrix M and R = (1 + tM)⁻¹, the weights are ((1 + t)/t)(1 - R). Taking one pattern
    out of M, a change of rank one, leaves in its field at a bit of that pattern a signal of
    tG²/(1 + tG) and Gaussian noise of variance (G₂ - G²)/(1 + tG)², up to a common factor, where
    G and G₂ are the mean eigenvalues of R and R². The eigenvalues of M are those of Marchenko and
    Pastur (Math. USSR Sbornik 1, 457, 1967): hence the equation for G, and G₂ = G + t dG/dt.

    References
    ----------
    The rule: A. Fachechi, E. Agliari, A. Barra, Neural Networks 112, 24 (2019).

    Examples
    --------
    >>> [round(dreaming_error(0.5, time), 4) for time in (0, 1, 3)]
    [0.0786, 0.0083, 0.0001]
    """
    alpha, t = together(
        reals(load, "load", minimum=np.finfo(float).tiny),
        reals(time, "time", minimum=0),
        names="load and time",
    )
    half = 0.5 * (1.0 + t * (alpha - 1.0))  # t G² + 2 half G = 1
    root = np.hypot(half, np.sqrt(t))
    g = np.where(half > 0, 1.0 / (half + root), (root - half) / np.where(t > 0, t, 1.0))
    return answer(special.ndtr(-np.sqrt((1.0 + t * g) * (1.0 + t * g**2) / alpha)))
