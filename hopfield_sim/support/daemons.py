"""Daemon threads, which are not joined when the interpreter ends.

Threads of ``concurrent.futures`` are, so that a Ctrl-C would wait for running calls.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from weakref import WeakSet

__all__ = ["Daemons"]

_LEFT: WeakSet[Thread] = WeakSet()
"""Threads that are no longer joined."""

_Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Daemons(Executor):
    """Daemon threads that take tasks from one queue.

    Parameters
    ----------
    n : int
        Largest number of threads; each starts when it is needed.
    """

    def __init__(self, n: int) -> None:
        self._n = n
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call to a thread.

        Raises
        ------
        RuntimeError
            When no further thread can be started.
        """
        if len(self._threads) < self._n:
            thread = Thread(target=self._work, name="hopfield_sim", daemon=True)
            thread.start()
            self._threads.append(thread)
        future: Future[Any] = Future()
        self._tasks.put((future, work, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads when all submitted calls, or all started ones, are done."""
        while cancel_futures and not self._tasks.empty():
            with suppress(Empty):
                if task := self._tasks.get_nowait():
                    task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()
        else:
            _LEFT.update(self._threads)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, work, args, kwargs = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = work(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
            del task, future, work, args, kwargs  # not kept while it waits for the next


@atexit.register
def _end_with_them() -> None:
    """Let the process end while threads compute.

    A library of linear algebra takes its memory and its own threads apart when the process exits,
    and a call that still runs then crashes, or never lets the process end. So nothing of that is
    done, or, where C has no ``on_exit``, the calls are waited for. Windows ends threads first.
    """
    if os.name == "nt" or not any(thread.is_alive() for thread in _LEFT):
        return
    try:
        import ctypes  # not needed otherwise

        c = ctypes.CDLL(None)
        c.fflush(None)
        c.on_exit(c._exit, None)  # ends the process at once, with the exit code that it has
    except (ImportError, OSError, AttributeError):
        for thread in _LEFT:
            thread.join()
