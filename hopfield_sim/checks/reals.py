"""Arrays of real numbers: weights, thresholds, temperatures, and masks over the sites."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.arguments import integer, message, show
from hopfield_sim.checks.places import is_elsewhere, module_of
from hopfield_sim.checks.resources import memory
from hopfield_sim.errors import InsufficientMemoryError, InvalidInputError, InvalidTypeError

_AXES: Final = 32
"""The maximum that NumPy broadcasts. Arrays can have more, but nothing here needs them."""

_SLAB: Final = 1 << 22
"""Elements that are copied or compared in one step."""

_WHOLE: Final = (...,)
"""The slabs of an array that needs no division."""


def numeric(value: Any, name: str, *, allow_bool: bool = False, xp: Any = np) -> NDArray[Any]:
    """Convert a value to a plain array of real numbers, or raise; copied only if necessary.

    Masked, object, complex, structured, string and date arrays are rejected, and so are ragged
    lists and more than 32 axes. Values are not checked: NaN is accepted. Arrays of the module
    ``xp`` are judged where they are, those on any other device are rejected.
    """
    plain = type(value) is np.ndarray or (xp is not np and isinstance(value, xp.ndarray))
    array = value if plain else _plain(value, name)
    if array.dtype.kind not in ("iufb" if allow_bool else "iuf"):
        raise InvalidTypeError(
            f"{name} must be an array of real numbers; got {_kind(array)} (dtype {array.dtype})"
        )
    if array.ndim > _AXES:
        raise InvalidInputError(
            f"{name} must have at most {_AXES} axes; got {array.ndim}; use .squeeze() or .reshape()"
        )
    return array


def _plain(value: Any, name: str) -> NDArray[Any]:
    """An array in the processor's memory, of whatever kind."""
    if _holds_mask(value):
        raise InvalidTypeError(
            f"{name} must be a plain array; got a masked one; "
            "fill the masked entries first, with .filled(...)"
        )
    if is_elsewhere(value):
        raise InvalidTypeError(
            f"{name} must be an array in the processor's memory; got one on a GPU; pass a copy, "
            "such as that of its method get()"
        )
    if is_sparse(value):
        raise InvalidTypeError(
            f"{name} must be a plain array; got a sparse one; pass its .toarray()"
        )
    try:
        return np.asarray(value)
    except MemoryError as error:
        raise InsufficientMemoryError(
            f"not enough memory for {name} as an array; pass fewer rows at a time"
        ) from error
    except Exception as error:  # an object's own __array__ may raise anything
        raise InvalidInputError(
            f"{name} must be an array of real numbers; got {show(value)}, of which numpy says: "
            f"{message(error)}"
        ) from error


def is_sparse(value: Any) -> bool:
    """Whether it is a sparse matrix or array of SciPy, which then is loaded already."""
    scipy_sparse = sys.modules.get("scipy.sparse")
    return scipy_sparse is not None and bool(scipy_sparse.issparse(value))


def float_type(value: Any, name: str = "dtype") -> np.dtype[np.floating]:
    """Validate a dtype of real numbers: float64 or float32."""
    try:
        dtype = np.dtype(value)
    except Exception as error:
        raise InvalidTypeError(f"{name} must be float64 or float32; got {show(value)}") from error
    if value is None or dtype not in (np.float64, np.float32):
        raise InvalidInputError(f"{name} must be float64 or float32; got {show(value)}")
    return dtype.newbyteorder("=")


def weights(value: Any, *, name: str = "weights") -> NDArray[np.float64]:
    """Validate a coupling matrix: (N, N), finite; a new float64 array."""
    array = numeric(value, name)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] == 0:
        raise InvalidInputError(f"{name} must be a square matrix (N, N); got shape {array.shape}")
    return finite(array, name)


def narrowed(
    array: NDArray[np.float64], dtype: np.dtype[np.floating], name: str
) -> NDArray[np.floating]:
    """Round weights to a dtype, or raise if one is too large for it."""
    with np.errstate(over="ignore"):
        narrow = array.astype(dtype, copy=False)
    bad = np.isinf(narrow)
    if bad.any():
        raise InvalidInputError(
            f"{name} must fit {dtype}; found {array[first(bad)]} at {at(bad)}; use dtype='float64'"
        )
    return narrow


def thresholds(value: Any, n_neurons: int, *, name: str = "thresholds") -> NDArray[np.float64]:
    """Validate thresholds, ``None`` (zeros), one number or (N,), finite; a new float64 array."""
    if value is None:
        return np.zeros(n_neurons)
    array = numeric(value, name)
    if array.ndim > 0 and array.shape != (n_neurons,):
        raise InvalidInputError(
            f"{name} must be a number or ({n_neurons},), one a neuron; got shape {array.shape}"
        )
    return np.broadcast_to(finite(array, name), (n_neurons,)).copy()


def site_mask(
    value: Any,
    n_neurons: int,
    name: str,
    *,
    shape: tuple[int, ...] | None = None,
    n_states: int | None = None,
) -> NDArray[np.bool_]:
    """Validate a boolean mask of sites: (N,), or of the ``shape`` of an image; with ``n_states``
    also one for each state, (B, N) or images. A copy, (N,) or, for B > 1 states, (B, N).
    """
    array = numeric(value, name, allow_bool=True)
    if array.dtype != np.bool_:
        raise InvalidTypeError(
            f"{name} must be boolean, True or False for each neuron; got dtype {array.dtype}; "
            f"for a list of indices i use np.isin(np.arange({n_neurons}), i)"
        )
    return _by_site(array, n_neurons, name, shape, n_states).copy()


def external_field(
    value: Any,
    n_neurons: int,
    n_states: int,
    *,
    shape: tuple[int, ...] | None = None,
    name: str = "field",
) -> NDArray[np.float64]:
    """Validate an external field: a number, (N,) or (B, N), or images; finite. A new float64
    array, (N,) or, for B > 1 states, (B, N).
    """
    array = numeric(value, name)
    if array.ndim:
        array = _by_site(array, n_neurons, name, shape, n_states)
    field = finite(array, name)
    return field if field.ndim else np.full(n_neurons, field)


def _by_site(
    array: NDArray[Any],
    n_neurons: int,
    name: str,
    shape: tuple[int, ...] | None,
    n_states: int | None,
) -> NDArray[Any]:
    """An entry a site, (N,) or, for several states, (B, N)."""
    layouts = [(n_neurons,), *([] if shape is None else [tuple(shape)])]
    if array.shape in layouts:
        return array.reshape(-1)
    if n_states is not None and array.shape in [(n_states, *layout) for layout in layouts]:
        return array.reshape(-1) if n_states == 1 else array.reshape(n_states, n_neurons)
    rows = "" if n_states is None else f", or ({n_states}, {n_neurons}), a row a state"
    raise InvalidInputError(
        f"{name} must be ({n_neurons},), one entry a neuron{rows}; got shape {array.shape}"
        + ("; use .ravel()" if array.size == n_neurons else "")
    )


def image_shape(
    lengths: NDArray[np.int64] | None, n_sites: int, *, axes: int | None = None
) -> tuple[int, ...] | None:
    """Validate the shape of images in a file, or None: (H, W), or longer without ``axes``.

    The product of its lengths must be ``n_sites``.
    """
    if lengths is None:
        return None
    shape = tuple(int(length) for length in lengths)  # Python's integers do not wrap
    fitting = len(shape) == axes or (axes is None and 1 < len(shape) < _AXES)
    if not fitting or min(shape) < 1 or math.prod(shape) != n_sites:
        raise InvalidInputError(f"images of shape {show(shape)} do not have {n_sites} sites")
    return shape


def temperatures(value: Any, max_sweeps: int, n_states: int = 0) -> NDArray[np.float64]:
    """Validate a temperature: a number for ``max_sweeps`` sweeps, or a sequence, one per sweep; or
    a row of them, one for each state, or as many rows as there are sweeps.

    Returns
    -------
    (max_sweeps,), (len(value),) or (sweeps, n_states) ndarray of float64
        One temperature per sweep, and perhaps state. A number or a single row is repeated by a
        read-only view, without memory.
    """
    sweeps = integer(max_sweeps, "max_sweeps", minimum=0, maximum=2**48)
    if isinstance(value, float) and 0 <= value < np.inf:  # most often; validated at once
        return np.ndarray((sweeps,), np.float64, np.float64(value), strides=(0,))
    array = numeric(value, "temperature")
    if array.ndim > 2 or array.size == 0 or (array.ndim == 2 and array.shape[1] != n_states):
        raise InvalidInputError(
            "temperature must be a number, a sequence with one temperature a sweep, or an array "
            f"(1, B) or (sweeps, B) with one for each of the B = {n_states} states; "
            f"got shape {array.shape}"
        )
    schedule = finite(array, "temperature")
    below = schedule < 0
    if below.any():
        where = f" at {at(below)}" if array.ndim else ""
        raise InvalidInputError(
            f"temperature must be 0 or more; found {schedule[first(below)]}{where}"
        )
    if array.ndim == 0:
        return np.broadcast_to(schedule, (sweeps,))
    if array.ndim == 2 and len(array) == 1:
        return np.broadcast_to(schedule, (sweeps, n_states))
    return schedule


def first(bad: NDArray[np.bool_]) -> tuple[int, ...]:
    """Index of the first True."""
    return tuple(int(i) for i in np.unravel_index(int(bad.argmax()), bad.shape))


def at(bad: NDArray[np.bool_]) -> str:
    """Index of the first True, formatted for a message: [0, 4]."""
    return "[" + ", ".join(map(str, first(bad))) + "]"


def slabs(array: NDArray[Any]) -> Sequence[Any]:
    """Indices that divide an array into slabs of some millions of elements.

    An operation on one slab is short, and Ctrl-C is handled between two.
    """
    if array.ndim == 0 or array.size <= _SLAB:
        return _WHOLE
    step = max(1, _SLAB * len(array) // array.size)
    return [slice(start, start + step) for start in range(0, len(array), step)]


def copied(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """A C-contiguous copy of another dtype; numbers that exceed its range become infinite."""
    xp = module_of(array)
    if array.size <= _SLAB and (array.dtype == dtype or np.can_cast(array.dtype, dtype)):
        return xp.array(array, dtype, order="C")  # nothing exceeds the range
    copy = xp.empty(array.shape, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in slabs(array):
            copy[rows] = array[rows]
    return copy


def finite(array: NDArray[Any], name: str) -> NDArray[np.float64]:
    """Copy to float64, or raise with the first entry that is not finite."""
    memory(10 * array.size, f"{name} of shape {array.shape}", "use a smaller network")
    copy = copied(array, np.float64)
    if not all(np.isfinite(copy[rows]).all() for rows in slabs(copy)):
        bad = ~np.isfinite(copy)
        where = f" at {at(bad)}" if array.ndim else ""
        raise InvalidInputError(f"{name} must be finite; found {copy[first(bad)]}{where}")
    return copy


def _holds_mask(value: Any, depth: int = 3) -> bool:
    """Whether a value contains a masked array; NumPy drops the mask of one inside a list."""
    nested = (list, tuple, np.ma.MaskedArray)
    if not isinstance(value, (list, tuple)):
        return isinstance(value, nested)
    return depth > 0 and any(
        isinstance(item, nested) and _holds_mask(item, depth - 1) for item in value
    )


def _kind(array: NDArray[Any]) -> str:
    if array.dtype.names is not None:
        return "a structured array"
    words = {"c": "complex numbers", "O": "objects", "b": "True and False", "U": "text"}
    words |= {"S": "bytes", "M": "dates", "m": "time spans", "V": "raw bytes"}
    return words.get(array.dtype.kind, "something else")
