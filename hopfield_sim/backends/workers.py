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
    from concurrent.futures import Future, ThreadPoolExecutor

Rows = NDArray[np.int64]

_MOST = 64
"""Largest number of threads of a pool."""

_PARTS = 4
"""A thread, so that those with the lighter ones take another."""


Work = Callable[[Rows], int | None]
"""Processes a part of the rows; returns the number of rows processed, the first ones; None: all."""


def share(work: Work, rows: Rows, parts: int, n_threads: int) -> Rows:
    """Process rows in ``parts`` parts by at most ``n_threads`` threads, the caller included.

    A thread that cannot be started, because there are too many or the interpreter exits, is left
    out. Returns the rows that were not processed.
    """
    parts = min(parts, len(rows))
    if parts < 2:
        done = work(rows)
        return rows[:0] if done is None else rows[done:]
    left = np.array_split(rows, parts)[::-1]
    rest: list[Rows] = []

    def run() -> None:
        while left:
            try:
                part = left.pop()
            except IndexError:  # taken by another thread
                return
            done = work(part)
            if done is not None and done < len(part):
                rest.append(part[done:])

    others = _begin(run, min(n_threads, len(left), _MOST) - 1)
    try:
        run()
    finally:
        left.clear()  # after a Ctrl-C no further part starts
        for other in others:
            if not other.cancel():  # it is running
                other.result()
    return np.concatenate(rest) if rest else rows[:0]


def parts_for(n_threads: int, shares: int) -> int:
    """Return the number of parts of ``shares`` shares, each of them worth a thread."""
    return min(_PARTS * n_threads, 1 + shares) if n_threads > 1 else 1


def _begin(run: Callable[[], None], count: int) -> list[Future[None]]:
    """Start ``count`` threads besides the caller, or as many as possible."""
    begun: list[Future[None]] = []
    try:
        while len(begun) < count:
            begun.append(_pool(count, os.getpid()).submit(run))
    except (ImportError, RuntimeError):  # the interpreter exits, or the system has no thread left
        pass
    return begun


@lru_cache(maxsize=4)
def _pool(n_threads: int, process: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # slow to import, and not always needed

    return ThreadPoolExecutor(n_threads, thread_name_prefix="hopfield_sim")
