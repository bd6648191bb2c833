"""Sparse matrices, of SciPy or as compressed rows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.arguments import message
from hopfield_sim.checks.reals import finite, numeric
from hopfield_sim.checks.resources import memory
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

_MOST = 2**31 - 1
"""Largest number of neurons, and of entries: they are numbered by 32 bits."""

_BYTES = 48
"""Bytes of memory per entry while a matrix is brought into this form."""


class Compressed(NamedTuple):
    """Row i has the entries ``starts[i]`` to ``starts[i + 1] - 1``, in ascending ``columns``."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float64] | None

    @property
    def n_neurons(self) -> int:
        """Number of rows, and of columns."""
        return len(self.starts) - 1


def compressed(
    starts: Any, columns: Any, values: Any, *, names: tuple[str, str, str]
) -> Compressed:
    """Validate a square matrix in compressed rows, with or without values; new arrays.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the rows do not fit together, or a column is out of range, or stands twice in a row or
        before a smaller one.
    """
    begin, at = _whole(starts, names[0]), _whole(columns, names[1])
    n, count = len(begin) - 1, len(at)
    if not 1 <= n <= _MOST or count > _MOST:
        raise InvalidInputError(
            f"{names[0]} must be (N + 1,), for 1 to {_MOST} neurons, and as many couplings; "
            f"got {len(begin)} of them, and {count} {names[1]}"
        )
    memory(_BYTES * count, f"{count} couplings", "use fewer neurons or couplings")
    if begin[0] != 0 or begin[-1] != count or (begin[1:] < begin[:-1]).any():
        raise InvalidInputError(
            f"{names[0]} must rise from 0 to the number of {names[1]}, {count}; got "
            f"{begin[0]} to {begin[-1]}" + (", falling between" * bool((np.diff(begin) < 0).any()))
        )
    if count and not 0 <= int(at.min()) <= int(at.max()) < n:
        raise InvalidInputError(
            f"{names[1]} must be from 0 to N - 1 = {n - 1}; found {at.min()} to {at.max()}"
        )
    same_row = np.ones(max(0, count - 1), bool)
    inner = begin[(begin > 0) & (begin < count)]
    same_row[inner - 1] = False
    if (same_row & (at[1:] <= at[:-1])).any():
        raise InvalidInputError(
            f"{names[1]} must ascend in each row, without repetition; sort those of each row"
        )
    if values is not None:
        values = finite(numeric(values, names[2]), names[2])
        if values.shape != (count,):
            raise InvalidInputError(
                f"{names[2]} must be ({count},), one for each of the {names[1]}; "
                f"got shape {values.shape}"
            )
    return Compressed(begin.astype(np.int64), at.astype(np.int32), values)


def scipy_rows(matrix: Any, name: str) -> Compressed:
    """Validate a sparse matrix or array of SciPy: square and finite; its zeros are left out, and
    entries of one place are added.
    """
    shape, dtype = tuple(matrix.shape), matrix.dtype
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 0:
        raise InvalidInputError(f"{name} must be a square matrix (N, N); got shape {shape}")
    if dtype.kind not in "iufb":
        raise InvalidTypeError(f"{name} must be real numbers; got a sparse matrix of {dtype}")
    memory(_BYTES * int(matrix.nnz), f"{matrix.nnz} entries of {name}", "use fewer")
    try:
        rows = matrix.astype(np.float64).tocsr(copy=True)
        rows.sum_duplicates()
        rows.eliminate_zeros()
    except Exception as error:  # its arrays may be anything
        raise InvalidInputError(
            f"{name} must be a sound sparse matrix; of this one SciPy says: {message(error)}"
        ) from error
    parts = (f"the {part} of {name}" for part in ("row starts", "columns", "entries"))
    first, second, third = parts
    return compressed(rows.indptr, rows.indices, rows.data, names=(first, second, third))


def _whole(value: Any, name: str) -> NDArray[Any]:
    """An array (n,) of integers."""
    array = numeric(value, name)
    if array.dtype.kind not in "iu" and array.size:
        raise InvalidTypeError(f"{name} must be integers; got dtype {array.dtype}")
    if array.ndim != 1:
        raise InvalidInputError(f"{name} must have one axis; got shape {array.shape}")
    return array
