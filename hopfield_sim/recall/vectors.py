"""Recall in continuous memories: states go step by step until each hardly moves any more.

The driver below knows stopping, clamping and recording; where a step leads is the model's affair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.recall import recording
from hopfield_sim.recall.recording import Recorded, Recorder

Floats = NDArray[np.floating]

Move = Callable[[Floats], Floats]
"""From states (b, N) to where one step leads, (b, N); rows are independent."""


@dataclass
class Walk:
    """States on their way: (B, N), the steps each has made (B,), and whether it has come to rest
    (B,).
    """

    states: Floats
    updates: NDArray[np.int64] = field(init=False)
    resting: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.updates = np.zeros(len(self.states), np.int64)
        self.resting = np.zeros(len(self.states), bool)


def descend(
    move: Move,
    states: Floats,
    recorder: Recorder,
    *,
    max_steps: int,
    tol: float,
    clamp: NDArray[np.bool_] | None = None,
) -> Walk:
    """Step until the largest change of each state is at most ``tol``, or ``max_steps`` are made.

    A state rests as soon as its own change is small, whatever the others do; the step that showed
    it is made and counted.

    Parameters
    ----------
    move : callable
        Where a step leads.
    states : (B, N) ndarray of float
        The starts; changed in place.
    recorder : Recorder
        Writes rows every so many steps.
    max_steps : int
        At most so many.
    tol : float
        In the units of the states.
    clamp : (N,) array_like of bool, optional
        Coordinates that are kept.

    Examples
    --------
    Half way to 1, again and again:

    >>> walk = descend(lambda x: (x + 1) / 2, np.array([[0.0], [1.0]]), Recorder(1, {}),
    ...                max_steps=50, tol=1e-3)
    >>> walk.updates, walk.states.round(2).ravel()
    (array([10,  1]), array([1., 1.]))
    """
    walk = Walk(states)
    recorder.capture(walk)
    for _ in range(max_steps):
        rows = np.flatnonzero(~walk.resting)
        if not rows.size:
            break
        everyone = len(rows) == len(states)
        before = states if everyone else states[rows]
        after = move(before)
        if clamp is not None:
            after[:, clamp] = before[:, clamp]
        change = np.abs(after - before).max(axis=1)
        states[rows] = after
        walk.updates[rows] += 1
        walk.resting[rows] = change <= tol
        recorder.capture(walk)
    recorder.capture(walk, last=True)
    return walk


@dataclass(frozen=True)
class Descent(Recorded):
    """The result of a recall in a continuous memory. For a single state the B axis is dropped.

    Attributes
    ----------
    states : (B, N) ndarray of float
        Where the states ended; images for a memory of images.
    stop : (B,) ndarray of str
        "fixed-point" (the last step moved no coordinate by more than ``tol``) or "max-steps".
    converged : (B,) ndarray of bool
        True for fixed points.
    steps : (B,) ndarray of int64
        Steps made.
    updates : (T+1,) ndarray of int64
        How many steps each recorded row had seen.
    energy, trajectory : (T+1, B), (T+1, B, N)
        What ``record="energy"`` and ``"states"`` wrote down; a state that rests repeats its last
        row.
    recorded : mapping of str to (T+1, B, ...)
        The same by word, and what functions of your own recorded by their names.
    """

    _walk: Walk
    _recorder: Recorder
    _given: checks.RealBatch
    n_neurons: int
    shape: tuple[int, ...] | None
    patterns: Floats | None

    @property
    def states(self) -> Floats:
        """Where the states ended, (B, N)."""
        return self._given.restore(self._walk.states)

    @property
    def stop(self) -> Any:
        """Why each state stopped, (B,)."""
        words = np.array(["max-steps", "fixed-point"])[self._walk.resting.astype(int)]
        return self._given.restore(words)

    @property
    def converged(self) -> Any:
        """Whether each state came to rest, (B,)."""
        return self._given.restore(self._walk.resting)

    @property
    def steps(self) -> Any:
        """Steps made, (B,)."""
        return self._given.restore(self._walk.updates)

    def _counts(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def __repr__(self) -> str:
        ends = recording.endings(self.stop)
        return f"<Descent of {len(self._walk.states)} states of {self.n_neurons} numbers: {ends}>"
