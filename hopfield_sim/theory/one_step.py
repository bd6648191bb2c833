"""Probability that a bit of a stored pattern changes in one update: signal and crosstalk."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory import _coins, _crosstalk
from hopfield_sim.theory._arguments import answer, formula, integers, together

_LARGEST, _LARGEST_DENSE, _HIGHEST_ORDER = 10**18, 10**6, 1000


@formula
def one_step_error(
    n_neurons: Any,
    n_patterns: Any,
    *,
    order: int = 2,
    rectified: bool = False,
    zero_diagonal: bool = True,
    ties: str = "keep",
    exact: bool = True,
) -> Any:
    r"""Probability that a bit of a stored random pattern changes in one update.

    In the Hebbian network the aligned field of bit i in pattern ν is
    :math:`N \xi_i^\nu h_i = (N - 1) + S`, with S the sum of :math:`(P - 1)(N - 1)` independent
    fair coins of ±1, so that its distribution is binomial (with the diagonal, P adds to the
    signal):

    .. math:: p = \Pr[\,N - 1 + S < 0\,]
        \;\longrightarrow\; Q\!\left(\sqrt{N/P}\right), \qquad
        Q(x) = \tfrac12 \operatorname{erfc}(x/\sqrt2).

    In a dense memory of order n the signal is :math:`N^n - (N - 2)^n`, and each other pattern adds
    ±D(X), where D(X) = F(X + 1) − F(X − 1) and X is the sum of N − 1 coins; the limit is
    :math:`Q(\sqrt{N^{n-1} / ((2n-3)!!\, P)})`, with half the noise variance if rectified.

    Parameters
    ----------
    n_neurons, n_patterns : int or array of int
        Numbers of neurons N and of patterns P (including the pattern itself), from 1 to 10¹⁸;
        arrays broadcast. For the exact distribution of a dense memory, N is at most 10⁶.
    order : int
        Order n of the interaction, from 1 to 1000; 2 is the Hebbian network.
    rectified : bool
        Use F(x) = max(x, 0)ⁿ in place of xⁿ.
    zero_diagonal : bool
        ``False`` keeps the diagonal P/N of Hebbian weights. It must be True for dense memories, in
        which a neuron does not contribute to its own field.
    ties : {"keep", "plus"}
        Effect of a field of exactly zero: keep the bit, or set it to +1 (an error for every second
        bit).
    exact : bool
        True for the exact distribution at finite N and P; False for the Gaussian limit of large N
        and P, in which ties are irrelevant.

    Returns
    -------
    float or ndarray of float64
        The probability, in [0, 1].

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range, or ``zero_diagonal=False`` for a dense memory.

    Notes
    -----
    The binomial tail has a relative accuracy of about 1e-12 up to 10⁵ coins and of 1e-10 for any N
    and P, at a cost independent of them. For a dense memory the cost increases with N and with the
    number of lattice points that the noise covers (at most about a second); for more than two
    million points a coarser lattice is used, with relative errors of a few 1e-6.

    References
    ----------
    J. Hertz, A. Krogh, R. G. Palmer, *Introduction to the Theory of Neural Computation* (1991),
    section 2.2; D. Krotov, J. J. Hopfield, NeurIPS 29 (2016), section 2.

    Examples
    --------
    For three neurons and two patterns, S is the sum of two coins, and 2 + S is never negative, but
    zero with probability 1/4.

    >>> one_step_error(3, 2), one_step_error(3, 2, ties="plus")
    (0.0, 0.125)
    >>> round(one_step_error(1000, 138), 5), round(one_step_error(1000, 138, exact=False), 5)
    (0.00344, 0.00355)
    """
    neurons, patterns = together(
        integers(n_neurons, "n_neurons", minimum=1, maximum=_LARGEST),
        integers(n_patterns, "n_patterns", minimum=1, maximum=_LARGEST),
        names="n_neurons and n_patterns",
    )
    order = checks.integer(order, "order", minimum=1, maximum=_HIGHEST_ORDER)
    rectified = checks.flag(rectified, "rectified")
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    ties = checks.choice(ties, ("keep", "plus"), "ties")
    hebbian = order == 2 and not rectified
    if not (hebbian or zero_diagonal):
        raise InvalidInputError(
            "zero_diagonal=False is meaningful for the Hebbian network (order=2, rectified=False) "
            f"only; got order={order}, rectified={rectified}, which has no self-coupling"
        )
    exact = checks.flag(exact, "exact")
    if exact and not hebbian and (neurons > _LARGEST_DENSE).any():
        raise InvalidInputError(
            f"n_neurons must be {_LARGEST_DENSE} or less for the exact law of a dense memory; "
            f"got {neurons.max()}; use exact=False, which is accurate for such N"
        )
    law = _exact if exact else _gaussian_limit
    result = np.empty(neurons.shape)
    for index in np.ndindex(neurons.shape):
        n, p = int(neurons[index]), int(patterns[index])
        result[index] = law(n, p, order, rectified, zero_diagonal, ties)
    return answer(result)


def _exact(n: int, p: int, order: int, rectified: bool, zero_diagonal: bool, ties: str) -> float:
    """Probability of a noise beyond the signal, plus half that of a tie if ties give +1."""
    if order == 2 and not rectified:
        coins = (p - 1) * (n - 1)
        signal = n - 1 if zero_diagonal else n - 1 + p
        # Sums of coins have the parity of their number.
        next_sum = signal + (2 if (signal - coins) % 2 == 0 else 1)
        beyond, tie = _coins.coin_tail(coins, next_sum), _coins.coin_mass(coins, signal)
    else:
        beyond, tie = _crosstalk.exceed(_crosstalk.steps(n, order, rectified), p - 1)
    return beyond + (0.5 * tie if ties == "plus" else 0.0)


def _gaussian_limit(
    n: int, p: int, order: int, rectified: bool, zero_diagonal: bool, ties: str
) -> float:
    """Q(signal / noise), the limit of large N and P."""
    log_variance = math.log(p * math.prod(range(1, 2 * order - 2, 2))) - (order - 1) * math.log(n)
    log_noise = 0.5 * (log_variance - (math.log(2.0) if rectified else 0.0))
    log_signal = 0.0 if zero_diagonal else math.log1p(p / n)
    return float(special.ndtr(-math.exp(min(log_signal - log_noise, 700.0))))
