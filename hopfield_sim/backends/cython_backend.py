"""The compiled engine: the reference's class, its walks replaced by kernels, a batch split over
threads.

The split changes nothing: rows share no memory that is written, and randomness knows only a state's
index in the call.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.numpy_backend import NumpyBackend
from hopfield_sim.backends.protocol import STALE, Batch, Couplings, HeatBath, Limits

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_BUDGET: Final = 20_000_000
"""Visits in one kernel call, about 50 ms: how long a Ctrl-C may have to wait."""

_SHARE: Final = 200_000
"""Visits that are worth a thread of their own."""


Kernels = tuple[ModuleType, ModuleType]
"""Asynchronous walks and synchronous steps, compiled."""


class CythonBackend(NumpyBackend):
    """The same bits as the reference for integer couplings, many times faster."""

    name = "cython"

    def __init__(self, kernels: Kernels) -> None:
        self._walks, self._steps = kernels

    def asynchronous(
        self,
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        order: str,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """Site after site, each row by itself to its end."""
        how = (self._walks.ORDERS[order], key, until, _BUDGET)
        common = (batch.states, batch.fields, batch.index, batch.updates, batch.flips)

        def walk(rows: NDArray[np.int64]) -> None:
            if isinstance(rule, Limits):
                self._walks.asynchronous(
                    couplings.columns, rule.above, rule.below, *common, batch.stop, batch.fresh,
                    rows, *how, couplings.exact,
                )  # fmt: skip
            else:
                self._walks.asynchronous_heat_bath(
                    couplings.columns, couplings.diagonal, rule.offset, rule.fraction, rule.clamped,
                    rule.table, rule.gain, *common, batch.fresh, rows, *how,
                )  # fmt: skip

        self._drive(walk, couplings, batch, rule, until, n_threads)

    def synchronous(
        self,
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """All sites at once; a step adds the columns of the sites that flipped, if few."""
        # Adding an integer column costs less than its share of a matrix product, a column of
        # doubles does not.
        most_columns = couplings.n_neurons // (1 if couplings.exact else 8)

        def walk(rows: NDArray[np.int64]) -> None:
            if isinstance(rule, Limits):
                self._steps.synchronous(
                    couplings.columns, rule.above, rule.below, batch.states, batch.fields,
                    batch.previous, batch.updates, batch.flips, batch.stop, batch.fresh,
                    rows, until, _BUDGET, most_columns, couplings.exact,
                )  # fmt: skip
            else:
                self._steps.synchronous_heat_bath(
                    couplings.diagonal, rule.offset, rule.fraction, rule.clamped, rule.table,
                    rule.gain, batch.states, batch.fields, batch.index, batch.updates, batch.flips,
                    rows, key,
                )  # fmt: skip
                batch.fresh[rows] = STALE

        self._drive(walk, couplings, batch, rule, until, n_threads)

    def _drive(
        self,
        walk: Callable[[NDArray[np.int64]], None],
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        until: int,
        n_threads: int,
    ) -> None:
        """Call the kernel until every row has come to ``until`` or stopped, recomputing
        stale fields in between.
        """
        while (rows := batch.unfinished(until)).size:
            visits = rows.size * min(
                until - int(batch.updates[rows].min()), 4 * couplings.n_neurons
            )
            parts = min(rows.size, 4 * n_threads, 1 + visits // _SHARE)
            if parts > 1 and n_threads > 1:
                pieces = np.array_split(rows, parts)
                list(_pool(n_threads, os.getpid()).map(walk, pieces))
            else:
                walk(rows)
            self._refresh(couplings, batch, np.flatnonzero(batch.fresh == STALE))
        if isinstance(rule, Limits):
            self._stop_fixed(couplings, batch, rule)


@lru_cache(maxsize=4)
def _pool(n_threads: int, process: int) -> ThreadPoolExecutor:
    """Threads are made once and, a forked process having none of its parent's, once a process."""
    from concurrent.futures import ThreadPoolExecutor  # slow to import, and not always needed

    return ThreadPoolExecutor(n_threads, thread_name_prefix="hopfield_sim")


def load_kernels() -> Kernels | None:
    """The compiled kernels, or None where they were not built.

    ``import_module`` rather than an import statement, which reports a missing extension as a
    circular import.
    """
    room = "hopfield_sim.backends."
    try:
        asynchronous, synchronous = (
            importlib.import_module(room + name) for name in ("_asynchronous", "_synchronous")
        )
    except ModuleNotFoundError as error:
        if not str(error.name).startswith(room):
            raise
        return None
    return asynchronous, synchronous
