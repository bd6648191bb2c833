"""Labelled examples, from which a memory learns classes."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.arguments import show
from hopfield_sim.checks.batches import Batch, Shape
from hopfield_sim.checks.caller import warn
from hopfield_sim.checks.places import module_of
from hopfield_sim.checks.reals import at, copied, first, numeric
from hopfield_sim.checks.resources import memory
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

_SCALE = "; scale them to [-1, 1], or pass images as uint8"

_DARK = 64
"""Training images of bytes should reach a quarter of 255, or they are in other units."""


def inputs(
    value: Any,
    dtype: np.dtype[Any],
    *,
    n_inputs: int | None = None,
    shape: Shape | None = None,
    xp: Any = np,
    name: str = "X",
) -> Batch[np.floating]:
    """Validate examples: (n, d) in [−1, 1], or uint8 images whose 0 … 255 become −1 … 1.

    Parameters
    ----------
    dtype : dtype
        float32 or float64.
    n_inputs : int, optional
        Required d; a single example (d,) is then accepted.
    shape : tuple of int, optional
        Shape of the training images; a single such image is then accepted.
    xp : module, optional
        Array module of the implementation: its arrays are accepted besides NumPy's, and the result
        is one of them.

    Returns
    -------
    Batch
        A new array (n, d); ``shape`` is that of an image if the examples are images.

    Raises
    ------
    InvalidInputError
        If the shape is wrong, numbers are not in [−1, 1], or bytes are 0 and 1 only.
    InvalidTypeError
        If ``value`` is not an array of real numbers.

    Warns
    -----
    UserWarning
        If training images of bytes use only a small part of 0 … 255.
    """
    array = numeric(value, name, allow_bool=True, xp=xp)
    if array.dtype == np.bool_:
        raise InvalidTypeError(
            f"{name} must be an array of real numbers; got True and False; "
            f"for bits pass np.where({name}, 1.0, -1.0)"
        )
    single = n_inputs is not None and array.shape in ((n_inputs,), shape or (n_inputs,))
    if single:
        array = array[None]
    if array.ndim < 2 or array.size == 0:
        raise InvalidInputError(
            f"{name} must be (n, d), one example a row, or images (n, H, W); "
            f"got shape {array.shape}"
        )
    length = array[0].size
    if n_inputs is not None and length != n_inputs:
        raise InvalidInputError(
            f"{name} must have {n_inputs} numbers an example; got shape {array.shape}"
            + ("; did you transpose?" if array.shape[0] == n_inputs else "")
        )
    image = array.shape[1:] if array.ndim > 2 else None
    memory(
        (dtype.itemsize + 1) * array.size,
        f"{name} of shape {array.shape}",
        "use dtype='float32', or pass fewer examples",
    )
    place = module_of(array).__name__
    copy = xp.asarray(copied(array, dtype).reshape(len(array), length))
    if array.dtype == np.uint8:
        _look_at_bytes(int(array.max()), name, learning=n_inputs is None)
        copy *= dtype.type(2 / 255)
        copy -= dtype.type(1)
        return Batch(copy, single, image, place)
    if not (copy.min() >= -1 and copy.max() <= 1):
        bad = ~(abs(copy) <= 1)
        entry = array.reshape(copy.shape)[first(bad)]
        raise InvalidInputError(f"{name} must be in [-1, 1]; found {entry} at {at(bad)}{_SCALE}")
    return Batch(copy, single, image, place)


def labels(
    value: Any, n_examples: int, *, name: str = "y"
) -> NDArray[np.int64] | NDArray[np.str_] | NDArray[np.bool_]:
    """Validate labels: (n,) integers, strings or booleans; returned as int64, str or bool.

    Raises
    ------
    InvalidInputError
        If the shape is not (n,), or numbers exceed int64.
    InvalidTypeError
        If labels are floats, None, or of mixed types.
    """
    one_kind(value, name)
    if isinstance(value, np.ma.MaskedArray):
        raise InvalidTypeError(f"{name} must be a plain array; got a masked one")
    try:
        array = np.asarray(value)
    except Exception as error:  # ragged, or an object's own __array__
        raise InvalidInputError(f"{name} must be ({n_examples},); got {show(value)}") from error
    if array.dtype.kind == "O" and array.size and all(isinstance(v, str) for v in array.flat):
        array = array.astype(np.str_)
    if array.dtype.kind not in "iubU":
        raise InvalidTypeError(
            f"{name} must be whole numbers or strings; got dtype {array.dtype}; for whole numbers "
            "in a float array use y.astype(int)"
        )
    if array.shape != (n_examples,):
        raise InvalidInputError(
            f"{name} must be ({n_examples},), a label for each example; got shape {array.shape}"
            + ("; for one-hot rows use y.argmax(axis=1)" if array.ndim == 2 else "")
        )
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        raise InvalidInputError(f"{name} must fit int64; found {array.max()}")
    return array.astype(
        {"i": np.int64, "u": np.int64, "b": np.bool_, "U": np.str_}[array.dtype.kind]
    )


def one_kind(value: Any, name: str = "y") -> None:
    """Reject labels of mixed types, such as strings and numbers, or booleans and numbers, which
    NumPy would silently convert to one type.

    Raises
    ------
    InvalidTypeError
        If labels have different types; the message shows two of them.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        return
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ma.isMaskedArray(value):
        return
    kinds: dict[str, Any] = {}
    for label in value.flat if isinstance(value, np.ndarray) else value:  # also of no dimension
        kinds.setdefault(_kind_of(label), label)
    if len(kinds) > 1:
        one, other = list(kinds.values())[:2]
        raise InvalidTypeError(
            f"{name} must have labels of one kind, whole numbers, text or True and False; got "
            f"{show(one)} and {show(other)}"
        )


def _kind_of(label: Any) -> str:
    if isinstance(label, (bool, np.bool_)):
        return "truth"
    if isinstance(label, numbers.Real):
        return "number"
    return "text" if isinstance(label, str) else type(label).__name__


def _look_at_bytes(largest: int, name: str, *, learning: bool) -> None:
    """Raise or warn if bytes are not images of 0 … 255."""
    scale = f"{name} is uint8, whose 0 … 255 become -1 … 1, and its largest number is {largest}"
    if largest == 1:
        raise InvalidInputError(
            f"{scale}: all of it would be black; for bits pass np.where({name}, 1.0, -1.0)"
        )
    if learning and largest < _DARK:
        warn(
            f"{scale}: all of it is dark; for other units pass floats scaled to [-1, 1]",
        )
