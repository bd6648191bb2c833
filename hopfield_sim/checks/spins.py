"""Arrays of -1 and +1: patterns and states."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.batches import Batch, Shape, Stored, pattern_layout, state_layout
from hopfield_sim.checks.places import HERE, module_of, moved
from hopfield_sim.checks.reals import at, copied, first, numeric, slabs
from hopfield_sim.checks.resources import memory
from hopfield_sim.errors import InvalidInputError


def patterns(
    value: Any, *, n_neurons: int | None = None, xp: Any = np, name: str = "patterns"
) -> Stored[np.int8]:
    """Validate patterns: (P, N), or images (P, H, W), of -1 and +1; those of the array module
    ``xp`` are accepted besides NumPy's, validated where they are, and copied to NumPy's.

    Raises
    ------
    InvalidInputError
        If the shape is wrong, there are no patterns, N is not ``n_neurons``, or values are not ±1.
    InvalidTypeError
        If ``value`` is not an array of real numbers.
    """
    array = numeric(value, name, allow_bool=True, xp=xp)
    length, shape = pattern_layout(array, name, n_neurons, "neuron", most_axes=3)
    return Stored(moved(signs(array, name), HERE).reshape(len(array), length), shape)


def states(
    value: Any,
    n_neurons: int | None,
    *,
    shape: Shape | None = None,
    n_patterns: int | None = None,
    xp: Any = np,
    name: str = "states",
) -> Batch[np.int8]:
    """Validate states: (N,) or (B, N) and, where the sites have a ``shape``, (H, W) or (B, H, W).

    Parameters
    ----------
    n_neurons : int or None
        Required N; ``None`` accepts any, and three axes are then images.
    shape : (int, int), optional
        The (H, W) of stored images.
    n_patterns : int, optional
        Number of stored patterns; for a state of that length the message asks "did you
        transpose?".
    xp : module, optional
        Array module whose arrays are accepted besides NumPy's.
    """
    array = numeric(value, name, allow_bool=True, xp=xp)
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(f"{name} must hold at least one state; got shape {array.shape}")
    if n_neurons is None:
        if array.ndim == 3:
            shape = (array.shape[1], array.shape[2])
        n_neurons = math.prod(array.shape[1:] if array.ndim == 3 else array.shape[-1:])
    single, image = state_layout(array, name, n_neurons, shape, n_patterns)
    spins = signs(array, name).reshape(-1, n_neurons)
    return Batch(spins, single, image, module_of(spins).__name__)


def signs(array: NDArray[Any], name: str) -> NDArray[np.int8]:
    """Copy an array of -1 and +1 to int8, C-contiguous, or raise with the first other entry."""
    if array.dtype == np.bool_:
        raise InvalidInputError(
            f"{name} must be -1 or +1; got True and False; for bool data use from_binary"
        )
    memory(3 * array.size, f"{name} of shape {array.shape}", "pass fewer rows at a time")
    for rows in slabs(array):
        if not (abs(array[rows]) == 1).all():
            raise InvalidInputError(_other_entry(array, name))
    return copied(array, np.int8)


def _other_entry(array: NDArray[Any], name: str) -> str:
    """What to say of an array with an entry that is not ±1."""
    bad = (array != 1) & (array != -1)
    entry = array[first(bad)]
    hint = ""
    if entry == 0:
        hint = "; for 0/1 data use from_binary"
    elif entry > 1:
        hint = "; for a grey image use from_image"
    return f"{name} must be -1 or +1; found {entry} at {at(bad)}{hint}"
