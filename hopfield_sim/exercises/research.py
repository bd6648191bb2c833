"""Notebook 6: a small research project."""

from __future__ import annotations

import numpy as np

from hopfield_sim.exercises.exercise import exercise


@exercise(
    6,
    lambda: {
        "N = 100": (np.array([0.07, 0.14, 0.29, 0.57]), 100),
        "N = 30": (np.array([0.01, 0.1, 0.155]), 30),
    },
)
def sweep_sizes(loads: np.ndarray, n_neurons: int) -> np.ndarray:
    """Numbers of patterns of a sweep.

    Takes loads P/N, (L,), and the number of neurons N; returns the nearest whole numbers of
    patterns, (L,), at least 1. In floating point 0.29 · 100 is a little less than 29.
    """
    return np.maximum(1, np.rint(np.asarray(loads) * n_neurons)).astype(int)


sweep_sizes.mistake(
    "rounded down: 0.29 · 100 is 28.999… in floating point",
    lambda a, n: np.maximum(1, (a * n).astype(int)),
)
sweep_sizes.mistake(
    "rounded down: 0.29 · 100 is 28.999… in floating point; and at least one pattern is wanted",
    lambda a, n: (a * n).astype(int),
)
sweep_sizes.mistake("rounded up", lambda a, n: np.maximum(1, np.ceil(a * n)))
sweep_sizes.mistake("at least one pattern is wanted", lambda a, n: np.rint(a * n))
sweep_sizes.mistake("not whole numbers", lambda a, n: np.maximum(1, a * n))


@exercise(
    6,
    lambda: {
        "4 networks": (np.random.default_rng(1).integers(0, 2, (4, 10)),),
        "7 networks": (np.random.default_rng(2).integers(0, 2, (7, 5)),),
    },
)
def error_over_networks(retrieved: np.ndarray) -> tuple[float, float]:
    """A mean and its standard error.

    Takes what was retrieved, (networks, states), 0 or 1; returns the mean and its standard error.
    States of one network share its weights, so that only networks are independent: the error is
    the standard deviation of their means (with n - 1) over the root of their number.
    """
    means = np.mean(retrieved, axis=1)
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(len(means)))


error_over_networks.mistake(
    "the error is over all states, which are not independent; take it over networks",
    lambda r: (r.mean(), r.std(ddof=1) / np.sqrt(r.size)),
)
error_over_networks.mistake(
    "the error is over all states, which are not independent; and with n, not n - 1",
    lambda r: (r.mean(), r.std() / np.sqrt(r.size)),
)
error_over_networks.mistake(
    "the error is over states, not over networks: the axes are exchanged",
    lambda r: (r.mean(), r.mean(0).std(ddof=1) / np.sqrt(r.shape[1])),
)
error_over_networks.mistake(
    "the standard deviation is taken with n, not n - 1",
    lambda r: (r.mean(), r.mean(1).std() / np.sqrt(len(r))),
)
error_over_networks.mistake(
    "that is the standard deviation of networks: the root of their number is missing",
    lambda r: (r.mean(), r.mean(1).std(ddof=1)),
)
error_over_networks.mistake(
    "divided by the number of networks, not by its root",
    lambda r: (r.mean(), r.mean(1).std(ddof=1) / len(r)),
)


@exercise(
    6,
    lambda: {
        "level ½": (np.array([0.05, 0.1, 0.15, 0.2]), np.array([1.0, 0.9, 0.3, 0.0]), 0.5),
        "level 0.9": (np.array([0.1, 0.12, 0.16]), np.array([0.95, 0.7, 0.1]), 0.9),
    },
)
def crossing(loads: np.ndarray, retrieved: np.ndarray, level: float) -> float:
    """Load at which a falling curve crosses a level.

    Takes rising loads, (L,), the fraction retrieved at each, (L,), falling, and a level between its
    ends; returns the load at which the straight line between the two neighbouring points has the
    level.
    """
    return float(np.interp(level, retrieved[::-1], loads[::-1]))


def _after(r: np.ndarray, level: float) -> int:
    return int((r < level).argmax())


crossing.mistake(
    "that is the last point above the level: go on along the line",
    lambda a, r, level: a[_after(r, level) - 1],
)
crossing.mistake(
    "that is the first point below the level: the curve crosses before it",
    lambda a, r, level: a[_after(r, level)],
)
crossing.mistake(
    "that is the middle between two points: weigh them by their distances from the level",
    lambda a, r, level: a[_after(r, level) - 1 : _after(r, level) + 1].mean(),
)
crossing.mistake(
    "np.interp wants rising values: a falling curve has to be turned round first",
    lambda a, r, level: np.interp(level, r, a),
)
crossing.mistake(
    "that is the curve at a load of that size: the axes are exchanged",
    lambda a, r, level: np.interp(level, a, r),
)
crossing.mistake(
    "that is the point nearest to the level, not the crossing",
    lambda a, r, level: a[np.abs(r - level).argmin()],
)


@exercise(
    6,
    lambda: {
        "3 sizes": (np.array([100, 200, 400]), np.array([0.162, 0.151, 0.144])),
        "4 sizes": (np.array([50, 100, 250, 1000]), np.array([0.19, 0.165, 0.149, 0.140])),
    },
)
def extrapolate(sizes: np.ndarray, values: np.ndarray) -> float:
    """A value for infinite networks.

    Takes sizes N, (L,), and the values measured there, (L,); returns the value at N = ∞ of the
    straight line in 1/N that fits them best (least squares).
    """
    return float(np.polyfit(1 / np.asarray(sizes), values, 1)[1])


extrapolate.mistake(
    "the line is fitted in N, not in 1/N: it has no end", lambda n, v: np.polyfit(n, v, 1)[1]
)
extrapolate.mistake(
    "that is the slope of the line, not its value at N = ∞",
    lambda n, v: np.polyfit(1 / n, v, 1)[0],
)
extrapolate.mistake("that is the value of the largest network", lambda n, v: v[n.argmax()])
extrapolate.mistake("that is the mean over sizes", lambda n, v: v.mean())
extrapolate.mistake(
    "the line is fitted in 1/√N, not in 1/N", lambda n, v: np.polyfit(n**-0.5, v, 1)[1]
)
