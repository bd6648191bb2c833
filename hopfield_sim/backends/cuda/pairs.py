"""The engine of pair couplings on the device: the reference's class, its walks replaced by kernels,
a block of threads a state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.cuda.batch import ResidentBatch
from hopfield_sim.backends.cuda.device import Array, Device, on_device
from hopfield_sim.backends.cuda.source import text
from hopfield_sim.backends.protocol import (
    FRESH,
    INT32_SAFE,
    RUNNING,
    STALE,
    Couplings,
    Dynamics,
    Factors,
    Limits,
    Matrix,
    Rule,
    StateBatch,
)
from hopfield_sim.backends.reference.pairs import Pairs, all_fields
from hopfield_sim.backends.reference.philox import ORDERS
from hopfield_sim.support import places

_VISITS: Final = 1 << 20
"""Visits of a state in one launch, a tenth of a second at most: a Ctrl-C is heard between two."""

_ALL_VISITS: Final = 1 << 30
"""Visits of all states in one launch, for the same reason."""

_SHORT: Final = 1 << 16
"""Sites of so many are counted in 16 bits."""

_FAR_BYTES: Final = 1 << 30
"""Of memory on the device for what blocks need and has no room in their shared memory."""

_VOTES: Final = 512
"""Bytes of shared memory for the votes of a block."""

_STATES: Final = 8
_TILE_BYTES: Final = 1024
"""States of a block that computes fields, and its bytes of shared memory."""

_NETWORK_BYTES: Final = 1 << 28
"""Of memory on the device for random patterns at a time."""

Launch = Callable[[int, Array], None]
"""Launches kernels that bring states, with their progress, to an update."""


class CudaPairs(Pairs):
    """The same bits as the reference for integer couplings; other fields to rounding."""

    def __init__(self, device: Device) -> None:
        self.device = device

    @on_device
    def start(self, couplings: Couplings, states: NDArray[np.int8], how: Dynamics) -> StateBatch:
        """The states on the device, where their caches are computed."""
        if couplings.wide:
            return super().start(couplings, places.moved(states, places.HERE), how)
        index = np.arange(len(states), dtype=np.int64)
        there, place = self.device.upload(states), places.module_of(states).__name__
        previous = there.copy() if how.update == "sync" else there
        batch = ResidentBatch(self.device, couplings, there, index, previous, place)
        self._fill(couplings, batch)
        return batch

    @on_device
    def cache(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """Caches of states on the device, there; those of NumPy's by the processor."""
        if places.module_of(states) is np or couplings.wide:
            return super().cache(couplings, states, n_threads)
        index = np.arange(len(states), dtype=np.int64)
        place = places.module_of(states).__name__
        batch = ResidentBatch(self.device, couplings, states, index, states, place)
        self._fill(couplings, batch)
        return batch.cache

    def fields(
        self, couplings: Couplings, states: NDArray[np.int8], n_threads: int = 1
    ) -> NDArray[Any]:
        """The same of fields."""
        if places.module_of(states) is np:
            return super().fields(couplings, states, n_threads)
        return all_fields(couplings, self.cache(couplings, states), states)

    @on_device
    def advance(
        self, couplings: Couplings, batch: StateBatch, rule: Rule, how: Dynamics, until: int
    ) -> None:
        """Bring every state to ``until`` or its end, some sweeps a launch."""
        if couplings.wide:
            return super().advance(couplings, batch, rule, how, until)
        moving, n = self._resident(couplings, batch), couplings.n_neurons
        kernel = self._asynchronous if how.update == "async" else self._synchronous
        launch, going = kernel(couplings, moving, rule, how), moving.stop == RUNNING
        some = max(1, min(_VISITS, _ALL_VISITS // max(1, len(moving))) // n) * n
        end = int(moving.updates[going].min(initial=until))
        while going.any():
            end = min(end + some, until)
            self._launched(launch, moving, end)
            while (moving.fresh == STALE).any():
                self._fill(couplings, moving)
                self._launched(launch, moving, end)
            going = (moving.stop == RUNNING) & (moving.updates < until)
        if moving is not batch:
            moving.copied_to(batch)

    def _asynchronous(
        self, couplings: Couplings, moving: ResidentBatch, rule: Rule, how: Dynamics
    ) -> Launch:
        """Site after site, each state by itself."""
        n, (word, rule_there) = couplings.n_neurons, self._rule(rule, couplings)
        near, shared, far_bytes = self._placed(couplings, len(moving))
        index = _site_type(n)
        kernels = text("asynchronous", NEAR=near, INDEX=index, **_types(couplings))
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
        bits = 3 * _bits(n)
        cache = _padded(couplings.width) * couplings.cache_type.itemsize
        near = sum(size <= self.device.shared_of_block for size in (bits, bits + cache))
        shared, far_bytes = (0, bits, bits + cache)[near], 0 if near else bits
        kernels = text("synchronous", NEAR=near, **_types(couplings))
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
        cues = _padded(most) + _padded(int(flipped.max(initial=0)))
        shared = 3 * _bits(n_neurons) + 4 * cues
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
        step = max(1, min(_NETWORK_BYTES // a_network, _ALL_VISITS // (8 * n_neurons * n_cues)))
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

    def _launched(self, launch: Launch, moving: ResidentBatch, until: int) -> None:
        progress = moving.progress()
        launch(until, progress)
        moving.moved(progress)

    def _fill(self, couplings: Couplings, moving: ResidentBatch) -> None:
        """Compute the caches that are stale."""
        if not (moving.fresh == STALE).any():
            return
        n, n_states = couplings.n_neurons, len(moving)
        common = (
            *self._couplings(couplings), moving.there["states"], moving.there["cache"],
            np.int64(moving.stride), moving.progress(), np.int64(n_states),
        )  # fmt: skip
        if isinstance(couplings, Matrix):
            threads = min(256, -(-n // 32) * 32)
            blocks = -(-n // threads) * -(-n_states // _STATES)
            kernels = text("caches", **_types(couplings))
            self.device.launch(kernels, "caches", blocks, threads, *common, shared=_TILE_BYTES)
        else:
            near = _bits(n) <= self.device.shared_of_block
            shared, far_bytes = (_bits(n), 0) if near else (0, _bits(n))
            kernels = text("caches", NEAR=int(near), **_types(couplings))
            far, parts = self._far(far_bytes, n_states)
            for first in parts:
                self.device.launch(
                    kernels, "caches", min(parts.step, n_states - first),
                    self.device.threads(n, n_states), *common, np.int64(first), far,
                    np.int64(far_bytes), shared=shared,
                )  # fmt: skip
        moving.fresh[moving.fresh == STALE] = FRESH

    def _far(self, far_bytes: int, n_states: int) -> tuple[Array, range]:
        """Memory outside the blocks, so much a state, and the first states of the parts for which
        it suffices.
        """
        at_once = max(1, min(n_states, _FAR_BYTES // max(1, far_bytes)))
        far = self.device.empty((max(1, far_bytes * at_once),), np.uint8)
        return far, range(0, n_states, at_once)

    def _resident(self, couplings: Couplings, batch: StateBatch) -> ResidentBatch:
        """The batch, or a copy of it on the device."""
        if isinstance(batch, ResidentBatch):
            return batch
        up = self.device.upload
        states = up(batch.states)
        previous = states if batch.previous is batch.states else up(batch.previous)
        moving = ResidentBatch(self.device, couplings, states, batch.index, previous)
        for name in ("updates", "flips", "stop", "fresh"):
            getattr(moving, name)[...] = getattr(batch, name)
        cache = np.zeros((len(moving), moving.stride), couplings.cache_type)
        cache[:, : couplings.width] = batch.cache
        moving.there["cache"] = up(cache)
        return moving

    def _couplings(self, couplings: Couplings) -> tuple[Any, ...]:
        """The arguments COUPLINGS_ARGS of ``couplings.cuh``."""
        made: tuple[Any, ...] = places.kept(couplings, lambda: self._uploaded(couplings))
        return made

    def _uploaded(self, couplings: Couplings) -> tuple[Any, ...]:
        n = couplings.n_neurons
        if isinstance(couplings, Factors):
            sites, patterns = (
                bits.astype("<u8", copy=False).view("<u4")
                for bits in (couplings.site_bits, couplings.pattern_bits)
            )
            return (
                np.int32(n), np.int32(couplings.width), couplings.own,
                self.device.upload(sites), np.int64(sites.shape[1]),
                self.device.upload(patterns), np.int64(patterns.shape[1]),
            )  # fmt: skip
        columns = couplings.columns
        if n % 16:
            columns = np.zeros((n, _padded(n)), columns.dtype)
            columns[:, :n] = couplings.columns
        return np.int32(n), self.device.upload(columns), np.int64(columns.shape[1])

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
        common = up(couplings.diagonal), up(rule.offset), up(rule.clamped)
        if rule.table is None:
            return "exponential", (*common, up(rule.fraction), np.float64(rule.gain))
        return "table", (*common, up(rule.table), np.int64(len(rule.table) // 2))

    def _placed(self, couplings: Couplings, n_states: int) -> tuple[int, int, int]:
        """What an asynchronous walk has in shared memory (NEAR), how many bytes that is, and how
        many a state needs elsewhere.
        """
        n = couplings.n_neurons
        order = _padded(n) * (4 + 2 * _site_type(n).itemsize)
        own = _VOTES + _padded(couplings.width) * couplings.cache_type.itemsize + _padded(n)
        if self.device.holds(own + order, n_states):
            return 2, own + order, 0
        if own <= self.device.shared_of_block:
            return 1, own, order
        return 0, _VOTES, order


def _padded(count: int) -> int:
    """To a multiple of 16, as ``take`` in ``common.cuh`` does."""
    return -(-count // 16) * 16


def _bits(n: int) -> int:
    """Bytes that n spins take as bits."""
    return 4 * _padded(-(-n // 32))


def _site_type(n: int) -> np.dtype[Any]:
    """What holds the number of a site."""
    return np.dtype(np.uint16 if n <= _SHORT else np.int32)


def _types(couplings: Couplings) -> dict[str, Any]:
    """The words that ``couplings.cuh`` wants defined."""
    field, cache = couplings.diagonal.dtype, couplings.cache_type
    types: dict[str, Any] = {"FIELD": field, "CACHE": cache}
    if isinstance(couplings, Factors):
        return {**types, "PATTERNS": 1}
    total = field if field.kind == "f" else np.dtype(np.int32)
    return {**types, "WEIGHT": couplings.columns.dtype, "SUM": total}
