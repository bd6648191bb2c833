"""Compiled class neurons, and bits, of trained memories: one state after another."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats, floor
from hopfield_sim.backends.reference.voting import Answers, Voting


class Answered(NamedTuple):
    """Votes and sizes, with what their gradients are computed from; memories are padded."""

    kernels: ModuleType
    low: Floats
    steps: Floats
    signs: Floats
    order: int
    n_memories: int
    votes: NDArray[np.float64]
    sizes: NDArray[np.floating]

    def pull(self, signal: Floats) -> tuple[Floats, Floats]:
        """As in the reference; the powers are computed again."""
        low, steps, order, count = self.low, self.steps, self.order, self.n_memories
        signal = np.ascontiguousarray(signal, low.dtype)
        visible, own = np.empty_like(low), np.zeros_like(steps)
        least = floor(order, low.dtype)
        self.kernels.answers_pull(low, steps, self.signs, order, least, signal, visible, own)
        return visible[:, :count], own[:, :count]


class CompiledVoting(Voting):
    """The reference, one state after another, with powers kept in registers."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels

    def votes(self, low: Floats, steps: Floats, order: int) -> NDArray[np.float64]:
        """As in the reference."""
        low, steps = _padded(low, -1), _padded(steps, 0)
        out = np.empty((len(low), len(steps)))
        sums = np.empty(len(steps) * _lanes(low), low.dtype)
        self._kernels.votes(low, steps, order, floor(order, low.dtype), sums, out)
        return out

    def pull(self, low: Floats, steps: Floats, order: int, signal: Floats) -> tuple[Floats, Floats]:
        """As in the reference."""
        count = low.shape[1]
        low, steps = _padded(low, -1), _padded(steps, 0)
        visible, classes = np.empty_like(low), np.zeros_like(steps)
        self._kernels.pull(low, steps, order, floor(order, low.dtype), signal, visible, classes)
        return visible[:, :count], classes[:, :count]

    def turned(self, states: NDArray[Any]) -> int:
        """As in the reference; no powers are kept."""
        return self.powers

    def answers(self, low: Floats, steps: Floats, signs: Floats, order: int) -> Answers:
        """As in the reference."""
        count = low.shape[1]
        low, steps = _padded(low, -1), _padded(steps, 0)
        signs = np.ascontiguousarray(signs, low.dtype)
        votes, sizes = np.empty(signs.shape), np.empty(signs.shape)
        least = floor(order, low.dtype)
        self._kernels.answers(low, steps, signs, order, least, votes, sizes)
        return Answered(self._kernels, low, steps, signs, order, count, votes, sizes)


def _lanes(array: Floats) -> int:
    """Return the number of elements of a vector of 64 bytes."""
    return 64 // array.dtype.itemsize


def _padded(rows: Floats, value: float) -> Floats:
    """Pad rows to whole vectors, C-contiguous; padded memories have powers of 0."""
    extra = -rows.shape[1] % _lanes(rows)
    if not extra:
        return np.ascontiguousarray(rows)
    out = np.full((len(rows), rows.shape[1] + extra), value, rows.dtype)
    out[:, : rows.shape[1]] = rows
    return out
