"""Storage capacities for random patterns, to leading order in large N."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory._arguments import answer, formula, reals


@formula
def capacity(n_neurons: Any, criterion: str = "most") -> Any:
    r"""Number of random patterns that a network of N neurons stores without errors.

    ========== ========================== ===================================================
    criterion  P                          with a probability that goes to 1 as N grows
    ========== ========================== ===================================================
    "most"     :math:`N / (2 \ln N)`      Hebbian: any one pattern is a fixed point
    "all"      :math:`N / (4 \ln N)`      Hebbian: all patterns at once are fixed points
    "storkey"  :math:`N / \sqrt{2 \ln N}` Storkey's rule: any one pattern is a fixed point
    ========== ========================== ===================================================

    Parameters
    ----------
    n_neurons : float or array of float
        Number of neurons N ≥ 2; need not be an integer, so that smooth curves can be plotted.
    criterion : {"most", "all", "storkey"}
        Learning rule and definition of capacity, see the table.

    Returns
    -------
    float or ndarray of float64
        Number of patterns P, not rounded.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If N is below 2, or the criterion is unknown.

    References
    ----------
    R. J. McEliece, E. C. Posner, E. R. Rodemich, S. S. Venkatesh, IEEE Transactions on Information
    Theory 33, 461 (1987); A. J. Storkey, R. Valabregue, Neural Networks 12, 869 (1999).

    Examples
    --------
    >>> [round(capacity(1000, word), 1) for word in ("most", "all", "storkey")]
    [72.4, 36.2, 269.0]
    """
    n = reals(n_neurons, "n_neurons", minimum=2)
    criterion = checks.choice(criterion, ("most", "all", "storkey"), "criterion")
    if criterion == "storkey":
        return answer(n / np.sqrt(2.0 * np.log(n)))
    return answer(n / ((2.0 if criterion == "most" else 4.0) * np.log(n)))


@formula
def dense_capacity(n_neurons: Any, order: int, error: float | None = None) -> Any:
    r"""Number of random patterns that a dense memory of order n stores.

    With a small fraction of wrong bits (by the Gaussian limit of the noise), and without errors:

    .. math:: P = \frac{N^{n-1}}{(2n-3)!!\, z^2}, \quad Q(z) = \text{error};
        \qquad P = \frac{N^{n-1}}{2\,(2n-3)!!\,\ln N}.

    Parameters
    ----------
    n_neurons : float or array of float
        Number of neurons N ≥ 2.
    order : int
        Order n of the interaction, from 2 to 1000; 2 is the Hebbian network.
    error : float, optional
        Probability, between 0 and ½, that a bit of a stored pattern changes in one update;
        ``None`` for no errors, in the sense of ``capacity(N, "most")``.

    Returns
    -------
    float or ndarray of float64
        Number of patterns P, not rounded; inf on overflow. With rectified F it is twice as large.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    D. Krotov, J. J. Hopfield, NeurIPS 29 (2016), section 2.

    Examples
    --------
    >>> [round(dense_capacity(100, n), 1) for n in (2, 3, 4)]
    [10.9, 361.9, 7238.2]
    >>> round(dense_capacity(100, 3, error=0.005), 1)  # 0.0502 N²
    502.4
    """
    n = reals(n_neurons, "n_neurons", minimum=2)
    order = checks.integer(order, "order", minimum=2, maximum=1000)
    if error is None:
        squared_ratio = 2.0 * np.log(n)
    else:
        error = checks.real(error, "error")
        if not 0.0 < error < 0.5:
            raise InvalidInputError(
                f"error must be a probability above 0 and below 0.5; got {error}; "
                "for no errors at all use None"
            )
        squared_ratio = np.full_like(n, NormalDist().inv_cdf(error) ** 2)
    log_count = (order - 1) * np.log(n) - math.log(math.prod(range(1, 2 * order - 2, 2)))
    with np.errstate(over="ignore"):
        return answer(np.exp(log_count - np.log(squared_ratio)))
