"""The sweep: runs all trials of some studies on a pool of workers, into one store.

Only this driver writes. A trial that raises, or whose worker dies, is retried three times and then
recorded as failed. Finished trials are saved at once, so a sweep that was stopped, even by
``kill -9``, continues where it was; trials depend only on their indices, so the result is the same.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import filterfalse, islice
from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, ResultsDirError
from hopfield_sim.experiment.sweeps import pool as pools
from hopfield_sim.experiment.sweeps.pool import Pool
from hopfield_sim.experiment.sweeps.progress import Amount, Progress
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.shard import WHOLE, Shard
from hopfield_sim.experiment.sweeps.store import Saved, Store
from hopfield_sim.experiment.sweeps.study import Study
from hopfield_sim.experiment.sweeps.trial import Chunk, Done
from hopfield_sim.support import blas

__all__ = ["answer", "count", "counted", "gather", "sizes", "sweep"]

RETRIES = 3
_CHUNK_SECONDS = 0.02, 0.25
"""Shortest and longest time of a chunk: to hand one out takes some 0.2 ms."""

_CHUNK_TRIALS = 64
_TICK = 0.5
"""Seconds between updates of the progress bar."""
_CHUNKS = 8
"""Smallest number of chunks for each worker, to balance small sweeps."""


def sweep(
    studies: Sequence[Study],
    store: Store,
    pool: Pool,
    *,
    shard: Shard = WHOLE,
    progress: bool = False,
) -> None:
    """Run all trials that the store does not have yet.

    Raises
    ------
    ResultsDirError
        When the store holds one of the studies under another configuration.
    HopfieldError
        When a trial fails because of its configuration.
    """
    plan = _Plan(studies, store, shard)
    # One BLAS thread a worker: two that share the processors are several times slower, and a sum
    # would depend on how many there are.
    with blas.limit(1), Progress(plan.amounts, pool.slots, progress) as shown:
        _Driver(plan, store, pool, shown).run()


def gather(study: Study, store: Store) -> Result:
    """Return the study's result from the payloads of the store.

    Raises
    ------
    ResultsDirError
        When they are not payloads of this study.
    """
    key, numbers = _claim(study, store)
    payloads = store.payloads(key, len(numbers))
    try:
        return study.gather(payloads)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, HopfieldError) or not store.path.is_file():
            raise
        raise ResultsDirError(
            f"{store.path} holds trials of {study.name} in another format "
            f"({type(error).__name__}: {error}); remove it, and they run again"
        ) from error


def count(study: Study, store: Store) -> tuple[int, int, int]:
    """Return the numbers of finished, planned and failed trials."""
    key, numbers = _claim(study, store)
    done, failed = store.count(key)
    return done, sum(numbers), failed


def sizes(study: Study) -> list[int]:
    """Return the number of trials of each cell."""
    return [cell.trials for cell in study.cells()]


def answer(study: Study, store: Store | None = None) -> Result:
    """Run one study with its own ``workers``, ``executor`` and ``progress``, in memory or a store.

    Raises
    ------
    HopfieldError
        When trials failed.
    """
    progress = checks.flag(study.progress, "progress")
    executor = study.executor
    pool = pools.local(study.workers) if executor is None else pools.wrap(executor)
    with Store(":memory:") if store is None else nullcontext(store) as kept, pool:
        sweep([study], kept, pool, progress=progress)
        failed = kept.failed(kept.claim(study.name, study.config))
        if failed:
            reason = failed[0][2]
            short = reason.startswith(InsufficientMemoryError.__name__)
            kind = InsufficientMemoryError if short else HopfieldError
            first = "," if len(failed) == 1 else ", the first"
            raise kind(f"{counted(len(failed), 'trial')} failed{first} with {reason}")
        return gather(study, kept)


def counted(n: int, noun: str) -> str:
    """Return a number of things in words.

    Examples
    --------
    >>> counted(1, "trial"), counted(2, "trial")
    ('1 trial', '2 trials')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _claim(study: Study, store: Store) -> tuple[str, list[int]]:
    """Return the key of the study's trials in the store, which must have no others, and the number
    of trials of each cell.
    """
    key, numbers = store.claim(study.name, study.config), sizes(study)
    store.check(key, numbers)
    return key, numbers


@dataclass
class _Cell:
    """A cell of the sweep; its trials, maybe millions, are an iterator."""

    study: Study
    key: str
    index: int
    values: Mapping[str, Any]
    todo: Iterator[int]
    left: int
    amount: Amount
    tried: bool = False

    def take(self, size: int) -> Chunk:
        some = tuple(islice(self.todo, size))
        self.left -= len(some)
        self.tried = True
        return Chunk(self.study.where(), self.study.config, self.index, self.values, some)


class _Plan:
    """Order of the work: one trial of every cell first, to measure its cost; then long trials
    before short ones, and several short ones at a time.
    """

    def __init__(self, studies: Sequence[Study], store: Store, shard: Shard) -> None:
        self.cells: dict[tuple[str, int], _Cell] = {}
        number = 0
        for study in studies:
            key, _ = _claim(study, store)
            finished: dict[int, set[int]] = {}
            for index, trial in store.finished(key):
                finished.setdefault(index, set()).add(trial)
            for index, cell in enumerate(study.cells()):
                mine = shard.of(number, cell.trials)
                number += cell.trials
                mine_done = {trial for trial in finished.get(index, ()) if trial in mine}
                amount = Amount(study.name, len(mine), len(mine_done))
                todo = filterfalse(mine_done.__contains__, mine)
                left = len(mine) - len(mine_done)
                mine_left = _Cell(study, key, index, cell.values, todo, left, amount)
                self.cells[study.where(), index] = mine_left
        self.amounts = [cell.amount for cell in self.cells.values()]
        # The last cells of a grid are nearly always its largest: those first.
        self._waiting = [cell for cell in self.cells.values() if cell.left]

    def of(self, chunk: Chunk) -> _Cell:
        """Return the cell of a chunk."""
        return self.cells[chunk.study, chunk.cell]

    def next(self, seconds: float | None) -> Chunk | None:
        """Return the next trials, worth about ``seconds``; None if there are no more."""
        self._waiting = [cell for cell in self._waiting if cell.left]
        if not self._waiting:
            return None
        untried = [cell for cell in self._waiting if not cell.tried]
        if untried:
            return untried[-1].take(1)
        cell = max(self._waiting, key=lambda cell: cell.amount.cost or 0.0)
        if not cell.amount.cost or seconds is None:
            return cell.take(1)
        return cell.take(max(1, min(_CHUNK_TRIALS, int(seconds / cell.amount.cost))))


class _Driver:
    """Submits chunks, collects and saves their results."""

    def __init__(self, plan: _Plan, store: Store, pool: Pool, shown: Progress) -> None:
        self.plan = plan
        self.waiting: deque[Chunk] = deque()
        self.store = store
        self.pool = pool
        self.shown = shown
        self.running: dict[Future[Done], Chunk] = {}
        # When a worker dies, all running trials fail. They run again one at a time, so that the one
        # that kills its worker is identified.
        self.suspects: deque[Chunk] = deque()
        self.broken = False

    def run(self) -> None:
        """Work until nothing is left."""
        try:
            while self._more() or self.suspects or self.running:
                self._hand_out()
                finished = self._wait()
                for future in finished:
                    self.shown.end(future)
                    self._collect(future, self.running.pop(future))
                self.shown.show()
                if warning := self.pool.ask():
                    self.shown.warn(warning)
        except BaseException:
            self.pool.abandon()  # running trials are dropped, and run again next time
            for future, chunk in self.running.items():
                if future.done() and not future.cancelled() and not future.exception():
                    self._save(chunk, [t for t in future.result().trials if t.error is None])
            raise

    def _wait(self) -> set[Future[Done]]:
        if not self.running:  # no worker is ready
            time.sleep(_TICK)
        return wait(self.running, _TICK, return_when=FIRST_COMPLETED).done

    def _more(self) -> bool:
        """Return whether chunks wait; the plan gives one at a time."""
        if not self.waiting:
            left, (shortest, longest) = self.shown.left(), _CHUNK_SECONDS
            seconds = None
            if left is not None:
                seconds = min(max(left / (_CHUNKS * self.pool.slots), shortest), longest)
            chunk = self.plan.next(seconds)
            self.waiting.extend([] if chunk is None else [chunk])
        return bool(self.waiting)

    def _hand_out(self) -> None:
        if self.broken and not self.running:
            self.pool.drop()
            self.broken = False
        if not self.pool.ready():
            return
        if self.suspects:
            if not self.running:
                self._submit(self.suspects)
            return
        while len(self.running) < 2 * self.pool.slots and not self.broken and self._more():
            self._submit(self.waiting)

    def _submit(self, chunks: deque[Chunk]) -> None:
        chunk = chunks[0]
        try:
            future = self.pool.submit(chunk)
        except BrokenExecutor:  # noticed before any running chunk failed
            self.broken = True
            return
        except RuntimeError as error:
            raise HopfieldError(f"the executor takes no work: {error}") from error
        self.running[future] = chunks.popleft()
        self.shown.begin(future, self.plan.of(chunk).amount, len(chunk.trials))

    def _collect(self, future: Future[Done], chunk: Chunk) -> None:
        tries = chunk.attempt + 1
        try:
            outcome, seconds = future.result()
            self.plan.of(chunk).amount.measure(len(chunk.trials), seconds)
        except HopfieldError:
            raise
        except Exception as error:
            if self.pool.lost(error):
                self.waiting.append(chunk)
                return
            self.broken = self.broken or isinstance(error, BrokenExecutor)
            if len(chunk.trials) == 1:
                tries = chunk.attempt + self.pool.tries(error)
            reason = f"{type(error).__name__}: {error}"
            outcome = [Saved(chunk.cell, trial, None, reason) for trial in chunk.trials]
        last = tries > RETRIES
        self._save(chunk, [t for t in outcome if t.error is None or last])
        again = [t.trial for t in outcome if t.error is not None and not last]
        queue = self.suspects if self.broken else self.waiting
        queue.extend(replace(chunk, trials=(trial,), attempt=tries) for trial in again)

    def _save(self, chunk: Chunk, trials: list[Saved]) -> None:
        cell = self.plan.of(chunk)
        if trials:
            self.store.save(cell.key, trials)
        cell.amount.done += len(trials)
