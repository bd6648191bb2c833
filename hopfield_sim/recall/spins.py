"""Recall: states flow under an engine's dynamics until they stop, and the result says how.

The driver below knows schedules, stopping and recording; what a sweep does is the engine's affair
(``models``), and how it is computed the backend's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import CYCLE, FIXED, RUNNING, Batch
from hopfield_sim.errors import NotStoredError
from hopfield_sim.patterns import overlap
from hopfield_sim.recall import recording
from hopfield_sim.recall.recording import Recorded, Recorder
from hopfield_sim.support import display


class Engine(Protocol):
    """What a model gives the driver."""

    def start(self, states: NDArray[np.int8]) -> Batch:
        """A batch of these states with their fields."""

    def advance(self, batch: Batch, temperature: float, until: int) -> None:
        """Make updates up to ``until``; at temperature 0 mark the states that come to rest."""


def flow(
    engine: Engine,
    states: NDArray[np.int8],
    temperatures: NDArray[np.float64],
    recorder: Recorder,
) -> Batch:
    """Let the states run through one sweep at each of the temperatures, or until they rest.

    With a positive temperature anywhere no state ever rests: all make every sweep.
    """
    batch = engine.start(states)
    n = states.shape[1]
    stochastic = is_stochastic(temperatures)
    if not len(temperatures):  # no sweep at all: only say which states rest
        engine.advance(batch, 0.0, 0)
    recorder.capture(batch)
    if stochastic:
        recorder.expect(len(temperatures) * n)
    for temperature, end in stretches(temperatures):
        for until in recorder.milestones(int(batch.updates.max(initial=0)), end * n):
            if not batch.unfinished(until).size:
                break
            engine.advance(batch, temperature, until)
            while stochastic and (batch.updates < until).any():
                _rouse(batch, until)
                engine.advance(batch, temperature, until)
            if stochastic:
                batch.stop[:] = RUNNING
            recorder.capture(batch)
    recorder.capture(batch, last=True)
    return batch


def is_stochastic(temperatures: NDArray[np.float64]) -> bool:
    """Whether any temperature is positive."""
    return any(temperature > 0 for temperature, _ in stretches(temperatures))


def stretches(temperatures: NDArray[np.float64]) -> list[tuple[float, int]]:
    """Runs of equal temperature, each with the sweep that ends it.

    Examples
    --------
    >>> stretches(np.array([1.0, 1.0, 0.5, 0.0]))
    [(1.0, 2), (0.5, 3), (0.0, 4)]
    """
    if temperatures.strides == (0,):  # one number for every sweep, however many
        return [(float(temperatures[0]), len(temperatures))] if len(temperatures) else []
    ends = np.append(np.flatnonzero(np.diff(temperatures)) + 1, len(temperatures))
    return [(float(temperatures[end - 1]), int(end)) for end in ends if end]


def _rouse(batch: Batch, until: int) -> None:
    """States that rested during a zero-temperature sweep of a schedule: time goes on for
    them too.
    """
    batch.updates[batch.stop == FIXED] = until
    batch.stop[batch.stop == CYCLE] = RUNNING


@dataclass(frozen=True)
class Recall(Recorded):
    """The result of a recall. For a single state the B axis is dropped everywhere.

    Attributes
    ----------
    states : (B, N) ndarray of int8
        Where the states ended; (B, H, W) for a network of images.
    stop : (B,) ndarray of str
        "fixed-point", "cycle" (synchronous: s(t) = s(t−2) ≠ s(t−1)), "max-sweeps" or "temperature".
    converged : (B,) ndarray of bool
        True for fixed points, verified for every unclamped neuron.
    period : (B,) ndarray of int64
        1 for a fixed point, 2 for a cycle, else 0.
    sweeps, flips : (B,) ndarray of int64
        Sweeps made, and changes of sign.
    updates : (T+1,) ndarray of int64
        How many updates each recorded row had seen.
    energy, overlaps, trajectory : (T+1, B), (T+1, B, P), (T+1, B, N)
        What ``record="energy"``, ``"overlap"`` and ``"states"`` wrote down; a state that is
        finished repeats its last row.
    recorded : mapping of str to (T+1, B, ...)
        The same by word, and what functions of your own recorded by their names.
    """

    _batch: Batch
    _recorder: Recorder
    _given: checks.Batch
    _stochastic: bool
    n_neurons: int
    shape: tuple[int, int] | None
    patterns: NDArray[np.int8] | None

    @property
    def states(self) -> NDArray[np.int8]:
        """Where the states ended, (B, N)."""
        return self._given.restore(self._batch.states)

    @property
    def stop(self) -> Any:
        """Why each state stopped, (B,)."""
        words = np.array(["max-sweeps", "fixed-point", "cycle"])[self._batch.stop]
        if self._stochastic:
            words[:] = "temperature"
        return self._given.restore(words)

    @property
    def converged(self) -> Any:
        """Whether each state is a verified fixed point, (B,)."""
        return self._given.restore(self._batch.stop == FIXED)

    @property
    def period(self) -> Any:
        """1 for a fixed point, 2 for a cycle, else 0; (B,)."""
        return self._given.restore(self._batch.stop.astype(np.int64))

    @property
    def sweeps(self) -> Any:
        """Sweeps made, (B,)."""
        return self._given.restore(self._batch.updates // self.n_neurons)

    @property
    def flips(self) -> Any:
        """Changes of sign, (B,)."""
        return self._given.restore(self._batch.flips)

    def overlap(self, patterns: Any = None) -> NDArray[np.float64]:
        """Overlaps m = s·ξ/N of the final states with ``patterns`` (those stored), (B, P)."""
        if patterns is None:
            if self.patterns is None:
                raise NotStoredError("overlap() needs patterns: the network stored none; pass some")
            patterns = self.patterns
        xi = checks.patterns(patterns, n_neurons=self.n_neurons).array
        return self._given.restore(overlap(self._batch.states, xi), sites=False)

    def _counts(self) -> dict[str, Any]:
        counts = {"sweeps": self.sweeps, "flips": self.flips}
        if self.patterns is None or not len(self.patterns):
            return counts
        overlaps = overlap(self._batch.states[: display.MOST], self.patterns)
        nearest = np.abs(overlaps).argmax(axis=1)
        found = overlaps[np.arange(len(nearest)), nearest]
        pairs = zip(nearest, found, strict=True)
        return {**counts, "nearest pattern": [f"{mu}, m = {m:.3f}" for mu, m in pairs]}

    def __repr__(self) -> str:
        ends = recording.endings(self.stop)
        return f"<Recall of {len(self._batch.states)} states of {self.n_neurons} neurons: {ends}>"
