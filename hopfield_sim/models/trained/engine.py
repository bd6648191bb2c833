"""The engine of trained dense memories: the dynamics lowers E(s) = −Σ_μ F(ξ_μ·s), ξ real numbers.

A site is updated by D_i = E(s_i = −1) − E(s_i = +1) = s_i Σ_μ [F(h_μ) − F(h_μ − 2 s_i
ξ_{μi})]. Asynchronous visits keep overlaps, which are counted anew every sweep; they and D come in
units of N and N^n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import StateBatch
from hopfield_sim.backends.reference import walk
from hopfield_sim.backends.reference.pairs import probability_words
from hopfield_sim.backends.reference.powers import Floats, rectified
from hopfield_sim.backends.reference.voting import Voting
from hopfield_sim.checks.places import beside, module_of
from hopfield_sim.models.base.binary import Manner
from hopfield_sim.models.dense.interactions import Rectified
from hopfield_sim.models.trained import rule
from hopfield_sim.support.products import product

Doubles = NDArray[np.float64]
Spins = NDArray[np.int8]
Rows = NDArray[np.int64]

_ROWS = 1 << 12
"""Maximum number of rows of a synchronous step computed at a time."""


@dataclass(frozen=True)
class Field:
    """The memories ξ (K, N), the power of F(x) = max(x, 0)^n, and who computes it for all bits."""

    memories: Floats
    order: int
    voting: Voting

    def beside(self, states: NDArray[Any]) -> Field:
        """The same with the memories where these states are."""
        return replace(self, memories=beside(self.memories, states))

    @property
    def log_unit(self) -> float:
        """log N^n, the logarithm of the unit of energies."""
        return self.order * math.log(self.memories.shape[1])

    @property
    def tie(self) -> float:
        """|D| up to this times Σ_μ h_μ^{n−1} is a tie: an overlap is known to N·eps, and F to
        n h^{n−1} times that.
        """
        return float(4 * np.finfo(np.float64).eps * self.memories.shape[1] * self.order)

    def overlaps(self, states: Spins) -> Doubles:
        """ξ_μ·s / N, (B, K)."""
        return product(states.astype(np.float64), self.memories.T / float(self.memories.shape[1]))

    def energies(self, overlaps: Doubles) -> Doubles:
        """−Σ_μ F, (B,), in units of N^n."""
        found: Doubles = -rectified(overlaps, self.order).sum(axis=1, dtype=np.float64)
        return found

    def in_units(self, values: Doubles) -> Doubles:
        """Energies in their own unit: N^n times the arguments.

        Raises
        ------
        InvalidInputError
            When one exceeds every float.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            scaled: Doubles = values * float(np.exp(self.log_unit)) + 0.0
        Rectified(self.order).refuse_overflow(scaled)
        return scaled

    def differences(self, overlaps: Doubles, spins: Spins, weights: Floats) -> Doubles:
        """D of one site each, (B,), from its spins (B,) and ξ there, (B, K); 0 where rounding
        decides.
        """
        n, sign = self.memories.shape[1], spins.astype(np.float64)
        turned = overlaps - (2 / n) * sign[:, None] * weights
        power = rectified(overlaps, self.order - 1, order=self.order)
        other = rectified(turned, self.order - 1, order=self.order)
        d = sign * (power * overlaps - other * turned).sum(axis=1)
        sure = abs(d) > self.tie * (power + other).sum(axis=1)
        found: Doubles = module_of(d).where(sure, d, 0.0)
        return found

    def all_differences(self, states: Spins) -> Doubles:
        """D of every site, (B, N)."""
        (k, n), xp = self.memories.shape, module_of(states)
        parts = []
        for some in rule.blocks(states, k, self.voting):
            signs = some.astype(np.float64)
            answered = rule.answers(signs, self.memories, n, self.order, self.voting)
            sure = abs(answered.votes) > self.tie * answered.sizes
            parts.append(xp.where(sure, answered.votes, 0.0))
        found: Doubles = xp.concatenate(parts)
        return found

    def changed(self, states: Spins) -> NDArray[np.bool_]:
        """The sites of states (B, N) that an update flips; a D of 0 keeps the spin."""
        return self.all_differences(states) * states < 0


@dataclass(frozen=True)
class TrainedEngine:
    """Engine of trained dense memories; see ``models.base.spins.Engine``."""

    field: Field
    manner: Manner

    def start(self, states: Spins) -> StateBatch:
        """The states; overlaps are computed by each update."""
        checks.memory(
            40 * len(states) * len(self.field.memories),
            f"the overlaps of {len(states)} states with {len(self.field.memories)} memories",
            "recall fewer states at a time",
        )
        return StateBatch.start(states, np.empty((len(states), 0)), self.manner.update)

    def energy(self, batch: StateBatch) -> Doubles:
        """E of each state, (B,)."""
        field = self.field.beside(batch.states)
        return field.in_units(field.energies(field.overlaps(batch.states)))

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Make updates up to ``until``."""
        model = Trained(self.field.beside(batch.states), self.manner, temperature)
        walk.advance(model, batch, self.manner, until)


class Trained(walk.Model):
    """Spins under trained memories, as a walk sees them; see ``walk.Model``."""

    rows_at_once = _ROWS

    def __init__(self, field: Field, manner: Manner, temperature: float) -> None:
        self.field, self.manner, self.temperature = field, manner, temperature
        self.n_neurons = field.memories.shape[1]
        self.stochastic = temperature > 0
        held = manner.clamp
        xp = module_of(field.memories)
        self.clamped = xp.asarray(np.zeros(self.n_neurons, bool) if held is None else held)
        self.by_site: Floats = xp.ascontiguousarray(field.memories.T)

    def look(self, batch: StateBatch, rows: Rows) -> OverlapsOfRows:
        """These rows; visits keep overlaps, which are counted anew here."""
        return OverlapsOfRows(self, batch, rows)

    def becomes(self, d: Doubles, spins: Spins, draws: walk.Draws) -> Spins:
        """The new spins, in arrays of equal shape; clamped sites are reset later."""
        if not self.stochastic:
            return walk.by_sign(d, spins, self.manner.ties)
        log_gain = self.field.log_unit - math.log(min(max(self.temperature, 1e-250), 1e250))
        gain = math.exp(min(max(log_gain, -700.0), 700.0))
        up = draws < probability_words(d * gain)
        new: Spins = module_of(d).where(up, np.int8(1), np.int8(-1))
        return new


class OverlapsOfRows:
    """Rows of a batch with their overlaps; see ``walk.Look``."""

    def __init__(self, model: Trained, batch: StateBatch, rows: Rows) -> None:
        self.model, self.batch, self.rows = model, batch, rows
        self._overlaps: Doubles | None = None

    @property
    def overlaps(self) -> Doubles:
        """h of each row, (b, K); only visits need them."""
        if self._overlaps is None:
            self._overlaps = self.model.field.overlaps(self.batch.states[self.rows])
        return self._overlaps

    def at(self, sites: Rows, spins: Spins, draws: walk.Draws) -> Spins:
        """Update one site of each row."""
        d = self.model.field.differences(self.overlaps, spins, self.model.by_site[sites])
        new = self.model.becomes(d, spins, draws)
        return walk.held(self.model.clamped[sites], spins, new)

    def everywhere(self, spins: Spins, draws: walk.Draws) -> Spins:
        """Update all sites from the D of one state."""
        new = self.model.becomes(self.model.field.all_differences(spins), spins, draws)
        return walk.held(self.model.clamped, spins, new)

    def follow(self, changed: NDArray[np.bool_], sites: Rows, new: Spins) -> None:
        """h ← h + 2 s_i ξ_i / N."""
        twice = 2.0 / self.model.n_neurons * new[changed][:, None]
        self.overlaps[changed] += twice * self.model.by_site[sites[changed]]
