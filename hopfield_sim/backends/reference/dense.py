"""Reference of dense memories: all dynamics in NumPy, vectorised over the states of a batch.

The overlaps are cached: a visit computes one sum over the patterns, a flip changes all overlaps.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.dense_protocol import (
    LARGEST_LOG,
    SMALLEST_LOG,
    DenseHeatBath,
    DenseRule,
    Descent,
    Memories,
)
from hopfield_sim.backends.protocol import Dynamics, StateBatch
from hopfield_sim.backends.reference import walk
from hopfield_sim.backends.reference.pairs import probability_words
from hopfield_sim.support.products import product

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

KAPPA: Final = 2 * math.sinh(1.0) ** 2

_BLOCK = 1 << 23
"""Size of a block of states: products need about 64 MB."""

_AGAIN = 1 << 18
"""Size of a block of sites computed again in integers, which fits the cache."""


class Dense:
    """Reference engine of dense memories; it defines the results."""

    def overlaps(self, memories: Memories, states: NDArray[np.int8]) -> NDArray[np.int64]:
        """Overlaps ξ^μ·s, (B, P), in blocks of patterns; sums of ±1 are exact in float64."""
        out = np.empty((len(states), memories.n_patterns), np.int64)
        spins, step = states.astype(np.float64), max(1, _BLOCK // memories.n_neurons)
        for start in range(0, memories.n_patterns, step):
            block = slice(start, start + step)
            out[:, block] = product(spins, memories.patterns[block].T.astype(np.float64))
        return out

    def start(self, memories: Memories, states: NDArray[np.int8], how: Dynamics) -> StateBatch:
        """Return a batch of states at the start of a recall."""
        return StateBatch.start(states, self.overlaps(memories, states), how.update)

    def advance(
        self, memories: Memories, batch: StateBatch, rule: DenseRule, how: Dynamics, until: int
    ) -> None:
        """Update the states up to the update ``until``, as the engine of pair couplings does."""
        walk.advance(Remembered(self, memories, rule), batch, how, until)


class Remembered(walk.Model):
    """A dense memory as a ``walk.Model``."""

    def __init__(self, backend: Dense, memories: Memories, rule: DenseRule) -> None:
        self.backend, self.memories, self.rule = backend, memories, rule
        self.n_neurons, self.stochastic = memories.n_neurons, isinstance(rule, DenseHeatBath)
        self.rows_at_once = max(1, _BLOCK // max(memories.patterns.shape))

    def look(self, batch: StateBatch, rows: Rows) -> TablesOfRows:
        """These rows with the table entries of their overlaps."""
        return TablesOfRows(self, batch, rows)

    def replaced(self, batch: StateBatch, rows: Rows) -> None:
        """Recompute the overlaps of these rows."""
        batch.cache[rows] = self.backend.overlaps(self.memories, batch.states[rows])


class TablesOfRows:
    """Rows of a batch with the table entries of their overlaps, as a ``walk.Look``."""

    def __init__(self, model: Remembered, batch: StateBatch, rows: Rows) -> None:
        self.memories, self.rule, self.batch, self.rows = model.memories, model.rule, batch, rows
        self.entries = read_tables(model.memories, batch.cache[rows])

    def at(self, sites: Rows, spins: walk.Spins, draws: walk.Draws) -> walk.Spins:
        """New spin of one site of each row, from D = Σ_μ slope(m_μ) ξ_i − s_i Σ_μ bend(m_μ)."""
        d = np.einsum("bp,bp->b", self.entries.slope, self.memories.by_site[sites])
        d = (d - spins * self.entries.bend)[:, None]
        d = decided(self.memories, self.entries, spins[:, None], sites[:, None], d)
        new = new_spins(self.rule, d, self.entries, spins[:, None], draws[:, None])[:, 0]
        return walk.held(self.rule.clamped[sites], spins, new)

    def everywhere(self, spins: walk.Spins, draws: walk.Draws) -> walk.Spins:
        """New spins of all sites, from the same overlaps."""
        d = differences(self.memories, self.entries, spins)
        return walk.held(
            self.rule.clamped, spins, new_spins(self.rule, d, self.entries, spins, draws)
        )

    def follow(self, changed: NDArray[np.bool_], sites: Rows, new: walk.Spins) -> None:
        """Add 2 s_i ξ_i to the overlaps, and look up the tables again."""
        rows, xi = self.rows[changed], self.memories.by_site[sites[changed]]
        self.batch.cache[rows] += 2 * new[changed, None].astype(np.int64) * xi
        for part, fresh in zip(
            self.entries, read_tables(self.memories, self.batch.cache[rows]), strict=True
        ):
            part[changed] = fresh


class Entries(NamedTuple):
    """Table entries of states, with a number for every pattern, (B, P), or for every state, (B,).

    ``place`` is the index into the tables, ``slope`` the slopes there, ``bend`` Σ_μ bend(m_μ),
    ``doubt`` the |D| up to which D is computed again in integers, and ``top`` the largest overlap
    if tables are ``relative``, else 0.
    """

    place: NDArray[np.int64]
    slope: Floats
    bend: Floats
    doubt: Floats
    top: NDArray[np.int64]


def read_tables(memories: Memories, overlaps: NDArray[np.int64]) -> Entries:
    """Look up the tables at the overlaps (B, P)."""
    n = memories.n_neurons
    top = overlaps.max(axis=1) if memories.relative else np.zeros(len(overlaps), np.int64)
    place = overlaps - top[:, None] + (2 * n if memories.relative else n)
    slope, bend = memories.slope[place], memories.bend[place]
    doubt = memories.doubt * (np.abs(slope) + np.abs(bend)).sum(axis=1)
    return Entries(place, slope, bend.sum(axis=1), doubt, top)


def differences(memories: Memories, entries: Entries, spins: NDArray[np.int8]) -> Floats:
    """D_i of all sites, (B, N), in units of the tables; its sign, or D = 0, is exact."""
    out: Floats = spins * -entries.bend[:, None]
    step = max(1, _BLOCK // memories.n_neurons)
    for start in range(0, memories.n_patterns, step):
        block = slice(start, start + step)
        out += product(entries.slope[:, block], memories.patterns[block].astype(np.float64))
    sites = np.broadcast_to(np.arange(memories.n_neurons), spins.shape)
    return decided(memories, entries, spins, sites, out)


def decided(
    memories: Memories,
    entries: Entries,
    spins: NDArray[np.int8],
    sites: NDArray[np.int64],
    d: Floats,
) -> Floats:
    """D of these sites, all arrays (B, K); where rounding may decide its sign, computed again in
    integers from the numbers of patterns that a flip takes from each overlap to another.
    """
    whole = memories.whole
    if whole is None:
        return d
    rows, columns = np.nonzero(np.abs(d) <= entries.doubt[:, None])
    step = max(1, _AGAIN // max(memories.n_patterns, len(whole)))
    for start in range(0, len(rows), step):
        row, column = rows[start : start + step], columns[start : start + step]
        spin = spins[row, column]
        here = entries.place[row] + len(whole) * np.arange(len(row))[:, None]
        there = here - 2 * spin[:, None] * memories.by_site[sites[row, column]]
        size = len(row) * len(whole)
        lost, won = (np.bincount(x.ravel(), minlength=size) for x in (here, there))
        counts = (lost - won).reshape(len(row), -1)
        met = np.flatnonzero(counts.any(axis=0))
        change = counts[:, met].astype(object) @ whole[met]
        d[row, column] = spin * (change / (1 << memories.unit)).astype(np.float64)
    return d


def new_spins(
    rule: DenseRule,
    d: Floats,
    entries: Entries,
    spins: NDArray[np.int8],
    draws: NDArray[np.uint64],
) -> NDArray[np.int8]:
    """New spins of K sites of each state, all arrays (B, K); clamped sites are not kept yet."""
    if isinstance(rule, Descent):
        stay = np.int8(1) if rule.ties_up else spins
        return np.where(d > 0, np.int8(1), np.where(d < 0, np.int8(-1), stay))
    up = draws < probability_words(exponent(rule, d, entries, spins))
    return np.where(up, np.int8(1), np.int8(-1))


def exponent(rule: DenseHeatBath, d: Floats, entries: Entries, spins: NDArray[np.int8]) -> Floats:
    """Return D / T, (B, K), from D in the units of the tables."""
    if rule.logarithmic:
        return logarithmic(d, entries, spins) / rule.temperature
    logs = np.clip(rule.log_gain + entries.top, SMALLEST_LOG, LARGEST_LOG)
    gain = np.where(entries.top == 0, rule.gain, np.exp(logs))
    return d * gain[:, None]


def logarithmic(d: Floats, entries: Entries, spins: NDArray[np.int8]) -> Floats:
    """D of the energy −log Σ e^x, from that of −Σ e^x: −s log(1 − s κ D / Σ bend).

    With q_i the mean of ξ_i weighted by e^m both are functions of q_i: Σ bend is sinh 1 Σ e^m, and
    a flip to −s multiplies Σ e^m by cosh 2 − s q_i sinh 2 = 1 − s κ D / Σ bend.
    """
    inside = np.log1p(-spins * (KAPPA * d / entries.bend[:, None]))
    return -inside * spins
