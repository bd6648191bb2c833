"""Pools of workers: threads, processes, or the caller's executor; see also ``Cluster``."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from threading import Thread

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InvalidTypeError
from hopfield_sim.experiment.sweeps.trial import Chunk, Done, run
from hopfield_sim.support.daemons import Daemons

_MOST = 1024

__all__ = ["Pool", "local", "processors", "wrap"]


class Pool:
    """An executor that can be restarted when its workers died.

    Parameters
    ----------
    start : callable
        Creates the executor.
    slots : int
        Number of chunks that run at once.
    stop : callable, optional
        Called at the end, after the executor is shut down.
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
        """Submit a chunk to a worker."""
        if self._executor is None:
            self._executor = self._start()
        future = self._executor.submit(run, chunk)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def ready(self) -> bool:
        """Return whether work can be submitted now."""
        return True

    def lost(self, error: Exception) -> bool:
        """Return whether work was lost for a reason outside of it, such as a lost connection."""
        return False

    def tries(self, error: Exception) -> int:
        """Return how often work was tried before it ended with this error."""
        return 1

    def ask(self) -> str | None:
        """Return a warning about the workers, once, or None.

        Raises
        ------
        HopfieldError
            When the workers are lost for good.
        """
        return None

    def drop(self) -> None:
        """Release the workers; running work is finished, the rest is cancelled."""
        wait(self._cancel())
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None

    def abandon(self) -> None:
        """Release the workers at once, without waiting for running work."""
        self._cancel()
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.drop()
            else:
                self.abandon()
        finally:
            if self._stop is not None:
                self._stop()

    def _cancel(self) -> list[Future[Done]]:
        """Cancel work that has not started; return the rest."""
        # Executors of other packages lack the argument cancel_futures of shutdown.
        return [future for future in list(self._futures) if not future.cancel()]


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def local(workers: int | None = None, *, processes: bool = False) -> Pool:
    """Return a pool of workers on this machine: threads (kernels run in parallel) or processes.

    Parameters
    ----------
    workers : int, optional
        Number of workers, at most 1024; by default the number of processors.
    processes : bool
        Whether to use processes: for very small networks, whose time is spent in Python.
    """
    n = processors() if workers is None else checks.integer(workers, "workers", minimum=1)
    checks.integer(n, "workers", maximum=_MOST)
    return _Processes(n) if processes else Pool(lambda: Daemons(n), n)


class _Processes(Pool):
    """Spawned processes; BLAS and its threads do not survive a fork."""

    def __init__(self, n: int) -> None:
        super().__init__(self._spawn, n)

    def _spawn(self) -> Executor:
        # Slow to import, and needed for processes only.
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        executor = ProcessPoolExecutor(self.slots, get_context("spawn"), initializer=_obey)
        # Ctrl-C reaches every process of the terminal, and concerns the driver alone. Workers
        # inherit the blocked signal, so that it is not delivered before they ignore it.
        block = getattr(signal, "pthread_sigmask", lambda *_: ())
        before = block(getattr(signal, "SIG_BLOCK", 0), {signal.SIGINT})
        executor.submit(int)  # starts them
        block(getattr(signal, "SIG_SETMASK", 0), before)
        return executor

    def drop(self) -> None:
        wait(self._cancel())
        # Idle workers are not asked to end: one that was killed may have taken the lock of the
        # queue with it, and the others would wait for ever.
        self.abandon()

    def abandon(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            # A private attribute: until Python 3.14 the only way to end a busy process. Its futures
            # fail as broken; they must not be cancelled as well.
            for process in list((getattr(executor, "_processes", None) or {}).values()):
                process.kill()
            executor.shutdown()


def _obey() -> None:
    """Initialise a worker: it ends with the driver, and only with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    from multiprocessing import parent_process

    driver = parent_process()
    assert driver is not None
    driver.join()
    os._exit(1)


def wrap(executor: Executor) -> Pool:
    """Return a pool of the caller's executor, which stays open; broken workers end the sweep."""
    if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
        raise InvalidTypeError(
            f"executor must be one of concurrent.futures or alike; got {checks.show(executor)}"
        )
    return _Borrowed(lambda: executor, processors())


class _Borrowed(Pool):
    """The caller's executor, which is not shut down."""

    def abandon(self) -> None:
        self._executor = None
        super().abandon()

    def drop(self) -> None:
        executor, self._executor = self._executor, None
        super().drop()
        if getattr(executor, "_broken", False):
            raise HopfieldError("the executor lost its workers; make a new one and run again")
