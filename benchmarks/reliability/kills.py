"""``kill -9`` at random moments of whatever saves: what was acknowledged is there, and the same
again ends with the same bytes as one that nobody disturbed.

Killed are commands in a folder, with threads and with processes for workers, single workers of
them, trainings that write a checkpoint after every epoch, and savings of models. The processes are
warm ones, but for a few commands that Python starts anew. A place is killed over and over, until
what it does is done before the moment comes, and compared then.
"""

from __future__ import annotations

import math
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability import commands, small, warm
from benchmarks.reliability.tally import Tally

ROUNDS = (200, 10_000)
COLD = 50
"""Kills of a warm process for one of a command that Python starts anew."""

MOST = 6
"""Kills in one place, before it is left to end."""

WORKERS = 3
"""Kills of workers in one command: a trial is given up when it has taken four with it."""


@dataclass(frozen=True)
class Job:
    """What is killed.

    Parameters
    ----------
    what : str
        Its name in the table.
    act : callable
        Given the folder, in the process; returns the exit code.
    kept : callable
        What a folder holds that was acknowledged; what it held before must be among it.
    made : callable
        The bytes that must be the same in the end.
    """

    what: str
    act: Callable[[Path], int]
    kept: Callable[[Path], Collection[Any]]
    made: Callable[[Path], bytes]


def attack(rounds: int) -> Tally:
    """Kill so many times; places and moments follow from the number of the round."""
    tally, kills = Tally(), 0
    jobs = [(job, *_undisturbed(job)) for job in JOBS]
    for place, (job, made, seconds) in enumerate(cycle(jobs)):
        if kills >= rounds:
            break
        rng = random.Random(place)
        with warm.place() as name:
            try:
                if job.what == "a worker":
                    kills += _kill_workers(job, Path(name), rng, seconds, tally)
                else:
                    kills += _kill(job, Path(name), rng, seconds, min(MOST, rounds - kills), tally)
                code, said = warm.finish(warm.start(job.act, Path(name)))
                good = code == 0 and job.made(Path(name)) == made
                tally.judge(good, "the same bytes", f"{place}, {job.what}: exit {code}: {said}")
            except Exception as error:  # what is left cannot be read
                tally.lost(f"{place}, {job.what}: {error}")
                kills += 1
    for number in range(rounds // COLD):
        _kill_cold(number, tally)
    return tally


def _undisturbed(job: Job) -> tuple[bytes, float]:
    """What it makes, and how long a warm process takes for it, undisturbed by others, too."""
    seconds = math.inf
    for _ in range(3):
        with warm.place() as name:
            begun = time.monotonic()
            code, said = warm.finish(warm.start(job.act, Path(name)))
            seconds = min(seconds, time.monotonic() - begun)
            if code:
                raise SystemExit(f"{job.what} itself fails: {said}")
            made = job.made(Path(name))
    return made, seconds


def _kill(
    job: Job, folder: Path, rng: random.Random, seconds: float, most: int, tally: Tally
) -> int:
    """Kill it at most so many times, until it ends before; return how often it was killed."""
    known: set[Any] = set()
    for kills in range(most):
        process = warm.start(job.act, folder)
        process.join(rng.random() * seconds)
        known |= set(job.kept(folder))
        process.kill()
        code, said = warm.finish(process)
        if code == 0:
            return kills
        missing = known - set(job.kept(folder))
        told = f"exit {code}; {len(missing)} of {len(known)} kept are missing: {said}"
        good = code == -signal.SIGKILL and not missing
        tally.judge(good, f"kills of {job.what}", f"{job.what}: {told}")
    return most


def _kill_workers(job: Job, folder: Path, rng: random.Random, seconds: float, tally: Tally) -> int:
    """Kill single workers of a command, which goes on with others; return how many."""
    process, kills = warm.start(job.act, folder), 0
    while kills < WORKERS:
        process.join(rng.random() * seconds)
        workers = warm.workers(process)
        if process.exitcode is not None or not workers:
            break
        with suppress(ProcessLookupError):
            os.kill(rng.choice(workers), signal.SIGKILL)
            kills += 1
    code, said = warm.finish(process)
    if code:
        tally.lost(f"{job.what}: exit {code} after {kills}: {said}")
    else:
        tally.outcomes[f"kills of {job.what}"] += kills
    return kills


def _kill_cold(number: int, tally: Tally) -> None:
    """The same of a command as it is typed, which draws figures."""
    rng = random.Random(number)
    with warm.place() as name:
        folder = Path(name)
        words = [*commands.STUDY, "--out", name, *(["--processes"] if number % 2 else [])]
        process = commands.start(*words)
        if number % 4:
            commands.wait_for_trials(process, folder)
        time.sleep(rng.random() * (0.5 if number % 4 else 1.5))
        told = _trials(folder)
        process.kill()
        commands.finish(process)
        kept = _trials(folder)
        code, said = commands.finish(commands.start(*words))
        good = told <= kept and code == 0 and commands.table(folder) == commands.expected()
        told_of = f"{number}: {len(told)}, then {len(kept)}; exit {code}: {said}"
        tally.judge(good, "kills of a command from its start", told_of)


def _threads(folder: Path) -> int:
    return warm.command(*small.COMMAND, "--out", str(folder))


def _processes(folder: Path) -> int:
    return warm.command(*small.COMMAND, "--processes", "--out", str(folder))


def _trials(folder: Path) -> set[tuple[Any, ...]]:
    """All that the database has acknowledged."""
    path = folder / "results.sqlite"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path, timeout=10)) as db:
        try:
            return set(db.execute("SELECT cell, trial, payload FROM trials"))
        except sqlite3.OperationalError:  # not made yet
            return set()


def _table(folder: Path) -> bytes:
    return (folder / "small.csv").read_bytes()


def _train(folder: Path) -> int:
    states = hs.random_patterns(40, 30, rng=0)
    classifier = hs.DenseClassifier(6, epochs=EPOCHS, rng=0)
    classifier.fit(states, np.arange(40) % 3, checkpoint=folder / "classifier.npz", resume=True)
    return 0


EPOCHS = 30


def _epochs(folder: Path) -> range:
    """Those that the checkpoint has; one that cannot be read is an error here, and so a loss."""
    path = folder / "classifier.npz"
    return range(len(hs.load(path).history_) if path.exists() else 0)


def _classifier(folder: Path) -> bytes:
    """What was learnt, and how; but not in how many seconds."""
    with np.load(folder / "classifier.npz") as file:
        learnt = [file[name].tobytes() for name in sorted(file.files) if name in LEARNT]
        return b"".join([*learnt, file["history"][:, :-1].tobytes()])


LEARNT = {"memories", "velocity", "key", "digest"}


def _save(folder: Path) -> int:
    for number in range(1, 1 + SAVED):
        hs.HopfieldNetwork().store(hs.random_patterns(2, 40, rng=number)).save(folder / "net.npz")
    return 0


SAVED = 30


def _network(folder: Path) -> list[str]:
    """Whether there is one of those that were saved, whole."""
    path = folder / "net.npz"
    if not path.exists():
        return []
    patterns = hs.load(path).patterns
    wanted = (hs.random_patterns(2, 40, rng=number) for number in range(1, 1 + SAVED))
    return ["a whole network"] if any(np.array_equal(patterns, one) for one in wanted) else []


def _last(folder: Path) -> bytes:
    return (folder / "net.npz").read_bytes()


JOBS = [
    Job("a driver", _threads, _trials, _table),
    Job("a training", _train, _epochs, _classifier),
    Job("a driver of processes", _processes, _trials, _table),
    Job("a saving", _save, _network, _last),
    Job("a worker", _processes, _trials, _table),
]
