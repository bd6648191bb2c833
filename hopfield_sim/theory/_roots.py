"""Roots of many functions of one variable at once, each inside a bracket that it never leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

Floats = NDArray[np.float64]


def find_root(function: Callable[..., Floats], low: Floats, high: Floats, *args: Any) -> Floats:
    """Solve f(x, ...) = 0 element by element, given brackets over whose ends f changes sign.

    Parameters
    ----------
    function : callable
        Takes x and ``args``, of which it is given the elements that are not solved yet.
    low, high : ndarray of float64
        The brackets. Where f does not change sign, the end with the smaller value is the answer.
    *args : ndarray of float64
        What else f depends on, element by element.

    Returns
    -------
    ndarray of float64
        The roots, to a few units in the last place, or to where f is exactly zero.
    """
    found = elementwise.find_root(function, (low, high), args=args)
    (a, b), (fa, fb) = found.bracket, found.f_bracket
    return np.where(found.success, found.x, np.where(np.abs(fa) < np.abs(fb), a, b))
