"""The covariance rule (M. V. Tsodyks, M. V. Feigelman, Europhys. Lett. 6, 101, 1988)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import gram


@checks.by_name
def covariance(
    patterns: Any,
    activity: float | None = None,
    *,
    inhibition: float = 0.0,
    zero_diagonal: bool = True,
) -> NDArray[np.float64]:
    r"""Hebb's rule for patterns in which few neurons are active, by their covariance.

    With the activity f, the fraction of +1, and a = 2f - 1,

    .. math:: W_{ij} = \frac{1}{N (1 - a^2)} \sum_μ (ξ_i^μ - a)(ξ_j^μ - a) - \frac{g}{N} , \qquad
       θ_i = -a - 2 g f - \sum_j W_{ij}

    These are the weights :math:`w_{ij} = \sum_μ (η_i^μ - f)(η_j^μ - f)/(N f (1 - f))` and the
    threshold ½ - f + g (n - f) of neurons η that are 0 or 1, where only the active ones, a fraction
    n of all, send anything: the sparser the patterns, the more are stored. With the inhibition g
    the threshold follows the activity of the whole network, which else runs away from f where there
    are many errors. A network by this rule has these thresholds unless it is given others.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.
    activity : float, optional
        Activity f, above 0 and below 1; by default that of the patterns.
    inhibition : float
        Strength g of the inhibition of all neurons by each other, from 0 to 1e6: 50 holds the
        activity where neurons are updated one after another; where all are at once, more than about
        5 makes them oscillate.
    zero_diagonal : bool
        ``False`` keeps the diagonal of the formula.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, if they are constant and no ``activity`` is
        given, or if that or ``inhibition`` is out of range.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    See Also
    --------
    hopfield_sim.theory.covariance_error : Bits that change at once, by load and activity.

    Examples
    --------
    >>> patterns = np.array([[1, 1, -1, -1, -1, -1, -1, -1], [-1, 1, 1, -1, -1, -1, -1, -1]])
    >>> covariance(patterns, activity=0.25)[0] * 6
    array([ 0. ,  1.5, -1.5, -0.5, -0.5, -0.5, -0.5, -0.5])

    The threshold of neurons that are 0 or 1:

    >>> from hopfield_sim import HopfieldNetwork, to_binary_network
    >>> net = HopfieldNetwork("covariance").store(patterns)
    >>> to_binary_network(net)[1] / 4
    array([0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25])
    """
    array, _ = checks.patterns(patterns)
    mean = _mean(array, activity)
    inhibition = checks.real(inhibition, "inhibition", minimum=0, maximum=1e6)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_neurons = array.shape[1]
    checks.memory(
        8 * (n_neurons**2 + array.size),
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    weights = gram(array - mean)
    weights /= n_neurons * (1 - mean) * (1 + mean)
    weights -= inhibition / n_neurons
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


def _thresholds(
    patterns: NDArray[np.int8],
    weights: NDArray[np.float64],
    *,
    activity: float | None = None,
    inhibition: float = 0.0,
) -> NDArray[np.float64]:
    """θ_i = -a - 2gf - Σ_j W_ij: an active neuron counts 2, and a silent one nothing."""
    mean = _mean(patterns, activity)
    return -mean - inhibition * (1 + mean) - weights.sum(axis=1)


def _mean(patterns: NDArray[np.int8], activity: float | None) -> float:
    """The mean a of the patterns at an activity, by default their own."""
    if activity is not None:
        # So that neither 1 - a nor 1 + a is rounded to 0.
        return 2 * checks.real(activity, "activity", minimum=1e-12, maximum=1 - 1e-12) - 1
    mean = float(patterns.mean(dtype=np.float64))
    if abs(mean) == 1:
        raise InvalidInputError(
            f"the covariance rule needs patterns with both values, but all their bits are "
            f"{mean:+.0f}; store other patterns too, or give rules.covariance an activity"
        )
    return mean


covariance.thresholds = _thresholds  # type: ignore[attr-defined]

COVARIANCE = LearningRule("covariance", "covariance", covariance)
