"""The engine of pair couplings on the device: the reference's class, its walks replaced by kernels,
a block of threads a state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.cuda.batch import ResidentBatch
from hopfield_sim.backends.cuda.device import Array, on_device
from hopfield_sim.backends.cuda.source import text
from hopfield_sim.backends.cuda.walker import (
    ALL_VISITS,
    VOTES,
    Launch,
    Walker,
    bit_bytes,
    padded,
    site_type,
    types,
)
from hopfield_sim.backends.protocol import (
    INT32_SAFE,
    Couplings,
    Dynamics,
    Factors,
    HeatBath,
    Limits,
    Matrix,
    Rule,
    Sparse,
    StateBatch,
)
from hopfield_sim.backends.reference.pairs import Pairs, all_fields, whole_product
from hopfield_sim.backends.reference.philox import ORDERS
from hopfield_sim.checks import places

_ROWS: Final = 4096
"""Number of rows of a matrix computed at a time."""

_NETWORK_BYTES: Final = 1 << 28
"""Of memory on the device for random patterns at a time."""


class CudaPairs(Walker, Pairs):
    """The same bits as the reference for integer couplings; other fields to rounding. Sparse
    couplings are a matrix on the device.
    """

    pattern_flips = math.inf  # not measured on a device, where rows are read faster

    @on_device
    def start(self, couplings: Couplings, states: NDArray[np.int8], how: Dynamics) -> StateBatch:
        """The states on the device, where their caches are computed."""
        if couplings.wide:
            return super().start(couplings, places.moved(states, places.HERE), how)
        return self._begun(_with_kernels(couplings), states, how.update)

    @on_device
    def cache(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """Caches of states on the device, there; those of NumPy's by the processor."""
        if places.module_of(states) is np or couplings.wide:
            return super().cache(couplings, states, n_threads)
        return self._begun(_with_kernels(couplings), states, "async").cache

    def fields(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """The same of fields."""
        if places.module_of(states) is np:
            return super().fields(couplings, states, n_threads)
        return all_fields(couplings, self.cache(couplings, states), states)

    @on_device
    def hebbian(self, factors: Factors) -> NDArray[Any]:
        """ΞᵀΞ, counted there and brought to the processor's memory, some rows at a time."""
        xi, n = self.device.upload(factors.patterns), factors.n_neurons
        out = np.empty((n, n), np.int16 if len(xi) < 2**15 else np.int32)
        for start in range(0, n, _ROWS):
            rows = slice(start, start + _ROWS)
            counted = whole_product(xi[:, rows].T, xi, 1).astype(out.dtype)
            out[rows] = places.moved(counted, places.HERE)
        return out

    @on_device
    def by_arrays(self, code: Callable[..., tuple[Any, ...]], *arrays: Any) -> tuple[Any, ...]:
        """The same there; the arrays are brought up, and results down."""
        with self.device.failing_aloud():
            made = code(*map(self.device.upload, arrays))
        return tuple(places.moved(array, places.HERE) for array in made)

    @on_device
    def advance(
        self, couplings: Couplings, batch: StateBatch, rule: Rule, how: Dynamics, until: int
    ) -> None:
        """Bring every state to ``until`` or its end, some sweeps a launch."""
        if couplings.wide:
            return super().advance(couplings, batch, rule, how, until)
        couplings = _with_kernels(couplings)
        moving = self._resident(couplings, batch)
        kernel = self._asynchronous if how.update == "async" else self._synchronous
        self._drive(kernel(couplings, moving, rule, how), couplings, moving, batch, until)

    def _asynchronous(
        self, couplings: Couplings, moving: ResidentBatch, rule: Rule, how: Dynamics
    ) -> Launch:
        """Site after site, each state by itself."""
        n, (word, rule_there) = couplings.n_neurons, self._rule(rule, couplings)
        near, shared, far_bytes = self._placed(couplings, len(moving))
        index = site_type(n)
        kernels = text("asynchronous", NEAR=near, INDEX=index, **types(couplings))
        far, parts = self._far(far_bytes, len(moving))

        def launch(until: int, progress: Array) -> None:
            for first in parts:
                self.device.launch(
                    kernels, f"asynchronous_{word}", min(parts.step, len(moving) - first),
                    self.device.threads(n, len(moving)), *self._couplings(couplings), *rule_there,
                    moving.there["states"], moving.there["cache"], np.int64(moving.stride),
                    moving.index_there, progress, np.int64(len(moving)), np.int64(first),
                    np.int32(ORDERS[how.order]), np.uint64(how.key), np.int64(until),
                    np.int32(couplings.exact), far, np.int64(far_bytes), shared=shared,
                )  # fmt: skip

        return launch

    def _synchronous(
        self, couplings: Couplings, moving: ResidentBatch, rule: Rule, how: Dynamics
    ) -> Launch:
        """All sites at once, each state by itself."""
        n, (word, rule_there) = couplings.n_neurons, self._rule(rule, couplings)
        bits = 3 * bit_bytes(n)
        cache = padded(couplings.width) * couplings.cache_type.itemsize
        near = sum(size <= self.device.shared_of_block for size in (bits, bits + cache))
        shared, far_bytes = (0, bits, bits + cache)[near], 0 if near else bits
        kernels = text("synchronous", NEAR=near, **types(couplings))
        far, parts = self._far(far_bytes, len(moving))

        def launch(until: int, progress: Array) -> None:
            for first in parts:
                self.device.launch(
                    kernels, f"synchronous_{word}", min(parts.step, len(moving) - first),
                    self.device.threads(n, len(moving)), *self._couplings(couplings), *rule_there,
                    moving.there["states"], moving.there["previous"], moving.there["cache"],
                    np.int64(moving.stride), moving.index_there, progress, np.int64(len(moving)),
                    np.int64(first), np.uint64(how.key), np.int64(until), np.int32(couplings.exact),
                    far, np.int64(far_bytes), shared=shared,
                )  # fmt: skip

        return launch

    @on_device
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
        """A block a cue, from its flips to its score, in networks drawn on the device as bits."""
        most, n_cues = int(n_patterns.max(initial=0)), len(n_patterns) * n_states
        words, site_words = -(-n_neurons // 32), -(-most // 32)
        cues = padded(most) + padded(int(flipped.max(initial=0)))
        shared = 3 * bit_bytes(n_neurons) + 4 * cues
        if n_neurons * most > INT32_SAFE or shared > self.device.shared_of_block:
            return super().retrieval(
                n_neurons, n_patterns, flipped, n_states, keys, max_sweeps, n_threads
            )
        out = np.empty((len(keys), len(n_patterns), n_states), np.int64)
        if not out.size:
            return out
        kernels = text("retrieval", FIELD=np.int32, CACHE=np.int32)
        device, n, p = self.device, np.int32(n_neurons), np.int32(most)
        points = device.upload(n_patterns), device.upload(flipped)
        a_network = 4 * (most * words + n_neurons * site_words)
        step = max(1, min(_NETWORK_BYTES // a_network, ALL_VISITS // (8 * n_neurons * n_cues)))
        for start in range(0, len(keys), step):
            some = device.upload(keys[start : start + step])
            of_patterns = device.empty((len(some), most, words), np.uint32)
            at_sites = device.empty((len(some), n_neurons, site_words), np.uint32)
            scores = device.empty((len(some), len(n_patterns), n_states), np.int64)
            patterns = of_patterns, np.int64(words)
            sites = at_sites, np.int64(site_words)
            threads = device.threads(n_neurons, len(some) * n_cues)
            device.launch(kernels, "draw_patterns", len(some) * most, 32, n, p, some, *patterns)
            device.launch(kernels, "turn_patterns", len(some), 256, n, p, *patterns, *sites)
            device.launch(
                kernels, "retrieval", len(some) * n_cues, threads, n, p, some, *sites, *patterns,
                np.int32(len(n_patterns)), *points, np.int32(n_states),
                np.int64(max_sweeps * n_neurons), scores, shared=shared,
            )  # fmt: skip
            out[start : start + step] = scores.get()
        return out

    def _rule(self, rule: Rule, couplings: Couplings) -> tuple[str, tuple[Any, ...]]:
        """Which kernel, and the arguments of its rule in ``rules.cuh``."""
        made: tuple[str, tuple[Any, ...]] = places.kept(
            rule, lambda: self._rule_there(rule, couplings)
        )
        return made

    def _rule_there(self, rule: Rule, couplings: Couplings) -> tuple[str, tuple[Any, ...]]:
        up = self.device.upload
        if isinstance(rule, Limits):
            same = all((side == side[0]).all() for side in (rule.above, rule.below))
            return "limits", (up(rule.above), up(rule.below), np.int32(same))
        assert isinstance(rule, HeatBath)  # k winners are found by the processor
        common = up(couplings.diagonal), up(rule.offset), up(rule.clamped)
        if rule.table is None:
            return "exponential", (*common, up(rule.fraction), np.float64(rule.gain))
        return "table", (*common, up(rule.table), np.int64(len(rule.table) // 2))

    def _placed(self, couplings: Couplings, n_states: int) -> tuple[int, int, int]:
        """What an asynchronous walk has in shared memory (NEAR), how many bytes that is, and how
        many a state needs elsewhere.
        """
        n = couplings.n_neurons
        order = padded(n) * (4 + 2 * site_type(n).itemsize)
        own = VOTES + padded(couplings.width) * couplings.cache_type.itemsize + padded(n)
        if self.device.holds(own + order, n_states):
            return 2, own + order, 0
        if own <= self.device.shared_of_block:
            return 1, own, order
        return 0, VOTES, order


def _with_kernels(couplings: Couplings) -> Matrix | Factors:
    """The couplings, sparse ones as a matrix."""
    if not isinstance(couplings, Sparse):
        return couplings
    made: Matrix = places.kept(couplings, lambda: _as_matrix(couplings))
    return made


def _as_matrix(sparse: Sparse) -> Matrix:
    """All their weights; it is kept as long as they are."""
    n = len(sparse.diagonal)
    checks.memory(
        n * n * sparse.values.itemsize,
        f"the matrix of the sparse couplings of {n} neurons, which walks on a GPU need",
        "use backend='auto'",
    )
    columns = np.zeros((n, n), sparse.values.dtype)
    columns[np.repeat(np.arange(n), np.diff(sparse.starts)), sparse.targets] = sparse.values
    return Matrix(columns, sparse.diagonal, sparse.scale, sparse.reach)
