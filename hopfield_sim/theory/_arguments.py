"""Validation of the arguments of theory functions: numbers, or arrays of numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks.reals import at, first
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
)

_Function = TypeVar("_Function", bound=Callable[..., Any])


def formula(function: _Function) -> _Function:
    """Decorate a function of this package to ignore ``np.seterr``, and to explain MemoryErrors.

    Intermediate underflow and overflow are intended; the results are tested.
    """

    @checks.by_name
    @functools.wraps(function)
    def quiet(*args: Any, **kwargs: Any) -> Any:
        try:
            with np.errstate(all="ignore"):
                return function(*args, **kwargs)
        except HopfieldError:
            raise
        except MemoryError as error:
            raise InsufficientMemoryError(
                f"not enough memory for theory.{function.__name__} at so many points; use fewer"
            ) from error

    return quiet  # type: ignore[return-value]


def integers(value: Any, name: str, *, minimum: int, maximum: int) -> NDArray[np.int64]:
    """Validate an integer or an array of integers within bounds; a new int64 array."""
    if _single(value):
        return np.array(checks.integer(value, name, minimum=minimum, maximum=maximum))
    array = checks.numeric(value, name)
    if array.dtype.kind not in "iu" and array.size:
        raise InvalidTypeError(
            f"{name} must be an integer or an array of integers; got dtype {array.dtype}; "
            "use .astype(int)"
        )
    _within(array, name, minimum, maximum)
    return array.astype(np.int64)


def reals(value: Any, name: str, *, minimum: float) -> NDArray[np.float64]:
    """Validate a finite real number or an array of them; a new float64 array."""
    if _single(value):
        return np.array(checks.real(value, name, minimum=minimum))
    array = checks.numeric(value, name).astype(np.float64)
    bad = ~np.isfinite(array)
    if bad.any():
        raise InvalidInputError(f"{name} must be finite; found {array[first(bad)]} at {at(bad)}")
    _within(array, name, minimum, np.inf)
    return array


def together(*arrays: NDArray[Any], names: str) -> list[NDArray[Any]]:
    """Broadcast arrays against each other, or raise with the names of the arguments."""
    try:
        joined = list(np.broadcast_arrays(*arrays))
    except ValueError as error:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise InvalidInputError(
            f"{names} must be numbers or arrays that broadcast together; got shapes {shapes}"
        ) from error
    points = joined[0].size
    checks.memory(32 * points, f"{points} points of theory", "use fewer")
    return joined


def answer(values: NDArray[np.float64]) -> Any:
    """Return a float for single arguments, an array for arrays."""
    return float(values) if values.ndim == 0 else values


def _within(array: NDArray[Any], name: str, minimum: float, maximum: float) -> None:
    for bad, wanted in (
        (array < minimum, f"{minimum} or more"),
        (array > maximum, f"{maximum} or less"),
    ):
        if bad.any():
            raise InvalidInputError(
                f"{name} must be {wanted}; found {array[first(bad)]} at {at(bad)}"
            )


def _single(value: Any) -> bool:
    if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
        return value.ndim == 0
    return isinstance(value, (str, bytes)) or not hasattr(value, "__len__")
