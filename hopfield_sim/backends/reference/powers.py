"""Rectified powers of numbers divided by a scale: (max(x, 0)/S)^n fits where x^n does not.

784^30 is beyond float32 and near the end of float64. The scale may be anything that keeps x/S below
``ceiling``; the result is then known up to the factor S^n, which is applied to sums of powers, or
never, where only ratios count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def raised(x: Floats, exponent: int) -> Floats:
    """x^exponent by repeated squaring, several times faster than ``**``; a fresh array.

    Examples
    --------
    >>> raised(np.array([-2.0, 0.5]), 3)
    array([-8.   ,  0.125])
    """
    square, power = x.copy(), None
    while True:
        if exponent & 1:
            power = square.copy() if power is None else np.multiply(power, square, out=power)
        exponent >>= 1
        if not exponent:
            return square if power is None else power
        np.multiply(square, square, out=square)


def rectified(x: Floats, exponent: int, *, order: int | None = None) -> Floats:
    """max(x, 0)^exponent by repeated squaring; a fresh array.

    Numbers below ``floor(order)`` count as 0: their powers would be denormal, without digits.

    Parameters
    ----------
    x : ndarray of float32 or float64
        Not changed.
    exponent : int
        From 1.
    order : int, optional
        The largest power that is taken of these numbers, ``exponent`` if not given.

    Examples
    --------
    >>> rectified(np.array([-2.0, 0.5, 2.0]), 3)
    array([0.   , 0.125, 8.   ])
    """
    square = np.where(x > floor(order or exponent, x.dtype), x, 0).astype(x.dtype, copy=False)
    return raised(square, exponent)


def floor(order: int, dtype: np.dtype[Any]) -> float:
    """The smallest x whose power ``order`` is a normal number of this type, with room to spare."""
    return float(1e3 * np.finfo(dtype).tiny) ** (1 / order)


def ceiling(order: int, dtype: np.dtype[Any], terms: int) -> float:
    """The largest x for which a sum of so many powers ``order`` is finite, with room to spare."""
    return float(1e-3 * np.finfo(dtype).max / terms) ** (1 / order)
