"""The engine of dense memories on the device: the reference's class, its walks replaced by kernels,
a block of threads a state and a warp a visit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.cuda.batch import ResidentBatch
from hopfield_sim.backends.cuda.device import Array, on_device
from hopfield_sim.backends.cuda.source import text
from hopfield_sim.backends.cuda.walker import (
    VOTES,
    Launch,
    Walker,
    bit_bytes,
    padded,
    site_type,
    types,
)
from hopfield_sim.backends.dense_protocol import DenseRule, Descent, Memories
from hopfield_sim.backends.protocol import Dynamics, Factors, StateBatch
from hopfield_sim.backends.reference.dense import Dense
from hopfield_sim.backends.reference.philox import ORDERS
from hopfield_sim.checks import places

_BOXES = 1024
"""Bytes of shared memory for sums of a block."""

_PATTERNS = 1 << 10
"""Visits of so many patterns take the time of one visit of a network of pair couplings."""


class CudaDense(Walker, Dense):
    """The reference's bits at zero temperature; in a heat bath, probabilities to rounding."""

    @on_device
    def start(self, memories: Memories, states: NDArray[np.int8], how: Dynamics) -> StateBatch:
        """The states on the device, where their overlaps are counted."""
        return self._begun(self._brought(memories)[0], states, how.update)

    @on_device
    def overlaps(self, memories: Memories, states: NDArray[np.int8]) -> NDArray[np.int64]:
        """Overlaps of states on the device, counted there and copied to the processor's memory;
        those of NumPy's by the processor.
        """
        if places.module_of(states) is np:
            return super().overlaps(memories, states)
        counted = self._begun(self._brought(memories)[0], states, "async").cache
        return places.moved(counted, places.HERE).astype(np.int64, copy=False)

    @on_device
    def advance(
        self, memories: Memories, batch: StateBatch, rule: DenseRule, how: Dynamics, until: int
    ) -> None:
        """Update the states up to the update ``until``, as the engine of pair couplings does."""
        factors, tables = self._brought(memories)
        moving = self._resident(factors, batch)
        launch = self._launch(factors, tables, moving, rule, how)
        work = 1 + memories.n_patterns // _PATTERNS
        self._drive(launch, factors, moving, batch, until, work)

    def _launch(
        self,
        factors: Factors,
        tables: tuple[Any, ...],
        moving: ResidentBatch,
        rule: DenseRule,
        how: Dynamics,
    ) -> Launch:
        n, n_patterns, site = factors.n_neurons, factors.width, site_type(factors.n_neurons)
        room = padded(n_patterns) * (8 + factors.cache_type.itemsize)
        together = how.update == "sync"
        room += 3 * bit_bytes(n) if together else padded(n) * (5 + 2 * site.itemsize)
        common = VOTES + _BOXES
        near = self.device.holds(common + room, len(moving))
        shared, far_bytes = (common + room, 0) if near else (common, room)
        far, parts = self._far(far_bytes, len(moving))
        kernels = text("dense", NEAR=int(near), INDEX=site, **types(factors))
        word, rule_there = places.kept(rule, lambda: self._rule(rule))
        there = *self._couplings(factors), *tables, *rule_there
        states = (moving.there["states"], *((moving.there["previous"],) if together else ()))
        order = () if together else (np.int32(ORDERS[how.order]),)

        def launch(until: int, progress: Array) -> None:
            for first in parts:
                self.device.launch(
                    kernels, f"{'' if together else 'a'}synchronous_{word}",
                    min(parts.step, len(moving) - first),
                    self.device.threads(max(n, n_patterns), len(moving)), *there, *states,
                    moving.there["cache"], np.int64(moving.stride), moving.index_there, progress,
                    np.int64(len(moving)), np.int64(first), *order, np.uint64(how.key),
                    np.int64(until), far, np.int64(far_bytes), shared=shared,
                )  # fmt: skip

        return launch

    def _brought(self, memories: Memories) -> tuple[Factors, tuple[Any, ...]]:
        """The patterns as those of a network, whose caches are overlaps, and the arguments
        TABLES_ARGS of ``dense.cuh``.
        """
        made: tuple[Factors, tuple[Any, ...]] = places.kept(memories, lambda: self._there(memories))
        return made

    def _there(self, memories: Memories) -> tuple[Factors, tuple[Any, ...]]:
        up = self.device.upload
        limbs = np.zeros((0, 1), np.int32) if memories.limbs is None else memories.limbs
        return Factors(memories.patterns, np.zeros(memories.n_neurons, np.int32)), (
            up(memories.slope), up(memories.bend),
            up(limbs if len(limbs) else np.zeros(1, np.int32)), np.int32(len(limbs)),
            np.int32(memories.unit), np.int32(limbs.shape[1]), np.int32(memories.relative),
            np.float64(memories.doubt),
        )  # fmt: skip

    def _rule(self, rule: DenseRule) -> tuple[str, tuple[Any, ...]]:
        """Which kernel, and the arguments of its rule."""
        clamped = self.device.upload(rule.clamped)
        if isinstance(rule, Descent):
            return "descent", (clamped, np.int32(rule.ties_up))
        numbers = rule.temperature, rule.gain, rule.log_gain
        return "bath", (clamped, *map(np.float64, numbers), np.int32(rule.logarithmic))
