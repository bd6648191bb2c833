"""The workers behind a dask scheduler, and what may become of them and of it."""

from __future__ import annotations

import logging
import time
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Event, Thread

from hopfield_sim.errors import HopfieldError, MissingDependencyError
from hopfield_sim.experiment.sweeps.pool import Pool

__all__ = ["Cluster"]

_CONNECT = 10.0
"""Seconds to wait for the scheduler at the start."""

_EVERY = 1.0
"""Seconds between two questions to the scheduler."""

_WARN, _SILENT, _IDLE = 5.0, 30.0, 60.0
"""Seconds without workers until that is told; without an answer, and without workers, until the
sweep ends.
"""


class Cluster(Pool):
    """Workers elsewhere.

    Parameters
    ----------
    address : str
        The scheduler's, such as "tcp://10.0.0.7:8786".

    Raises
    ------
    MissingDependencyError
        Without dask.
    HopfieldError
        When nobody answers there.
    """

    def __init__(self, address: str) -> None:
        try:
            from dask.distributed import Client, KilledWorker
        except ImportError as error:
            raise MissingDependencyError(
                "a scheduler needs dask: pip install hopfield_sim[cluster], here and on every "
                "worker"
            ) from error
        # It tells of lost connections at length; what they mean here is told below.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        try:
            self._client = Client(address, timeout=_CONNECT)
        except (OSError, ValueError) as error:
            raise HopfieldError(f"no dask scheduler answers at {address}: {error}") from error
        self._address = address
        self._killed = KilledWorker
        self._workers: dict[str, int] = self._client.nthreads()
        self._heard = self._staffed = time.monotonic()
        self._warned = False
        self._closed = Event()
        super().__init__(self._client.get_executor, max(1, sum(self._workers.values())), self._end)
        Thread(target=self._watch, name="cluster", daemon=True).start()

    def ready(self) -> bool:
        """Not while the connection is lost and made again."""
        return bool(self._client.status == "running")

    def lost(self, error: Exception) -> bool:
        """Work that was with the scheduler when the connection ended is cancelled."""
        return isinstance(error, CancelledError)

    def tries(self, error: Exception) -> int:
        """The scheduler itself gives a task whose worker died to others, three times."""
        return 4 if isinstance(error, self._killed) else 1

    def ask(self) -> str | None:
        """What became of the scheduler and of its workers."""
        now = time.monotonic()
        go_on = "What was finished is saved, and the same command goes on"
        if now - self._heard > _SILENT or self._client.status in ("closing", "closed"):
            raise HopfieldError(
                f"the dask scheduler at {self._address} does not answer any more. {go_on} with a "
                "scheduler that runs"
            )
        if self._workers:
            self._staffed, self._warned = now, False
        if now - self._staffed > _IDLE:
            raise HopfieldError(
                f"the dask scheduler at {self._address} has had no workers for {_IDLE:.0f} s. "
                f"{go_on} when it has some: dask worker {self._address}"
            )
        if now - self._staffed > _WARN and not self._warned:
            self._warned = True
            return (
                f"the dask scheduler at {self._address} has no workers; waiting {_IDLE:.0f} s for "
                f"some: dask worker {self._address}"
            )
        return None

    def abandon(self) -> None:
        """Nothing can be cancelled where nobody answers."""
        with suppress(Exception):
            super().abandon()

    def _watch(self) -> None:
        """Ask the scheduler who is there: in a thread, for it may never answer."""
        while not self._closed.wait(_EVERY):
            with suppress(Exception):  # of many kinds; what counts is since when
                self._workers = self._client.nthreads()
                self._heard = time.monotonic()

    def _end(self) -> None:
        self._closed.set()
        closing = Thread(target=self._close, daemon=True)  # which waits for one that is gone
        closing.start()
        closing.join(_WARN)

    def _close(self) -> None:
        with suppress(Exception):
            self._client.close(timeout=_WARN)
