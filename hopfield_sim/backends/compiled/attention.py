"""Compiled attention: one pass over the memories for a single query, and L1 distances.

For many queries at once the matrix products of the reference are the fastest, and are used. The
memories are split into chunks that depend only on their shape, so that the result does not depend
on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np

from hopfield_sim import backends
from hopfield_sim.backends import workers
from hopfield_sim.backends.reference.attention import Attended, Attention, Floats, Memories

_CHUNK = 1 << 18
"""Size of a chunk in numbers: large enough for a thread, small enough for several chunks."""

_ROWS = 1 << 13
"""Largest number of memories of a chunk: a longer sum in float32 would lose digits."""

_SPAN = 1 << 26
"""Numbers processed by one kernel call, about 20 ms: the delay of a Ctrl-C."""


class CompiledAttention(Attention):
    """The reference, with kernels where they are faster."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels

    def _stream(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        patterns = memories.patterns
        products = memories.mask is None and memories.keys is None and memories.score is None
        plain = products and patterns.dtype == queries.dtype
        if len(queries) > 1 or not plain:
            return super()._stream(memories, queries, beta)
        scale, bias = (
            None if a is None else a.astype(queries.dtype) for a in (memories.scale, memories.bias)
        )
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
