"""The engine of networks with pair couplings: binds weights, thresholds and a dynamics to a
backend.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import (
    Couplings,
    HeatBath,
    Limits,
    Rule,
    StateBatch,
    Winners,
)
from hopfield_sim.backends.reference.pairs import Pairs
from hopfield_sim.checks import places
from hopfield_sim.models.base.binary import Manner
from hopfield_sim.models.hopfield import couplings as coupling
from hopfield_sim.models.hopfield import energy


@dataclass
class QuadraticEngine:
    """Engine of pair couplings; see ``recall.spins.Engine``."""

    couplings: Couplings
    thresholds: NDArray[np.float64]
    backend: Pairs
    manner: Manner
    _bath: tuple[float, HeatBath] | None = field(default=None, init=False)

    def start(self, states: NDArray[np.int8]) -> StateBatch:
        """The states with their initial caches."""
        if self.manner.active is not None:
            states = places.moved(states, places.HERE)
        return self.backend.start(self.couplings, states, self.manner)

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Make updates up to ``until``."""
        rule = self._rule(temperature)
        self.backend.advance(self.couplings, batch, rule, self.manner, until)

    def energy(self, batch: StateBatch) -> NDArray[np.float64]:
        """E of each state, (B,), from their caches."""
        return energy.quadratic(self.couplings, self._theta, batch.states, batch.cache)

    def _rule(self, temperature: float) -> Rule:
        """The update rule of a site; the last heat bath is cached, since schedules often repeat a
        temperature.
        """
        if self.manner.active is not None:
            return self._winners
        if temperature == 0:
            return self.limits
        if self._bath is None or self._bath[0] != temperature:
            clamp = self.manner.clamp
            bath = coupling.heat_bath(self.couplings, self._theta, temperature, clamp)
            self._bath = (temperature, bath)
        return self._bath[1]

    @cached_property
    def limits(self) -> Limits:
        """The update rule at zero temperature."""
        ties, clamp = self.manner.ties, self.manner.clamp
        return coupling.limits(self.couplings, self._theta, ties, clamp)

    @cached_property
    def _winners(self) -> Winners:
        assert self.manner.active is not None
        clamp, n = self.manner.clamp, self.couplings.n_neurons
        held = np.zeros(n, bool) if clamp is None else clamp
        return Winners(self.manner.active, coupling.snapped(self.couplings, self._theta), held)

    @cached_property
    def _theta(self) -> NDArray[np.float64]:
        """The thresholds, less the external field."""
        pushed = self.manner.field
        return self.thresholds if pushed is None else self.thresholds - pushed
