"""Roots of many functions of one variable at once, each inside a bracket that it never leaves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)


def find_root(
    function: Callable[[Floats], Floats], low: Floats, high: Floats, *, max_steps: int = 200
) -> Floats:
    """Solve f(x) = 0 element by element, given brackets over whose ends f changes sign.

    Chandrupatla's method: inverse quadratic interpolation where three points promise that it
    converges, bisection where they do not. About 10 evaluations where bisection needs 50.

    Parameters
    ----------
    function : callable
        Takes and returns arrays of the shape of ``low``; elements must not depend on each other.
    low, high : ndarray of float64
        The brackets. Where f does not change sign, the end with the smaller value is the answer.

    Returns
    -------
    ndarray of float64
        The roots, to a few units in the last place, or to where f is exactly zero.

    References
    ----------
    T. R. Chandrupatla, Advances in Engineering Software 28, 145 (1997).
    """
    a, b = np.array(high, dtype=np.float64), np.array(low, dtype=np.float64)
    fa, fb = function(a), function(b)
    best = np.where(np.abs(fa) < np.abs(fb), a, b)
    no_change = np.sign(fa) == np.sign(fb)
    a, b = np.where(no_change, best, a), np.where(no_change, best, b)
    t = np.full(a.shape, 0.5)
    for _ in range(max_steps):
        x = a + t * (b - a)
        fx = function(x)
        same = np.sign(fx) == np.sign(fa)
        # The new point replaces the end of the bracket that has its sign; the one before is kept.
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        width = np.abs(b - a)
        tolerance = 20.0 * EPS * np.abs(best)
        done = (width <= 2.0 * tolerance) | (fa == 0.0) | (fb == 0.0)
        if done.all():
            break
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            quadratic = (phi**2 < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
            step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (
                fc - fb
            )
            least = np.where(width > 0, tolerance / width, 0.5)
        t = np.where(quadratic & np.isfinite(step), step, 0.5)
        t = np.where(done, 0.0, np.clip(t, least, 1.0 - least))
    return best
