"""Probability that a bit is wrong after one update from a pattern or cue: signal and crosstalk."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory import _coins, _crosstalk
from hopfield_sim.theory._arguments import answer, formula, integers, together

LARGEST, _LARGEST_DENSE, _HIGHEST_ORDER = 10**18, 10**6, 1000


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
    flipped: Any = 0,
) -> Any:
    r"""Probability that a bit of a random pattern is wrong after one update, from it or from a cue.

    In the Hebbian network the aligned field of bit i in pattern ν is
    :math:`N \xi_i^\nu h_i = (N - 1) + S`, with S the sum of :math:`(P - 1)(N - 1)` independent
    fair coins of ±1, so that its distribution is binomial (with the diagonal, P adds to the
    signal):

    .. math:: p = \Pr[\,N - 1 + S < 0\,]
        \;\longrightarrow\; Q\!\left(\sqrt{N/P}\right), \qquad
        Q(x) = \tfrac12 \operatorname{erfc}(x/\sqrt2).

    In a cue of which k bits are flipped (``flipped``) the signal is N − 1 − 2k for the other bits,
    and N + 1 − 2k for those, of which a share p remains wrong; the noise is the same.

    In a dense memory of order n the signal is :math:`N^n - (N - 2)^n`, and each other pattern adds
    ±D(X), where D(X) = F(X + 1) − F(X − 1) and X is the sum of N − 1 coins; the limit is
    :math:`Q(\sqrt{N^{n-1} / ((2n-3)!!\, P)})`, with half the noise variance if rectified. From a
    cue the signal is D(N − 1 − 2k) or D(N + 1 − 2k), in the limit :math:`(1 - 2k/N)^{n-1}` times
    as large.

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
    flipped : int or array of int
        Number k of flipped bits of the cue, from 0 to N; broadcast with the others.

    Returns
    -------
    float or ndarray of float64
        The probability, in [0, 1]: the mean over all bits of the cue.

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

    From a cue with a fifth of its bits flipped:

    >>> round(one_step_error(1000, 100, flipped=200), 5)
    0.0282
    """
    neurons, patterns, wrong = together(
        integers(n_neurons, "n_neurons", minimum=1, maximum=LARGEST),
        integers(n_patterns, "n_patterns", minimum=1, maximum=LARGEST),
        integers(flipped, "flipped", minimum=0, maximum=LARGEST),
        names="n_neurons, n_patterns and flipped",
    )
    if (wrong > neurons).any():
        index = np.unravel_index(int(np.argmax(wrong > neurons)), wrong.shape)
        raise InvalidInputError(
            f"flipped must be at most n_neurons = {neurons[index]}; got {wrong[index]}"
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
    of = Kind(order, rectified, zero_diagonal, ties)
    result = np.empty(neurons.shape)
    for index in np.ndindex(neurons.shape):
        n, p, k = int(neurons[index]), int(patterns[index]), int(wrong[index])
        result[index] = sum(
            share / n * law(Bit(n, p, n - 1 - 2 * k + 2 * turned, bool(turned)), of)
            for turned, share in ((0, n - k), (1, k))
            if share
        )
    return answer(result)


class Bit(NamedTuple):
    """A bit of a cue: numbers of neurons and patterns, overlap N·m of the other bits with the
    pattern, and whether it is flipped.
    """

    n: int
    p: int
    others: int
    flipped: bool


class Kind(NamedTuple):
    """A memory: order, whether F is rectified, whether there is no diagonal, what ties do."""

    order: int
    rectified: bool
    zero_diagonal: bool
    ties: str


def coin_error(signal: int, coins: int, share: float) -> float:
    """Probability that ``signal`` plus the sum of so many fair coins of ±1 is negative, and the
    ``share`` of the ties, where it is zero.
    """
    # Sums of coins have the parity of their number.
    next_sum = abs(signal) + (2 if (signal - coins) % 2 == 0 else 1)
    return _error(signal, _coins.coin_tail(coins, next_sum), _coins.coin_mass(coins, signal), share)


def _exact(bit: Bit, of: Kind) -> float:
    """Probability of a noise beyond the signal, plus that of the ties that leave an error."""
    share = 0.5 if of.ties == "plus" else float(bit.flipped)
    if of.order == 2 and not of.rectified:
        own = 0 if of.zero_diagonal else bit.p * (-1 if bit.flipped else 1)
        return coin_error(bit.others + own, (bit.p - 1) * (bit.n - 1), share)
    signal = _crosstalk.difference(bit.others, of.order, of.rectified)
    law = _crosstalk.steps(bit.n, of.order, of.rectified, signal)
    return _error(signal, *_crosstalk.exceed(law, bit.p - 1), share)


def _error(signal: float, beyond: float, tie: float, share: float) -> float:
    """Probability of an error from those that the noise exceeds |signal|, and cancels it."""
    if signal < 0:  # the noise is symmetric
        beyond = 1.0 - beyond - tie
    return beyond + share * tie


def _gaussian_limit(bit: Bit, of: Kind) -> float:
    """Q(signal / noise), the limit of large N and P."""
    n, p, order = bit.n, bit.p, of.order
    log_variance = math.log(p * math.prod(range(1, 2 * order - 2, 2))) - (order - 1) * math.log(n)
    log_noise = 0.5 * (log_variance - (math.log(2.0) if of.rectified else 0.0))
    m = (bit.others + (-1 if bit.flipped else 1)) / n
    signal = max(m, 0.0) ** (order - 1) if of.rectified else m ** (order - 1)
    signal += 0.0 if of.zero_diagonal else (-p if bit.flipped else p) / n
    return float(special.ndtr(-signal * math.exp(min(-log_noise, 700.0))))
