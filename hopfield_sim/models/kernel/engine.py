"""The engine of kernel memories: neurons follow the signs of their fields, or a heat bath of them.

At a temperature P(s_i = +1) = 1/(1 + exp(−2 h_i/T)), where h_i does not depend on s_i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import StateBatch
from hopfield_sim.backends.reference import walk
from hopfield_sim.backends.reference.pairs import probability_words
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.binary import Manner
from hopfield_sim.models.kernel.fields import Fields, Floats, Rows, Spins, agreements


def refuse_energy() -> None:
    """Raise, since there is no energy.

    Raises
    ------
    InvalidInputError
        Always.
    """
    raise InvalidInputError(
        "a KernelMemory has no energy: neurons learn independently, so that no energy need fall "
        "when they update; use fields(states) and stabilities"
    )


@dataclass(frozen=True)
class KernelEngine:
    """Engine of kernel memories; see ``models.base.spins.Engine``."""

    fields: Fields
    manner: Manner

    def start(self, states: Spins) -> StateBatch:
        """The states; each update counts with which patterns they agree."""
        some = min(len(states), self.fields.rows_at_once)
        checks.memory(
            56 * some * len(self.fields.patterns),
            f"the kernels of {some} states and {len(self.fields.patterns)} patterns",
            "recall fewer states at a time",
        )
        return StateBatch.start(states, np.empty((len(states), 0)), self.manner.update)

    def energy(self, batch: StateBatch) -> Floats:
        """There is none."""
        refuse_energy()
        raise AssertionError

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Make updates up to ``until``."""
        walk.advance(Machines(self.fields, self.manner, temperature), batch, self.manner, until)


class Machines(walk.Model):
    """Neurons that are kernel machines, as a walk sees them; see ``walk.Model``."""

    def __init__(self, fields: Fields, manner: Manner, temperature: float) -> None:
        self.fields, self.manner = fields, manner
        # Beyond these bounds it is hot or cold altogether; they keep the quotients finite.
        self.gain = 2 / min(max(temperature, 1e-250), 1e250)
        self.n_neurons, self.stochastic = len(fields.coefficients), temperature > 0
        self.rows_at_once = fields.rows_at_once
        held = manner.clamp
        self.clamped = np.zeros(self.n_neurons, bool) if held is None else held

    def look(self, batch: StateBatch, rows: Rows) -> AgreementsOfRows:
        """These rows, with their agreements if sites are visited one by one."""
        return AgreementsOfRows(self, batch, rows)

    def becomes(self, h: Floats, spins: Spins, draws: walk.Draws) -> Spins:
        """The new spins, in arrays of equal shape; clamped sites are reset later."""
        if not self.stochastic:
            return walk.by_sign(h, spins, self.manner.ties)
        with np.errstate(over="ignore"):
            up = draws < probability_words(h * self.gain)
        return np.where(up, np.int8(1), np.int8(-1))


class AgreementsOfRows:
    """Rows of a batch with their agreements with each pattern; see ``walk.Look``."""

    def __init__(self, model: Machines, batch: StateBatch, rows: Rows) -> None:
        self.model, self.batch, self.rows = model, batch, rows
        self._agreeing: Rows | None = None

    @property
    def agreeing(self) -> Rows:
        """m of each row, (b, P); only visits need them."""
        if self._agreeing is None:
            patterns = self.model.fields.patterns
            self._agreeing = agreements(self.batch.states[self.rows], patterns)
        return self._agreeing

    def at(self, sites: Rows, spins: Spins, draws: walk.Draws) -> Spins:
        """Update one site of each row."""
        h = self.model.fields.at(self.agreeing, sites, spins)
        return walk.held(self.model.clamped[sites], spins, self.model.becomes(h, spins, draws))

    def everywhere(self, spins: Spins, draws: walk.Draws) -> Spins:
        """Update all sites from the fields of one state."""
        new = self.model.becomes(self.model.fields.of(spins), spins, draws)
        return walk.held(self.model.clamped, spins, new)

    def follow(self, changed: NDArray[np.bool_], sites: Rows, new: Spins) -> None:
        """m ← m + s_i ξ_i."""
        xi = self.model.fields.patterns.T[sites[changed]].astype(np.int64)
        self.agreeing[changed] += new[changed][:, None] * xi
