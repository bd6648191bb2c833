"""Reference of networks with pair couplings: all dynamics in NumPy, vectorised over the states of a
batch.

With a weight matrix the local fields are cached: a visit reads one number, and a flip adds a column
of W, of sparse couplings the entries of a column. Without one the overlaps are cached, and a field
is a sum over the patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import (
    CACHED,
    FRESH,
    Couplings,
    Dynamics,
    Factors,
    HeatBath,
    Limits,
    Rule,
    Sparse,
    StateBatch,
    Winners,
)
from hopfield_sim.backends.reference import walk
from hopfield_sim.backends.reference.philox import distinct_sites, random_spins
from hopfield_sim.checks import places
from hopfield_sim.support.compressed import rows_of
from hopfield_sim.support.products import product

Rows = NDArray[np.int64]

_BLOCK = 1 << 23
"""Size of a block of fields: products need about 64 MB."""

_ROWS = 1024
"""Number of rows of a matrix computed at a time."""


class Pairs:
    """Reference engine of networks with pair couplings; walks change a batch in place.

    Attributes
    ----------
    pattern_load : float
        Load P/N up to which a walk by patterns is faster than one by a matrix beyond the cache.
    pattern_flips : float
        Flips of a sweep, a stored pattern, from which it is faster at a temperature: each reads a
        row of the matrix. At N = 10 000 and P = 1600 a sweep at T = 1.2 takes 7 ms by the matrix
        and 0.9 ms by the patterns.
    """

    pattern_load = 0.1
    pattern_flips = 1 / 7

    def start(self, couplings: Couplings, states: NDArray[np.int8], how: Dynamics) -> StateBatch:
        """Return a batch of states at the start of a recall."""
        cache = self.cache(couplings, states, how.n_threads)
        return StateBatch.start(states, cache, how.update)

    def cache(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """Return the caches: overlaps of factors, else fields."""
        if isinstance(couplings, Factors):
            patterns = places.beside(couplings.patterns, states)
            return whole_product(states, patterns.T, 1).astype(couplings.cache_type)
        return self.fields(couplings, states, n_threads)

    def fields(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """Return W s in the engine's units."""
        out = np.empty(states.shape, couplings.diagonal.dtype)
        step = max(1, _BLOCK // max(1, couplings.n_neurons))
        for start in range(0, len(states), step):
            out[start : start + step] = self._product(couplings, states[start : start + step])
        return out

    def hebbian(self, factors: Factors) -> NDArray[Any]:
        """Return ΞᵀΞ as integers in a dtype that holds P."""
        xi = factors.patterns
        out = np.empty(2 * (factors.n_neurons,), np.int16 if len(xi) < 2**15 else np.int32)
        for start in range(0, len(out), _ROWS):
            out[start : start + _ROWS] = whole_product(xi[:, start : start + _ROWS].T, xi, 1)
        return out

    def by_arrays(self, code: Callable[..., tuple[Any, ...]], *arrays: Any) -> tuple[Any, ...]:
        """Return what array code makes of NumPy's arrays, which it may change."""
        return code(*arrays)

    def kept(
        self, factors: Factors, starts: NDArray[np.int64], targets: NDArray[np.int32]
    ) -> NDArray[Any]:
        """Return the entries of ΞᵀΞ in these compressed columns, Σ_μ ξ_i ξ_j for each pair, as
        integers in a dtype that holds P.
        """
        xi, sites = factors.patterns, rows_of(starts)
        out: NDArray[Any] = np.zeros(len(targets), np.int16 if len(xi) < 2**15 else np.int32)
        for start in range(0, len(out), _BLOCK):
            some = slice(start, start + _BLOCK)
            for pattern in xi:
                out[some] += pattern[sites[some]] * pattern[targets[some]]
        return out

    def advance(
        self, couplings: Couplings, batch: StateBatch, rule: Rule, how: Dynamics, until: int
    ) -> None:
        """Update the states up to the update ``until``, N updates a sweep; at zero temperature
        stop at a fixed point or, if all sites are updated at once, at a 2-cycle.
        """
        walk.advance(Quadratic(self, couplings, rule), batch, how, until)

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
        """Return the overlaps of retrieved cues in K growing Hebbian networks.

        The key of a network determines its random patterns and flips. At point l
        of L it holds the first ``n_patterns[l]`` patterns, without self couplings. Its cue s of S
        there is pattern s mod ``n_patterns[l]`` (Hebb's rule has no order: any will do) with
        ``flipped[l]`` distinct sites flipped, a choice of (key, l·S + s). It is updated at
        zero temperature, all sites at once, a field of 0 giving +1. The result, (K, L, S), is the
        overlap N·m of each final state with its pattern.
        """
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
                batch = StateBatch(states, self.cache(grown, states), cues, states.copy())
                how = Dynamics("sync", "sequential", key, 1)
                self.advance(grown, batch, plus, how, max_sweeps * n_neurons)
                curve[point] = np.einsum("bi,bi->b", batch.states, targets, dtype=np.int64)
        return out

    def settled(
        self,
        networks: Sequence[tuple[Couplings, Limits]],
        states: NDArray[np.int8],
        max_sweeps: int,
    ) -> NDArray[np.int8]:
        """Return the final states, (K, B, N), of B states in each of K networks, updated at zero
        temperature, all sites at once.
        """
        out, how = np.empty_like(states), Dynamics("sync", "sequential", 0, 1)
        for (couplings, rule), some, end in zip(networks, states, out, strict=True):
            batch = self.start(couplings, some.copy(), how)
            self.advance(couplings, batch, rule, how, max_sweeps * couplings.n_neurons)
            end[...] = batch.ended().states
        return out

    def _refresh(self, couplings: Couplings, batch: StateBatch, rows: Rows) -> None:
        """Compute the caches of these rows anew."""
        batch.cache[rows] = self.cache(couplings, batch.states[rows])
        batch.fresh[rows] = FRESH

    def _product(self, couplings: Couplings, states: NDArray[np.int8]) -> NDArray[Any]:
        """S Wᵀ; for Hebbian couplings (S Ξᵀ) Ξ when that is less work."""
        if isinstance(couplings, Factors):
            return all_fields(couplings, self.cache(couplings, states), states)
        if isinstance(couplings, Sparse):
            return sparse_fields(couplings, states)
        factors, outer = couplings.factors, couplings.outer
        if outer is not None:
            left, right = outer
            return whole_product(whole_product(states, right.T, 1), left, couplings.n_neurons)
        if factors is None and couplings.exact:
            largest = couplings.reach // couplings.n_neurons + 1  # no sum exceeds the reach
            return whole_product(states, couplings.columns, largest)
        if factors is None:
            return product(states.astype(couplings.columns.dtype), couplings.columns)
        if 2 * len(factors.patterns) < couplings.n_neurons:
            return self._product(factors, states)
        return whole_product(states, couplings.columns, len(factors.patterns))


class Quadratic(walk.Model):
    """A network with pair couplings, as a ``walk.Model``."""

    def __init__(self, backend: Pairs, couplings: Couplings, rule: Rule) -> None:
        self.backend, self.couplings, self.rule = backend, couplings, rule
        self.n_neurons, self.stochastic = couplings.n_neurons, isinstance(rule, HeatBath)
        self.rows_at_once = max(1, _BLOCK // couplings.n_neurons)

    def look(self, batch: StateBatch, rows: Rows) -> FieldsOfRows:
        """These rows with their local fields."""
        return FieldsOfRows(self, batch, rows)

    def resting(self, batch: StateBatch, rows: Rows) -> NDArray[np.bool_]:
        """Rows at rest by their caches; inexact caches are recomputed to confirm it."""
        resting = super().resting(batch, rows)
        if not self.couplings.exact:
            some = np.flatnonzero(resting)
            self.replaced(batch, rows[some][batch.fresh[rows[some]] != FRESH])
            resting[some] = super().resting(batch, rows[some])
        return resting

    def replaced(self, batch: StateBatch, rows: Rows) -> None:
        """Compute the caches of these rows anew."""
        self.backend._refresh(self.couplings, batch, rows)


class FieldsOfRows:
    """Rows of a batch with their local fields h, as a ``walk.Look``."""

    def __init__(self, model: Quadratic, batch: StateBatch, rows: Rows) -> None:
        self.couplings, self.rule, self.batch, self.rows = model.couplings, model.rule, batch, rows

    def at(self, sites: Rows, spins: walk.Spins, draws: walk.Draws) -> walk.Spins:
        """s_i ← rule(h_i)."""
        fields = field_at(self.couplings, self.batch.cache, self.rows, sites, spins)
        return new_spins(self.rule, self.couplings, spins, fields, sites, draws)

    def everywhere(self, spins: walk.Spins, draws: walk.Draws) -> walk.Spins:
        """s ← rule(h)."""
        fields = all_fields(self.couplings, self.batch.cache[self.rows], spins)
        sites = np.arange(self.couplings.n_neurons)
        return new_spins(self.rule, self.couplings, spins, fields, sites, draws)

    def follow(self, changed: NDArray[np.bool_], sites: Rows, new: walk.Spins) -> None:
        """The cache changes by row i of the columns."""
        batch, rows, couplings = self.batch, self.rows[changed], self.couplings
        twice = 2 * new[changed, None].astype(batch.cache.dtype)
        if isinstance(couplings, Sparse):
            for row, factor, site in zip(rows, twice, sites[changed], strict=True):
                column = slice(*couplings.starts[site : site + 2])
                batch.cache[row, couplings.targets[column]] += factor * couplings.values[column]
        else:
            batch.cache[rows] += twice * couplings.columns[sites[changed]]
        batch.fresh[rows] = CACHED


def whole_product(left: NDArray[Any], right: NDArray[Any], largest: int) -> NDArray[np.floating]:
    """Return the exact product of ±1 and integers of at most ``largest`` in absolute value.

    BLAS knows no integers, so they become floats that hold every sum, a block of ``right`` at a
    time.
    """
    exact = np.float32 if right.shape[0] * largest < 2**24 else np.float64
    out = places.module_of(left).empty((len(left), right.shape[1]), exact)
    whole, step = left.astype(exact), max(1, _BLOCK // max(1, right.shape[0]))
    for start in range(0, right.shape[1], step):
        out[:, start : start + step] = product(whole, right[:, start : start + step].astype(exact))
    return out


def sparse_fields(couplings: Sparse, states: NDArray[np.int8]) -> NDArray[Any]:
    """Return Σ_i W_ji s_i, (B, N), the terms of each sum in the order of i."""
    sites = rows_of(couplings.starts)
    out = np.zeros(states.shape, couplings.diagonal.dtype)
    for fields, spins in zip(out, states, strict=True):
        np.add.at(fields, couplings.targets, spins[sites].astype(out.dtype) * couplings.values)
    return out


def all_fields(couplings: Couplings, cache: NDArray[Any], states: NDArray[np.int8]) -> NDArray[Any]:
    """Return all local fields, (B, N): cached ones, or Σ_μ ξ^μ m_μ."""
    if not isinstance(couplings, Factors):
        return cache
    patterns = places.beside(couplings.patterns, states)
    sums = whole_product(cache, patterns, couplings.n_neurons)
    return sums.astype(couplings.diagonal.dtype) - couplings.own * states


def field_at(
    couplings: Couplings,
    cache: NDArray[Any],
    rows: Rows,
    sites: NDArray[np.int64],
    spins: NDArray[np.int8],
) -> NDArray[Any]:
    """Return the local field of one site of each row."""
    if not isinstance(couplings, Factors):
        return cache[rows, sites]
    xi = couplings.columns[sites].astype(couplings.diagonal.dtype)
    return np.einsum("bp,bp->b", xi, cache[rows]) - couplings.own * spins


def new_spins(
    rule: Rule,
    couplings: Couplings,
    spins: NDArray[np.int8],
    fields: NDArray[Any],
    sites: NDArray[np.int64],
    draws: NDArray[np.uint64],
) -> NDArray[np.int8]:
    """Return the new spins of ``sites``; shapes as ``spins``, sites along the last axis."""
    if isinstance(rule, Limits):
        up, down = fields > rule.above[sites], fields < rule.below[sites]
        return np.where(up, np.int8(1), np.where(down, np.int8(-1), spins))
    if isinstance(rule, Winners):
        return winners(rule, fields, spins)
    x = fields - couplings.diagonal[sites] * spins - rule.offset[sites]
    up = draws < acceptance(rule, x, sites)
    return np.where(rule.clamped[sites] != 0, spins, np.where(up, np.int8(1), np.int8(-1)))


def winners(rule: Winners, fields: NDArray[Any], spins: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the new spins of all sites, (b, N)."""
    # Clamped sites come first or last, as they are.
    h = np.where(rule.clamped, np.inf * spins, fields - rule.thresholds)
    least = np.partition(h, -rule.active, axis=1)[:, -rule.active, None]
    up = h > least
    for spin in (1, -1):
        equal = (h == least) & (spins == spin)
        up |= equal & (equal.cumsum(axis=1) <= rule.active - up.sum(axis=1, keepdims=True))
    return np.where(rule.clamped, spins, np.where(up, np.int8(1), np.int8(-1)))


def acceptance(rule: HeatBath, x: NDArray[Any], sites: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return 2³² times the probability of +1."""
    if rule.table is not None:
        half = len(rule.table) // 2
        return rule.table[np.clip(x, -half, half) + half]
    with np.errstate(over="ignore"):  # beyond all numbers it is as certain as at the largest one
        y = rule.gain * (x - rule.fraction[sites])
    return probability_words(y)


def probability_words(y: NDArray[np.floating]) -> NDArray[np.uint64]:
    """Return the number of the 2³² words that give +1: 2³² / (1 + e^(−y)), rounded."""
    xp = places.module_of(y)
    parts = xp.floor(2.0**32 / (1.0 + xp.exp(-xp.clip(y, -700.0, 700.0))) + 0.5)
    found: NDArray[np.uint64] = parts.astype(np.uint64)
    return found


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
