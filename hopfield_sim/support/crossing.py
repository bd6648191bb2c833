"""Crossing of a measured, decreasing curve with a level, nearly independent of its grid."""

from __future__ import annotations

import functools
import math
import operator
from bisect import bisect_right
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

Floats = NDArray[np.float64]

_NORMAL = NormalDist()
_RESAMPLES = 200


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
    if curves.size and not fitting:
        raise InvalidInputError(
            "points must be (L,) and fractions (L,) or (K, L); got shapes "
            f"{x_all.shape} and {np.shape(fractions)}"
        )
    level = checks.real(level, "level", minimum=0, maximum=1)
    resolution = checks.real(resolution, "resolution", minimum=1e-15, maximum=0.5)
    x, first, repeats = np.unique(np.sort(x_all), return_index=True, return_counts=True)
    order, weights = np.argsort(x_all, kind="stable"), repeats.astype(np.float64)
    networks, grid, sizes = len(curves), x.tolist(), weights.tolist()
    if not curves.size:
        return Crossing(math.nan, math.nan, math.nan)

    @functools.cache  # many resamples share their fractions
    def quantile(value: float) -> float:
        return _NORMAL.inv_cdf(min(max(value, resolution), 1 - resolution))

    def of(means: Floats) -> list[Crossing]:
        means = np.add.reduceat(means[:, order], first, axis=1) / weights
        return [_one(grid, mean, sizes, level, quantile) for mean in means.tolist()]

    [result] = of(curves.mean(axis=0, keepdims=True))
    if networks == 1:
        return result
    drawn = np.random.default_rng(0).integers(networks, size=(_RESAMPLES, networks))
    others = np.array([other.value for other in of(curves[drawn].mean(axis=1))])
    # A resample of K has (K − 1)/K of the variance.
    return result._replace(error=float(others.std()) * math.sqrt(networks / (networks - 1)))


def _one(
    x: list[float],
    mean: list[float],
    weights: list[float],
    level: float,
    quantile: Callable[[float], float],
) -> Crossing:
    """The crossing of one curve over increasing x."""
    f = _falling(mean, weights)
    if f[0] < level:
        return Crossing(0.0, math.nan, x[0])
    if f[-1] >= level:
        return Crossing(x[-1], math.nan, math.inf)
    k = bisect_right(f, -level, key=operator.neg) - 1
    above, below, at = quantile(f[k]), quantile(f[k + 1]), quantile(level)
    if above == below:  # within the resolution: linear interpolation of the fractions
        above, below, at = f[k], f[k + 1], level
    part = (above - at) / (above - below)
    return Crossing(x[k], x[k] + part * (x[k + 1] - x[k]), x[k + 1])


def _falling(values: list[float], weights: list[float]) -> list[float]:
    """The nearest non-increasing sequence to ``values``: increasing neighbours are averaged."""
    if values == sorted(values, reverse=True):
        return values
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        size = 1
        while blocks and blocks[-1][0] < value:
            before, heavier, more = blocks.pop()
            value = (before * heavier + value * weight) / (heavier + weight)
            weight, size = heavier + weight, size + more
        blocks.append((value, weight, size))
    return [value for value, _, size in blocks for _ in range(size)]
