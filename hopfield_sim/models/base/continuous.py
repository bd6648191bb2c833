"""Base class of memories of real vectors: validation of states, and descent, for any energy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.saved import Saved
from hopfield_sim.recall import observables
from hopfield_sim.recall.observables import Record, Subject
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.recall.vectors import Descent, Floats, Move, Walk, descend
from hopfield_sim.support.display import ShowsMemory

_SMALLEST = 1e-30
"""β⁻¹ must fit a float32 with room to spare."""


class Size(NamedTuple):
    """What states must match: N, the number of stored patterns, and the dtype of both."""

    n_neurons: int
    n_patterns: int
    dtype: np.dtype[Any]


class ContinuousMemory(ShowsMemory, Saved, ABC):
    """A memory of real vectors (P, N), or images; β determines the width of their wells.

    Subclasses define the energy, and keep what is stored in one object, ``_state``.
    """

    @property
    @abstractmethod
    def _shape(self) -> tuple[int, ...] | None:
        """Shape of stored images, or None."""

    def __init__(self, backend: str) -> None:
        self._backend = backends.setting(backend)

    @abstractmethod
    def _size(self) -> Size:
        """What states must match; raises ``NotStoredError`` if nothing is stored."""

    @property
    def n_neurons(self) -> int:
        """Number of coordinates of a pattern or state, N."""
        return self._size().n_neurons

    # ------------------------------------------------------------------ for the class below

    def _validate(
        self,
        states: Any,
        name: str = "states",
        *,
        observed: NDArray[np.bool_] | None = None,
        xp: Any = np,
    ) -> checks.Batch[np.floating]:
        """Validate states (B, N), (N,) or images, and bring them to the array module ``xp``;
        coordinates outside ``observed`` may have any value.
        """
        n_neurons, n_patterns, dtype = self._size()
        return checks.real_states(
            states,
            n_neurons,
            shape=self._shape,
            n_patterns=n_patterns,
            dtype=dtype,
            observed=observed,
            xp=xp,
            name=name,
        )

    def _mask(self, value: Any, name: str, n_states: int | None = None) -> NDArray[np.bool_]:
        """Validate a mask of coordinates, (N,) or an image, or one for each state."""
        n, shape = self.n_neurons, self._shape
        return checks.site_mask(value, n, name, shape=shape, n_states=n_states)

    def _shape_with(self, new: checks.Stored[np.floating]) -> tuple[int, ...] | None:
        """Shape of images after adding these patterns, which must match the stored ones."""
        if new.shape is not None and self._shape not in (None, new.shape):
            raise InvalidInputError(
                f"patterns must be images of shape {self._shape} like those stored; got {new.shape}"
            )
        return new.shape or self._shape

    def _descend(
        self,
        move: Move,
        energies: Callable[[Floats], Floats],
        batch: checks.Batch[np.floating],
        patterns: Floats | None,
        *,
        clamp: Any,
        max_steps: int,
        tol: float,
        record: Record,
        every: int | None,
    ) -> tuple[Walk, Descent]:
        """Validate the common arguments of ``recall``, and iterate the states until they converge.

        The array of states is modified; ``energies`` is called only if the energy is recorded.
        """
        held = None if clamp is None else self._mask(clamp, "clamp", len(batch.array))
        max_steps = checks.integer(max_steps, "max_steps", minimum=0)
        tol = checks.real(tol, "tol", minimum=0)
        pace = 1 if every is None else checks.integer(every, "every", minimum=1)
        subject = Subject(lambda walk: energies(walk.states), place=batch.place)
        recorder = Recorder(pace, observables.measures(record, subject), batch.place)
        walk = descend(move, batch.array, recorder, max_steps=max_steps, tol=tol, clamp=held)
        ended = walk.moved(batch.place)
        start = batch if ended is walk else batch._replace(array=ended.states)
        n = batch.array.shape[1]
        return walk, Descent(ended, recorder, start, n, self._shape, patterns)


def inverse_temperature(value: Any) -> float:
    """Validate β."""
    beta = checks.real(value, "beta", minimum=0)
    if beta < _SMALLEST:
        raise InvalidInputError(f"beta must be {_SMALLEST:g} or more; got {checks.show(value)}")
    return beta
