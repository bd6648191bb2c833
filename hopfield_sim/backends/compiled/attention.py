"""Compiled attention: one pass over the memories for a few queries, or for as many as a few vectors
hold, and L1 distances.

For more queries at once the matrix products of the reference are as fast, and are used; where most
weights are 0 the second is of the other memories only. The memories are split into chunks that
depend only on their shape, so that the result does not depend on the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from hopfield_sim import backends
from hopfield_sim.backends import workers
from hopfield_sim.backends.reference.attention import (
    Attended,
    Attention,
    Floats,
    Memories,
    weighed,
)

_CHUNK = 1 << 18
"""Size of a chunk in numbers: large enough for a thread, small enough for several chunks."""

_ROWS = 1 << 13
"""Largest number of memories of a chunk: a longer sum in float32 would lose digits."""

_ALONE, _ALL_ALONE = 3, 6
"""Queries up to which one after another is quickest; without a kernel for many."""

_LARGE = 1 << 20
"""Multiplications of a product from which on it is: BLAS makes smaller ones without copies."""

_MANY = 3 << 19
"""Multiplications of a product from which on many queries are worth a kernel of their own."""

_NEAR = 3 << 19
"""Most bytes of queries for it: beyond, they and their sums leave the caches too often."""

_SCORES = 1 << 26
"""Most bytes of scores that are kept until the largest is known, so that memories whose weights are
0 need not be read again."""

_READ_TWICE = 16
"""Queries from which on this is quicker: the time of fewer is that of reading."""

_TOGETHER = 128
"""Queries from which on the products of a part are as fast as those of more."""

_SHORT = 64
"""Length of memories below which products cost less than what would save them."""

_SAMPLE = 64
"""Memories that stand for all when it is asked how long they are."""

_LINE = 64
"""Bytes of a line of the cache, and of a vector."""

_SPAN = 1 << 26
"""Numbers processed by one kernel call, about 20 ms: the delay of a Ctrl-C."""


class CompiledAttention(Attention):
    """The reference, with kernels where they are faster."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels

    def _stream(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        products = memories.mask is None and memories.score is None
        if products and memories.patterns.dtype == queries.dtype:
            work = queries.size * len(memories.patterns)
            long = memories.patterns.shape[1] >= _SHORT
            worth = len(queries) == 1 or (long and work >= _LARGE)
            if worth and len(queries) <= (_ALONE if self._kernels.MANY_BYTES else _ALL_ALONE):
                return self._each(memories, queries, beta)
            many = len(queries) <= 2 * self._kernels.MANY_BYTES // queries.dtype.itemsize
            near = queries.nbytes <= _NEAR
            if many and near and work >= _MANY:
                return self._many(memories, queries, beta)
        step = _step(memories.patterns, queries)
        if products and step and _sharp(memories, queries, beta):
            starts = range(0, len(queries), step)
            return _joined([self._sparse(memories, queries[k : k + step], beta) for k in starts])
        return super()._stream(memories, queries, beta)

    def _sparse(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        """The scores of all memories, and then the sums of those alone that have a weight."""
        (b, n), dtype, count = queries.shape, queries.dtype, len(memories.patterns)
        scores = np.empty((b, count), dtype)
        for block in self.blocks((count, n), b):
            scores[:, block] = self.scores(memories, queries, block)
        top = scores.max(axis=1, keepdims=True)
        least = dtype.type(np.log(np.finfo(dtype).smallest_subnormal) / beta)
        live = np.flatnonzero((scores >= top + least).any(axis=0))
        total, mass, scaled = np.zeros((b, n), dtype), np.zeros((b, 1)), np.zeros((b, 1))
        for block in self.blocks((len(live), n), b):
            rows = live[block]
            scale = None if memories.scale is None else memories.scale[rows]
            some = Memories(memories.patterns[rows], scale)
            part = weighed(some, scores[:, rows], top, beta, slice(None))
            total += part.target
            mass += part.mass
            scaled += part.scaled
        total /= scaled
        return Attended(total, mass[:, 0], scaled[:, 0])

    def _each(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        """Query after query over each chunk of the memories."""
        (b, n), dtype, patterns = queries.shape, queries.dtype, memories.patterns
        queries, (scale, bias) = np.ascontiguousarray(queries), _factors(memories, dtype)
        chunk = max(1, min(_ROWS, _CHUNK // n))
        count = -(-len(patterns) // chunk)
        totals, tops = np.zeros((count, b, n), dtype), np.empty((count, b), dtype)
        masses, scaleds = np.empty((count, b)), np.empty((count, b))

        def walk(first: int, last: int) -> None:
            self._kernels.attend(
                _keys(memories), patterns, queries, scale, bias, beta, chunk, first, last,
                totals, tops, masses, scaleds,
            )  # fmt: skip

        _share(walk, count, max(1, _SPAN // (chunk * n * b)))
        return _together(totals, tops, masses, scaleds, beta)

    def _many(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        """Attention of a few vectors of queries at a time. What a query gets does not depend on
        those beside it, so that there may be more parts if some threads had no chunk.
        """
        b, size = len(queries), queries.dtype.itemsize
        chunk = max(1, min(_ROWS, _SPAN // queries.shape[1]))
        chunks = -(-len(memories.patterns) // chunk)
        count = max(-(-b * size // self._kernels.MANY_BYTES), -(-backends.threads(None) // chunks))
        step = _whole(-(-b // count), _LINE // size)
        parts = [queries[start : start + step] for start in range(0, b, step)]
        found = [Attended(*np.empty((3, 0)))] * len(parts)

        def walk(first: int, last: int) -> None:
            for i in range(first, last):
                found[i] = self._columns(memories, parts[i], beta, chunk)

        _share(walk, len(parts), 1)
        return _joined(found)

    def _columns(self, memories: Memories, queries: Floats, beta: float, chunk: int) -> Attended:
        (b, n), dtype, patterns = queries.shape, queries.dtype, memories.patterns
        lanes, count = _LINE // dtype.itemsize, -(-len(patterns) // chunk)
        columns = _aligned((n, _whole(b, lanes)), dtype)
        for start in range(0, b, 8):  # more rows at a time could have one place in the cache
            columns[:, start : min(start + 8, b)] = queries[start : start + 8].T
        scale, bias = _factors(memories, dtype)
        keys, totals = _keys(memories), np.zeros((count, _whole(b, 4), _whole(n, lanes)), dtype)
        tops = np.full((count, columns.shape[1]), -np.inf, dtype)
        masses, scaleds = np.zeros(tops.shape), np.zeros(tops.shape)
        found = len(patterns) * columns.shape[1]
        keep = b >= _READ_TWICE and found * dtype.itemsize <= _SCORES
        if keep and _sharp(memories, queries, beta):
            scores = _aligned((len(patterns), columns.shape[1]), dtype)

            def score(first: int, last: int) -> None:
                self._kernels.score_many(
                    keys, columns, scale, bias, chunk, first, last, scores, tops
                )

            def gather(first: int, last: int) -> None:
                self._kernels.sum_many(
                    patterns, scores, scale, beta, chunk, first, last, tops, totals, masses, scaleds
                )

            _share(score, count, 1)
            tops[:] = tops.max(axis=0)
            _share(gather, count, 1)
        else:

            def walk(first: int, last: int) -> None:
                self._kernels.attend_many(
                    keys, patterns, columns, scale, bias, beta, chunk, first, last,
                    totals, tops, masses, scaleds,
                )  # fmt: skip

            _share(walk, count, 1)
        tops, masses, scaleds = tops[:, :b], masses[:, :b], scaleds[:, :b]
        return _together(totals[:, :b, :n], tops, masses, scaleds, beta)

    def distances(self, patterns: Floats, queries: Floats, mask: Floats) -> Floats:
        """Σ_i mask_i |q_i − ξ_i|, (b, P)."""
        queries, n = np.ascontiguousarray(queries), patterns.shape[1]
        out = np.empty((len(queries), len(patterns)), queries.dtype)
        block = max(1, _CHUNK // 8 // n)
        count, step = -(-len(patterns) // block), max(1, _SPAN // (block * n))
        for start in range(0, len(queries), step):
            some, found = queries[start : start + step], out[start : start + step]

            def walk(first: int, last: int, some: Floats = some, found: Floats = found) -> None:
                end = min(last * block, len(patterns))
                self._kernels.distances(patterns, some, mask, found, first * block, end, block)

            _share(walk, count, max(1, _SPAN // (block * n * len(some))))
        return out


def _step(patterns: Floats, queries: Floats) -> int:
    """Queries at a time whose scores are kept, since the second product of those memories alone
    that have a weight is worth it; 0 if it is not.
    """
    (p, n), b = patterns.shape, len(queries)
    step = min(b, _SCORES // (p * queries.dtype.itemsize))
    if n < _SHORT or 4 * step > p or b * n * p < 2 * _MANY or step < min(b, _TOGETHER):
        return 0
    return step


def _sharp(memories: Memories, queries: Floats, beta: float) -> bool:
    """Whether most weights will be 0 for queries near one memory, and as long."""
    every = slice(None, None, max(1, len(memories.patterns) // _SAMPLE))
    keys = _keys(memories)[every]
    lengths = np.einsum("pi,pi->p", keys, keys)
    if memories.scale is not None:
        lengths = lengths * memories.scale[every] ** 2
    return bool(beta * np.median(lengths) > -np.log(np.finfo(queries.dtype).tiny))


def _joined(parts: list[Attended]) -> Attended:
    """The results for parts of the queries as one."""
    if len(parts) == 1:  # no copy
        return parts[0]
    return Attended(*map(np.concatenate, zip(*parts, strict=True)))


def _together(
    totals: Floats, tops: Floats, masses: Floats, scaleds: Floats, beta: float
) -> Attended:
    """The result from that of each chunk, whose totals are overwritten."""
    shrink = np.exp((tops - tops.max(axis=0)) * beta)
    mass, scaled = (shrink * masses).sum(axis=0), (shrink * scaleds).sum(axis=0)
    totals *= (shrink / scaled).astype(totals.dtype)[:, :, None]
    return Attended(totals.sum(axis=0), mass, scaled)


def _keys(memories: Memories) -> Floats:
    """What queries are multiplied with."""
    return memories.patterns if memories.keys is None else memories.keys


def _factors(memories: Memories, dtype: np.dtype[Any]) -> list[Floats | None]:
    """Scale and bias of the memories in the dtype of the queries."""
    return [None if a is None else a.astype(dtype) for a in (memories.scale, memories.bias)]


def _whole(count: int, step: int) -> int:
    """The next multiple of ``step``."""
    return -(-count // step) * step


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Floats:
    """Zeros that begin where a line of the cache does, so that a vector lies in one line."""
    count = math.prod(shape)
    whole = np.zeros(count + _LINE // dtype.itemsize, dtype)
    start = -whole.ctypes.data % _LINE // dtype.itemsize
    return whole[start : start + count].reshape(shape)


def _share(walk: Callable[[int, int], None], count: int, most: int) -> None:
    """Call ``walk(first, last)`` over 0 … count in parts of at most ``most``, by all threads."""
    if count == 1:
        walk(0, 1)
        return
    n_threads = backends.threads(None)
    for start in range(0, count, most * n_threads):
        chunks = np.arange(start, min(count, start + most * n_threads))
        parts = min(n_threads, len(chunks))
        workers.share(lambda part: walk(int(part[0]), int(part[-1]) + 1), chunks, parts, n_threads)
