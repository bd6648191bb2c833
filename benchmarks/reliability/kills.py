"""``kill -9`` of the driver, or of a worker, at any moment; then the same command again."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import STUDY, expected, finish, saved, start, table
from benchmarks.reliability.commands import wait_for_trials as wait
from benchmarks.reliability.tally import Tally

ROUNDS = (6, 300)


def attack(rounds: int) -> Tally:
    """Kill, count what is there, go on to the end, and compare the table."""
    tally = Tally()
    for number in range(rounds):
        rng = random.Random(number)
        worker = number % 4 == 3
        with TemporaryDirectory() as name:
            folder = Path(name)
            words = [*STUDY, "--out", name, *(["--processes"] if number % 2 else [])]
            process = start(*words)
            if number % 4:
                wait(process, folder)
            time.sleep(rng.random() * (0.5 if number % 4 else 1.5))
            told = saved(folder)
            victim = _child(process) if worker else process.pid
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            code, said = finish(process)
            kept = saved(folder)
            if worker:
                tally.judge(code == 0, "workers replaced", f"{number}: exit {code}: {said}")
            code, said = finish(start(*words))
            good = kept >= told and code == 0 and table(folder) == expected()
            tally.judge(good, "went on", f"{number}: {told}, then {kept}; exit {code}: {said}")
    return tally


def _child(process: Popen[str]) -> int:
    """A worker of a driver: the newest of its children."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[-1]) if children else process.pid
