"""Networks of which most couplings are left out at random, each direction by itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory import _coins
from hopfield_sim.theory._arguments import answer, formula, reals
from hopfield_sim.theory._roots import find_root

_MOST_INPUTS, _MOST_PATTERNS = 10**5, 10**9

_LEAST = 1e-9
"""Of x = m/√(2α): nearer to the critical load the overlap is too small to matter."""


@formula
def diluted_critical_load() -> float:
    r"""Load α = P/C above which a strongly diluted network remembers nothing, 2/π.

    Returns
    -------
    float
        There the slope of erf(m/√(2α)) at m = 0 is 1; the overlap falls to 0 without a jump.

    References
    ----------
    B. Derrida, E. Gardner, A. Zippelius, Europhys. Lett. 4, 167 (1987).

    Examples
    --------
    >>> round(diluted_critical_load(), 4)
    0.6366
    """
    return 2 / math.pi


@formula
def diluted_overlap(load: Any) -> Any:
    r"""Overlap m of a strongly diluted network with a stored pattern, at T = 0.

    Each neuron has C inputs, chosen independently for each, and C is so much smaller than N that
    the inputs of its inputs, and so on, are different neurons: then nothing that a neuron sends
    comes back to it, and the patterns that are not recalled are Gaussian noise of the variance α:

    .. math:: m = \operatorname{erf}\frac{m}{\sqrt{2\alpha}}, \qquad α = \frac{P}{C} .

    Parameters
    ----------
    load : float or array of float
        Load α = P/C ≥ 0, for C → ∞ and log C ≪ log N.

    Returns
    -------
    float or ndarray of float64
        Overlap m in [0, 1], the largest solution; 0 from the critical load 2/π on.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``load`` is negative, or not a real number.

    References
    ----------
    B. Derrida, E. Gardner, A. Zippelius, Europhys. Lett. 4, 167 (1987).

    Examples
    --------
    >>> diluted_overlap([0.1, 0.2, 0.3, 0.5, 0.7]).round(4)
    array([0.9984, 0.9699, 0.8994, 0.6174, 0.    ])
    """
    loads = reals(load, "load", minimum=0)
    width = np.sqrt(2 * np.maximum(loads, 1e-300))
    exists = special.erf(_LEAST) / _LEAST > width
    x = find_root(
        lambda x, width: special.erf(x) / x - width,
        np.full_like(width, _LEAST),
        2 / width,
        width,
    )
    return answer(np.where(exists, special.erf(x), 0.0))


@formula
def diluted_step(overlap: Any, n_inputs: int, n_patterns: int, *, ties: str = "keep") -> Any:
    r"""Overlap after one synchronous step of a diluted network with C inputs a neuron, at T = 0.

    The field of a neuron, aligned with its bit of the pattern, is N h ξ = A + S. A is the sum of
    C inputs, each +1 with probability (1 + m)/2 and −1 otherwise, S that of the C (P − 1) fair
    coins ±1 of the other patterns:

    .. math:: m' = \Pr[A + S > 0] - \Pr[A + S < 0] \; (+\, m \Pr[A + S = 0]) .

    Parameters
    ----------
    overlap : float or array of float
        Overlap m before the step, from −1 to 1; 1 is the pattern itself.
    n_inputs : int
        Number of inputs C of each neuron, none of them itself, from 1 to 100 000.
    n_patterns : int
        Number of patterns P.
    ties : {"keep", "plus"}
        As in ``recall``: a field of 0 keeps the spin, or sets it to +1.

    Returns
    -------
    float or ndarray of float64
        Overlap m'. The first step from a cue whose bits are wrong independently, for any N and any
        graph; later ones, too, where nothing comes back (Cᵗ ≪ N), but for ties="keep" of even C·P,
        since a spin that has been updated is not independent of its field.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    The map of B. Derrida, E. Gardner, A. Zippelius, Europhys. Lett. 4, 167 (1987), before its limit
    C → ∞, which is erf(m/√(2α)).

    Examples
    --------
    The first step from a pattern, 40 inputs, loads P/C = 0.3, 0.5 and 0.7:

    >>> [round(diluted_step(1, 40, n_patterns), 4) for n_patterns in (12, 20, 28)]
    [0.9495, 0.8631, 0.7878]
    """
    before = reals(overlap, "overlap", minimum=-1)
    if (before > 1).any():
        raise InvalidInputError(f"overlap must be from -1 to 1; found {before.max():g}")
    count = checks.integer(n_inputs, "n_inputs", minimum=1, maximum=_MOST_INPUTS)
    stored = checks.integer(n_patterns, "n_patterns", minimum=1, maximum=_MOST_PATTERNS)
    coins = count * (stored - 1)
    keep = checks.choice(ties, ("keep", "plus"), "ties") == "keep"
    right = np.arange(count + 1)
    sums = np.arange(-(count - (count - coins) % 2), count + 1, 2)
    sums = sums[np.abs(sums) <= coins]
    # Larger sums, beyond any signal, cancel each other.
    below = np.concatenate([[0.0], np.cumsum(np.exp(_coins.log_coin_mass(coins, sums)))])
    opposite = count - 2 * right  # the sums that make a tie
    less = below[np.searchsorted(sums, opposite, "left")]
    most = below[np.searchsorted(sums, opposite, "right")]
    up, down, tie = below[-1] - most, less, most - less
    chances = _binomial(count, right, 0.5 * (1 + before[..., None]))
    return answer(chances @ (up - down) + keep * before * (chances @ tie))


def _binomial(n: int, k: NDArray[np.int64], p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of k of n, each with probability p."""
    ways = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(np.exp(ways + special.xlogy(k, p) + special.xlog1py(n - k, -p)))
