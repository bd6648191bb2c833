"""Ctrl-C and SIGTERM at random moments of long calls and long commands: the seconds until the
process has ended, its exit code, and whether the command goes on to the same table.

A call is made in forks of one process that has what it is given. A script has no handler of SIGTERM
unless it sets one, and would just end; here it has one, which leaves with 143 as Ctrl-C does with
130.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability import small, warm
from benchmarks.reliability.tally import Tally

ROUNDS = (100, 1000)
LONGEST = 3.0
"""Seconds: one is the aim, but a machine that is shared may take longer to end a process."""

LATEST = 0.8, 6.0
"""Seconds of the latest moment, in the short form and in the long one."""

RESUMED = [*small.COMMAND, "--trials", "150"]
"""A command that is over in a second, and is given again after the signal."""

COMMANDS = [
    ["capacity", "--sizes", "2500", "--rules", "perceptron", "--trials", "3"],
    ["capacity", "--sizes", "4000", "--rules", "pseudoinverse", "--trials", "3"],
    ["dense", "--processes"],
    ["distributed", "--full"],
    ["distributed"],
    ["dense"],
    RESUMED,
    [*RESUMED, "--processes"],
]

SPINS = "hs.random_patterns({}, {}, rng=0)".format
REALS = "np.random.default_rng(0).normal(size=({}, {}))".format
CALLS = {
    "hs.overlap(x, x)": SPINS(9000, 20_000),
    "hs.from_image(x)": "np.random.default_rng(0).integers(0, 256, (20_000, 10_000), np.uint8)",
    "hs.HopfieldNetwork().store(x, advise=False).weights": SPINS(8000, 10_000),
    "hs.HopfieldNetwork().store(x, advise=False).recall(x)": SPINS(3000, 6000),
    "hs.HopfieldNetwork('pseudoinverse').store(x)": SPINS(4000, 8000),
    "hs.HopfieldNetwork('storkey').store(x)": SPINS(4000, 5000),
    "hs.HopfieldNetwork('perceptron').store(x)": SPINS(2000, 2500),
    "hs.HopfieldNetwork.from_weights(np.ones((8000, 8000))).energy(x)": SPINS(9000, 8000),
    "hs.DenseMemory(order=3).store(x[:6000]).energy(x)": SPINS(15_000, 6000),
    "hs.ModernHopfield(0.1).store(x).recall(x)": REALS(12_000, 3000),
    "hs.DistributedMemory(90_000, 0.1, rng=0).store(x)": REALS(9000, 500),
    "hs.DistributedMemory(90_000, 0.1, rng=0).store(x[:9]).energy(x)": REALS(20_000, 500),
    "hs.KernelMemory('rbf', width=20.0).store(x)": SPINS(900, 1000),
    "hs.RestrictedHopfield(900, rng=0).store(x)": SPINS(400, 1800),
    "hs.TrainedDenseMemory(400, rng=0).store(x)": SPINS(400, 1500),
    "hs.DenseClassifier(900, rng=0).fit(np.tanh(x), np.arange(9000) % 9)": REALS(9000, 784),
}
"""Calls that take ten seconds and more, and what x is."""


JOBS: list[list[str] | tuple[str, str]] = [*CALLS.items(), *COMMANDS]

Moments = list[tuple[int, float]]
"""Signals, and when they come."""


def attack(rounds: int) -> Tally:
    """Interrupt calls and commands, each at several times, and measure."""
    tally = Tally()
    latest = LATEST[rounds > ROUNDS[0]]
    expected = _table(RESUMED)
    for place, job in enumerate(JOBS):
        # One signal and the other in turn: their number is odd, and so each comes half of the time.
        numbers = range(place, rounds, len(JOBS))
        moments = [
            ((signal.SIGINT, signal.SIGTERM)[n % 2], random.Random(n).random() * latest)
            for n in numbers
        ]
        if isinstance(job, tuple):
            ends = _call(job, moments)
        else:
            ends = [_command(job, *moment, expected) for moment in moments]
        for (number, later), (code, seconds, said) in zip(moments, ends, strict=True):
            name = signal.Signals(number).name
            over = code == 0 and not isinstance(job, tuple) and job[: len(RESUMED)] == RESUMED
            good = (over or code == 128 + number) and "Traceback" not in said
            outcome = "under 1 s" if seconds < 1 else f"under {LONGEST:.0f} s"
            told = f"{name} after {later:.1f} s of {job}: exit {code} after {seconds:.1f} s: {said}"
            tally.judge(good and seconds < LONGEST, f"{name} {outcome}", told)
    return tally


def _command(
    job: list[str], number: int, later: float, expected: bytes
) -> tuple[int | None, float, str]:
    """Signal a command; one that is short goes on with the same words."""
    with warm.place() as folder:
        process = warm.start(_started, *job, "--out", folder)
        process.join(later)
        begun = time.monotonic()
        if process.is_alive():
            with suppress(ProcessLookupError):  # it has ended just now
                os.killpg(process.pid or 0, number)
        code, said = warm.finish(process)
        seconds = time.monotonic() - begun
        if job[: len(RESUMED)] == RESUMED and _table(job, folder) != expected:
            said += "Traceback: another table"
    return code, seconds, said


def _started(*words: str) -> int:
    """A command whose signals mean the same before it has its own handlers."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: os._exit(128 + number))
    return warm.command(*words)


def _table(job: list[str], folder: str = "") -> bytes:
    """What a command ends with, which may have been begun in this folder."""
    if not folder:
        with warm.place() as folder:
            return _table(job, folder)
    code, said = warm.finish(warm.start(warm.command, *job, "--out", folder))
    table = Path(folder) / "small.csv"
    return table.read_bytes() if code == 0 and table.exists() else said.encode()


def _call(job: tuple[str, str], moments: Moments) -> list[tuple[int | None, float, str]]:
    """Signal a call as often as there are moments."""
    with warm.place() as folder:
        path = Path(folder) / "ends"
        code, said = warm.finish(warm.start(_interrupt, *job, moments, path), latest=900)
        if code or not path.exists():
            return [(None, 0.0, said)] * len(moments)
        return [(*end, said) for end in json.loads(path.read_text())]


def _interrupt(call: str, x: str, moments: Moments, path: Path) -> None:
    names: dict[str, Any] = {"np": np, "hs": hs}
    names["x"] = eval(x, names)
    signal.signal(signal.SIGTERM, _leave)
    ends = []
    for number, later in moments:
        child = os.fork()
        if not child:
            _end(call, names)
        time.sleep(later)
        begun = time.monotonic()
        os.kill(child, number)
        status = os.waitpid(child, 0)[1]
        ends.append((os.waitstatus_to_exitcode(status), time.monotonic() - begun))
    path.write_text(json.dumps(ends))


def _end(call: str, names: dict[str, Any]) -> None:
    try:
        eval(call, names)
    except KeyboardInterrupt:
        os._exit(128 + signal.SIGINT)
    except SystemExit as leaving:
        os._exit(int(str(leaving.code)))
    os._exit(1)  # it was over before, or wrong


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
