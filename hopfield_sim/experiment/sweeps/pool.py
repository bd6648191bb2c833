"""Who does the work: threads or processes here, or the caller's own executor; or a ``Cluster``."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context, parent_process
from threading import Thread
from types import TracebackType

from hopfield_sim import checks
from hopfield_sim.backends.daemons import Daemons
from hopfield_sim.errors import HopfieldError, InvalidTypeError
from hopfield_sim.experiment.sweeps.trial import Chunk, Done, run

_MOST = 1024

__all__ = ["Pool", "local", "processors", "wrap"]


class Pool:
    """An executor that can be opened anew when its workers died.

    Parameters
    ----------
    start : callable
        Makes the executor.
    slots : int
        How many chunks it works on at once.
    stop : callable, optional
        What to do at the very end, besides shutting the executor down.
    """

    def __init__(
        self, start: Callable[[], Executor], slots: int, stop: Callable[[], None] | None = None
    ) -> None:
        self.slots = slots
        self._start = start
        self._stop = stop
        self._executor: Executor | None = None
        self._futures: set[Future[Done]] = set()

    def submit(self, chunk: Chunk) -> Future[Done]:
        """Hand a chunk to a worker."""
        if self._executor is None:
            self._executor = self._start()
        future = self._executor.submit(run, chunk)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def ready(self) -> bool:
        """Whether work can be handed out at this moment."""
        return True

    def lost(self, error: Exception) -> bool:
        """Whether an error says nothing of the work: it was lost on the way."""
        return False

    def tries(self, error: Exception) -> int:
        """How often work was tried before it ended with this error."""
        return 1

    def ask(self) -> str | None:
        """A word of warning about the workers, once, where there is one.

        Raises
        ------
        HopfieldError
            When they will not come back.
        """
        return None

    def drop(self) -> None:
        """Let go of the workers; work that has begun is finished, the rest is cancelled."""
        wait(self._cancel())
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None

    def abandon(self) -> None:
        """Let go of the workers at once; nobody waits for what they are doing."""
        self._cancel()
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False)

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.drop()
            else:
                self.abandon()
        finally:
            if self._stop is not None:
                self._stop()

    def _cancel(self) -> list[Future[Done]]:
        """Cancel what has not begun; return what has."""
        # Not by shutdown's cancel_futures: executors that are not the standard library's lack it.
        return [future for future in list(self._futures) if not future.cancel()]


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def local(workers: int | None = None, *, processes: bool = False) -> Pool:
    """Workers on this machine: threads (the kernels run side by side) or fresh processes.

    Parameters
    ----------
    workers : int, optional
        How many, at most 1024; as many as there are processors when not given.
    processes : bool
        Processes for studies that spend their time in Python itself: very small networks.
    """
    n = processors() if workers is None else checks.integer(workers, "workers", minimum=1)
    checks.integer(n, "workers", maximum=_MOST)
    return _Processes(n) if processes else Pool(lambda: Daemons(n), n)


class _Processes(Pool):
    """Fresh processes: spawned, for BLAS and its threads do not survive a fork."""

    def __init__(self, n: int) -> None:
        super().__init__(self._spawn, n)

    def _spawn(self) -> Executor:
        executor = ProcessPoolExecutor(self.slots, get_context("spawn"), initializer=_obey)
        # A Ctrl-C reaches every process of the terminal, and is for the driver alone. The processes
        # inherit that it is blocked here, so that none meets it before it can ignore it.
        block = getattr(signal, "pthread_sigmask", lambda *_: ())
        before = block(getattr(signal, "SIG_BLOCK", 0), {signal.SIGINT})
        executor.submit(int)  # starts them
        block(getattr(signal, "SIG_SETMASK", 0), before)
        return executor

    def abandon(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            # Private, and until Python 3.14 the only way to end a process that is busy. What was
            # submitted comes back as broken; it must not be cancelled besides.
            for process in list((getattr(executor, "_processes", None) or {}).values()):
                process.kill()
            executor.shutdown()


def _obey() -> None:
    """What a worker does first: it ends with the driver, however that ends, and only with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    driver = parent_process()
    assert driver is not None
    driver.join()
    os._exit(1)


def wrap(executor: Executor) -> Pool:
    """Use the caller's executor; it stays open, and broken workers end the sweep."""
    if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
        raise InvalidTypeError(
            f"executor must be one of concurrent.futures or alike; got {checks.show(executor)}"
        )
    return _Borrowed(lambda: executor, processors())


class _Borrowed(Pool):
    """An executor that is not ours to shut down."""

    def abandon(self) -> None:
        self._executor = None
        super().abandon()

    def drop(self) -> None:
        executor, self._executor = self._executor, None
        super().drop()
        if getattr(executor, "_broken", False):
            raise HopfieldError("the executor lost its workers; make a new one and run again")
