"""THE reference of dense memories: every dynamics in NumPy, vectorised over the states of a batch.

The overlaps are cached: a visit is one sum over the patterns, and a flip touches every overlap.
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
    Descent,
    Memories,
)
from hopfield_sim.backends.products import product
from hopfield_sim.backends.protocol import CYCLE, FIXED, RUNNING, Batch
from hopfield_sim.backends.reference.pairs import probability_words
from hopfield_sim.backends.reference.philox import ACCEPT, visit_order, words

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

KAPPA: Final = 2 * math.sinh(1.0) ** 2

_NO_DRAWS = np.zeros((1, 1), np.uint64)

_BLOCK = 1 << 23
"""Numbers in a block of states: products stay within some 64 MB of scratch."""

_AGAIN = 1 << 18
"""Numbers in a block of sites in doubt: these stay in a cache."""


class Dense:
    """The readable engine. Slower, always there, and right by definition."""

    def overlaps(self, memories: Memories, states: NDArray[np.int8]) -> NDArray[np.int64]:
        """ξ^μ·s, a block of patterns at a time: sums of ±1 are exact in float64."""
        out = np.empty((len(states), memories.n_patterns), np.int64)
        spins, step = states.astype(np.float64), max(1, _BLOCK // memories.n_neurons)
        for start in range(0, memories.n_patterns, step):
            block = slice(start, start + step)
            out[:, block] = product(spins, memories.patterns[block].T.astype(np.float64))
        return out

    def asynchronous(
        self,
        memories: Memories,
        batch: Batch,
        rule: Descent | DenseHeatBath,
        order: str,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """Site after site, all rows in step."""
        n = memories.n_neurons
        while True:
            if isinstance(rule, Descent):
                stop_fixed(memories, batch, rule)
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
            felt = feel(memories, batch.cache[rows])
            for position in range(first, last):
                _visit(memories, batch, rule, rows, felt, sites[:, position], draws[:, position])
            batch.updates[rows] += last - first

    def synchronous(
        self,
        memories: Memories,
        batch: Batch,
        rule: Descent | DenseHeatBath,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """All sites at once, step after step."""
        while (rows := batch.unfinished(until)).size:
            step = max(1, _BLOCK // max(memories.patterns.shape))
            for start in range(0, len(rows), step):
                self._step(memories, batch, rule, rows[start : start + step], key)
        if isinstance(rule, Descent):
            stop_fixed(memories, batch, rule)

    def _step(
        self,
        memories: Memories,
        batch: Batch,
        rule: Descent | DenseHeatBath,
        rows: Rows,
        key: int,
    ) -> None:
        """All sites of every row from the same overlaps; rows that repeat themselves stop."""
        n = memories.n_neurons
        spins = batch.states[rows]
        felt = feel(memories, batch.cache[rows])
        draws = words(key, ACCEPT, batch.index[rows], batch.updates[rows] // n, n)
        new = new_spins(rule, differences(memories, felt, spins), felt, spins, draws)
        new = np.where(rule.clamped != 0, spins, new)
        flips = (new != spins).sum(axis=1)
        moved = np.ones(len(rows), bool)
        if isinstance(rule, Descent):
            cycle = (flips > 0) & (new == batch.previous[rows]).all(axis=1)
            cycle &= batch.updates[rows] > 0
            batch.stop[rows[cycle]] = CYCLE
            batch.stop[rows[flips == 0]] = FIXED
            moved = flips > 0
        rows, new = rows[moved], new[moved]
        batch.previous[rows] = batch.states[rows]
        batch.states[rows] = new
        batch.cache[rows] = self.overlaps(memories, new)
        batch.updates[rows] += n
        batch.flips[rows] += flips[moved]


class Felt(NamedTuple):
    """What the tables say of states: a number for every pattern, (B, P), and one each, (B,).

    ``place`` is where the tables are read, ``bend`` Σ_μ bend(m_μ), ``doubt`` the |D| up to which it
    is taken again, ``top`` the overlap from which ``relative`` tables count, else 0.
    """

    place: NDArray[np.int64]
    slope: Floats
    bend: Floats
    doubt: Floats
    top: NDArray[np.int64]


def stop_fixed(memories: Memories, batch: Batch, rule: Descent) -> None:
    """Mark the rows at a sweep's end in which no site would change."""
    n = memories.n_neurons
    rows = np.flatnonzero((batch.stop == RUNNING) & (batch.updates % n == 0))
    step = max(1, _BLOCK // max(memories.patterns.shape))
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        spins, felt = batch.states[some], feel(memories, batch.cache[some])
        new = new_spins(rule, differences(memories, felt, spins), felt, spins, _NO_DRAWS)
        batch.stop[some[((new == spins) | (rule.clamped != 0)).all(axis=1)]] = FIXED


def _visit(
    memories: Memories,
    batch: Batch,
    rule: Descent | DenseHeatBath,
    rows: Rows,
    felt: Felt,
    sites: NDArray[np.int64],
    draws: NDArray[np.uint64],
) -> None:
    """One site of every row; where it flips, m ← m + 2 s_i ξ_i, and the tables are read again."""
    xi, spins = memories.by_site[sites], batch.states[rows, sites]
    d = np.einsum("bp,bp->b", felt.slope, xi) - spins * felt.bend
    d = decided(memories, felt, spins[:, None], sites[:, None], d[:, None])
    new = new_spins(rule, d, felt, spins[:, None], draws[:, None])[:, 0]
    changed = (new != spins) & (rule.clamped[sites] == 0)
    if changed.any():
        flipped = rows[changed]
        batch.states[flipped, sites[changed]] = new[changed]
        batch.cache[flipped] += 2 * new[changed, None].astype(np.int64) * xi[changed]
        batch.flips[flipped] += 1
        for part, fresh in zip(felt, feel(memories, batch.cache[flipped]), strict=True):
            part[changed] = fresh


def feel(memories: Memories, overlaps: NDArray[np.int64]) -> Felt:
    """Read the tables at the overlaps (B, P)."""
    n = memories.n_neurons
    top = overlaps.max(axis=1) if memories.relative else np.zeros(len(overlaps), np.int64)
    place = overlaps - top[:, None] + (2 * n if memories.relative else n)
    slope, bend = memories.slope[place], memories.bend[place]
    doubt = memories.doubt * (np.abs(slope) + np.abs(bend)).sum(axis=1)
    return Felt(place, slope, bend.sum(axis=1), doubt, top)


def differences(memories: Memories, felt: Felt, spins: NDArray[np.int8]) -> Floats:
    """D_i of all sites, (B, N), in the tables' units; 0 and the sign are exact."""
    out: Floats = spins * -felt.bend[:, None]
    step = max(1, _BLOCK // memories.n_neurons)
    for start in range(0, memories.n_patterns, step):
        block = slice(start, start + step)
        out += product(felt.slope[:, block], memories.patterns[block].astype(np.float64))
    sites = np.broadcast_to(np.arange(memories.n_neurons), spins.shape)
    return decided(memories, felt, spins, sites, out)


def decided(
    memories: Memories,
    felt: Felt,
    spins: NDArray[np.int8],
    sites: NDArray[np.int64],
    d: Floats,
) -> Floats:
    """D of these sites, all arrays (B, K); where its sign is in doubt, from whole numbers and how
    many patterns a flip takes from each overlap.
    """
    whole = memories.whole
    if whole is None:
        return d
    rows, columns = np.nonzero(np.abs(d) <= felt.doubt[:, None])
    step = max(1, _AGAIN // max(memories.n_patterns, len(whole)))
    for start in range(0, len(rows), step):
        row, column = rows[start : start + step], columns[start : start + step]
        spin = spins[row, column]
        here = felt.place[row] + len(whole) * np.arange(len(row))[:, None]
        there = here - 2 * spin[:, None] * memories.by_site[sites[row, column]]
        size = len(row) * len(whole)
        lost, won = (np.bincount(x.ravel(), minlength=size) for x in (here, there))
        counts = (lost - won).reshape(len(row), -1)
        met = np.flatnonzero(counts.any(axis=0))
        change = counts[:, met].astype(object) @ whole[met]
        d[row, column] = spin * (change / (1 << memories.unit)).astype(np.float64)
    return d


def new_spins(
    rule: Descent | DenseHeatBath,
    d: Floats,
    felt: Felt,
    spins: NDArray[np.int8],
    draws: NDArray[np.uint64],
) -> NDArray[np.int8]:
    """What spins become, all arrays (B, K): K sites of each state; clamped ones not held yet."""
    if isinstance(rule, Descent):
        stay = np.int8(1) if rule.ties_up else spins
        return np.where(d > 0, np.int8(1), np.where(d < 0, np.int8(-1), stay))
    up = draws < probability_words(exponent(rule, d, felt, spins))
    return np.where(up, np.int8(1), np.int8(-1))


def exponent(rule: DenseHeatBath, d: Floats, felt: Felt, spins: NDArray[np.int8]) -> Floats:
    """D / T, from D in the tables' units, (B, K)."""
    if rule.logarithmic:
        return logarithmic(d, felt, spins) / rule.temperature
    logs = np.clip(rule.log_gain + felt.top, SMALLEST_LOG, LARGEST_LOG)
    gain = np.where(felt.top == 0, rule.gain, np.exp(logs))
    return d * gain[:, None]


def logarithmic(d: Floats, felt: Felt, spins: NDArray[np.int8]) -> Floats:
    """D of the energy −log Σ e^x, from that of −Σ e^x: −s log(1 − s κ D / Σ bend).

    With q_i the mean of ξ_i weighted by e^m both are functions of q_i: Σ bend is sinh 1 Σ e^m, and
    a flip to −s multiplies Σ e^m by cosh 2 − s q_i sinh 2 = 1 − s κ D / Σ bend.
    """
    inside = np.log1p(-spins * (KAPPA * d / felt.bend[:, None]))
    return -inside * spins
