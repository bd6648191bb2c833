"""Recall of binary states: the driver of the dynamics, and the result.

The driver handles temperature schedules, stopping and recording; what a sweep does is defined by
the engine (``models``), how it is computed by the backend.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import CYCLE, FIXED, RUNNING, StateBatch
from hopfield_sim.checks import places
from hopfield_sim.errors import NotStoredError
from hopfield_sim.patterns import overlap
from hopfield_sim.recall import recording
from hopfield_sim.recall.recording import Recorded, Recorder
from hopfield_sim.support import display

Temperature = float | NDArray[np.float64]
"""Temperature of all states, or of each, (B,)."""

Schedule = list[tuple[Temperature, int]]
"""Temperatures, each with the number of its last sweep."""


class Engine(Protocol):
    """The interface of a model for the driver."""

    def start(self, states: NDArray[np.int8]) -> StateBatch:
        """A batch of these states with their local fields."""

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Update up to update number ``until``; at temperature 0 mark states that are at rest."""


def flow(
    engine: Engine,
    states: NDArray[np.int8],
    schedule: Schedule,
    recorder: Recorder,
    start_sweep: int = 0,
) -> StateBatch:
    """Update the states at each temperature of a schedule, or until they are at rest.

    If any temperature is positive, no state stops early: all make every sweep. The number of an
    update decides which random numbers it sees; ``start_sweep`` sweeps count as made before.
    """
    batch = engine.start(states)
    n, stochastic = states.shape[1], is_stochastic(schedule)
    start = before = start_sweep * n
    batch.updates += before
    if not schedule:  # no sweep: only mark which states are at rest
        engine.advance(batch, 0.0, before)
    recorder.capture(batch)
    if stochastic:
        recorder.expect(schedule[-1][1] * n)
    for temperature, last in schedule:
        end = before + last * n
        for until in recorder.milestones(start, end):
            if not batch.unfinished(until).size:
                break
            _advance(engine, batch, temperature, until)
            while stochastic and (batch.updates < until).any():
                _rouse(batch, until)
                _advance(engine, batch, temperature, until)
            if stochastic:
                batch.stop[:] = RUNNING
            recorder.capture(batch)
        start = end
    recorder.capture(batch, last=True)
    batch.updates -= before
    return batch.ended()


def is_stochastic(schedule: Schedule) -> bool:
    """Whether any temperature is positive."""
    for temperature, _ in schedule:
        if (temperature if isinstance(temperature, float) else temperature.max()) > 0:
            return True
    return False


def stretches(temperatures: NDArray[np.float64]) -> Schedule:
    """Intervals of constant temperature, each with the number of its last sweep.

    Examples
    --------
    >>> stretches(np.array([1.0, 1.0, 0.5, 0.0]))
    [(1.0, 2), (0.5, 3), (0.0, 4)]
    """
    each = float if temperatures.ndim == 1 else np.array
    if temperatures.strides[0] == 0:  # the same in every sweep, however many
        return [(each(temperatures[0]), len(temperatures))] if len(temperatures) else []
    changes = temperatures[1:] != temperatures[:-1]
    if changes.ndim == 2:
        changes = changes.any(axis=1)
    ends = np.append(np.flatnonzero(changes) + 1, len(temperatures))
    return [(each(temperatures[end - 1]), int(end)) for end in ends if end]


def _advance(engine: Engine, batch: StateBatch, temperature: Temperature, until: int) -> None:
    """Update the states up to ``until``; those of one temperature while the others wait."""
    if isinstance(temperature, float):
        engine.advance(batch, temperature, until)
        return
    for value in each_apart(batch, temperature):
        engine.advance(batch, value, until)


def each_apart(batch: StateBatch, labels: NDArray[Any]) -> Iterator[Any]:
    """Yield each label of the states, (B,), in turn, while states of other labels are at rest."""
    stop, xp = batch.stop.copy(), places.module_of(batch.stop)
    for label in np.unique(labels).tolist():
        mine = xp.asarray(labels == label)
        batch.stop[:] = xp.where(mine, stop, np.int8(FIXED))
        yield label
        stop[mine] = batch.stop[mine]
    batch.stop[:] = stop


def _rouse(batch: StateBatch, until: int) -> None:
    """Let states that stopped in a zero-temperature sweep of a schedule continue with the rest."""
    batch.updates[batch.stop == FIXED] = until
    batch.stop[batch.stop == CYCLE] = RUNNING


@dataclass(frozen=True)
class Recall(Recorded):
    """The result of a recall. For a single state the B axis is dropped everywhere.

    Attributes
    ----------
    states : (B, N) ndarray of int8
        Final states; (B, H, W) for a network of images.
    stop : (B,) ndarray of str
        Reason for stopping: "fixed-point", "cycle" (synchronous: s(t) = s(t−2) ≠ s(t−1)),
        "max-sweeps" or "temperature".
    converged : (B,) ndarray of bool
        True for fixed points, verified for every unclamped neuron.
    period : (B,) ndarray of int64
        1 for a fixed point, 2 for a cycle, else 0.
    sweeps, flips : (B,) ndarray of int64
        Number of sweeps, and of changes of sign.
    updates : (T+1,) ndarray of int64
        Number of updates before each recorded row.
    energy, overlaps, trajectory : (T+1, B), (T+1, B, P) and (T+1, B, N) ndarray
        Rows recorded with ``record="energy"``, ``"overlap"`` and ``"states"``; a state that has
        stopped repeats its last row.
    recorded : mapping of str to (T+1, B, ...) ndarray
        All recorded quantities by name, those of user-defined functions included.
    values : (B, M) ndarray of int8
        Values at the final states, if memories have values.
    """

    _batch: StateBatch
    _recorder: Recorder
    _start: checks.Batch[np.int8]
    _stochastic: bool
    n_neurons: int
    shape: tuple[int, ...] | None
    patterns: NDArray[np.int8] | None
    _paired: Any = field(default=None, kw_only=True)

    @property
    def states(self) -> NDArray[np.int8]:
        """Final states, (B, N)."""
        return self._start.restore(self._batch.states)

    @property
    def stop(self) -> Any:
        """Reason why each state stopped, (B,)."""
        words = np.array(["max-sweeps", "fixed-point", "cycle"])[self._batch.stop]
        if self._stochastic:
            words[:] = "temperature"
        return self._start.restore(words)

    @property
    def converged(self) -> Any:
        """Whether each state is a verified fixed point, (B,)."""
        return self._start.restore(self._batch.stop == FIXED)

    @property
    def period(self) -> Any:
        """1 for a fixed point, 2 for a cycle, else 0; (B,)."""
        return self._start.restore(self._batch.stop.astype(np.int64))

    @property
    def sweeps(self) -> Any:
        """Number of sweeps, (B,)."""
        return self._start.restore(self._batch.updates // self.n_neurons)

    @property
    def flips(self) -> Any:
        """Number of changes of sign, (B,)."""
        return self._start.restore(self._batch.flips)

    def overlap(self, patterns: Any = None) -> NDArray[np.float64]:
        """Overlaps m = s·ξ/N of the final states with ``patterns``, (B, P).

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like of ±1, optional
            By default the stored patterns.
        """
        if patterns is None:
            if self.patterns is None:
                raise NotStoredError("overlap() needs patterns: the network stored none; pass some")
            patterns = self.patterns
        xi = checks.patterns(patterns, n_neurons=self.n_neurons).array
        return self._start.restore(overlap(self._batch.states, xi), sites=False)

    def _counts(self) -> dict[str, Any]:
        counts = {"sweeps": self.sweeps, "flips": self.flips}
        if self.patterns is None or not len(self.patterns):
            return counts
        overlaps = overlap(self._batch.states[: display.MOST], self.patterns)
        overlaps = places.moved(overlaps, places.HERE)
        nearest = np.abs(overlaps).argmax(axis=1)
        pairs = zip(nearest, overlaps[np.arange(len(nearest)), nearest], strict=True)
        return {**counts, "nearest pattern": [f"{mu}, m = {m:.3f}" for mu, m in pairs]}

    def __repr__(self) -> str:
        ends = recording.endings(self.stop)
        return f"<Recall of {len(self._batch.states)} states of {self.n_neurons} neurons: {ends}>"
