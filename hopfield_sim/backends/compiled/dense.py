"""Compiled engine of dense memories: the methods of the reference as kernels, a batch split over
threads.

The split does not change results: rows share no memory that is written, and randomness depends only
on the index of a state in the call.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.dense_protocol import DenseHeatBath, Descent, Memories
from hopfield_sim.backends.protocol import RUNNING, StateBatch
from hopfield_sim.backends.reference.dense import Dense
from hopfield_sim.backends.workers import Rows, parts_for, share

_BUDGET: Final = 100_000_000
"""Patterns visited by one kernel call, 10 to 50 ms: the delay of a Ctrl-C."""

_SHARE: Final = 4_000_000
"""Smallest number of visited patterns for another thread."""


class CompiledDense(Dense):
    """Bit-identical to the reference, at a temperature where sums are exact integers."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels

    def overlaps(self, memories: Memories, states: NDArray[np.int8]) -> NDArray[np.int64]:
        """Overlaps ξ^μ·s, (B, P), one state at a time."""
        out = np.empty((len(states), memories.n_patterns), np.int64)
        step = max(1, _BUDGET // memories.patterns.size)
        for start in range(0, len(states), step):
            block = slice(start, start + step)
            self._kernels.overlaps(memories.patterns, states[block], out[block])
        return out

    def asynchronous(
        self,
        memories: Memories,
        batch: StateBatch,
        rule: Descent | DenseHeatBath,
        order: str,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """Update one site after another, each row on its own."""
        checked = np.zeros(len(batch.states), np.int64)
        what = _arguments(memories, rule)
        how = (self._kernels.ORDERS[order], key, until, _budget(memories))

        def walk(rows: Rows) -> None:
            self._kernels.asynchronous(
                *what, batch.states, batch.cache, batch.index,
                batch.updates, batch.flips, batch.stop, checked, rows, *how,
            )  # fmt: skip

        self._drive(walk, memories, batch, rule, checked, until, n_threads)

    def synchronous(
        self,
        memories: Memories,
        batch: StateBatch,
        rule: Descent | DenseHeatBath,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """Update all sites at once; flipped sites change the overlaps."""
        checked = np.zeros(len(batch.states), np.int64)
        ahead = np.empty_like(batch.states)
        what, how = _arguments(memories, rule), (key, until, _budget(memories))

        def walk(rows: Rows) -> None:
            self._kernels.synchronous(
                *what, batch.states, batch.cache, batch.previous,
                batch.index, batch.updates, batch.flips, batch.stop, checked, ahead, rows, *how,
            )  # fmt: skip

        self._drive(walk, memories, batch, rule, checked, until, n_threads)

    def _drive(
        self,
        walk: Callable[[Rows], None],
        memories: Memories,
        batch: StateBatch,
        rule: Descent | DenseHeatBath,
        checked: Rows,
        until: int,
        n_threads: int,
    ) -> None:
        """Call the kernel until every row has stopped or reached ``until``."""
        n = memories.n_neurons
        while True:
            going = batch.updates < until
            if isinstance(rule, Descent):
                at_rest = (batch.updates % n == 0) & (checked != self._kernels.UNSTABLE)
                going |= at_rest
            rows = np.flatnonzero(going & (batch.stop == RUNNING))
            if not rows.size:
                return
            visits = min(max(until - int(batch.updates[rows].min()), n), 4 * n)
            work = rows.size * visits * memories.n_patterns
            share(walk, rows, parts_for(n_threads, work // _SHARE), n_threads)


def _budget(memories: Memories) -> int:
    """Return the budget of a kernel call: enough to start a state and make some visits."""
    return max(_BUDGET, 16 * memories.n_patterns + 1024)


def _arguments(memories: Memories, rule: Descent | DenseHeatBath) -> tuple[Any, ...]:
    """Return memories and rule as arguments of the kernels."""
    columns = (memories.columns, memories.narrow_columns)
    whole = (memories.limbs, memories.unit, memories.doubt, memories.relative)
    tables = (*columns, memories.slope, memories.bend, *whole)
    if isinstance(rule, Descent):
        return (*tables, rule.ties_up, None, rule.clamped)
    heat = (rule.temperature, rule.gain, rule.log_gain, rule.logarithmic)
    return (*tables, False, heat, rule.clamped)
