"""Drivers of ``--processes`` that end in every way: no worker is left behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import STUDY, finish, group_is_alive, start
from benchmarks.reliability.commands import wait_for_trials as wait
from benchmarks.reliability.tally import Tally

ROUNDS = (4, 80)
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def attack(rounds: int) -> Tally:
    """Signal the driver alone, and look for its session's processes."""
    tally = Tally()
    for number in range(rounds):
        with TemporaryDirectory() as folder:
            # Long enough not to be over when the signal comes.
            process = start(*STUDY, "--trials", "3000", "--processes", "--out", folder)
            wait(process, Path(folder))
            kind = SIGNALS[number % len(SIGNALS)]
            os.kill(process.pid, kind)
            code, said = finish(process)
            right = -kind if kind == signal.SIGKILL else 128 + kind
            good = code == right and "Traceback" not in said
            tally.judge(good, f"{kind.name}: exit {right}", f"{kind.name}: exit {code}: {said}")
            if group_is_alive(process):
                os.killpg(process.pid, signal.SIGKILL)
                tally.lost(f"{kind.name} left workers behind")
            else:
                tally.right("nobody left")
    return tally
