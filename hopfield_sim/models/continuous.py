"""Memories of real vectors, whatever their energy: how states are judged, and how they descend."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.saved import Saved
from hopfield_sim.recall import observables
from hopfield_sim.recall.observables import Record, Subject
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.recall.vectors import Descent, Floats, Move, Walk, descend
from hopfield_sim.support.display import ShowsMemory

_SMALLEST = 1e-30
"""β⁻¹ must fit a float32 with room to spare."""

T = TypeVar("T")


class Size(NamedTuple):
    """What states have to fit: N, how many patterns are stored, and the dtype of both."""

    n_neurons: int
    n_patterns: int
    dtype: np.dtype[Any]


@checks.by_name
class ContinuousMemory(ShowsMemory, Saved, ABC):
    """Remembers real vectors (P, N), or images; β sets how wide the wells around them are.

    The class below says what the energy is, and keeps what is stored in one object, ``_state``.
    """

    @property
    @abstractmethod
    def _shape(self) -> tuple[int, ...] | None:
        """That of stored images, or None."""

    def __init__(self, backend: str) -> None:
        self._backend = backends.setting(backend)

    @abstractmethod
    def _size(self) -> Size:
        """What states have to fit; ``NotStoredError`` when nothing is stored."""

    @property
    def n_neurons(self) -> int:
        """N, the numbers of a pattern and of a state."""
        return self._size().n_neurons

    # ------------------------------------------------------------------ for the class below

    def _judge(
        self, states: Any, name: str = "states", *, observed: NDArray[np.bool_] | None = None
    ) -> checks.RealBatch:
        """States (B, N), (N,) or images that fit what is stored; anything will do where nothing is
        ``observed``.
        """
        n_neurons, n_patterns, dtype = self._size()
        return checks.real_states(
            states,
            n_neurons,
            shape=self._shape,
            n_patterns=n_patterns,
            dtype=dtype,
            observed=observed,
            name=name,
        )

    def _mask(self, value: Any, name: str) -> NDArray[np.bool_]:
        """A choice of coordinates, bool (N,) or an image."""
        return checks.site_mask(value, self.n_neurons, name, shape=self._shape)

    def _shape_with(self, new: checks.RealStored) -> tuple[int, ...] | None:
        """That of an image when these patterns come to those stored, which they must be like."""
        if new.shape is not None and self._shape not in (None, new.shape):
            raise InvalidInputError(
                f"patterns must be images of shape {self._shape} like those stored; got {new.shape}"
            )
        return new.shape or self._shape

    def _descend(
        self,
        move: Move,
        energies: Callable[[Floats], Floats],
        given: checks.RealBatch,
        patterns: Floats | None,
        *,
        clamp: Any,
        max_steps: int,
        tol: float,
        record: Record,
        every: int | None,
    ) -> tuple[Walk, Descent]:
        """Judge what every ``recall`` takes, and let the states make their moves until they rest.

        ``given.array`` is changed; ``energies`` is asked for nothing unless it is recorded.
        """
        held = None if clamp is None else self._mask(clamp, "clamp")
        max_steps = checks.integer(max_steps, "max_steps", minimum=0)
        tol = checks.real(tol, "tol", minimum=0)
        pace = 1 if every is None else checks.integer(every, "every", minimum=1)
        subject = Subject(lambda walk: energies(walk.states))
        recorder = Recorder(pace, observables.measures(record, subject))
        walk = descend(move, given.array, recorder, max_steps=max_steps, tol=tol, clamp=held)
        return walk, Descent(walk, recorder, given, self.n_neurons, self._shape, patterns)


def inverse_temperature(value: Any) -> float:
    """Judge β."""
    beta = checks.real(value, "beta", minimum=0)
    if beta < _SMALLEST:
        raise InvalidInputError(f"beta must be {_SMALLEST:g} or more; got {checks.show(value)}")
    return beta


def stored(what: T | None) -> T:
    """What there is once something is stored; an error before."""
    if what is None:
        raise NotStoredError("the memory has stored nothing yet; call store(patterns) first")
    return what
