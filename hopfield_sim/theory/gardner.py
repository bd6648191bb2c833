"""The optimal capacity: the number of random patterns that the best weights can store."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from hopfield_sim.theory._arguments import answer, formula, reals


@formula
def gardner_load(stability: Any) -> Any:
    r"""Largest load at which weights exist that store random patterns with this stability.

    .. math:: \frac{1}{\alpha_c(\kappa)} = \int_{-\kappa}^{\infty}\! Dz\,(z + \kappa)^2
        = (1 + \kappa^2)\, Q(-\kappa) + \frac{\kappa}{\sqrt{2\pi}} e^{-\kappa^2/2}.

    Parameters
    ----------
    stability : float or array of float
        Stability κ ≥ 0, the minimum of :math:`\xi_i \sum_j W_{ij} \xi_j / \lVert W_i \rVert_2` over
        neurons and patterns, as in ``rules.perceptron``. The formula does not hold for κ < 0.

    Returns
    -------
    float or ndarray of float64
        The load α_c = P/N for N → ∞ and unbiased random patterns; α_c(0) = 2.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``stability`` is negative, infinite or not a real number.

    References
    ----------
    E. Gardner, J. Phys. A 21, 257 (1988).

    Examples
    --------
    >>> gardner_load(0.0)
    2.0
    >>> round(gardner_load(1.0), 3)
    0.52
    """
    kappa = reals(stability, "stability", minimum=0)
    with np.errstate(over="ignore"):  # if κ² overflows, the load is 0
        inverse = (1.0 + kappa**2) * special.ndtr(kappa)
        inverse += kappa * np.exp(-0.5 * kappa**2) / math.sqrt(2.0 * math.pi)
    return answer(1.0 / inverse)
