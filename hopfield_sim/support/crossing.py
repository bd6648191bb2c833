"""Crossing of a measured, decreasing curve with a level, nearly independent of its grid."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_RESAMPLES = 200

_ROUNDING = 1e-12
"""Sums of fractions that differ by less are equal."""


class Crossing(NamedTuple):
    """A crossing, the points of the grid that it lies between, and its standard error."""

    low: float
    value: float
    high: float
    error: float = math.nan


@checks.by_name
def crossing(
    points: ArrayLike, fractions: ArrayLike, level: float, *, resolution: float = 1e-3
) -> Crossing:
    r"""Position at which fractions that decrease with x cross a level.

    To reduce noise, the curve is replaced by the nearest non-increasing one (isotonic regression).
    The crossing is interpolated linearly between the two points around the level on the scale
    :math:`\Phi^{-1}(f)` with the normal distribution :math:`\Phi`, on which an S-shaped curve is
    nearly straight, so that it hardly depends on the grid.

    Parameters
    ----------
    points : (L,) array_like
        Values x, in any order; fractions at equal x are averaged.
    fractions : (L,) or (K, L) array_like
        Fractions f of one network or mean, or of K networks; for K = 0 the result is nan.
    level : float
        The level, between 0 and 1.
    resolution : float
        Minimum distance of fractions from 0 and 1, to which smaller ones are set; half of the
        weight of one cue. From 1e-15 to 0.5.

    Returns
    -------
    Crossing
        ``value`` with the points ``low`` and ``high`` around it; ``error`` is the bootstrap error
        over networks, nan for a single curve or if any resample does not cross the level. If no
        point reaches the level, ``low`` is 0 and ``value`` nan; if the last one does, ``high`` is
        inf and ``value`` nan.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the shapes do not match, or numbers are not finite or out of range.

    References
    ----------
    B. Efron, Bootstrap methods: another look at the jackknife, Ann. Statist. 7, 1 (1979).

    Examples
    --------
    >>> result = crossing([2, 4, 6, 8], [1.0, 0.95, 0.85, 0.2], 0.9)
    >>> result.low, round(result.value, 3), result.high
    (4.0, 5.194, 6.0)
    >>> crossing([2, 4], [1.0, 0.95], 0.9)
    Crossing(low=4.0, value=nan, high=inf, error=nan)
    """
    x_all = checks.finite(checks.numeric(points, "points"), "points")
    curves = np.atleast_2d(checks.finite(checks.numeric(fractions, "fractions"), "fractions"))
    fitting = x_all.ndim == 1 and curves.ndim == 2 and curves.shape[1] == len(x_all)
    if x_all.ndim != 1 or (curves.size and not fitting):
        raise InvalidInputError(
            "points must be (L,) and fractions (L,) or (K, L); got shapes "
            f"{x_all.shape} and {np.shape(fractions)}"
        )
    level = checks.real(level, "level", minimum=0, maximum=1)
    resolution = checks.real(resolution, "resolution", minimum=1e-15, maximum=0.5)
    x, first, repeats = np.unique(np.sort(x_all), return_index=True, return_counts=True)
    order = np.argsort(x_all, kind="stable")
    if not curves.size:
        return Crossing(math.nan, math.nan, math.nan)

    def of(means: Floats) -> tuple[Counts, Floats]:
        fractions = np.add.reduceat(means[:, order], first, axis=1) / repeats
        return _crossings(x, fractions, repeats, level, resolution)

    [k], [value] = of(curves.mean(axis=0, keepdims=True))
    low = float(x[k - 1]) if k else 0.0
    high = float(x[k]) if k < len(x) else math.inf
    networks = len(curves)
    if networks == 1:
        return Crossing(low, float(value), high)
    drawn = np.random.default_rng(0).integers(networks, size=(_RESAMPLES, networks))
    _, others = of(curves[drawn].mean(axis=1))
    # A resample of K has (K − 1)/K of the variance.
    error = float(others.std()) * math.sqrt(networks / (networks - 1))
    return Crossing(low, float(value), high, error)


def _crossings(
    x: Floats, fractions: Floats, weights: Counts, level: float, resolution: float
) -> tuple[Counts, Floats]:
    """Number of points at or above the level, and the crossing, of each curve (C, L).

    The nearest non-increasing curve is at or above the level up to where the sum of all that a
    curve is above it is largest; its value there is the smallest mean of points that end there, and
    the next one the largest mean of points that begin there (T. Robertson, F. T. Wright, R. L.
    Dykstra, Order Restricted Statistical Inference, 1988, section 1.4).
    """
    curves, points = fractions.shape
    sums, count = np.zeros((curves, points + 1)), np.append(0, np.cumsum(weights))
    np.cumsum(fractions * weights, axis=1, out=sums[:, 1:])
    over = sums - level * count
    largest = over >= over.max(axis=1, keepdims=True) - _ROUNDING
    k = points - largest[:, ::-1].argmax(axis=1)
    rows, ends = np.arange(curves), np.arange(points + 1)
    crossing = np.full(curves, math.nan)
    rows = rows[(k > 0) & (k < points)]
    here = k[rows, None]
    with np.errstate(invalid="ignore"):
        means = (sums[rows] - sums[rows, k[rows]][:, None]) / (count - count[here])
    above = np.where(ends < here, means, math.inf).min(axis=1)
    below = np.where(ends > here, means, -math.inf).max(axis=1)
    a, b, at = (_quantiles(f, resolution) for f in (above, below, np.array([level])))
    flat = a == b  # within the resolution: linear interpolation of the fractions
    part = np.where(flat, above - level, a - at) / np.where(flat, above - below, a - b)
    crossing[rows] = x[k[rows] - 1] + part * (x[k[rows]] - x[k[rows] - 1])
    return k, crossing


def _quantiles(fractions: Floats, resolution: float) -> Floats:
    """Quantiles of the normal distribution; those of resamples are often the same."""
    from statistics import NormalDist  # takes a moment to load

    normal = NormalDist()
    known, places = np.unique(fractions.clip(resolution, 1 - resolution), return_inverse=True)
    return np.array([normal.inv_cdf(fraction) for fraction in known.tolist()])[places]
