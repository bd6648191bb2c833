"""Sparse matrices as compressed rows: row i has the entries ``starts[i]`` to ``starts[i + 1] - 1``,
and their columns are ``columns``, ascending in each row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_HALF = np.int64(32)
_LOW = np.int64(2**32 - 1)


def starts_of(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each row starts, (N + 1,), from the numbers of their entries, (N,).

    Examples
    --------
    >>> starts_of(np.array([2, 0, 1])).tolist()
    [0, 2, 2, 3]
    """
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def rows_of(starts: NDArray[np.int64]) -> NDArray[np.int32]:
    """The row of each entry.

    Examples
    --------
    >>> rows_of(np.array([0, 2, 2, 3])).tolist()
    [0, 0, 2]
    """
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))


def most_terms(columns: NDArray[np.int32]) -> int:
    """Largest number of entries in a column.

    Examples
    --------
    >>> most_terms(np.array([1, 2, 1], np.int32))
    2
    """
    return int(np.bincount(columns, minlength=1).max())


def transposed(
    starts: NDArray[np.int64], columns: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """``starts`` and ``columns`` of the transpose of a square matrix, and where its entries were.

    Examples
    --------
    The entries (0, 1), (0, 2) and (2, 1):

    >>> starts, columns, order = transposed(np.array([0, 2, 2, 3]), np.array([1, 2, 1], np.int32))
    >>> starts.tolist(), columns.tolist(), order.tolist()
    ([0, 0, 2, 3], [0, 2, 0], [0, 2, 1])
    """
    n = len(starts) - 1
    # Whole numbers are sorted much faster than their places (argsort): both in one number.
    order = columns.astype(np.int64) << _HALF
    order |= np.arange(len(columns))
    order.sort()
    order &= _LOW
    lengths = np.bincount(columns, minlength=n)
    return starts_of(lengths), rows_of(starts)[order], order


def is_symmetric(
    starts: NDArray[np.int64], columns: NDArray[np.int32], values: NDArray[Any] | None
) -> bool:
    """Whether a square matrix equals its transpose exactly: its places, and its values if given.

    Examples
    --------
    >>> starts, columns = np.array([0, 1, 2]), np.array([1, 0], np.int32)
    >>> is_symmetric(starts, columns, None), is_symmetric(starts, columns, np.array([1, 2]))
    (True, False)
    """
    if not np.array_equal(np.diff(starts), np.bincount(columns, minlength=len(starts) - 1)):
        return False
    _, other, order = transposed(starts, columns)
    same = np.array_equal(other, columns)
    return same and (values is None or np.array_equal(values[order], values))
