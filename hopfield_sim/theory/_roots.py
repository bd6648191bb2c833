"""Roots of many functions of one variable at once, each within a bracket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

Floats = NDArray[np.float64]


def find_root(function: Callable[..., Floats], low: Floats, high: Floats, *args: Any) -> Floats:
    """Solve f(x, ...) = 0 element by element, given brackets at whose ends f has different signs.

    Parameters
    ----------
    function : callable
        f, called with x and ``args``, only for the elements that are not solved yet.
    low, high : ndarray of float64
        The brackets. If f does not change sign, the result is the end with the smaller |f|.
    *args : ndarray of float64
        Further arguments of f, element by element.

    Returns
    -------
    ndarray of float64
        The roots, accurate to a few units in the last place.
    """
    found = elementwise.find_root(function, (low, high), args=args)
    (a, b), (fa, fb) = found.bracket, found.f_bracket
    return np.where(found.success, found.x, np.where(np.abs(fa) < np.abs(fb), a, b))
