"""The engine of trained dense memories: states flow down E(s) = −Σ_μ F(ξ_μ·s), ξ real numbers.

What a visited site follows is D_i = E(s_i = −1) − E(s_i = +1) = s_i Σ_μ [F(h_μ) − F(h_μ − 2 s_i
ξ_{μi})]. Asynchronous visits keep overlaps, which are counted anew every sweep; they and D come in
units of N and N^n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.products import product
from hopfield_sim.backends.protocol import CYCLE, FIXED, RUNNING, Batch
from hopfield_sim.backends.reference.pairs import probability_words
from hopfield_sim.backends.reference.philox import ACCEPT, visit_order, words
from hopfield_sim.backends.reference.powers import Floats, rectified
from hopfield_sim.models import energy
from hopfield_sim.models.binary import Manner
from hopfield_sim.models.dense.interactions import Interaction
from hopfield_sim.models.trained import rule

Doubles = NDArray[np.float64]
Spins = NDArray[np.int8]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Field:
    """The memories ξ (K, N) and the power of F(x) = max(x, 0)^n."""

    memories: Floats
    order: int

    @property
    def log_unit(self) -> float:
        """Log of N^n, the unit of energies."""
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
        return -rectified(overlaps, self.order).sum(axis=1, dtype=np.float64)

    def in_units(self, values: Doubles) -> Doubles:
        """Energies as numbers, N^n times these.

        Raises
        ------
        InvalidInputError
            When one exceeds every float.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            found = values * np.exp(self.log_unit) + 0.0
        energy.refuse_overflow(found, Interaction("rectified", self.order))
        return found

    def differences(self, overlaps: Doubles, spins: Spins, weights: Floats) -> Doubles:
        """D of one site each, (B,), from its spins (B,) and ξ there, (B, K); 0 where rounding
        decides.
        """
        n, sign = self.memories.shape[1], spins.astype(np.float64)
        turned = overlaps - (2 / n) * sign[:, None] * weights
        power = rectified(overlaps, self.order - 1, order=self.order)
        other = rectified(turned, self.order - 1, order=self.order)
        d = sign * (power * overlaps - other * turned).sum(axis=1)
        return np.where(np.abs(d) > self.tie * (power + other).sum(axis=1), d, 0.0)

    def all_differences(self, states: Spins) -> Doubles:
        """D of every site, (B, N), alike."""
        k, n = self.memories.shape
        found = []
        for some in rule.blocks(states, k):
            asked = rule.ask(some.astype(np.float64), self.memories, n, self.order)
            sizes = asked.kept.sum(axis=1)[:, None] + asked.turned.sum(axis=2)
            found.append(np.where(np.abs(asked.votes) > self.tie * sizes, asked.votes, 0.0))
        return np.concatenate(found)

    def changed(self, states: Spins) -> NDArray[np.bool_]:
        """The sites of states (B, N) that want to turn; a D of 0 keeps the spin."""
        return self.all_differences(states) * states < 0


@dataclass(frozen=True)
class TrainedEngine:
    """How a batch of states starts, advances and is measured; see ``models.spins.Engine``."""

    field: Field
    manner: Manner

    def start(self, states: Spins) -> Batch:
        """The states with their overlaps."""
        checks.memory(
            40 * len(states) * len(self.field.memories),
            f"the overlaps of {len(states)} states with {len(self.field.memories)} memories",
            "recall fewer states at a time",
        )
        index = np.arange(len(states), dtype=np.int64)
        return Batch(states, self.field.overlaps(states), index, states.copy())

    def energy(self, batch: Batch) -> Doubles:
        """E of each state, (B,)."""
        return self.field.in_units(self.field.energies(self.field.overlaps(batch.states)))

    def advance(self, batch: Batch, temperature: float, until: int) -> None:
        """Make updates up to ``until``."""
        if self.manner.update == "async":
            self._asynchronous(batch, temperature, until)
        else:
            while (rows := batch.unfinished(until)).size:
                self._step(batch, temperature, rows)
            if temperature == 0:
                self._stop_fixed(batch)

    def _asynchronous(self, batch: Batch, temperature: float, until: int) -> None:
        """Site after site, all rows in step."""
        n, how = batch.states.shape[1], self.manner
        by_site = np.ascontiguousarray(self.field.memories.T)
        while True:
            if temperature == 0:
                self._stop_fixed(batch)
            rows = batch.unfinished(until)
            if not rows.size:
                return
            # All rows that still run have made the same number of updates: they visit in step.
            start = int(batch.updates[rows[0]])
            sweep, first = divmod(start, n)
            last = min(n, first + until - start)
            sweeps = np.full(rows.size, sweep)
            sites = visit_order(how.order, how.key, batch.index[rows], sweeps, n)
            draws = words(how.key, ACCEPT, batch.index[rows], sweeps, n)
            batch.cache[rows] = self.field.overlaps(batch.states[rows])
            for position in range(first, last):
                self._visit(
                    batch, temperature, rows, by_site, sites[:, position], draws[:, position]
                )
            batch.updates[rows] += last - first

    def _visit(
        self,
        batch: Batch,
        temperature: float,
        rows: Rows,
        by_site: Floats,
        sites: NDArray[np.int64],
        draws: NDArray[np.uint64],
    ) -> None:
        """One site of every row; where it flips, the overlaps follow."""
        spins, weights = batch.states[rows, sites], by_site[sites]
        d = self.field.differences(batch.cache[rows], spins, weights)
        new = self._new(temperature, d, spins, draws)
        if self.manner.clamp is not None:
            new = np.where(self.manner.clamp[sites], spins, new)
        changed = new != spins
        flipped = rows[changed]
        batch.states[flipped, sites[changed]] = new[changed]
        twice = 2.0 / batch.states.shape[1] * new[changed, None]
        batch.cache[flipped] += twice * weights[changed]
        batch.flips[flipped] += 1

    def _step(self, batch: Batch, temperature: float, rows: Rows) -> None:
        """All sites of every row at once; rows that repeat themselves stop."""
        n, how = batch.states.shape[1], self.manner
        spins = batch.states[rows]
        draws = words(how.key, ACCEPT, batch.index[rows], batch.updates[rows] // n, n)
        new = self._new(temperature, self.field.all_differences(spins), spins, draws)
        if how.clamp is not None:
            new = np.where(how.clamp, spins, new)
        flips = (new != spins).sum(axis=1)
        moved = np.ones(len(rows), bool)
        if temperature == 0:
            cycle = (flips > 0) & (new == batch.previous[rows]).all(axis=1)
            cycle &= batch.updates[rows] > 0
            batch.stop[rows[cycle]] = CYCLE
            batch.stop[rows[flips == 0]] = FIXED
            moved = flips > 0
        rows, new = rows[moved], new[moved]
        batch.previous[rows] = batch.states[rows]
        batch.states[rows] = new
        batch.updates[rows] += n
        batch.flips[rows] += flips[moved]

    def _stop_fixed(self, batch: Batch) -> None:
        """Mark the rows at a sweep's end in which no site would change, by overlaps made anew."""
        n = batch.states.shape[1]
        rows = np.flatnonzero((batch.stop == RUNNING) & (batch.updates % n == 0))
        if not rows.size:
            return
        spins = batch.states[rows]
        stays = self._new(0.0, self.field.all_differences(spins), spins, None) == spins
        if self.manner.clamp is not None:
            stays |= self.manner.clamp
        batch.stop[rows[stays.all(axis=1)]] = FIXED

    def _new(
        self, temperature: float, d: Doubles, spins: Spins, draws: NDArray[np.uint64] | None
    ) -> Spins:
        """What spins become, all arrays alike."""
        if temperature == 0 or draws is None:
            stay = np.int8(1) if self.manner.ties == "plus" else spins
            return np.where(d > 0, np.int8(1), np.where(d < 0, np.int8(-1), stay))
        log_gain = self.field.log_unit - math.log(min(max(temperature, 1e-250), 1e250))
        gain = math.exp(min(max(log_gain, -700.0), 700.0))
        return np.where(draws < probability_words(d * gain), np.int8(1), np.int8(-1))
