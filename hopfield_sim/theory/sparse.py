"""Sparse patterns: errors of the covariance rule, and of synapses of one bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory._arguments import answer, formula, integers, reals, together

_MOST_ACTIVE = 300
"""A chain of so many states takes half a second for each number of patterns."""


@formula
def covariance_error(load: Any, activity: Any) -> Any:
    r"""Probability that a bit of a stored pattern changes at once, by the covariance rule.

    .. math:: Q\!\left(\frac{1}{2 \sqrt{α f}}\right)

    It is the same for active and for silent neurons, and the smaller, the fewer are active.

    Parameters
    ----------
    load : float or array of float
        Load α = P/N ≥ 0.
    activity : float or array of float
        Activity f, above 0 and below 1; broadcast with ``load``.

    Returns
    -------
    float or ndarray of float64
        The probability, for N → ∞, random patterns, and weights without a diagonal.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``load`` is negative, or ``activity`` is out of range.

    See Also
    --------
    hopfield_sim.rules.covariance : The rule.

    References
    ----------
    M. V. Tsodyks, M. V. Feigelman, Europhys. Lett. 6, 101 (1988).

    Examples
    --------
    >>> [round(covariance_error(0.4, f), 4) for f in (0.5, 0.2, 0.1)]
    [0.1318, 0.0385, 0.0062]
    """
    alpha, f = together(
        reals(load, "load", minimum=0),
        reals(activity, "activity", minimum=np.finfo(float).tiny),
        names="load and activity",
    )
    if (f >= 1).any():
        raise InvalidInputError(f"activity must be below 1; got {f.max()}")
    return answer(special.ndtr(-0.5 / np.sqrt(alpha * f)))


@formula
def willshaw_error(n_neurons: Any, n_patterns: Any, active: int) -> Any:
    r"""Probability that a silent neuron turns on at once, with synapses of one bit.

    It turns on if it is linked to all M active neurons. Each other pattern that it is in, which
    happens with probability M/N, links it to M - 1 of the N - 1 others. The number u of active
    neurons to which it is not yet linked is a Markov chain,

    .. math:: u → u - c \quad\text{with probability}\quad
       \frac{M}{N} \binom{u}{c} \binom{N - 1 - u}{M - 1 - c} \Big/ \binom{N - 1}{M - 1} ,

    and the answer is the probability that M become 0 in P - 1 steps. It is exact. An active neuron
    never turns off.

    Parameters
    ----------
    n_neurons : int or array of int
        Number of neurons N.
    n_patterns : int or array of int
        Number of patterns P, random ones with exactly M active neurons; broadcast with
        ``n_neurons``.
    active : int
        Number of active neurons M of each pattern, at least 1 and below N, at most 300.

    Returns
    -------
    float or ndarray of float64
        The probability.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is out of range.

    See Also
    --------
    hopfield_sim.rules.willshaw : The rule.

    References
    ----------
    D. J. Willshaw, O. P. Buneman, H. C. Longuet-Higgins, Nature 222, 960 (1969).

    Examples
    --------
    Another pattern links a neuron to one of two active ones at most:

    >>> willshaw_error(9, 2, active=2)
    0.0

    False neurons of a pattern, of 994 silent ones:

    >>> round(994 * willshaw_error(1000, 12_000, active=6), 2)
    0.85
    """
    m = checks.integer(active, "active", minimum=1, maximum=_MOST_ACTIVE)
    n, p = together(
        integers(n_neurons, "n_neurons", minimum=m + 1, maximum=10**15),
        integers(n_patterns, "n_patterns", minimum=1, maximum=10**10),
        names="n_neurons and n_patterns",
    )
    steps = {size: _links(size, m) for size in np.unique(n).tolist()}
    found = [
        np.linalg.matrix_power(steps[size], count - 1)[m, 0]
        for size, count in zip(n.ravel().tolist(), p.ravel().tolist(), strict=True)
    ]
    return answer(np.reshape(found, n.shape))


def _links(n: int, m: int) -> NDArray[np.float64]:
    """Probabilities (M + 1, M + 1) of the numbers of neurons without a link, before and after a
    pattern.
    """
    before, after = np.ogrid[: m + 1, : m + 1]
    linked = before - after
    possible = (linked >= 0) & (linked < m) & (n - before >= m - linked)
    c = np.where(possible, linked, 0)
    logs = _binomial(before, c) + _binomial(n - 1 - before, m - 1 - c) - _binomial(n - 1, m - 1)
    step = np.where(possible, np.exp(logs), 0.0)
    step *= m / n / step.sum(axis=1, keepdims=True)
    return np.asarray(step + (1 - m / n) * np.eye(m + 1))


def _binomial(n: Any, k: Any) -> Any:
    """The logarithm of a binomial coefficient."""
    return -special.betaln(n - k + 1.0, k + 1.0) - np.log(n + 1.0)
