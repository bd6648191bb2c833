"""Arrays of -1 and +1: patterns and states."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.reals import at, copied, first, numeric, slabs
from hopfield_sim.checks.resources import memory
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.support.places import HERE, module_of, moved


class Stored(NamedTuple):
    """Validated patterns.

    ``array`` is (P, N) int8, C-contiguous and a copy; ``shape`` is (H, W) if the patterns are
    images, else ``None``.
    """

    array: NDArray[np.int8]
    shape: tuple[int, int] | None


class SpinBatch(NamedTuple):
    """Validated states, with the shape in which results are returned.

    ``array`` is (B, N) int8, C-contiguous and a copy; ``single`` is True for a single state without
    a B axis, ``image`` if the sites have the shape (H, W) = ``shape``; ``place`` names the array
    module of the caller's states, in which results are returned.
    """

    array: NDArray[np.int8]
    single: bool
    image: bool
    shape: tuple[int, int] | None = None
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
            Whether the last axis after ``axis`` is that of the N sites, which becomes (H, W) for
            images; ``False`` for (B, P).

        Returns
        -------
        ndarray or scalar
            Without the B axis for a single state; a scalar is a Python object.
        """
        if self.image and sites and self.shape is not None and answer.ndim > axis + 1:
            answer = answer.reshape(*answer.shape[:-1], *self.shape)
        if self.single:
            answer = answer[(slice(None),) * axis + (0,)]
            if answer.ndim == 0:
                return answer.item()
        return moved(answer, self.place)


def patterns(value: Any, *, n_neurons: int | None = None, name: str = "patterns") -> Stored:
    """Validate patterns: (P, N), or images (P, H, W), of -1 and +1.

    Raises
    ------
    InvalidInputError
        If the shape is wrong, there are no patterns, N is not ``n_neurons``, or values are not ±1.
    InvalidTypeError
        If ``value`` is not an array of real numbers.
    """
    array = numeric(value, name, allow_bool=True)
    if array.ndim == 1:
        raise InvalidInputError(
            f"{name} must be (P, N), one pattern a row; got shape {array.shape}; "
            f"for one pattern pass it as a row, {name}[None, :]"
        )
    if array.ndim not in (2, 3):
        raise InvalidInputError(
            f"{name} must be (P, N), or images (P, H, W); got shape {array.shape}"
        )
    if array.shape[0] == 0:
        raise InvalidInputError(f"{name} must hold at least one pattern; got shape {array.shape}")
    shape = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
    length = math.prod(array.shape[1:])
    if length == 0:
        raise InvalidInputError(f"{name} must have at least one neuron; got shape {array.shape}")
    if n_neurons is not None and length != n_neurons:
        raise InvalidInputError(
            f"{name} must have {n_neurons} neurons a row; got shape {array.shape}"
            + ("; did you transpose?" if array.shape[0] == n_neurons else "")
        )
    return Stored(signs(array, name).reshape(array.shape[0], length), shape)


def states(
    value: Any,
    n_neurons: int | None,
    *,
    shape: tuple[int, int] | None = None,
    n_patterns: int | None = None,
    xp: Any = np,
    name: str = "states",
) -> SpinBatch:
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
    # (B, N) is tried first: with an image shape of (1, N) both readings would fit.
    if array.ndim in (1, 2) and array.shape[-1] == n_neurons:
        single, image = array.ndim == 1, False
    elif shape is not None and array.ndim in (2, 3) and array.shape[-2:] == tuple(shape):
        single, image = array.ndim == 2, True
    else:
        wanted = f"({n_neurons},) or (B, {n_neurons})"
        if shape is not None:
            wanted += f", or images {tuple(shape)} or (B, {shape[0]}, {shape[1]})"
        turned = array.ndim < 3 and n_patterns == array.shape[-1]
        turned = turned or (array.ndim == 2 and array.shape[0] == n_neurons)
        raise InvalidInputError(
            f"{name} must be {wanted}; got shape {array.shape}"
            + ("; did you transpose?" if turned else "")
        )
    spins = signs(array, name).reshape(-1, n_neurons)
    place = module_of(spins).__name__
    return SpinBatch(spins, single, image, shape if image else None, place)


def signs(array: NDArray[Any], name: str) -> NDArray[np.int8]:
    """Copy an array of -1 and +1 to int8, C-contiguous, or raise with the first other entry."""
    if array.dtype == np.bool_:
        raise InvalidInputError(
            f"{name} must be -1 or +1; got True and False; for bool data use from_binary"
        )
    memory(3 * array.size, f"{name} of shape {array.shape}", "pass fewer rows at a time")
    if not all((abs(array[rows]) == 1).all() for rows in slabs(array)):
        bad = (array != 1) & (array != -1)
        entry = array[first(bad)]
        hint = ""
        if entry == 0:
            hint = "; for 0/1 data use from_binary"
        elif entry > 1:
            hint = "; for a grey image use from_image"
        raise InvalidInputError(f"{name} must be -1 or +1; found {entry} at {at(bad)}{hint}")
    return copied(array, np.int8)
