"""Compiled class neurons of trained memories: one state after another."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats, floor
from hopfield_sim.backends.reference.voting import Voting


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
