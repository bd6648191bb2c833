"""Recall in continuous memories: states are iterated until each one converges.

The driver handles stopping, clamping and recording; the step itself is defined by the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.recall import recording
from hopfield_sim.recall.recording import Recorded, Recorder

Floats = NDArray[np.floating]

Move = Callable[[Floats], Floats]
"""One step of the dynamics, from states (b, N) to states (b, N); rows are independent."""


@dataclass
class Walk:
    """States during a recall, (B, N), the number of steps of each, (B,), and whether it has
    converged, (B,).
    """

    states: Floats
    updates: NDArray[np.int64] = field(init=False)
    resting: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        xp = places.module_of(self.states)
        self.updates = xp.zeros(len(self.states), np.int64)
        self.resting = xp.zeros(len(self.states), bool)

    def moved(self, place: str) -> Walk:
        """The same with its arrays in the array module of that name."""
        if places.module_of(self.states).__name__ == place:
            return self
        walk = Walk(places.moved(self.states, place))
        walk.updates = places.moved(self.updates, place)
        walk.resting = places.moved(self.resting, place)
        return walk


def descend(
    move: Move,
    states: Floats,
    recorder: Recorder,
    *,
    max_steps: int,
    tol: float,
    clamp: NDArray[np.bool_] | None = None,
) -> Walk:
    """Iterate until the largest change of each state is at most ``tol``, or for ``max_steps``.

    Each state stops as soon as its own change is small; that last step is made and counted.

    Parameters
    ----------
    move : callable
        One step of the dynamics.
    states : (B, N) ndarray of float
        Initial states; modified in place.
    recorder : Recorder
        Records rows.
    max_steps : int
        Maximum number of steps.
    tol : float
        Tolerance, in units of the states.
    clamp : (N,) or (B, N) ndarray of bool, optional
        Coordinates that never change, of all states or of each.

    Examples
    --------
    Halve the distance to 1 in each step:

    >>> walk = descend(lambda x: (x + 1) / 2, np.array([[0.0], [1.0]]), Recorder(1, {}),
    ...                max_steps=50, tol=1e-3)
    >>> walk.updates, walk.states.round(2).ravel()
    (array([10,  1]), array([1., 1.]))
    """
    walk, xp = Walk(states), places.module_of(states)
    clamp = None if clamp is None else xp.asarray(clamp)
    recorder.capture(walk)
    for _ in range(max_steps):
        rows: Any = xp.flatnonzero(~walk.resting)
        if not rows.size:
            break
        if len(rows) == len(states):
            rows = ...  # no copy
        before = states[rows]
        after = move(before)
        if clamp is not None:
            after = xp.where(clamp if clamp.ndim == 1 else clamp[rows], before, after)
        change = abs(after - before).max(axis=1)
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
        Final states; images for a memory of images.
    stop : (B,) ndarray of str
        Reason for stopping: "fixed-point" (no coordinate changed by more than ``tol`` in the last
        step) or "max-steps".
    converged : (B,) ndarray of bool
        True for fixed points.
    steps : (B,) ndarray of int64
        Number of steps.
    updates : (T+1,) ndarray of int64
        Number of steps before each recorded row.
    energy, trajectory : (T+1, B) and (T+1, B, N) ndarray
        Rows recorded with ``record="energy"`` and ``"states"``; a state that has stopped repeats
        its last row.
    recorded : mapping of str to (T+1, B, ...) ndarray
        All recorded quantities by name, those of user-defined functions included.
    values : (B, M) ndarray of float
        Values at the final states, if memories have values.
    """

    _walk: Walk
    _recorder: Recorder
    _start: checks.Batch[np.floating]
    n_neurons: int
    shape: tuple[int, ...] | None
    patterns: Floats | None
    _paired: Any = None

    @property
    def states(self) -> Floats:
        """Final states, (B, N)."""
        return self._start.restore(self._walk.states)

    @property
    def stop(self) -> Any:
        """Reason why each state stopped, (B,)."""
        resting = places.moved(self._walk.resting, places.HERE)
        words = np.array(["max-steps", "fixed-point"])[resting.astype(int)]
        return self._start.restore(words)

    @property
    def converged(self) -> Any:
        """Whether each state converged, (B,)."""
        return self._start.restore(self._walk.resting)

    @property
    def steps(self) -> Any:
        """Number of steps, (B,)."""
        return self._start.restore(self._walk.updates)

    def _counts(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def __repr__(self) -> str:
        ends = recording.endings(self.stop)
        return f"<Descent of {len(self._walk.states)} states of {self.n_neurons} numbers: {ends}>"
