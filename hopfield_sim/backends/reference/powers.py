"""Rectified powers of numbers divided by a scale: (max(x, 0)/S)^n fits where x^n does not.

784^30 is beyond float32 and near the end of float64. The scale may be anything that keeps x/S below
``ceiling``; the result is then known up to the factor S^n, which is applied to sums of powers, or
never, where only ratios count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import module_of

Floats = NDArray[np.floating]


def raised(x: Floats, exponent: int) -> Floats:
    """Raise x to a power in place, by repeated squaring, several times faster than ``**``.

    Returns
    -------
    ndarray
        x itself, overwritten.

    Examples
    --------
    >>> raised(np.array([-2.0, 0.5]), 3)
    array([-8.   ,  0.125])
    """
    odd: Floats | None = None
    while exponent > 1:
        if exponent & 1:
            if odd is None:
                odd = x.copy()
            else:
                odd *= x
        x *= x
        exponent >>= 1
    if odd is not None:
        x *= odd
    return x


def rectified(x: Floats, exponent: int, *, order: int | None = None) -> Floats:
    """Return max(x, 0)^exponent by repeated squaring; a new array.

    Numbers below ``floor(order)`` count as 0: their powers would be denormal, without digits.

    Parameters
    ----------
    x : ndarray of float32 or float64, of any array module
        Not changed.
    exponent : int
        Exponent, at least 1.
    order : int, optional
        Largest power taken of these numbers, ``exponent`` by default.

    Examples
    --------
    >>> rectified(np.array([-2.0, 0.5, 2.0]), 3)
    array([0.   , 0.125, 8.   ])
    """
    kept = module_of(x).where(x > floor(order or exponent, x.dtype), x, x.dtype.type(0))
    return raised(kept, exponent)


def floor(order: int, dtype: np.dtype[Any]) -> float:
    """Return a safe lower bound of x whose power ``order`` is a normal number."""
    return float(1e3 * np.finfo(dtype).tiny) ** (1 / order)


def ceiling(order: int, dtype: np.dtype[Any], terms: int) -> float:
    """Return a safe upper bound of x for which a sum of ``terms`` powers ``order`` is finite."""
    return float(1e-3 * np.finfo(dtype).max / terms) ** (1 / order)
