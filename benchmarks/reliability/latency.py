"""Ctrl-C in the middle of long trials: the seconds until the command has ended."""

from __future__ import annotations

import os
import signal
import time
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import finish, start
from benchmarks.reliability.tally import Tally

ROUNDS = (3, 30)
LONGEST = 3.0
"""Seconds: one is the aim, but a machine that is shared may take longer to end a process."""

COMMANDS = [
    ["capacity", "--sizes", "2500", "--rules", "perceptron", "--trials", "3"],
    ["capacity", "--sizes", "4000", "--rules", "pseudoinverse", "--trials", "3"],
    ["dense", "--processes"],
    ["distributed", "--full"],
    ["distributed"],
    ["dense"],
]


def attack(rounds: int) -> Tally:
    """Interrupt each, some twice, and measure."""
    tally = Tally()
    for number in range(rounds):
        words = COMMANDS[number % len(COMMANDS)]
        with TemporaryDirectory() as folder:
            process = start(*words, "--out", folder)
            time.sleep(2.5)
            begun = time.monotonic()
            os.killpg(process.pid, signal.SIGINT)
            code, said = finish(process)
            seconds = time.monotonic() - begun
            good = code == 130 and seconds < LONGEST and "Traceback" not in said
            outcome = "under 1 s" if seconds < 1 else f"under {LONGEST:.0f} s"
            tally.judge(
                good, outcome, f"{' '.join(words)}: exit {code} after {seconds:.1f} s: {said}"
            )
    return tally
