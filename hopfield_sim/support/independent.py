"""Rows that span the same space as others: by Cholesky's triangle, or by singular values.

All but small decompositions are made of products, which Ctrl-C can interrupt. Arrays may be of any
array module whose ``cholesky`` raises where it fails.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import module_of
from hopfield_sim.support.interruptible import interruptible
from hopfield_sim.support.products import gram, product

Floats = NDArray[np.float64]

SMALLEST_PIVOT = 1e-8
"""Smallest square of a pivot, in units of the diagonal, at which 7 digits are kept; below it rows
are (nearly) dependent.
"""

_BLOCK_ROWS = 64

_WHOLE = 2048
"""Rows of a triangle that is computed in one call, in less than a second."""


def through_triangle(square: Floats, rows: Floats, unit: float = 1.0) -> Floats | None:
    """Return L⁻¹ ``rows`` for ``square`` = L Lᵀ, or None if that is not accurate.

    Parameters
    ----------
    square : (P, P) ndarray
        Symmetric matrix with about ``unit`` on its diagonal.
    rows : (P, N) ndarray
        Rows.
    unit : float
        Size of the diagonal.

    Examples
    --------
    >>> through_triangle(np.array([[4.0]]), np.array([[2.0, 6.0]]), 4.0)
    array([[1., 3.]])
    >>> through_triangle(np.ones((2, 2)), np.ones((2, 3))) is None
    True
    """
    try:
        lower = _triangle(square)
    except np.linalg.LinAlgError:
        return None
    if not lower.diagonal().min() ** 2 > SMALLEST_PIVOT * unit:
        return None
    return _forward(lower, rows)


def singular(rows: Floats) -> tuple[Floats, Floats]:
    """Return the singular values (K,) of rows (P, N) above rounding, with their vectors (K, N)."""
    decompose = partial(module_of(rows).linalg.svd, full_matrices=False)
    if module_of(rows) is np:
        _, values, vectors = interruptible(decompose, rows)
    else:  # another thread would have another device and stream
        _, values, vectors = decompose(rows)
    kept = values > values[0] * max(rows.shape) * np.finfo(np.float64).eps
    return values[kept], vectors[kept]


def _triangle(square: NDArray[Any]) -> NDArray[Any]:
    """The L of L Lᵀ = ``square`` (Cholesky), by halves where it is large, like ``_forward``."""
    half, xp = len(square) // 2, module_of(square)
    if len(square) <= _WHOLE:
        whole: NDArray[Any] = xp.linalg.cholesky(square)
        return whole
    lower = xp.zeros_like(square)
    lower[:half, :half] = _triangle(square[:half, :half])
    lower[half:, :half] = _forward(lower[:half, :half], square[:half, half:]).T
    below = xp.ascontiguousarray(lower[half:, :half].T)
    lower[half:, half:] = _triangle(square[half:, half:] - gram(below))
    return lower


def _forward(lower: Floats, right: Floats) -> Floats:
    """Solve L Z = Ξ for a lower triangle, by halves, so that nearly all of it is one product."""
    half, xp = len(lower) // 2, module_of(lower)
    if len(lower) <= _BLOCK_ROWS:
        solved: NDArray[Any] = xp.linalg.solve(lower, right)
        return solved
    top = _forward(lower[:half, :half], right[:half])
    rest = right[half:] - product(lower[half:, :half], top)
    whole: NDArray[Any] = xp.concatenate([top, _forward(lower[half:, half:], rest)])
    return whole
