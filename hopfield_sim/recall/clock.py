"""Recall in continuous time: states flow until each one rests or the time is over.

The driver handles the clock, stopping and recording; the equation of motion and its steps are
defined by the model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.patterns.compare import graded_overlap
from hopfield_sim.recall import recording
from hopfield_sim.recall.recording import Recorded, Recorder

Floats = NDArray[np.float64]


@dataclass
class Flowing:
    """States in continuous time, (B, N), with the potentials that drive them.

    ``time`` (B,) is what has passed for each, ``steps`` (B,) the number of integration steps,
    ``resting`` (B,) whether it has come to rest, ``exhausted`` (B,) whether it has used up its
    steps, and ``updates`` (B,) the number of recording times that it has reached.
    """

    states: Floats
    potentials: Floats
    time: Floats
    steps: NDArray[np.int64]
    resting: NDArray[np.bool_]
    exhausted: NDArray[np.bool_]
    updates: NDArray[np.int64]

    @property
    def over(self) -> NDArray[np.bool_]:
        """Whether each state moves no more, (B,)."""
        return self.resting | self.exhausted

    @classmethod
    def start(cls, states: Floats, potentials: Floats) -> Flowing:
        """These states at time 0."""
        count = len(states)
        time, steps, updates = np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.int64)
        return cls(
            states, potentials, time, steps, np.zeros(count, bool), np.zeros(count, bool), updates
        )


class Motion(Protocol):
    """How states move."""

    def flow(self, batch: Flowing, until: float) -> None:
        """Advance all states that move to the time ``until``; mark those that move no more."""


def ticks(max_time: float, every: float, most: int | None = None) -> Floats:
    """Recording times: the multiples of ``every`` below ``max_time``, from 0, and ``max_time``; of
    the multiples no more than that of number ``most``, the last that can be reached.

    Examples
    --------
    >>> ticks(1.0, 0.4)
    array([0. , 0.4, 0.8, 1. ])
    >>> ticks(1.0, 1e-9, most=2)
    array([0.e+00, 1.e-09, 2.e-09, 1.e+00])
    """
    ratio = float(max_time) / float(every)  # of Python, which compares it with any integer
    count = math.ceil(ratio) if most is None or ratio <= most else most + 1
    checks.memory(
        24 * count,
        f"recording times every {every:g} up to {max_time:g}",
        "record fewer rows, with a larger every=",
    )
    inner = every * np.arange(count)
    return np.append(inner[inner < max_time], max_time)


def follow(motion: Motion, batch: Flowing, recorder: Recorder, times: Floats) -> None:
    """Flow from one time to the next, and record, until all are over; modifies ``batch``."""
    recorder.capture(batch)
    if recorder.measures:
        recorder.expect(len(times))
    for tick, until in enumerate(times[1:], 1):
        if batch.over.all():
            break
        batch.updates[~batch.over] = tick
        motion.flow(batch, float(until))
        recorder.capture(batch)
    recorder.capture(batch, last=True)


@dataclass(frozen=True)
class Evolution(Recorded):
    """The result of a recall in continuous time. For a single state the B axis is dropped.

    Attributes
    ----------
    states : (B, N) ndarray of float64
        Final activities V, from -1 to 1; images for a network of images.
    potentials : (B, N) ndarray of float64
        Final potentials u, of which ``energy`` is a function.
    stop : (B,) ndarray of str
        Reason for stopping: "fixed-point", "max-time" or "max-steps".
    converged : (B,) ndarray of bool
        True for fixed points.
    time : (B,) ndarray of float64
        Time that passed.
    steps : (B,) ndarray of int64
        Number of integration steps.
    times : (T+1,) ndarray of float64
        Time of each recorded row.
    energy, overlaps, trajectory : (T+1, B), (T+1, B, P) and (T+1, B, N) ndarray
        Rows recorded with ``record=`` "energy", "overlap" and "states"; a state at rest repeats
        its last row.
    recorded : mapping of str to (T+1, B, ...) ndarray
        All recorded quantities by name, those of user-defined functions included.
    """

    _batch: Flowing
    _recorder: Recorder
    _start: checks.Batch[Any]
    _ticks: Floats
    n_neurons: int
    shape: tuple[int, ...] | None
    patterns: NDArray[np.int8] | None

    @property
    def states(self) -> Floats:
        """Final activities, (B, N)."""
        return self._start.restore(self._batch.states)

    @property
    def potentials(self) -> Floats:
        """Final potentials, (B, N)."""
        return self._start.restore(self._batch.potentials)

    @property
    def stop(self) -> Any:
        """Reason why each state stopped, (B,)."""
        ends = np.where(self._batch.exhausted, "max-steps", "max-time")
        return self._start.restore(np.where(self._batch.resting, "fixed-point", ends))

    @property
    def converged(self) -> Any:
        """Whether each state converged, (B,)."""
        return self._start.restore(self._batch.resting)

    @property
    def time(self) -> Any:
        """Time that passed for each state, (B,)."""
        return self._start.restore(self._batch.time)

    @property
    def steps(self) -> Any:
        """Number of integration steps of each state, (B,)."""
        return self._start.restore(self._batch.steps)

    @property
    def times(self) -> Floats:
        """Time of each recorded row, (T+1,)."""
        return self._ticks[self.updates]

    def overlap(self, patterns: Any = None) -> Any:
        """Overlaps m = V·ξ/N of the final activities with patterns (P, N), by default the stored
        ones, (B, P).
        """
        known = self.patterns if patterns is None else checks.patterns(patterns).array
        if known is None:
            raise NotStoredError("this network keeps no patterns; pass some, overlap(patterns)")
        if known.shape[1] != self.n_neurons:
            raise InvalidInputError(
                f"patterns must have {self.n_neurons} neurons a row; got shape {known.shape}"
            )
        return self._start.restore(graded_overlap(self._batch.states, known), sites=False)

    def _counts(self) -> dict[str, Any]:
        return {"time": self.time}

    def __repr__(self) -> str:
        ends = recording.endings(self.stop)
        return (
            f"<Evolution of {len(self._batch.states)} states of {self.n_neurons} neurons: {ends}>"
        )
