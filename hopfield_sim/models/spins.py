"""Memories of ±1, however they recall: the patterns they hold, how states are judged and written
down.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import Batch
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.members import Values
from hopfield_sim.models.saved import Saved
from hopfield_sim.recall import observables
from hopfield_sim.recall import spins as dynamics
from hopfield_sim.recall.observables import Record, Subject
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.support.display import ShowsMemory

Shape = tuple[int, int]


class Engine(dynamics.Engine, Protocol):
    """What a memory gives ``recall``: the driver's engine, which also knows the energy."""

    def energy(self, batch: Batch) -> NDArray[np.float64]:
        """E of each state, (B,)."""


@dataclass(frozen=True, eq=False)
class Stored:
    """What a memory has stored: patterns (P, N) and, where these are images, their shape."""

    patterns: NDArray[np.int8] | None
    shape: Shape | None


@checks.by_name
class SpinMemory(ShowsMemory, Saved, ABC):
    """N neurons of ±1 that remember patterns (P, N), or images (P, H, W).

    The class below sets ``_state``, and says what the energy is.
    """

    _state: Stored

    @property
    @abstractmethod
    def n_neurons(self) -> int:
        """N."""

    @abstractmethod
    def energy(self, states: Any) -> Any:
        """E of each state, (B,); a float for a single one."""

    @property
    def patterns(self) -> NDArray[np.int8]:
        """The stored patterns (P, N), read-only."""
        return read_only(self._stored_patterns("patterns"))

    # ------------------------------------------------------------------ for the class below

    @property
    def _patterns(self) -> NDArray[np.int8] | None:
        return self._state.patterns

    @property
    def _shape(self) -> Shape | None:
        return self._state.shape

    def _stored_patterns(self, what: str) -> NDArray[np.int8]:
        if self._patterns is None:
            raise NotStoredError(f"{what} needs patterns; call store(patterns) first")
        return self._patterns

    def _joined(self, new: checks.Stored) -> NDArray[np.int8]:
        """All patterns when these come to those stored, which they must be like."""
        if self._patterns is None:
            return new.array
        if new.shape is not None and self._shape not in (None, new.shape):
            raise InvalidInputError(
                f"patterns must be images of shape {self._shape} like those stored; got {new.shape}"
            )
        return np.concatenate([self._patterns, new.array])

    def _judge(self, states: Any) -> checks.Batch:
        n_patterns = None if self._patterns is None else len(self._patterns)
        return checks.states(states, self.n_neurons, shape=self._shape, n_patterns=n_patterns)

    def _recorder(
        self,
        engine: Engine,
        record: Record,
        every: int | None,
        update: str,
    ) -> Recorder:
        """What to write down, and how often; synchronous updates come in whole sweeps."""
        n = self.n_neurons
        pace = n if every is None else checks.integer(every, "every", minimum=1)
        if update == "sync":
            pace = -(-pace // n) * n
        subject = Subject(engine.energy, lambda: self._stored_patterns('record="overlap"'))
        return Recorder(pace, observables.measures(record, subject))


def image_shape(values: Values, n_neurons: int) -> Shape | None:
    """The shape of the images that a file is of, if it is of some.

    Raises
    ------
    InvalidInputError
        When it does not make N sites.
    """
    shape = checks.image_shape(values["shape"], n_neurons, axes=2)
    return None if shape is None else (shape[0], shape[1])


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
