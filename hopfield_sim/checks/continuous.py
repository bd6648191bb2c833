"""Patterns and states of continuous memories: arrays of real numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.batches import Batch, Shape, Stored, pattern_layout, state_layout
from hopfield_sim.checks.places import HERE, module_of, moved
from hopfield_sim.checks.reals import at, copied, first, numeric, slabs
from hopfield_sim.checks.resources import memory
from hopfield_sim.errors import InvalidInputError


def real_patterns(
    value: Any,
    *,
    n_neurons: int | None = None,
    dtype: np.dtype[Any] | None = None,
    xp: Any = np,
    name: str = "patterns",
) -> Stored[np.floating]:
    """Validate real patterns: (P, N), or images (P, H, W) or (P, H, W, 3), finite.

    Parameters
    ----------
    n_neurons : int, optional
        Required N.
    dtype : dtype, optional
        float32 or float64; ``None`` is float32 for float32 and float64 for everything else.
    xp : module, optional
        Array module whose arrays are accepted besides NumPy's, validated where they are, and copied
        to NumPy's.

    Raises
    ------
    InvalidInputError
        If the shape is wrong, there are no patterns, N is not ``n_neurons``, or values are not
        finite or so large that their squares overflow.
    InvalidTypeError
        If ``value`` is not an array of real numbers.
    """
    array = numeric(value, name, xp=xp)
    length, shape = pattern_layout(array, name, n_neurons, "number")
    return Stored(moved(_numbers(array, name, dtype), HERE).reshape(len(array), length), shape)


def real_states(
    value: Any,
    n_neurons: int,
    *,
    shape: Shape | None = None,
    n_patterns: int | None = None,
    dtype: np.dtype[Any] | None = None,
    observed: NDArray[np.bool_] | None = None,
    xp: Any = np,
    name: str = "states",
) -> Batch[np.floating]:
    """Validate real states: (N,), (B, N) or, if there is a ``shape``, images of that shape.

    Parameters
    ----------
    n_neurons : int
        Required N.
    shape : tuple of int, optional
        Shape of one image, for a memory of images.
    n_patterns : int, optional
        Number of stored patterns; for a state of that length the message asks "did you
        transpose?".
    dtype : dtype, optional
        As in ``real_patterns``.
    observed : (N,) or (B, N) ndarray of bool, optional
        Known coordinates. Others may be NaN, infinite or too large; such values become 0.
    xp : module, optional
        Array module of the implementation: its arrays are accepted besides NumPy's, and the result
        is one of them.
    """
    array = numeric(value, name, xp=xp)
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(f"{name} must hold at least one state; got shape {array.shape}")
    single, image = state_layout(array, name, n_neurons, shape, n_patterns)
    known = observed
    if known is not None and image is not None:
        known = known.reshape(*known.shape[:-1], *image)
    numbers = _numbers(array, name, dtype, known).reshape(-1, n_neurons)
    return Batch(xp.asarray(numbers), single, image, module_of(array).__name__)


def activities(
    value: Any, n_states: int, n_units: int, *, name: str = "hidden"
) -> NDArray[np.float64]:
    """Validate activities of graded units from -1 to 1: (B, m), or (m,) for all states."""
    array = numeric(value, name)
    if array.shape not in ((n_units,), (1, n_units), (n_states, n_units)):
        raise InvalidInputError(
            f"{name} must be ({n_states}, {n_units}), a row a state, or ({n_units},); "
            f"got shape {array.shape}"
        )
    return within_one(array, name).astype(np.float64).reshape(-1, n_units)


def within_one(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return the array, or raise with its first entry that is not from -1 to 1."""
    bad = ~((array >= -1) & (array <= 1))
    if bad.any():
        raise InvalidInputError(
            f"{name} must lie from -1 to 1; found {array[first(bad)]} at {at(bad)}"
        )
    return array


def _numbers(
    array: NDArray[Any],
    name: str,
    dtype: np.dtype[Any] | None,
    known: NDArray[np.bool_] | None = None,
) -> NDArray[np.floating]:
    """Copy to float32 or float64, or raise with the first invalid entry; invalid entries that are
    not ``known`` (a mask of the shape of one row) become 0 instead.
    """
    if dtype is None:
        dtype = np.dtype(np.float32 if array.dtype.str[1:] == "f4" else np.float64)
    memory(
        (dtype.itemsize + 1) * array.size,
        f"{name} of shape {array.shape}",
        "use float32, or pass fewer rows at a time",
    )
    copy = copied(array, dtype)  # overflow is detected below
    # Sums of N squares, and differences of them, must not overflow.
    limit = 0.25 * float(np.sqrt(np.finfo(dtype).max / array.size))
    if all(-limit <= copy[rows].min() and copy[rows].max() <= limit for rows in slabs(copy)):
        return copy
    bad, xp = ~(abs(copy) <= limit), module_of(copy)
    if known is not None:
        known = xp.asarray(known)
        copy[bad & ~known] = 0
        bad &= known
    if not bad.any():
        return copy
    entry, where = array[first(bad)], at(bad)
    if not xp.isfinite(copy[bad]).all():
        unfit = bad & ~xp.isfinite(copy)
        raise InvalidInputError(f"{name} must be finite; found {copy[first(unfit)]} at {at(unfit)}")
    raise InvalidInputError(
        f"{name} must be within ±{limit:.1e} for their squares to fit {dtype}; "
        f"found {entry} at {where}; divide them by a common scale"
    )
