"""Patterns and states of all memories: what is validated, and the shapes that are accepted."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import HERE, moved
from hopfield_sim.errors import InvalidInputError

Shape = tuple[int, ...]

T = TypeVar("T", bound=np.generic)


class Stored(NamedTuple, Generic[T]):
    """Validated patterns.

    ``array`` is (P, N), C-contiguous and a copy, of int8 or, for real patterns, float64 or float32;
    ``shape`` is that of one image, (H, W) or (H, W, 3), if the patterns are images, else ``None``.
    """

    array: NDArray[T]
    shape: Shape | None


class Batch(NamedTuple, Generic[T]):
    """Validated states, with the shape in which results are returned.

    ``array`` is (B, N), C-contiguous and a copy; ``single`` is True for a single state without a B
    axis; ``shape`` is that of an image if the states are images, else ``None``; ``place`` names the
    array module of the caller's states, in which results are returned.
    """

    array: NDArray[T]
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
            Whether the last axis after B is that of the N sites, which becomes that of an image;
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


def pattern_layout(
    array: NDArray[Any], name: str, n_neurons: int | None, number: str, most_axes: int = 32
) -> tuple[int, Shape | None]:
    """N, and the shape of an image if the patterns are images; ``number`` is what messages call one
    of the N.

    Raises
    ------
    InvalidInputError
        If it is neither (P, N) nor images, there is nothing, or N is not ``n_neurons``.
    """
    if array.ndim == 1:
        raise InvalidInputError(
            f"{name} must be (P, N), one pattern a row; got shape {array.shape}; "
            f"for one pattern pass it as a row, {name}[None, :]"
        )
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(
            f"{name} must hold at least one pattern of at least one {number}; "
            f"got shape {array.shape}"
        )
    if array.ndim > most_axes:
        raise InvalidInputError(
            f"{name} must be (P, N), or images (P, H, W); got shape {array.shape}"
        )
    length = array[0].size
    if n_neurons is not None and length != n_neurons:
        raise InvalidInputError(
            f"{name} must have {n_neurons} {number}s a row; got shape {array.shape}"
            + ("; did you transpose?" if array.shape[0] == n_neurons else "")
        )
    return length, array.shape[1:] if array.ndim > 2 else None


def state_layout(
    array: NDArray[Any], name: str, n_neurons: int, shape: Shape | None, n_patterns: int | None
) -> tuple[bool, Shape | None]:
    """Whether an array is a single state, and the shape of an image if it has images.

    Raises
    ------
    InvalidInputError
        If it is neither (N,), (B, N) nor images of this ``shape``.
    """
    # (B, N) is tried first: with an image shape of (1, N) both readings would fit.
    if array.ndim in (1, 2) and array.shape[-1] == n_neurons:
        return array.ndim == 1, None
    if shape is not None and shape in (array.shape, array.shape[1:]):
        return array.shape == shape, shape
    wanted = f"({n_neurons},) or (B, {n_neurons})"
    if shape is not None:
        wanted += f", or images {shape} or (B, {', '.join(map(str, shape))})"
    turned = array.ndim < 3 and n_patterns == array.shape[-1]
    turned = turned or (array.ndim == 2 and array.shape[0] == n_neurons)
    raise InvalidInputError(
        f"{name} must be {wanted}; got shape {array.shape}"
        + ("; did you transpose?" if turned else "")
    )
