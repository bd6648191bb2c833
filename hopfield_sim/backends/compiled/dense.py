"""Compiled engine of dense memories: the methods of the reference as kernels, a batch split over
threads.

The split does not change results: rows share no memory that is written, and randomness depends only
on the index of a state in the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.dense_protocol import DenseRule, Descent, Memories
from hopfield_sim.backends.protocol import RUNNING, Dynamics, StateBatch
from hopfield_sim.backends.reference.dense import Dense
from hopfield_sim.backends.reference.philox import ORDERS
from hopfield_sim.backends.workers import Rows, parts_for, share

_BUDGET: Final = 100_000_000
"""Patterns visited by one kernel call, 10 to 50 ms: the delay of a Ctrl-C."""

_SHARE: Final = 4_000_000
"""Smallest number of visited patterns for another thread."""


class CompiledDense(Dense):
    """Bit-identical to the reference, at a temperature where sums are exact integers."""

    def __init__(self, kernels: Mapping[str, ModuleType]) -> None:
        self._kernels, self._batch = kernels["dense"], kernels["network"].Batch

    def overlaps(self, memories: Memories, states: NDArray[np.int8]) -> NDArray[np.int64]:
        """Overlaps ξ^μ·s, (B, P), one state at a time."""
        out = np.empty((len(states), memories.n_patterns), np.int64)
        step = max(1, _BUDGET // memories.patterns.size)
        for start in range(0, len(states), step):
            block = slice(start, start + step)
            self._kernels.overlaps(memories.bits, states[block], out[block])
        return out

    def advance(
        self, memories: Memories, batch: StateBatch, rule: DenseRule, how: Dynamics, until: int
    ) -> None:
        """Update each row on its own until it has stopped or reached ``until``."""
        n, checked = memories.n_neurons, np.zeros(len(batch.states), np.int64)
        tables, there = self._kernels.Dense(memories, rule), self._batch(batch)
        # A call has time at least to start a state and make some visits.
        budget = max(_BUDGET, 16 * memories.n_patterns + 1024)
        ahead = np.empty_like(batch.states) if how.update == "sync" else batch.states

        def walk(rows: Rows) -> None:
            end = rows, how.key, until, budget
            if how.update == "async":
                self._kernels.asynchronous(tables, there, checked, ORDERS[how.order], *end)
            else:
                self._kernels.synchronous(tables, there, checked, ahead, *end)

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
            share(walk, rows, parts_for(how.n_threads, work // _SHARE), how.n_threads)
