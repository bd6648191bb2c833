"""Large matrix products in blocks: Python handles a Ctrl-C between two calls of BLAS, not within.

The blocks depend only on shapes, and small products are one call.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import module_of

_WORK: Final = 1 << 30
"""Multiplications of one call, about 0.1 s of one processor."""

_ROWS: Final = 512
"""Rows of a block: enough for a product at full speed."""

_LEAST: Final = 64
"""Smallest number of columns of a block, for the same reason."""


def product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Return ``left @ right``, (m, k) and (k, n) to (m, n); on a device in one call.

    Examples
    --------
    >>> product(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    (m, k), n = left.shape, right.shape[1]
    if m * k * n <= _WORK or module_of(left) is not np:
        return left @ right
    out = np.empty((m, n), np.result_type(left, right))
    rows = min(m, _ROWS)
    columns = max(_LEAST, _WORK // (k * rows))
    for top in range(0, m, rows):
        for start in range(0, n, columns):
            piece = slice(top, top + rows), slice(start, start + columns)
            np.matmul(left[piece[0]], right[:, piece[1]], out=out[piece])
    return out


def gram(rows: NDArray[Any]) -> NDArray[Any]:
    """Return ``rows.T @ rows``, (P, N) to (N, N), exactly symmetric.

    Examples
    --------
    >>> gram(np.array([[1.0, 2.0]]))
    array([[1., 2.],
           [2., 4.]])
    """
    count, n = rows.shape
    if module_of(rows) is not np:  # whose products need not be symmetric to the last bit
        return _mirrored(rows.T @ rows)
    if n * n * count <= _WORK:
        return np.asarray(rows.T @ rows)
    out = np.empty((n, n), rows.dtype)
    for start in range(0, n, _ROWS):
        some = slice(start, start + _ROWS)
        out[some, start:] = product(rows[:, some].T, rows[:, start:])
        out[start:, some] = out[some, start:].T
        out[some, some] = _mirrored(out[some, some])
    return out


def _mirrored(square: NDArray[Any]) -> NDArray[Any]:
    """The upper triangle, and the same below."""
    xp = module_of(square)
    found: NDArray[Any] = xp.triu(square) + xp.triu(square, 1).T
    return found
