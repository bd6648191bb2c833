"""Workers of a dask scheduler, and their failures."""

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
"""Seconds between two requests to the scheduler."""

_WARN, _SILENT, _IDLE = 5.0, 30.0, 60.0
"""Seconds without workers until a warning; without an answer, and without workers, until the sweep
ends.
"""


class Cluster(Pool):
    """Workers on other machines.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as "tcp://10.0.0.7:8786".

    Raises
    ------
    MissingDependencyError
        If dask is not installed.
    HopfieldError
        When no scheduler answers at the address.
    """

    def __init__(self, address: str) -> None:
        try:
            from dask.distributed import Client, KilledWorker
        except ImportError as error:
            raise MissingDependencyError(
                "a scheduler needs dask: pip install hopfield_sim[cluster], here and on every "
                "worker"
            ) from error
        # Its log messages about lost connections are replaced by those below.
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
        """Return False while the connection is being restored."""
        return bool(self._client.status == "running")

    def lost(self, error: Exception) -> bool:
        """Return whether work was cancelled because the connection ended."""
        return isinstance(error, CancelledError)

    def tries(self, error: Exception) -> int:
        """Return the number of tries; the scheduler itself retries tasks of dead workers."""
        return 4 if isinstance(error, self._killed) else 1

    def ask(self) -> str | None:
        """Return a warning about the scheduler and its workers, or None."""
        now = time.monotonic()
        go_on = "Finished trials are saved, and the same command continues"
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
        """Release the workers; without a connection nothing can be cancelled."""
        with suppress(Exception):
            super().abandon()

    def _watch(self) -> None:
        """Query the workers of the scheduler, in a thread, since it may never answer."""
        while not self._closed.wait(_EVERY):
            with suppress(Exception):  # of many kinds; only the time of the last answer counts
                self._workers = self._client.nthreads()
                self._heard = time.monotonic()

    def _end(self) -> None:
        self._closed.set()
        closing = Thread(target=self._close, daemon=True)  # it may wait for a lost scheduler
        closing.start()
        closing.join(_WARN)

    def _close(self) -> None:
        with suppress(Exception):
            self._client.close(timeout=_WARN)
