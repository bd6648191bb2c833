"""The engine of dense memories: binds tables of F and a dynamics to a backend."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.dense_protocol import DenseHeatBath, DenseRule, Descent, Memories
from hopfield_sim.backends.protocol import StateBatch
from hopfield_sim.backends.reference.dense import Dense
from hopfield_sim.checks import places
from hopfield_sim.models.base.binary import Manner
from hopfield_sim.models.dense.interactions import Interaction


@dataclass(frozen=True)
class DenseEngine:
    """Engine of dense memories; see ``models.base.spins.Engine``."""

    interaction: Interaction
    logarithmic: bool
    memories: Memories
    log_unit: float
    backend: Dense
    manner: Manner

    def start(self, states: NDArray[np.int8]) -> StateBatch:
        """The states with their overlaps."""
        demand_overlaps(len(states), self.memories.n_patterns)
        return self.backend.start(self.memories, states, self.manner)

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Make updates up to ``until``."""
        rule = self._rule(temperature)
        self.backend.advance(self.memories, batch, rule, self.manner, until)

    def energy(self, batch: StateBatch) -> NDArray[np.float64]:
        """E of each state, (B,), from the cached overlaps."""
        overlaps = places.moved(batch.cache, places.HERE).astype(np.int64, copy=False)
        return self.interaction.energy(overlaps, logarithmic=self.logarithmic)

    def _rule(self, temperature: float) -> DenseRule:
        """The update rule of a site."""
        n, held = self.memories.n_neurons, self.manner.clamp
        clamped = np.zeros(n, np.uint8) if held is None else held.astype(np.uint8)
        if temperature == 0:
            return Descent(self.manner.ties == "plus", clamped)
        # Beyond these bounds it is hot or cold altogether; they keep the quotients finite.
        temperature = min(max(temperature, 1e-250), 1e250)
        log_gain = self.log_unit - math.log(temperature)
        return DenseHeatBath(temperature, log_gain, self.logarithmic, clamped)


def overlaps(backend: Dense, memories: Memories, states: NDArray[np.int8]) -> NDArray[np.int64]:
    """ξ^μ·s of each state, (B, P)."""
    demand_overlaps(len(states), memories.n_patterns)
    return backend.overlaps(memories, states)


def demand_overlaps(n_states: int, n_patterns: int) -> None:
    """Raise if overlaps, and what is read off the tables at them, do not fit into memory.

    Raises
    ------
    InsufficientMemoryError
        If they do not.
    """
    checks.memory(
        32 * n_states * n_patterns,
        f"the overlaps of {n_states} states with {n_patterns} patterns",
        "ask for fewer states at a time",
    )
