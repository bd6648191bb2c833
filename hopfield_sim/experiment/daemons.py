"""Threads that nobody waits for: a trial in one of them can be left to itself.

Those of ``concurrent.futures`` are joined when the interpreter ends, so that a Ctrl-C would wait
for the trials that are running.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

__all__ = ["Daemons"]

_Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class Daemons(Executor):
    """Daemon threads that take tasks from one queue.

    Parameters
    ----------
    n : int
        How many at most; each begins when there is work for it.
    """

    def __init__(self, n: int) -> None:
        self._n = n
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a thread do some work."""
        future: Future[Any] = Future()
        self._tasks.put((future, work, args, kwargs))
        if len(self._threads) < self._n:
            self._threads.append(Thread(target=self._work, name="trial", daemon=True))
            self._threads[-1].start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads when what was submitted is done, or what of it has begun."""
        while cancel_futures and not self._tasks.empty():
            with suppress(Empty):
                if task := self._tasks.get_nowait():
                    task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

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
