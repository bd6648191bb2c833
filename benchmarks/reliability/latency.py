"""Ctrl-C in the middle of long trials and long calls: the seconds until the process has ended."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import finish, python, start
from benchmarks.reliability.tally import Tally

ROUNDS = (10, 160)
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

SPINS = "hs.random_patterns({}, {}, rng=0)".format
REALS = "np.random.default_rng(0).normal(size=({}, {}))".format
CALLS = {
    "hs.overlap(x, x)": SPINS(9000, 20_000),
    "hs.from_image(x)": "np.random.default_rng(0).integers(0, 256, (20_000, 10_000), np.uint8)",
    "hs.HopfieldNetwork().store(x, advise=False).weights": SPINS(8000, 10_000),
    "hs.HopfieldNetwork('pseudoinverse').store(x)": SPINS(4000, 8000),
    "hs.HopfieldNetwork('storkey').store(x)": SPINS(4000, 5000),
    "hs.HopfieldNetwork('perceptron').store(x)": SPINS(2000, 2500),
    "hs.HopfieldNetwork.from_weights(np.ones((8000, 8000))).energy(x)": SPINS(30_000, 8000),
    "hs.DenseMemory(order=3).store(x[:6000]).energy(x)": SPINS(30_000, 6000),
    "hs.ModernHopfield(0.1).store(x).recall(x)": REALS(12_000, 3000),
    "hs.DistributedMemory(90_000, 0.1, rng=0).store(x)": REALS(9000, 500),
    "hs.RestrictedHopfield(900, rng=0).store(x)": SPINS(400, 1800),
    "hs.TrainedDenseMemory(400, rng=0).store(x)": SPINS(400, 1500),
    "hs.DenseClassifier(900, rng=0).fit(np.tanh(x), np.arange(9000) % 9)": REALS(9000, 784),
}
"""Calls that take ten seconds and more, and what x is."""


JOBS: list[tuple[str, str] | list[str]] = [*COMMANDS[:2], *CALLS.items(), *COMMANDS[2:]]


def attack(rounds: int) -> Tally:
    """Interrupt calls and commands in turn, each at some time, and measure."""
    tally = Tally()
    for number in range(rounds):
        job, later = JOBS[number % len(JOBS)], random.Random(number).random()
        with TemporaryDirectory() as folder:
            if isinstance(job, tuple):
                process, wanted = _called(*job), -signal.SIGINT
            else:
                process, wanted = start(*job, "--out", folder), 130
                later += 2
            time.sleep(0.2 + later)
            begun = time.monotonic()
            os.killpg(process.pid, signal.SIGINT)
            code, said = finish(process)
        seconds = time.monotonic() - begun
        told = "KeyboardInterrupt" in said if isinstance(job, tuple) else "Traceback" not in said
        good = code == wanted and told and seconds < LONGEST
        outcome = "under 1 s" if seconds < 1 else f"under {LONGEST:.0f} s"
        tally.judge(good, outcome, f"{job}: exit {code} after {seconds:.1f} s: {said}")
    return tally


def _called(call: str, x: str) -> subprocess.Popen[str]:
    """A call that has begun."""
    lines = "import numpy as np", "import hopfield_sim as hs", f"x = {x}", "print(flush=True)", call
    process = python("-c", "\n".join(lines))
    assert process.stdout
    process.stdout.readline()
    return process
