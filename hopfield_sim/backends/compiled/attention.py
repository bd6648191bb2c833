"""Compiled attention: one pass over the memories for a single query, or for as many as a few
vectors hold, and L1 distances.

For more queries at once the matrix products of the reference are as fast, and are used. The
memories are split into chunks that depend only on their shape, so that the result does not depend
on the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from hopfield_sim import backends
from hopfield_sim.backends import workers
from hopfield_sim.backends.reference.attention import Attended, Attention, Floats, Memories

_CHUNK = 1 << 18
"""Size of a chunk in numbers: large enough for a thread, small enough for several chunks."""

_ROWS = 1 << 13
"""Largest number of memories of a chunk: a longer sum in float32 would lose digits."""

_MANY = 3 << 19
"""Multiplications of a product from which on many queries are worth a kernel of their own."""

_NEAR = 3 << 19
"""Most bytes of queries for it: beyond, they and their sums leave the caches too often."""

_SCORES = 1 << 26
"""Most bytes of scores that are kept until the largest is known, so that memories whose weights are
0 need not be read again."""

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
            if len(queries) == 1 and memories.keys is None:
                return self._one(memories, queries, beta)
            many = 1 < len(queries) <= 2 * self._kernels.MANY_BYTES // queries.dtype.itemsize
            near = queries.nbytes <= _NEAR
            if many and near and queries.size * len(memories.patterns) >= _MANY:
                return self._many(memories, queries, beta)
        return super()._stream(memories, queries, beta)

    def _one(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        patterns, (scale, bias) = memories.patterns, _factors(memories, queries.dtype)
        p, n = patterns.shape
        chunk = max(1, min(_ROWS, _CHUNK // n))
        count = -(-p // chunk)
        totals, tops = np.zeros((count, n), queries.dtype), np.empty(count, queries.dtype)
        masses, scaleds = np.empty(count), np.empty(count)

        def walk(first: int, last: int) -> None:
            self._kernels.attend(
                patterns, queries[0], scale, bias, beta, chunk, first, last,
                totals, tops, masses, scaleds,
            )  # fmt: skip

        _share(walk, count, max(1, _SPAN // (chunk * n)))
        shrink = np.exp((tops - tops.max()) * beta)
        mass, scaled = shrink @ masses, shrink @ scaleds
        target = (shrink @ totals / scaled)[None, :]
        return Attended(target, np.array([mass]), np.array([scaled]))

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
        if len(found) == 1:  # no copy
            return found[0]
        return Attended(*map(np.concatenate, zip(*found, strict=True)))

    def _columns(self, memories: Memories, queries: Floats, beta: float, chunk: int) -> Attended:
        (b, n), dtype, patterns = queries.shape, queries.dtype, memories.patterns
        lanes, count = _LINE // dtype.itemsize, -(-len(patterns) // chunk)
        columns = _aligned((n, _whole(b, lanes)), dtype)
        for start in range(0, b, 8):  # more rows at a time could have one place in the cache
            columns[:, start : min(start + 8, b)] = queries[start : start + 8].T
        keys = patterns if memories.keys is None else memories.keys
        scale, bias = _factors(memories, dtype)
        totals = np.zeros((count, _whole(b, 4), _whole(n, lanes)), dtype)
        tops = np.full((count, columns.shape[1]), -np.inf, dtype)
        masses, scaleds = np.zeros(tops.shape), np.zeros(tops.shape)
        found = len(patterns) * columns.shape[1]
        if found * dtype.itemsize <= _SCORES and _underflows(keys, scale, beta):
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
        shrink = np.exp((tops - tops.max(axis=0)) * beta)
        mass, scaled = (shrink * masses).sum(axis=0)[:b], (shrink * scaleds).sum(axis=0)[:b]
        totals = totals[:, :b, :n]
        totals *= (shrink[:, :b] / scaled).astype(dtype)[:, :, None]
        return Attended(totals.sum(axis=0), mass, scaled)

    def distances(self, patterns: Floats, queries: Floats, mask: Floats) -> Floats:
        """Σ_i mask_i |q_i − ξ_i|, (b, P)."""
        out = np.empty((len(queries), len(patterns)), queries.dtype)
        n = patterns.shape[1]
        block = max(1, _CHUNK // 8 // n)
        count, step = -(-len(patterns) // block), max(1, _SPAN // (block * n))
        for start in range(0, len(queries), step):
            some, found = queries[start : start + step], out[start : start + step]

            def walk(first: int, last: int, some: Floats = some, found: Floats = found) -> None:
                end = min(last * block, len(patterns))
                self._kernels.distances(patterns, some, mask, found, first * block, end, block)

            _share(walk, count, max(1, _SPAN // (block * n * len(some))))
        return out


def _underflows(keys: Floats, scale: Floats | None, beta: float) -> bool:
    """Whether most weights will be 0 for queries near one memory, and as long."""
    every = slice(None, None, max(1, len(keys) // _SAMPLE))
    lengths = np.einsum("pi,pi->p", keys[every], keys[every])
    if scale is not None:
        lengths *= scale[every] ** 2
    return bool(beta * np.median(lengths) > -np.log(np.finfo(keys.dtype).tiny))


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
