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
"""Threads of a pool at most: more of them than processors gain nothing."""

_PARTS = 4
"""A thread, so that those with the lighter ones take another."""


Work = Callable[[Rows], int | None]
"""Takes a part of the rows and says how many of them, the first ones, it had the time for; None is
all of them.
"""


def share(work: Work, rows: Rows, parts: int, n_threads: int) -> Rows:
    """Do the work on these rows in so many parts, by so many threads, the caller among them.

    At most so many, that is: a thread that cannot be started, because there are too many already or
    the interpreter is about to exit, is done without. Returns the rows for which there was no time.
    """
    left = np.array_split(rows, max(1, min(parts, len(rows))))[::-1]
    rest: list[Rows] = []

    def run() -> None:
        while left:
            try:
                part = left.pop()
            except IndexError:  # another thread was quicker
                return
            done = work(part)
            if done is not None and done < len(part):
                rest.append(part[done:])

    others = _begin(run, min(n_threads, len(left), _MOST) - 1)
    try:
        run()
    finally:
        left.clear()  # after a Ctrl-C nobody begins another part
        for other in others:
            if not other.cancel():  # it has begun
                other.result()
    return np.concatenate(rest) if rest else rows[:0]


def parts_for(n_threads: int, shares: int) -> int:
    """Into how many parts to cut so many shares, each of them worth a thread."""
    return min(_PARTS * n_threads, 1 + shares) if n_threads > 1 else 1


def _begin(run: Callable[[], None], count: int) -> list[Future[None]]:
    """Let so many threads run it besides the caller, or as many as can be had."""
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
