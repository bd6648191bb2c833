"""The engine of networks with pair couplings: binds weights, thresholds and a dynamics to a
backend.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import Couplings, HeatBath, Limits, StateBatch
from hopfield_sim.backends.reference.pairs import Pairs
from hopfield_sim.models.hopfield import couplings as coupling
from hopfield_sim.models.hopfield import energy


@dataclass
class QuadraticEngine:
    """Engine of pair couplings; see ``recall.spins.Engine``."""

    couplings: Couplings
    thresholds: NDArray[np.float64]
    backend: Pairs
    update: str
    order: str
    ties: str
    clamp: NDArray[np.bool_] | None
    key: int
    n_threads: int
    _bath: tuple[float, HeatBath] | None = None

    def start(self, states: NDArray[np.int8]) -> StateBatch:
        """The states with their initial caches."""
        return self.backend.start(self.couplings, states, self.update, self.n_threads)

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Make updates up to ``until``."""
        rule = self._rule(temperature)
        if self.update == "async":
            self.backend.asynchronous(
                self.couplings, batch, rule, self.order, self.key, until, self.n_threads
            )
        else:
            self.backend.synchronous(self.couplings, batch, rule, self.key, until, self.n_threads)

    def energy(self, batch: StateBatch) -> NDArray[np.float64]:
        """E of each state, (B,), from their caches."""
        return energy.quadratic(self.couplings, self.thresholds, batch.states, batch.cache)

    def _rule(self, temperature: float) -> Limits | HeatBath:
        """The update rule of a site; the last heat bath is cached, since schedules often repeat a
        temperature.
        """
        if temperature == 0:
            return self._limits
        if self._bath is None or self._bath[0] != temperature:
            bath = coupling.heat_bath(self.couplings, self.thresholds, temperature, self.clamp)
            self._bath = (temperature, bath)
        return self._bath[1]

    @cached_property
    def _limits(self) -> Limits:
        return coupling.limits(self.couplings, self.thresholds, self.ties, self.clamp)
