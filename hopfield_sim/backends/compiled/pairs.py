"""Compiled engine of pair couplings: walks of the reference as kernels, a batch split over threads.

The split does not change results: rows share no memory that is written, and randomness depends only
on the index of a state in the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import (
    INT32_SAFE,
    RUNNING,
    STALE,
    Couplings,
    Dynamics,
    Factors,
    Limits,
    Matrix,
    Rule,
    Sparse,
    StateBatch,
)
from hopfield_sim.backends.reference.pairs import Pairs
from hopfield_sim.backends.reference.philox import ORDERS
from hopfield_sim.backends.workers import Rows, Work, parts_for, share

_BUDGET: Final = 20_000_000
"""Visits of one kernel call, about 50 ms: the delay of a Ctrl-C."""

_SHARE: Final = 200_000
"""Smallest number of visits for another thread."""

_SMALL: Final = 64
"""Neurons up to which states of several networks of real weights are settled one by one, and not by
products of matrices: there such a call takes less than the products' own overhead."""

_MOST_BITS: Final = 2
"""Load P/N up to which fields from overlaps are faster than a matrix product."""


class CompiledPairs(Pairs):
    """Bit-identical to the reference for integer couplings, and much faster."""

    def __init__(self, kernels: Mapping[str, ModuleType]) -> None:
        self._kernels, self._network = kernels, kernels["network"].Network

    def cache(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """Compute overlaps by bit counts, fields of sparse weights entry by entry, and others as
        below.
        """
        if isinstance(couplings, Matrix) or couplings.wide:
            return super().cache(couplings, states, n_threads)
        network, kernel = self._network(couplings), self._kernels["overlaps"].overlaps
        out = np.empty((len(states), couplings.width), couplings.cache_type)

        def fill(rows: Rows) -> None:
            some = slice(rows[0], rows[-1] + 1)
            kernel(network, states[some], out[some].view(np.uint8))

        if isinstance(couplings, Sparse):
            work = len(couplings.values)
        else:
            work = couplings.patterns.size // 16
        _in_threads(fill, np.arange(len(states)), work, n_threads)
        return out

    def fields(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """Compute exact fields from overlaps, those of sparse weights as above, others by matrix
        products.
        """
        if isinstance(couplings, Sparse):
            return self.cache(couplings, states, n_threads)
        factors = _factors(couplings)
        if factors is None:
            return super().fields(couplings, states)
        network, kernels = self._network(factors), self._kernels["overlaps"]
        out = np.empty(states.shape, couplings.diagonal.dtype)

        def fill(rows: Rows) -> None:
            some = slice(rows[0], rows[-1] + 1)
            overlaps = np.empty((len(rows), factors.width), factors.cache_type).view(np.uint8)
            kernels.overlaps(network, states[some], overlaps)
            kernels.fields(network, states[some], overlaps, out[some])

        _in_threads(fill, np.arange(len(states)), factors.patterns.size // 16, n_threads)
        return out

    def hebbian(self, factors: Factors) -> NDArray[Any]:
        """Compute ΞᵀΞ by bit counts."""
        n_patterns, n = factors.patterns.shape
        if n_patterns >= 2**15:
            return super().hebbian(factors)
        out = np.empty((n, n), np.int16)
        step = max(1, _BUDGET // max(1, n * n_patterns // 64))
        for start in range(0, n, step):
            rows = out[start : start + step]
            self._kernels["overlaps"].hebbian(factors.site_bits, n_patterns, start, rows)
        return out

    def kept(
        self, factors: Factors, starts: NDArray[np.int64], targets: NDArray[np.int32]
    ) -> NDArray[Any]:
        """Compute the entries of ΞᵀΞ by bit counts."""
        n_patterns, n = factors.patterns.shape
        if n_patterns >= 2**15:
            return super().kept(factors, starts, targets)
        out = np.empty(len(targets), np.int16)
        step = max(1, _BUDGET * n // max(1, len(targets) * -(-n_patterns // 64)))
        for start in range(0, n, step):
            self._kernels["overlaps"].kept(
                factors.site_bits, n_patterns, starts, targets, start, min(n, start + step), out
            )
        return out

    def advance(
        self, couplings: Couplings, batch: StateBatch, rule: Rule, how: Dynamics, until: int
    ) -> None:
        """Update each row on its own until it stops or reaches ``until``, and recompute stale
        caches in between.

        Which rows are stale depends only on their states, so the product that recomputes them is
        rounded alike for any number of threads.
        """
        if couplings.wide:
            return super().advance(couplings, batch, rule, how, until)
        kernel = self._asynchronous if how.update == "async" else self._synchronous
        walk, zero = kernel(couplings, batch, rule, how, until), isinstance(rule, Limits)
        # At zero temperature rows that are at ``until`` already may be at rest.
        rows = (batch.stop == RUNNING).nonzero()[0] if zero else batch.unfinished(until)
        while rows.size:
            left = max(until - int(batch.updates[rows].min()), 1)
            _in_threads(walk, rows, min(left, 4 * couplings.n_neurons), how.n_threads)
            stale = (batch.fresh == STALE).nonzero()[0]
            if stale.size:
                self._refresh(couplings, batch, stale)
            rows = stale[batch.stop[stale] == RUNNING] if zero else batch.unfinished(until)

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
        """Retrieve one cue after another, without a batch or matrix, one network for each
        thread, its patterns drawn as bits.
        """
        most = int(n_patterns.max(initial=0))
        if n_neurons * most > INT32_SAFE:
            return super().retrieval(
                n_neurons, n_patterns, flipped, n_states, keys, max_sweeps, n_threads
            )
        zero = np.zeros(n_neurons, np.int32)
        empty = Factors(np.empty((0, n_neurons), np.int8), zero)
        network = self._network(empty, Limits(zero - np.int32(1), zero))
        out = np.empty((len(keys), len(n_patterns), n_states), np.int64)
        going = True

        def walk(networks: Rows) -> None:
            nonlocal going
            some = slice(networks[0], networks[-1] + 1)
            curves, done = out[some], 0
            pattern_bits = np.zeros((most, -(-n_neurons // 256) * 4), np.uint64)
            site_bits = np.zeros((n_neurons, -(-most // 64)), np.uint64)
            try:
                while done < curves.size and going:
                    done = self._kernels["retrieval"].retrieval(
                        network, keys[some], n_patterns, flipped, max_sweeps, pattern_bits,
                        site_bits, curves, done, _BUDGET,
                    )  # fmt: skip
            except BaseException:  # after a Ctrl-C the other threads stop, too
                going = False
                raise

        visits = n_states * int((n_neurons + n_neurons * n_patterns // 16).sum())
        _in_threads(walk, np.arange(len(keys)), visits, n_threads)
        return out

    def settled(
        self,
        networks: Sequence[tuple[Couplings, Limits]],
        states: NDArray[np.int8],
        max_sweeps: int,
    ) -> NDArray[np.int8]:
        """Settle one state after another in a single call, if the networks are small."""
        n = states.shape[2]
        if n > _SMALL or any(known.exact for known, _ in networks):
            return super().settled(networks, states, max_sweeps)
        out, done = states.copy(), 0
        described = [self._network(known, rule) for known, rule in networks]
        while done < states.size // n:
            done = self._kernels["synchronous"].settle(described, out, max_sweeps, done, _BUDGET)
        return out

    def _asynchronous(
        self, couplings: Couplings, batch: StateBatch, rule: Rule, how: Dynamics, until: int
    ) -> Work:
        """Return the kernel that updates one site after another."""
        network, there = self._network(couplings, rule), self._kernels["network"].Batch(batch)
        end = ORDERS[how.order], how.key, until, _BUDGET, couplings.exact
        kernel = self._kernels["asynchronous"].asynchronous
        return lambda rows: kernel(network, there, rows, *end)

    def _synchronous(
        self, couplings: Couplings, batch: StateBatch, rule: Rule, how: Dynamics, until: int
    ) -> Work:
        """Return the kernel that updates all sites at once."""
        network, there = self._network(couplings, rule), self._kernels["network"].Batch(batch)
        kernels, exact = self._kernels["synchronous"], couplings.exact
        if isinstance(rule, Limits):
            # Adding an integer column costs less than its share of a matrix product, a column of
            # real numbers does not.
            end = until, _BUDGET, couplings.n_neurons // (1 if exact else 8), exact
            return lambda rows: kernels.synchronous(network, there, rows, *end)
        return lambda rows: kernels.synchronous_heat_bath(network, there, rows, how.key)


def _in_threads(work: Work, rows: Rows, visits_a_row: int, n_threads: int) -> None:
    """Process all rows in small parts, by threads if there is enough work."""
    while rows.size:
        visits = rows.size * visits_a_row
        parts = max(parts_for(n_threads, visits // _SHARE), visits // _BUDGET)
        rows = share(work, rows, parts, n_threads)


def _factors(couplings: Matrix | Factors) -> Factors | None:
    """Return the factors if exact fields are faster from them than from the matrix, else None."""
    factors = couplings.factors if isinstance(couplings, Matrix) else couplings
    if factors is None or factors.wide:
        return None
    by_matrix = isinstance(couplings, Matrix) and factors.width > _MOST_BITS * factors.n_neurons
    return None if by_matrix else factors
