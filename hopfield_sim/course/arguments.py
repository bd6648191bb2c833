"""Validation of states of any numbers, and of weights, which are not copied."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

TIE = 4 * float(np.finfo(np.float64).eps)
"""A field smaller than this, relative to the largest possible one, is zero up to rounding."""


def state_of(value: Any, name: str = "state") -> NDArray[Any]:
    """Validate a state of any shape and finite numbers; a new array that can also hold −1."""
    array = checks.numeric(value, name)
    if array.size == 0:
        raise InvalidInputError(f"{name} must hold at least one neuron; got shape {array.shape}")
    checks.memory(
        (8 + array.itemsize) * array.size, f"{name} of shape {array.shape}", "use fewer neurons"
    )
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InvalidInputError(f"{name} must be finite; found {array[where]} at {list(where)}")
    return array.astype(np.int64 if array.dtype.kind == "u" else array.dtype, copy=True)


def weights_for(value: Any, state: NDArray[Any]) -> NDArray[np.float64]:
    """Validate the shape of weights for a state; float64, copied only if they are of another dtype.

    Their values are validated where they are used (:func:`reach`): reading all N² of them costs
    more than an asynchronous update, which reads N.
    """
    array = checks.numeric(value, "weights")
    n = state.size
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise InvalidInputError(
            f"weights must be a square matrix (N, N); got shape {array.shape}; "
            "the order of arguments is (state, weights)"
        )
    if array.shape != (n, n):
        raise InvalidInputError(
            f"state must have one number for each of the {len(array)} neurons of the weights; "
            f"got shape {state.shape}"
        )
    if array.dtype != np.float64:
        checks.memory(8 * array.size, f"weights of shape {array.shape}", "pass them as float64")
    return array.astype(np.float64, copy=False)


def reach(
    weights: NDArray[np.float64], rows: NDArray[np.float64], spins: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The largest possible field of these rows of the weights, N · max|W_i| · max(1, max|s|).

    Raises
    ------
    InvalidInputError
        If a row is not finite, or an energy could overflow.
    InsufficientMemoryError
        If the rows are a view, such as one by ``np.broadcast_to``, that would not fit into memory
        as an array of their own: reading them would take too long.
    """
    if _extent(rows) < rows.nbytes:
        checks.memory(
            rows.nbytes,
            f"weights of shape {weights.shape}, a view that repeats its entries",
            "use fewer neurons",
        )
    top = size(spins)
    with np.errstate(over="ignore", invalid="ignore"):
        largest = np.maximum(rows.max(axis=-1), -rows.min(axis=-1))
        bound: NDArray[np.float64] = spins.size * largest * top
        fits = np.isfinite(bound * spins.size * top).all()
    if not fits:
        checks.weights(weights)  # names the entry
        raise InvalidInputError(
            f"weights and state are too large for a float: the largest weight is {largest.max()}, "
            f"the largest entry of the state {top}; scale them down"
        )
    return bound


def _extent(array: NDArray[Any]) -> int:
    """Bytes of memory from the first to the last entry of an array that is not empty."""
    steps = zip(array.shape, array.strides, strict=True)
    return array.itemsize + sum((n - 1) * abs(stride) for n, stride in steps)


def size(spins: NDArray[np.float64]) -> float:
    """The largest entry of a state in magnitude, or 1 if that is larger."""
    return max(1.0, float(np.abs(spins).max()))
