"""Base class of memories of binary states: stored patterns, validation and recording of states."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import StateBatch
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.base.members import Values
from hopfield_sim.models.base.saved import Saved
from hopfield_sim.recall import observables
from hopfield_sim.recall import spins as dynamics
from hopfield_sim.recall.observables import Record, Subject
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.support.display import ShowsMemory

Shape = tuple[int, ...]


class Engine(dynamics.Engine, Protocol):
    """The interface of an engine for ``recall``: that of the driver, and the energy."""

    def energy(self, batch: StateBatch) -> NDArray[np.float64]:
        """E of each state, (B,)."""


@dataclass(frozen=True, eq=False)
class Stored:
    """Stored patterns (P, N) and, if they are images, their shape."""

    patterns: NDArray[np.int8] | None
    shape: Shape | None


class SpinMemory(ShowsMemory, Saved, ABC):
    """A memory of N binary neurons that stores patterns (P, N), or images (P, H, W).

    Subclasses set ``_state`` and define the energy.
    """

    _state: Stored

    @property
    def n_neurons(self) -> int:
        """Number of (visible) neurons, N."""
        return self._size()

    @abstractmethod
    def energy(self, states: Any) -> Any:
        """Energy E of each state, (B,); a float for a single state."""

    @property
    def patterns(self) -> NDArray[np.int8]:
        """The stored patterns (P, N), read-only."""
        return read_only(self._stored_patterns("patterns"))

    # ------------------------------------------------------------------ for the class below

    @abstractmethod
    def _size(self) -> int:
        """N; raises ``NotStoredError`` if nothing is stored."""

    @property
    def _patterns(self) -> NDArray[np.int8] | None:
        return self._state.patterns

    @property
    def _shape(self) -> Shape | None:
        return self._state.shape

    def _stored_patterns(self, what: str) -> NDArray[np.int8]:
        patterns = self._state.patterns
        if patterns is None:
            raise NotStoredError(f"{what} needs patterns; call store(patterns) first")
        return patterns

    def _without(self, index: Any) -> tuple[int, NDArray[np.int8]]:
        """The index of a stored pattern, validated, and all other patterns."""
        patterns = self._stored_patterns("forget")
        index = checks.integer(index, "index", minimum=0, maximum=len(patterns) - 1)
        return index, np.delete(patterns, index, axis=0)

    def _joined(self, new: checks.Stored[np.int8]) -> NDArray[np.int8]:
        """All patterns after adding these, which must match the stored ones."""
        patterns, shape = self._state.patterns, self._state.shape
        if patterns is None:
            return new.array
        if new.shape is not None and shape not in (None, new.shape):
            raise InvalidInputError(
                f"patterns must be images of shape {shape} like those stored; got {new.shape}"
            )
        return np.concatenate([patterns, new.array])

    @property
    def _xp(self) -> Any:
        """Array module whose states are taken besides NumPy's by ``recall`` and ``energy``."""
        return np

    def _validate(self, states: Any, xp: Any = np) -> checks.Batch[np.int8]:
        """Validate states of NumPy, or of the array module ``xp``."""
        patterns, shape = self._state.patterns, self._state.shape
        n_patterns = None if patterns is None else len(patterns)
        return checks.states(states, self._size(), shape=shape, n_patterns=n_patterns, xp=xp)

    def _recorder(
        self,
        engine: Engine,
        record: Record,
        every: int | None,
        update: str,
        place: str = places.HERE,
    ) -> Recorder:
        """The recorder for ``record`` and ``every``; synchronous updates are whole sweeps."""
        n = self._size()
        pace = n if every is None else checks.integer(every, "every", minimum=1)
        if update == "sync":
            pace = -(-pace // n) * n
        subject = Subject(engine.energy, lambda: self._stored_patterns('record="overlap"'), place)
        return Recorder(pace, observables.measures(record, subject), place)


def image_shape(values: Values, n_neurons: int) -> Shape | None:
    """The shape of the images in a file, or None.

    Raises
    ------
    InvalidInputError
        If the shape does not have N sites.
    """
    return checks.image_shape(values["shape"], n_neurons, axes=2)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
