"""The sweep: every trial of some studies, by whatever workers there are, into one store.

Only this driver writes. A trial that raises, or whose worker dies, is tried three times more and
then recorded as failed. Whatever was finished is saved at once, so a sweep that was stopped,
politely or by ``kill -9``, goes on where it was; since trials depend on nothing but their numbers,
the result is the same.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, replace
from itertools import chain, islice

from hopfield_sim import checks
from hopfield_sim.backends import blas
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, ResultsDirError
from hopfield_sim.experiment.sweeps import pool as pools
from hopfield_sim.experiment.sweeps.pool import Pool
from hopfield_sim.experiment.sweeps.progress import Amount, Progress
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.store import Saved, Store
from hopfield_sim.experiment.sweeps.study import Config, Study
from hopfield_sim.experiment.sweeps.trial import Chunk, find

__all__ = ["Job", "Shard", "answer", "count", "gather", "sizes", "sweep"]

RETRIES = 3
_CHUNK_SECONDS = 0.25
_CHUNK_TRIALS = 64
_TICK = 0.5
"""Seconds after which the bar moves, whether a trial has finished or not."""
_CHUNKS = 8
"""A worker's share of a small sweep comes in so many pieces, or one would wait for the others."""


@dataclass(frozen=True)
class Job:
    """A study with its configuration."""

    study: Study
    config: Config

    @property
    def module(self) -> str:
        """Where a worker finds the study."""
        return self.study.trial.__module__


@dataclass(frozen=True)
class Shard:
    """Slice ``number`` of ``count``, counted from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def of(self, start: int, trials: int) -> range:
        """Those of a cell's trials, the first having number ``start`` in the sweep, that it has.

        Examples
        --------
        >>> list(Shard(1, 3).of(4, 5))
        [2]
        """
        return range((self.number - 1 - start) % self.count, trials, self.count)


WHOLE = Shard(1, 1)


def sweep(
    jobs: Sequence[Job],
    store: Store,
    pool: Pool,
    *,
    shard: Shard = WHOLE,
    progress: bool = False,
) -> None:
    """Make all trials that the store does not have yet.

    Raises
    ------
    ResultsDirError
        When the store holds one of the studies under another configuration.
    HopfieldError
        What a trial raised because of its configuration.
    """
    keys = {job.module: _claim(job, store) for job in jobs}
    plan = _plan(jobs, store, keys, shard, pool.slots)
    # One BLAS thread a worker: two that share the processors are several times slower, and a sum
    # would depend on how many there are.
    with blas.limit(1), Progress(plan.amounts, pool.slots, progress) as shown:
        _Driver(plan, store, keys, pool, shown).run()


def gather(job: Job, store: Store) -> Result:
    """Return the study's result from what the store holds.

    Raises
    ------
    ResultsDirError
        When what it holds cannot be this study's.
    """
    found = store.payloads(_claim(job, store), len(job.study.cells(job.config)))
    try:
        return job.study.gather(job.config, found)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, HopfieldError) or not store.path.is_file():
            raise
        raise ResultsDirError(
            f"{store.path} holds trials of {job.study.name} that are not what the study makes "
            f"({type(error).__name__}: {error}); remove it, and they are made again"
        ) from error


def count(job: Job, store: Store) -> tuple[int, int, int]:
    """Return how many trials are done, how many there are to be, and how many were given up."""
    done, failed = store.count(_claim(job, store))
    return done, sum(sizes(job)), failed


def sizes(job: Job) -> list[int]:
    """Return how many trials each cell has."""
    return [cell.trials for cell in job.study.cells(job.config)]


def answer(
    study: Study,
    config: Config,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
) -> Result:
    """Run one study in memory.

    Raises
    ------
    HopfieldError
        When trials failed for good.
    """
    progress = checks.flag(progress, "progress")
    job = Job(study, config)
    pool = pools.local(workers) if executor is None else pools.wrap(executor)
    with Store(":memory:") as store, pool:
        sweep([job], store, pool, progress=progress)
        failed = store.failed(store.claim(study.name, config))
        if failed:
            reason = failed[0][2]
            short = reason.startswith(InsufficientMemoryError.__name__)
            kind = InsufficientMemoryError if short else HopfieldError
            raise kind(f"{len(failed)} trials failed, the first with {reason}")
        return gather(job, store)


def _claim(job: Job, store: Store) -> str:
    key = store.claim(job.study.name, job.config)
    store.check(key, sizes(job))
    return key


@dataclass
class _Plan:
    """What there is to do, long trials first so that no worker is left with one at the end."""

    chunks: Iterator[Chunk]
    costs: dict[str, list[float]]
    amounts: dict[str, Amount]


@dataclass
class _Cell:
    """A cell's part in the sweep; which trials it has is not written out, they may be millions."""

    job: Job
    index: int
    cost: float
    trials: range
    finished: set[tuple[int, int]]

    def chunks(self, size: int) -> Iterator[Chunk]:
        todo = ((self.index, t) for t in self.trials if (self.index, t) not in self.finished)
        while some := tuple(islice(todo, size)):
            yield Chunk(self.job.module, self.job.config, some)


def _plan(
    jobs: Sequence[Job], store: Store, keys: Mapping[str, str], shard: Shard, slots: int
) -> _Plan:
    costs: dict[str, list[float]] = {}
    amounts: dict[str, Amount] = {}
    work: list[_Cell] = []
    number = 0
    for job in jobs:
        finished = store.finished(keys[job.module])
        cells = job.study.cells(job.config)
        costs[job.module] = [cell.cost for cell in cells]
        amount = amounts[job.study.name] = Amount()
        for index, cell in enumerate(cells):
            mine = shard.of(number, cell.trials)
            number += cell.trials
            work.append(_Cell(job, index, cell.cost, mine, finished))
            amount.trials += len(mine)
            amount.cost += len(mine) * cell.cost
        for index, trial in finished:
            if trial in work[index - len(cells)].trials:
                amount.done += 1
                amount.done_cost += cells[index].cost
    left = sum(amount.cost - amount.done_cost for amount in amounts.values())
    seconds = min(_CHUNK_SECONDS, left / (_CHUNKS * slots))
    work.sort(key=lambda cell: -cell.cost)
    chunks = (cell.chunks(max(1, min(_CHUNK_TRIALS, int(seconds / cell.cost)))) for cell in work)
    return _Plan(chain.from_iterable(chunks), costs, amounts)


class _Driver:
    """Hands out chunks, collects what comes back, and saves it."""

    def __init__(
        self, plan: _Plan, store: Store, keys: Mapping[str, str], pool: Pool, shown: Progress
    ) -> None:
        self.plan = plan.chunks
        self.waiting: deque[Chunk] = deque()
        self.costs = plan.costs
        self.store = store
        self.keys = keys
        self.pool = pool
        self.shown = shown
        self.running: dict[Future[list[Saved]], Chunk] = {}
        # Workers that died took all that was running with them. Those trials go again one at a
        # time, so that the one which kills its worker is found and the others are not blamed.
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
            self.pool.abandon()  # what is running is dropped, and made again next time
            for future, chunk in self.running.items():
                if future.done() and not future.cancelled() and not future.exception():
                    self._save(chunk, [t for t in future.result() if t.error is None])
            raise

    def _wait(self) -> set[Future[list[Saved]]]:
        if not self.running:  # nobody is ready
            time.sleep(_TICK)
        return wait(self.running, _TICK, return_when=FIRST_COMPLETED).done

    def _more(self) -> bool:
        """Whether chunks wait; the plan is asked for one at a time."""
        if not self.waiting:
            self.waiting.extend(islice(self.plan, 1))
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
        except BrokenExecutor:  # found out here before any of the running chunks said so
            self.broken = True
            return
        except RuntimeError as error:
            raise HopfieldError(f"the executor takes no work: {error}") from error
        self.running[future] = chunks.popleft()
        cost = sum(self.costs[chunk.module][cell] for cell, _ in chunk.trials)
        self.shown.begin(future, find(chunk.module).name, cost)

    def _collect(self, future: Future[list[Saved]], chunk: Chunk) -> None:
        tries = chunk.attempt + 1
        try:
            outcome = future.result()
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
            outcome = [Saved(*which, None, reason) for which in chunk.trials]
        last = tries > RETRIES
        self._save(chunk, [t for t in outcome if t.error is None or last])
        again = [(t.cell, t.trial) for t in outcome if t.error is not None and not last]
        queue = self.suspects if self.broken else self.waiting
        queue.extend(replace(chunk, trials=(t,), attempt=tries) for t in again)

    def _save(self, chunk: Chunk, trials: list[Saved]) -> None:
        if trials:
            self.store.save(self.keys[chunk.module], trials)
        for trial in trials:
            self.shown.advance(find(chunk.module).name, self.costs[chunk.module][trial.cell])
