"""THE reference: every dynamics in NumPy, a formula a function, vectorised over the states of a
batch.

The local fields are cached: a visit reads one number, and only a flip touches a column of W. Where
there is no matrix the overlaps are cached, and a field is a sum over the patterns.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.products import product
from hopfield_sim.backends.protocol import (
    CACHED,
    CYCLE,
    FIXED,
    FRESH,
    RUNNING,
    Batch,
    Couplings,
    Factors,
    HeatBath,
    Limits,
    Matrix,
)
from hopfield_sim.backends.reference.philox import (
    ACCEPT,
    distinct_sites,
    random_spins,
    visit_order,
    words,
)

Rows = NDArray[np.int64]

_BLOCK = 1 << 23
"""Numbers in a block of fields: products stay within some 64 MB of scratch."""

_ROWS = 1024
"""Rows of a matrix made at a time."""


class NumpyBackend:
    """The readable engine. Slower, always there, and right by definition."""

    name = "numpy"
    pattern_load = 0.1

    def cache(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """Fields of a matrix, overlaps of factors."""
        if isinstance(couplings, Factors):
            return whole_product(states, couplings.patterns.T, 1).astype(couplings.cache_type)
        return self.fields(couplings, states)

    def fields(self, couplings: Couplings, states: NDArray[np.int8]) -> NDArray[Any]:
        """W s in the engine's units, in blocks of states."""
        out = np.empty(states.shape, couplings.diagonal.dtype)
        step = max(1, _BLOCK // max(1, couplings.n_neurons))
        for start in range(0, len(states), step):
            out[start : start + step] = self._product(couplings, states[start : start + step])
        return out

    def hebbian(self, factors: Factors) -> NDArray[Any]:
        """ΞᵀΞ, a whole number each, in a type that holds P."""
        xi = factors.patterns
        out = np.empty(2 * (factors.n_neurons,), np.int16 if len(xi) < 2**15 else np.int32)
        for start in range(0, len(out), _ROWS):
            out[start : start + _ROWS] = whole_product(xi[:, start : start + _ROWS].T, xi, 1)
        return out

    def asynchronous(
        self,
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        order: str,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """Site after site, all rows in step."""
        n = couplings.n_neurons
        while True:
            if isinstance(rule, Limits):
                self._stop_fixed(couplings, batch, rule)
            rows = batch.unfinished(until)
            if not rows.size:
                return
            # All rows that still run have made the same number of updates: they visit in step.
            start = int(batch.updates[rows[0]])
            sweep, first = divmod(start, n)
            last = min(n, first + until - start)
            sweeps = np.full(rows.size, sweep)
            sites = visit_order(order, key, batch.index[rows], sweeps, n)
            draws = words(key, ACCEPT, batch.index[rows], sweeps, n)
            for position in range(first, last):
                self._visit(couplings, batch, rule, rows, sites[:, position], draws[:, position])
            batch.updates[rows] += last - first

    def synchronous(
        self,
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """All sites at once, step after step."""
        while (rows := batch.unfinished(until)).size:
            self._step(couplings, batch, rule, rows, key)
        if isinstance(rule, Limits):
            self._stop_fixed(couplings, batch, rule)

    def retrieval(
        self,
        n_neurons: int,
        n_patterns: NDArray[np.int64],
        flipped: NDArray[np.int64],
        n_states: int,
        keys: NDArray[np.uint64],
        max_sweeps: int,
        n_threads: int,
    ) -> NDArray[np.int64]:
        """Network after network, point after point: a batch of cues is made, flows, is compared."""
        out = np.empty((len(keys), len(n_patterns), n_states), np.int64)
        numbers, zero = np.arange(n_states), np.zeros(n_neurons, np.int64)
        plus = Limits(zero - 1, zero)
        for curve, key in zip(out, keys.tolist(), strict=True):
            patterns = random_spins(key, int(n_patterns.max(initial=0)), n_neurons)
            for point, (stored, flips) in enumerate(zip(n_patterns, flipped, strict=True)):
                grown, targets = Factors(patterns[:stored], zero), patterns[numbers % stored]
                cues, states = point * n_states + numbers, targets.copy()
                sites = distinct_sites(key, cues, n_neurons, int(flips))
                states[numbers[:, None], sites] *= -1
                batch = Batch(states, self.cache(grown, states), cues, states.copy())
                self.synchronous(grown, batch, plus, key, max_sweeps * n_neurons, 1)
                curve[point] = np.einsum("bi,bi->b", batch.states, targets, dtype=np.int64)
        return out

    def _visit(
        self,
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        rows: Rows,
        sites: NDArray[np.int64],
        draws: NDArray[np.uint64],
    ) -> None:
        """One site of every row: s_i ← rule(h_i); where it flips, the cache follows by row i of the
        columns.
        """
        spins = batch.states[rows, sites]
        fields = field_at(couplings, batch.cache, rows, sites, spins)
        new = new_spins(rule, couplings, spins, fields, sites, draws)
        changed = new != spins
        rows, sites = rows[changed], sites[changed]
        twice = 2 * new[changed, None].astype(batch.cache.dtype)
        batch.states[rows, sites] = new[changed]
        batch.cache[rows] += twice * couplings.columns[sites]
        batch.flips[rows] += 1
        batch.fresh[rows] = CACHED

    def _step(
        self, couplings: Couplings, batch: Batch, rule: Limits | HeatBath, rows: Rows, key: int
    ) -> None:
        """All sites of every row from the same fields; rows that repeat themselves stop."""
        n = couplings.n_neurons
        spins, sites = batch.states[rows], np.arange(n)
        draws = words(key, ACCEPT, batch.index[rows], batch.updates[rows] // n, n)
        fields = all_fields(couplings, batch.cache[rows], spins)
        new = new_spins(rule, couplings, spins, fields, sites, draws)
        flips = (new != spins).sum(axis=1)
        if isinstance(rule, Limits):
            cycle = (flips > 0) & (new == batch.previous[rows]).all(axis=1)
            cycle &= batch.updates[rows] > 0
            batch.stop[rows[cycle]] = CYCLE
            batch.stop[rows[flips == 0]] = FIXED
        moved = flips > 0 if isinstance(rule, Limits) else np.ones(len(rows), bool)
        rows, new = rows[moved], new[moved]
        batch.previous[rows] = batch.states[rows]
        batch.states[rows] = new
        self._refresh(couplings, batch, rows)
        batch.updates[rows] += n
        batch.flips[rows] += flips[moved]

    def _stop_fixed(self, couplings: Couplings, batch: Batch, limits: Limits) -> None:
        """Mark the rows at a sweep's end in which no site would change, judged by fresh fields."""
        n = couplings.n_neurons
        rows = np.flatnonzero((batch.stop == RUNNING) & (batch.updates % n == 0))
        if not rows.size:
            return
        rows = rows[is_fixed(limits, couplings, batch.states[rows], batch.cache[rows])]
        if not couplings.exact:
            self._refresh(couplings, batch, rows[batch.fresh[rows] != FRESH])
            rows = rows[is_fixed(limits, couplings, batch.states[rows], batch.cache[rows])]
        batch.stop[rows] = FIXED

    def _refresh(self, couplings: Couplings, batch: Batch, rows: Rows) -> None:
        """Compute the caches of these rows anew."""
        batch.cache[rows] = self.cache(couplings, batch.states[rows])
        batch.fresh[rows] = FRESH

    def _product(self, couplings: Couplings, states: NDArray[np.int8]) -> NDArray[Any]:
        """S Wᵀ; for Hebbian couplings (S Ξᵀ) Ξ when that is less work."""
        if isinstance(couplings, Factors):
            return all_fields(couplings, self.cache(couplings, states), states)
        factors = couplings.factors
        if factors is None:
            return product(states.astype(couplings.columns.dtype), couplings.columns)
        if 2 * len(factors.patterns) < couplings.n_neurons:
            return self._product(factors, states)
        return whole_product(states, couplings.columns, len(factors.patterns))


def whole_product(left: NDArray[Any], right: NDArray[Any], largest: int) -> NDArray[np.floating]:
    """The product of ±1 and whole numbers up to ``largest`` in size: exact, in any order.

    BLAS knows no integers, so they become floats that hold every sum, a block of ``right`` at a
    time.
    """
    exact = np.float32 if right.shape[0] * largest < 2**24 else np.float64
    out = np.empty((len(left), right.shape[1]), exact)
    whole, step = left.astype(exact), max(1, _BLOCK // max(1, right.shape[0]))
    for start in range(0, right.shape[1], step):
        out[:, start : start + step] = product(whole, right[:, start : start + step].astype(exact))
    return out


def all_fields(couplings: Couplings, cache: NDArray[Any], states: NDArray[np.int8]) -> NDArray[Any]:
    """Every local field, (B, N): those cached, or Σ_μ ξ^μ m_μ."""
    if isinstance(couplings, Matrix):
        return cache
    sums = whole_product(cache, couplings.patterns, couplings.n_neurons)
    return sums.astype(couplings.diagonal.dtype) - couplings.own * states


def field_at(
    couplings: Couplings,
    cache: NDArray[Any],
    rows: Rows,
    sites: NDArray[np.int64],
    spins: NDArray[np.int8],
) -> NDArray[Any]:
    """The local field of one site of each row."""
    if isinstance(couplings, Matrix):
        return cache[rows, sites]
    xi = couplings.columns[sites].astype(couplings.diagonal.dtype)
    return np.einsum("bp,bp->b", xi, cache[rows]) - couplings.own * spins


def new_spins(
    rule: Limits | HeatBath,
    couplings: Couplings,
    spins: NDArray[np.int8],
    fields: NDArray[Any],
    sites: NDArray[np.int64],
    draws: NDArray[np.uint64],
) -> NDArray[np.int8]:
    """What the spins of the given sites become; shapes as ``spins``, sites along the last axis."""
    if isinstance(rule, Limits):
        up, down = fields > rule.above[sites], fields < rule.below[sites]
        return np.where(up, np.int8(1), np.where(down, np.int8(-1), spins))
    x = fields - couplings.diagonal[sites] * spins - rule.offset[sites]
    up = draws < acceptance(rule, x, sites)
    return np.where(rule.clamped[sites] != 0, spins, np.where(up, np.int8(1), np.int8(-1)))


def acceptance(rule: HeatBath, x: NDArray[Any], sites: NDArray[np.int64]) -> NDArray[np.uint64]:
    """2³² times the probability of +1."""
    if rule.table is not None:
        half = len(rule.table) // 2
        return rule.table[np.clip(x, -half, half) + half]
    return probability_words(rule.gain * (x - rule.fraction[sites]))


def probability_words(y: NDArray[np.floating]) -> NDArray[np.uint64]:
    """How many of the 2³² words mean +1: 2³² / (1 + e^(−y)), rounded."""
    return np.floor(2.0**32 / (1.0 + np.exp(-np.clip(y, -700.0, 700.0))) + 0.5).astype(np.uint64)


BOUNDS_REACH = 24.0
"""Beyond this y the probability, rounded to 32 bits, is within a word of 0 or 1."""
BOUNDS_STEPS = 64.0
"""Steps of y, a unit, for which there are bounds."""


@cache
def probability_bounds() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The least and the most that ``probability_words`` can be in each step of y, with two words
    to spare for another machine's exponential.
    """
    edges = np.arange(-BOUNDS_REACH, BOUNDS_REACH + 2 / BOUNDS_STEPS, 1 / BOUNDS_STEPS)
    words = probability_words(edges)
    least, most = words[:-1] - np.minimum(words[:-1], 2), words[1:] + 2
    least[0], most[-1] = 0, 2**32
    return least, most


def is_fixed(
    limits: Limits, couplings: Couplings, states: NDArray[np.int8], cache: NDArray[Any]
) -> NDArray[np.bool_]:
    """Would no site change? (B,)."""
    fields = all_fields(couplings, cache, states)
    leaves_down = (fields > limits.above) & (states < 0)
    leaves_up = (fields < limits.below) & (states > 0)
    fixed: NDArray[np.bool_] = np.logical_not((leaves_down | leaves_up).any(axis=1))
    return fixed
