"""Patterns and states of continuous memories: arrays of real numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.reals import at, copied, first, numeric, slabs
from hopfield_sim.checks.resources import memory
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.support.places import HERE, module_of, moved

Shape = tuple[int, ...]


class RealStored(NamedTuple):
    """Validated real patterns.

    ``array`` is (P, N) float64 or float32, C-contiguous and a copy; ``shape`` is that of one image,
    (H, W) or (H, W, 3), if the patterns are images, else ``None``.
    """

    array: NDArray[np.floating]
    shape: Shape | None


class RealBatch(NamedTuple):
    """Validated real states, with the shape in which results are returned.

    ``array`` is (B, N), C-contiguous and a copy; ``single`` is True for a single state without a B
    axis; ``shape`` is that of an image if the states are images, else ``None``; ``place`` names the
    array module of the caller's states, in which results are returned.
    """

    array: NDArray[np.floating]
    single: bool
    shape: Shape | None = None
    place: str = HERE

    def restore(self, answer: NDArray[Any], *, axis: int = 0, sites: bool = True) -> Any:
        """Bring a result into the shape of the input states.

        Parameters
        ----------
        answer : ndarray
            Result with B entries along ``axis``: (B,), (B, N), (B, P) or, with ``axis=1``,
            (T+1, B, N).
        axis : int
            The B axis.
        sites : bool
            Whether the axis after B is that of the N sites, which becomes that of an image;
            ``False`` for (B, P).

        Returns
        -------
        ndarray or scalar
            Without the B axis for a single state; a scalar is a Python object.
        """
        if self.shape is not None and sites and answer.ndim > axis + 1:
            answer = answer.reshape(*answer.shape[:-1], *self.shape)
        if self.single:
            answer = answer[(slice(None),) * axis + (0,)]
            if answer.ndim == 0:
                return answer.item()
        return moved(answer, self.place)


def real_patterns(
    value: Any,
    *,
    n_neurons: int | None = None,
    dtype: np.dtype[Any] | None = None,
    name: str = "patterns",
) -> RealStored:
    """Validate real patterns: (P, N), or images (P, H, W) or (P, H, W, 3), finite.

    Parameters
    ----------
    n_neurons : int, optional
        Required N.
    dtype : dtype, optional
        float32 or float64; ``None`` is float32 for float32 and float64 for everything else.

    Raises
    ------
    InvalidInputError
        If the shape is wrong, there are no patterns, N is not ``n_neurons``, or values are not
        finite or so large that their squares overflow.
    InvalidTypeError
        If ``value`` is not an array of real numbers.
    """
    array = numeric(value, name)
    if array.ndim == 1:
        raise InvalidInputError(
            f"{name} must be (P, N), one pattern a row; got shape {array.shape}; "
            f"for one pattern pass it as a row, {name}[None, :]"
        )
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(
            f"{name} must be (P, N), or images (P, H, W), with at least one pattern and one "
            f"number in it; got shape {array.shape}"
        )
    shape = array.shape[1:] if array.ndim > 2 else None
    length = array[0].size
    if n_neurons is not None and length != n_neurons:
        raise InvalidInputError(
            f"{name} must have {n_neurons} numbers a row; got shape {array.shape}"
            + ("; did you transpose?" if array.shape[0] == n_neurons else "")
        )
    return RealStored(_numbers(array, name, dtype).reshape(len(array), length), shape)


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
) -> RealBatch:
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
    observed : (N,) ndarray of bool, optional
        Known coordinates. Others may be NaN, infinite or too large; such values become 0.
    xp : module, optional
        Array module of the implementation: its arrays are accepted besides NumPy's, and the result
        is one of them.
    """
    array = numeric(value, name, xp=xp)
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(f"{name} must hold at least one state; got shape {array.shape}")
    # (B, N) is tried first: with an image shape of (1, N) both readings would fit.
    if array.ndim in (1, 2) and array.shape[-1] == n_neurons:
        single, image = array.ndim == 1, None
    elif shape is not None and shape in (array.shape, array.shape[1:]):
        single, image = array.shape == shape, shape
    else:
        wanted = f"({n_neurons},) or (B, {n_neurons})"
        if shape is not None:
            wanted += f", or images {shape} or (B, {', '.join(map(str, shape))})"
        turned = array.ndim < 3 and n_patterns == array.shape[-1]
        turned = turned or (array.ndim == 2 and array.shape[0] == n_neurons)
        raise InvalidInputError(
            f"{name} must be {wanted}; got shape {array.shape}"
            + ("; did you transpose?" if turned else "")
        )
    known = observed if observed is None or image is None else observed.reshape(image)
    numbers = _numbers(array, name, dtype, known).reshape(-1, n_neurons)
    return RealBatch(xp.asarray(numbers), single, image, module_of(array).__name__)


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
    bad = ~((array >= -1) & (array <= 1))
    if bad.any():
        raise InvalidInputError(
            f"{name} must lie from -1 to 1; found {array[first(bad)]} at {at(bad)}"
        )
    return array.astype(np.float64).reshape(-1, n_units)


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
