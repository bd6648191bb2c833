"""Compiled attention: one pass over the memories for a single query, and L1 distances.

For many queries at once the reference's matrix products are as fast as this machine gets; they are
left to it. The memories are cut into chunks that depend on nothing but their shape, so that the
result does not depend on the number of threads.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from hopfield_sim import backends
from hopfield_sim.backends.attention import Attended, Attention, Floats, Memories

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_CHUNK = 1 << 18
"""Numbers of a chunk: worth a thread's while, and enough chunks for all of them."""

_ROWS = 1 << 13
"""Memories of a chunk at most: a longer sum of float32 would lose digits."""

_SPAN = 1 << 26
"""Numbers in one kernel call, some 20 ms: how long a Ctrl-C may have to wait."""


class CompiledAttention(Attention):
    """The reference, with kernels where they pay."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels

    def _stream(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        if len(queries) > 1 or memories.mask is not None:
            return super()._stream(memories, queries, beta)
        patterns = memories.patterns
        p, n = patterns.shape
        chunk = max(1, min(_ROWS, _CHUNK // n))
        count = -(-p // chunk)
        totals, tops = np.zeros((count, n), queries.dtype), np.empty(count, queries.dtype)
        masses, scaleds = np.empty(count), np.empty(count)

        def walk(first: int, last: int) -> None:
            self._kernels.attend(
                patterns, queries[0], memories.scale, memories.bias, beta, chunk, first, last,
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
        count = -(-len(patterns) // block)

        def walk(first: int, last: int) -> None:
            end = min(last * block, len(patterns))
            self._kernels.distances(patterns, queries, mask, out, first * block, end, block)

        _share(walk, count, max(1, _SPAN // (block * n * len(queries))))
        return out


def _share(walk: Callable[[int, int], None], count: int, most: int) -> None:
    """Call ``walk(first, last)`` over 0 … count in pieces of at most ``most``, by all threads."""
    if count == 1:
        walk(0, 1)
        return
    n_threads = backends.threads(None)
    pieces = max(-(-count // most), min(count, n_threads))
    edges = np.linspace(0, count, pieces + 1).astype(int).tolist()
    if pieces == 1 or n_threads == 1:
        for first, last in pairwise(edges):
            walk(first, last)
    else:
        list(_pool(n_threads, os.getpid()).map(walk, edges[:-1], edges[1:]))


@lru_cache(maxsize=4)
def _pool(n_threads: int, process: int) -> ThreadPoolExecutor:
    """Threads are made once and, a forked process having none of its parent's, once a process."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(n_threads, thread_name_prefix="hopfield_sim")


@cache
def engine(name: str) -> Attention:
    """The engine that belongs to the backend of that name; the reference where the kernels were
    not built.
    """
    kernels = "hopfield_sim.backends._modern"
    if name == "cython":
        try:
            return CompiledAttention(importlib.import_module(kernels))
        except ModuleNotFoundError as error:
            if error.name != kernels:
                raise
    return Attention()
