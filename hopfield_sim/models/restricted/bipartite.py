"""A bipartite network: N visible units of ±1, m graded hidden units, and one W (N, m) both ways.

Recall lowers E(x, h) = −xᵀWh + Σ∫artanh(x_i) + Σ∫artanh(h_j) in one half and then in the other:
h = tanh(xW) is where E is lowest for a given x, and x = sign(Wh) where it is lowest for that h. So
E(x) = min_h E(x, h) = N ln 2 − Σ_j ln cosh((xW)_j) never rises, falls whenever a spin turns, and no
state comes back: every recall ends in a fixed point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import FIXED, StateBatch
from hopfield_sim.checks.places import beside, module_of
from hopfield_sim.models.restricted import energy
from hopfield_sim.support.products import product

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]


def inputs(weights: Floats, states: Spins) -> Floats:
    """Fields of the hidden units, a = x W, (B, m)."""
    return product(states.astype(np.float64), beside(weights, states))


def fields(weights: Floats, states: Spins) -> Floats:
    """Fields of the visible units, tanh(x W) Wᵀ, (B, N); exactly 0 if zero up to rounding.

    Sums in another order differ by about eps · m · max|w| · (1 + N · max|w|): a field within four
    times this is a tie.
    """
    largest = float(np.abs(weights).max())
    n, m = weights.shape
    width = 4 * np.finfo(np.float64).eps * m * largest * (1 + n * largest)
    h = product(module_of(states).tanh(inputs(weights, states)), beside(weights, states).T)
    h[abs(h) <= width] = 0.0
    return h


def signs(values: Floats, states: Spins) -> Spins:
    """The sign of each value; a 0 keeps the spin."""
    xp = module_of(values)
    new: Spins = xp.where(values > 0, np.int8(1), xp.where(values < 0, np.int8(-1), states))
    return new


def evaluate(weights: Floats, patterns: Spins) -> dict[str, Any]:
    """Errors, cost and energy of patterns (P, N).

    ``errors`` counts the bits that one step of recall changes, ``cost`` is the mean of (f(x) − x)²
    over all bits, ``energy`` the mean of E over the patterns.
    """
    visible = fields(weights, patterns)
    energies = energy.at_rest(inputs(weights, patterns), patterns.shape[1])
    return {
        "errors": int((signs(visible, patterns) != patterns).sum()),
        "cost": float(np.square(np.tanh(visible) - patterns).mean()),
        "energy": float(energies.mean()),
    }


@dataclass
class BipartiteEngine:
    """Engine of restricted networks; see ``recall.spins.Engine``.

    u ← g·f(x) + (1−g)·u, x ← sign(u), with f(x) = tanh(tanh(xW) Wᵀ) and u = x at the start. What is
    carried, u, agrees with x in sign, so a spin with which f agrees stays for ever: fixed points do
    not depend on g, and those that turn do so towards f, down in energy.

    The batch's cache holds ``fields``; rows that rest are not computed any more.
    """

    weights: Floats
    gate: float
    clamp: NDArray[np.bool_] | None

    def start(self, states: Spins) -> StateBatch:
        """The states with their fields."""
        self.carried = states.astype(np.float64) if self.gate < 1 else None
        index = np.arange(len(states), dtype=np.int64)
        return StateBatch(states, fields(self.weights, states), index, states.copy())

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Make steps of N updates up to ``until``; mark fixed points."""
        self._rest(batch)
        while (rows := batch.unfinished(until)).size:
            self._step(batch, rows)
            self._rest(batch)

    def energy(self, batch: StateBatch) -> Floats:
        """E of each state, (B,)."""
        return energy.at_rest(inputs(self.weights, batch.states), self.weights.shape[0])

    def _step(self, batch: StateBatch, rows: NDArray[np.int64]) -> None:
        """Update all sites of these rows simultaneously."""
        before, values = batch.states[rows], batch.cache[rows]
        if self.carried is not None:
            f = module_of(values).tanh(values)
            values = self.gate * f + (1 - self.gate) * self.carried[rows]
            self.carried[rows] = values
        after = signs(values, before)
        after = self._held(rows, before, after)
        changed = after != before
        batch.states[rows] = after
        batch.updates[rows] += after.shape[1]
        batch.flips[rows] += changed.sum(axis=1)
        moved = changed.any(axis=1)  # a small gate may turn no spin for some steps
        batch.cache[rows[moved]] = fields(self.weights, after[moved])

    def _rest(self, batch: StateBatch) -> None:
        """Mark the states in which no unclamped site would flip."""
        rows = module_of(batch.stop).flatnonzero(batch.stop != FIXED)
        if self.gate > 0:
            states = batch.states[rows]
            after = self._held(rows, states, signs(batch.cache[rows], states))
            rows = rows[(after == states).all(axis=1)]
        batch.stop[rows] = FIXED

    def _held(self, rows: NDArray[np.int64], before: Spins, after: Spins) -> Spins:
        """``after`` with the old spins of clamped sites."""
        if self.clamp is None:
            return after
        clamp = beside(self.clamp, before)
        new: Spins = module_of(before).where(
            clamp if clamp.ndim == 1 else clamp[rows], before, after
        )
        return new
