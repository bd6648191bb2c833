"""Threads over the rows of a batch. Made once and, a forked process having none of its parent's,
once a process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Rows = NDArray[np.int64]


def share(work: Callable[[Rows], None], rows: Rows, parts: int, n_threads: int) -> None:
    """Do the work on these rows in so many parts, by so many threads, the caller among them."""
    if parts < 2 or n_threads < 2:
        work(rows)
        return
    left = np.array_split(rows, parts)

    def run() -> None:
        while left:
            try:
                piece = left.pop()
            except IndexError:  # another thread was quicker
                return
            work(piece)

    others = [_pool(n_threads, os.getpid()).submit(run) for _ in range(n_threads - 1)]
    try:
        run()
    finally:
        left.clear()  # after a Ctrl-C nobody begins another part
        for other in others:
            other.result()


@lru_cache(maxsize=4)
def _pool(n_threads: int, process: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # slow to import, and not always needed

    return ThreadPoolExecutor(n_threads, thread_name_prefix="hopfield_sim")
