"""Sparse patterns: errors of the covariance rule, k winners, and synapses of one bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory._arguments import answer, formula, integers, reals, together

_QUIET = 1e-5
"""Variance of noise below which no neuron errs."""

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
def winners_overlap(load: Any, activity: Any) -> Any:
    r"""Overlap with a stored pattern where k winners take all, by the covariance rule.

    All patterns have a fraction f of active neurons, and so has every state, by a threshold t that
    follows. With :math:`a = t - (1 - f) y` for active and :math:`b = t + f y` for silent neurons, y
    the distance of their fields in units of the noise, Q the normal tail and φ its density,

    .. math:: f\, Q(a) + (1 - f)\, Q(b) = f , \qquad m = Q(a) - Q(b) , \qquad
       \sqrt{α f (1 - f)} = \frac{m}{y} - f φ(a) - (1 - f) φ(b) .

    The last term is what neurons hear of their own answer through the other patterns
    (self-consistent signal-to-noise analysis: M. Shiino, T. Fukai, J. Phys. A 25, L375, 1992).

    Parameters
    ----------
    load : float or array of float
        Load α = P/N ≥ 0.
    activity : float or array of float
        Activity f, from 1e-9 to 0.5; broadcast with ``load``.

    Returns
    -------
    float or ndarray of float64
        The overlap m, the fraction of a pattern's active neurons that are active less that of the
        others, for N → ∞; 0 beyond :func:`winners_critical_load`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``load`` is negative, or ``activity`` is out of range.

    See Also
    --------
    hopfield_sim.HopfieldNetwork.recall : ``active=k`` keeps k neurons active.

    Examples
    --------
    >>> [round(winners_overlap(0.4, f), 3) for f in (0.5, 0.1, 0.05)]
    [0.0, 0.976, 0.999]
    """
    alpha, f = together(reals(load, "load", minimum=0), _few(activity), names="load and activity")
    peak = {each: _peak(each) for each in np.unique(f).tolist()}

    def overlap(load: float, f: float) -> float:
        if load > peak[f][1]:
            return 0.0
        most = 1 / math.sqrt(max(load * f * (1 - f), _QUIET))  # α ≤ 1/(f (1 - f) y²)
        far = max(most, peak[f][0]) + 1
        if _state(far, f)[1] >= load:
            return 1.0
        y = optimize.brentq(lambda y: _state(y, f)[1] - load, peak[f][0], far)
        return float(_state(y, f)[0])

    found = [overlap(*one) for one in zip(alpha.ravel().tolist(), f.ravel().tolist(), strict=True)]
    return answer(np.reshape(found, alpha.shape))


@formula
def winners_critical_load(activity: Any) -> Any:
    r"""Load up to which patterns are fixed points where k winners take all, by the covariance rule.

    It rises as f falls: as :math:`1/(2 f |\ln f|)` in the end, from the 0.138 of Hebb's rule at f =
    ½.

    Parameters
    ----------
    activity : float or array of float
        Activity f, from 1e-9 to 0.5.

    Returns
    -------
    float or ndarray of float64
        The largest load α = P/N at which :func:`winners_overlap` is not 0.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``activity`` is out of range.

    References
    ----------
    M. V. Tsodyks, M. V. Feigelman, Europhys. Lett. 6, 101 (1988).

    Examples
    --------
    >>> winners_critical_load([0.5, 0.1, 0.05]).round(3)
    array([0.138, 0.468, 0.945])
    """
    f = _few(activity)
    return answer(np.reshape([_peak(each)[1] for each in f.ravel().tolist()], f.shape))


def _few(activity: Any) -> NDArray[np.float64]:
    """An activity from 1e-9 to ½."""
    f = reals(activity, "activity", minimum=1e-9)
    if (f > 0.5).any():
        raise InvalidInputError(f"activity must be at most 0.5, few neurons; got {f.max()}")
    return f


def _state(y: Any, f: float) -> tuple[Any, Any]:
    """The overlap and the load at the distance y of fields, in units of the noise."""
    y = np.asarray(y, float)
    low, high = np.full(y.shape, -45.0), y + 45
    for _ in range(70):  # the threshold that keeps the activity
        t = (low + high) / 2
        above = f * special.ndtr((1 - f) * y - t) + (1 - f) * special.ndtr(-t - f * y) > f
        low, high = np.where(above, t, low), np.where(above, high, t)
    a, b = t - (1 - f) * y, t + f * y
    overlap = special.ndtr(-a) - special.ndtr(-b)
    density = (f * np.exp(-(a**2) / 2) + (1 - f) * np.exp(-(b**2) / 2)) / math.sqrt(2 * math.pi)
    return overlap, np.maximum(overlap / y - density, 0) ** 2 / (f * (1 - f))


def _peak(f: float) -> tuple[float, float]:
    """The distance y at which the load is largest, and that load."""
    y = np.geomspace(0.5, 60, 200)
    k = int(_state(y, f)[1].argmax())
    found = optimize.minimize_scalar(
        lambda y: -_state(y, f)[1], bounds=(y[k - 1], y[k + 1]), method="bounded"
    )
    return float(found.x), -float(found.fun)


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
