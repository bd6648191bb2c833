"""How often a bit of a stored pattern changes in one update: signal against crosstalk."""

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
    r"""Give the probability that a bit of a stored random pattern changes in one update from it.

    In the Hebbian network the field on bit i of pattern ν is
    :math:`N \xi_i^\nu h_i = (N - 1) + S`, with S the sum of :math:`(P - 1)(N - 1)` independent
    fair coins of ±1, so that the law is binomial (with its diagonal kept, P joins the signal):

    .. math:: p = \Pr[\,N - 1 + S < 0\,]
        \;\longrightarrow\; Q\!\left(\sqrt{N/P}\right), \qquad
        Q(x) = \tfrac12 \operatorname{erfc}(x/\sqrt2).

    In a dense memory of order n the signal is :math:`N^n - (N - 2)^n`, and each other pattern adds
    ±D(X), D(X) = F(X + 1) − F(X − 1), X the sum of N − 1 coins; the limit is
    :math:`Q(\sqrt{N^{n-1} / ((2n-3)!!\, P)})`, with half the noise variance when rectified.

    Parameters
    ----------
    n_neurons, n_patterns : int or array of int
        N and P from 1 to 10¹⁸, the pattern asked about being one of the P; arrays broadcast. The
        exact law of a dense memory takes N up to 10⁶.
    order : int
        n from 1 to 1000; 2 is the Hebbian network.
    rectified : bool
        F(x) = max(x, 0)ⁿ in place of xⁿ.
    zero_diagonal : bool
        False: the Hebbian weights keep their diagonal P/N. Dense memories have no such choice: a
        neuron never takes part in its own field.
    ties : {"keep", "plus"}
        What a field of exactly zero does: keep the bit, or set it to +1 (which is an error for
        every second bit).
    exact : bool
        True: the law at finite N and P. False: its Gaussian limit for large N and P, in which ties
        have no part.

    Returns
    -------
    float or ndarray of float64
        The probability, in [0, 1].

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments outside these ranges, and for ``zero_diagonal=False`` in a dense memory.

    Notes
    -----
    The binomial tail is accurate to about 1e-12 relative up to 10⁵ coins and to 1e-10 for any N and
    P, at a cost that does not depend on them. For a dense memory the cost grows with N and with the
    number of lattice points that the noise spans (at most a second or so); above two million points
    the lattice is coarsened, with relative errors of a few 1e-6.

    References
    ----------
    J. Hertz, A. Krogh, R. G. Palmer, *Introduction to the Theory of Neural Computation* (1991),
    section 2.2; D. Krotov, J. J. Hopfield, NeurIPS 29 (2016), section 2.

    Examples
    --------
    Three neurons, two patterns: S is the sum of two coins and 2 + S is never negative, but it is
    zero in one case of four.

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
            f"only; got order={order}, rectified={rectified}, where a neuron never acts on itself"
        )
    exact = checks.flag(exact, "exact")
    if exact and not hebbian and (neurons > _LARGEST_DENSE).any():
        raise InvalidInputError(
            f"n_neurons must be {_LARGEST_DENSE} or less for the exact law of a dense memory; "
            f"got {neurons.max()}; use exact=False, which is right there"
        )
    law = _exact if exact else _gaussian_limit
    result = np.empty(neurons.shape)
    for index in np.ndindex(neurons.shape):
        n, p = int(neurons[index]), int(patterns[index])
        result[index] = law(n, p, order, rectified, zero_diagonal, ties)
    return answer(result)


def _exact(n: int, p: int, order: int, rectified: bool, zero_diagonal: bool, ties: str) -> float:
    """Probability of a noise beyond the signal, plus half that of a tie where a tie gives +1."""
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
    """Q(signal / noise) for N and P to infinity together."""
    log_variance = math.log(p * math.prod(range(1, 2 * order - 2, 2))) - (order - 1) * math.log(n)
    log_noise = 0.5 * (log_variance - (math.log(2.0) if rectified else 0.0))
    log_signal = 0.0 if zero_diagonal else math.log1p(p / n)
    return float(special.ndtr(-math.exp(min(log_signal - log_noise, 700.0))))
