"""The sweep: every trial of some studies, by whatever workers there are, into one store.

Only this driver writes. A trial that raises, or whose worker dies, is tried three times more and
then recorded as failed. Whatever was finished is saved at once, so a sweep that was stopped,
politely or by ``kill -9``, goes on where it was; since trials depend on nothing but their numbers,
the result is the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, replace

from hopfield_sim.backends import blas
from hopfield_sim.errors import HopfieldError
from hopfield_sim.experiment import pool as pools
from hopfield_sim.experiment.pool import Pool
from hopfield_sim.experiment.progress import Amount, Progress
from hopfield_sim.experiment.result import Result
from hopfield_sim.experiment.store import Saved, Store
from hopfield_sim.experiment.study import Config, Study
from hopfield_sim.experiment.trial import Chunk, find

__all__ = ["Job", "Shard", "answer", "gather", "sweep"]

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

    def has(self, trial: int) -> bool:
        """Whether the trial of that number in the whole sweep belongs to this slice."""
        return trial % self.count == self.number - 1


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
    keys = {job.module: store.claim(job.study.name, job.config) for job in jobs}
    plan = _plan(jobs, store, keys, shard, pool.slots)
    # One BLAS thread a worker: two that share the processors are several times slower, and a sum
    # would depend on how many there are.
    with blas.limit(1), Progress(plan.amounts, pool.slots, progress) as shown:
        _Driver(plan, store, keys, pool, shown).run()


def gather(job: Job, store: Store) -> Result:
    """Return the study's result from what the store holds."""
    key = store.claim(job.study.name, job.config)
    cells = job.study.cells(job.config)
    return job.study.gather(job.config, store.payloads(key, len(cells)))


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
    job = Job(study, config)
    pool = pools.local(workers) if executor is None else pools.wrap(executor)
    with Store(":memory:") as store, pool:
        sweep([job], store, pool, progress=progress)
        failed = store.failed(store.claim(study.name, config))
        if failed:
            raise HopfieldError(f"{len(failed)} trials failed, the first with {failed[0][2]}")
        return gather(job, store)


@dataclass
class _Plan:
    """What there is to do, long trials first so that no worker is left with one at the end."""

    chunks: deque[Chunk]
    costs: dict[str, list[float]]
    amounts: dict[str, Amount]


def _plan(
    jobs: Sequence[Job], store: Store, keys: Mapping[str, str], shard: Shard, slots: int
) -> _Plan:
    plan = _Plan(deque(), {}, {})
    work: list[tuple[Job, float, list[tuple[int, int]]]] = []
    number = 0
    for job in jobs:
        finished = store.finished(keys[job.module])
        cells = job.study.cells(job.config)
        plan.costs[job.module] = [cell.cost for cell in cells]
        amount = plan.amounts[job.study.name] = Amount()
        for index, cell in enumerate(cells):
            numbers = range(number, number + cell.trials)
            number += cell.trials
            mine = [t for t, n in enumerate(numbers) if shard.has(n)]
            todo = [(index, trial) for trial in mine if (index, trial) not in finished]
            amount.trials += len(mine)
            amount.cost += len(mine) * cell.cost
            amount.done += len(mine) - len(todo)
            amount.done_cost += (len(mine) - len(todo)) * cell.cost
            work.append((job, cell.cost, todo))
    left = sum(amount.cost - amount.done_cost for amount in plan.amounts.values())
    seconds = min(_CHUNK_SECONDS, left / (_CHUNKS * slots))
    for job, cost, todo in sorted(work, key=lambda cell: -cell[1]):
        size = max(1, min(_CHUNK_TRIALS, int(seconds / cost)))
        for start in range(0, len(todo), size):
            plan.chunks.append(Chunk(job.module, job.config, tuple(todo[start : start + size])))
    return plan


class _Driver:
    """Hands out chunks, collects what comes back, and saves it."""

    def __init__(
        self, plan: _Plan, store: Store, keys: Mapping[str, str], pool: Pool, shown: Progress
    ) -> None:
        self.waiting = plan.chunks
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
            while self.waiting or self.suspects or self.running:
                self._hand_out()
                finished, _ = wait(self.running, _TICK, return_when=FIRST_COMPLETED)
                for future in finished:
                    self.shown.end(future)
                    self._collect(future, self.running.pop(future))
                self.shown.show()
        except BaseException:
            self.pool.drop()  # waits for what is running: those trials are saved too
            for future, chunk in self.running.items():
                if future.done() and not future.cancelled() and not future.exception():
                    self._save(chunk, [t for t in future.result() if t.error is None])
            raise

    def _hand_out(self) -> None:
        if self.broken and not self.running:
            self.pool.drop()
            self.broken = False
        if self.suspects:
            if not self.running:
                self._submit(self.suspects)
            return
        while self.waiting and len(self.running) < 2 * self.pool.slots and not self.broken:
            self._submit(self.waiting)

    def _submit(self, chunks: deque[Chunk]) -> None:
        chunk = chunks[0]
        try:
            future = self.pool.submit(chunk)
        except BrokenExecutor:  # found out here before any of the running chunks said so
            self.broken = True
            return
        self.running[future] = chunks.popleft()
        cost = sum(self.costs[chunk.module][cell] for cell, _ in chunk.trials)
        self.shown.begin(future, find(chunk.module).name, cost)

    def _collect(self, future: Future[list[Saved]], chunk: Chunk) -> None:
        try:
            outcome = future.result()
        except HopfieldError:
            raise
        except Exception as error:
            self.broken = self.broken or isinstance(error, BrokenExecutor)
            reason = f"{type(error).__name__}: {error}"
            outcome = [Saved(*which, None, reason) for which in chunk.trials]
        last = chunk.attempt >= RETRIES
        self._save(chunk, [t for t in outcome if t.error is None or last])
        again = [(t.cell, t.trial) for t in outcome if t.error is not None and not last]
        queue = self.suspects if self.broken else self.waiting
        queue.extend(replace(chunk, trials=(t,), attempt=chunk.attempt + 1) for t in again)

    def _save(self, chunk: Chunk, trials: list[Saved]) -> None:
        if trials:
            self.store.save(self.keys[chunk.module], trials)
        for trial in trials:
            self.shown.advance(find(chunk.module).name, self.costs[chunk.module][trial.cell])
