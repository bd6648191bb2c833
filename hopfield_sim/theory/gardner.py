"""The optimal capacity: how many random patterns the best possible weights can hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from hopfield_sim.theory._arguments import answer, formula, reals


@formula
def gardner_load(stability: Any) -> Any:
    r"""Give the largest load at which some weights hold random patterns with this stability.

    .. math:: \frac{1}{\alpha_c(\kappa)} = \int_{-\kappa}^{\infty}\! Dz\,(z + \kappa)^2
        = (1 + \kappa^2)\, Q(-\kappa) + \frac{\kappa}{\sqrt{2\pi}} e^{-\kappa^2/2}.

    Parameters
    ----------
    stability : float or array of float
        κ ≥ 0, the least of :math:`\xi_i \sum_j W_{ij} \xi_j / \lVert W_i \rVert_2` over neurons and
        patterns, as in ``rules.perceptron``. For negative κ the formula no longer holds.

    Returns
    -------
    float or ndarray of float64
        α_c = P/N for N to infinity, random patterns without bias; α_c(0) = 2.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For negative or infinite stabilities, and for anything that is not a real number.

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
    with np.errstate(over="ignore"):  # κ² beyond all floats: the load is then 0
        inverse = (1.0 + kappa**2) * special.ndtr(kappa)
        inverse += kappa * np.exp(-0.5 * kappa**2) / math.sqrt(2.0 * math.pi)
    return answer(1.0 / inverse)
