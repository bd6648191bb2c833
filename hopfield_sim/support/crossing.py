"""Where a measured curve comes down through a level, whatever grid it was measured on."""

from __future__ import annotations

import math
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
    r"""Find where fractions that fall with x reach a level.

    Noise first: the curve is replaced by the nearest one that never rises (isotonic regression).
    Then a straight line between the two points around the level on the scale :math:`\Phi^{-1}(f)`,
    :math:`\Phi` the normal law, on which an S-shaped curve is nearly straight. So the value depends
    on the grid no more than the data do.

    Parameters
    ----------
    points : (L,) array_like
        x, in any order; equal ones are averaged.
    fractions : (L,) or (K, L) array_like
        f, of one network or mean, or of K networks; of none, all that is found is nan.
    level : float
        The fraction looked for, between 0 and 1.
    resolution : float
        Fractions nearer to 0 or 1 than this are taken to be this near: half of what one cue counts.
        1e-15 to 0.5.

    Returns
    -------
    Crossing
        ``value`` with the points ``low`` and ``high`` around it; ``error`` is the bootstrap over
        networks, nan for a single curve and where some resample stays on one side. Where no point
        reaches the level, ``low`` is 0 and ``value`` nan; where the last one does, ``high`` is inf
        and ``value`` nan.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arrays of other shapes, and for numbers that are not finite or out of these bounds.

    References
    ----------
    B. Efron, Bootstrap methods: another look at the jackknife, Ann. Statist. 7, 1 (1979).

    Examples
    --------
    >>> found = crossing([2, 4, 6, 8], [1.0, 0.95, 0.85, 0.2], 0.9)
    >>> found.low, round(found.value, 3), found.high
    (4.0, 5.194, 6.0)
    >>> crossing([2, 4], [1.0, 0.95], 0.9)
    Crossing(low=4.0, value=nan, high=inf, error=nan)
    """
    given = checks.finite(checks.numeric(points, "points"), "points")
    curves = np.atleast_2d(checks.finite(checks.numeric(fractions, "fractions"), "fractions"))
    fitting = given.ndim == 1 and curves.ndim == 2 and curves.shape[1] == len(given)
    if curves.size and not fitting:
        raise InvalidInputError(
            "points must be (L,) and fractions (L,) or (K, L); got shapes "
            f"{given.shape} and {np.shape(fractions)}"
        )
    level = checks.real(level, "level", minimum=0, maximum=1)
    resolution = checks.real(resolution, "resolution", minimum=1e-15, maximum=0.5)
    x, at = np.unique(given, return_inverse=True)
    weights = np.bincount(at).astype(np.float64)
    networks = len(curves)
    if not curves.size:
        return Crossing(math.nan, math.nan, math.nan)

    def of(curve: Floats) -> Crossing:
        return _one(x, np.bincount(at, curve) / weights, weights, level, resolution)

    found = of(curves.mean(axis=0))
    if networks == 1:
        return found
    drawn = np.random.default_rng(0).integers(networks, size=(_RESAMPLES, networks))
    others = np.array([of(curves[chosen].mean(axis=0)).value for chosen in drawn])
    # A resample of K has (K − 1)/K of the variance.
    return found._replace(error=float(others.std()) * math.sqrt(networks / (networks - 1)))


def _one(x: Floats, mean: Floats, weights: Floats, level: float, resolution: float) -> Crossing:
    """The crossing of one curve over rising x."""
    f = _falling(mean, weights)
    reached = np.flatnonzero(f >= level)
    if not reached.size:
        return Crossing(0.0, math.nan, float(x[0]))
    k = int(reached[-1])
    if k == len(x) - 1:
        return Crossing(float(x[k]), math.nan, math.inf)
    above, below, wanted = (
        _NORMAL.inv_cdf(min(max(float(value), resolution), 1 - resolution))
        for value in (f[k], f[k + 1], level)
    )
    if above == below:  # beyond what can be told apart: a straight line, without the normal law
        above, below, wanted = float(f[k]), float(f[k + 1]), level
    part = (above - wanted) / (above - below)
    return Crossing(float(x[k]), float(x[k] + part * (x[k + 1] - x[k])), float(x[k + 1]))


def _falling(values: Floats, weights: Floats) -> Floats:
    """The sequence nearest to ``values`` that never rises: neighbours that do are averaged."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        size = 1
        while blocks and blocks[-1][0] < value:
            before, heavier, more = blocks.pop()
            value = (before * heavier + value * weight) / (heavier + weight)
            weight, size = heavier + weight, size + more
        blocks.append((value, weight, size))
    return np.concatenate([np.full(size, value) for value, _, size in blocks])
