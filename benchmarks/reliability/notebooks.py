"""A study with worker processes in an interactive session, which has no file to start them from,
and a long call that is interrupted there: the session lives, with the same numbers afterwards.

The session is IPython's, as in a notebook, where it is installed, every other time Python's own.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

from benchmarks.reliability.tally import Tally

ROUNDS = (4, 100)

LONGEST = 120.0
"""Seconds for a session; it starts two processes that import the package."""

_STUDY = """
import hashlib, hopfield_sim as hs
from concurrent.futures import ProcessPoolExecutor
rows = lambda **how: hs.experiment.capacity([20, 40], ["hebbian"], 4, rng=1, **how).rows
study = lambda **how: hashlib.sha256(repr(rows(**how)).encode()).hexdigest()
print("one", study(workers=1))
print("two", study(workers=2))
with ProcessPoolExecutor(2) as pool: print("pool", study(executor=pool))

"""
_LONG = """
net = hs.HopfieldNetwork().store(hs.random_patterns(200, 2000, rng=0))
cues = hs.random_patterns(4000, 2000, rng=1)
print("begun", flush=True); run = net.recall(cues, temperature=1.0, max_sweeps=5000, rng=0)
"""
_AFTER = """
print("alive", study(workers=2))
"""


def attack(rounds: int) -> Tally:
    """Type the cells, interrupt the long one, and compare what the others print."""
    tally = Tally()
    for number in range(rounds):
        shell = "IPython" if number % 2 and find_spec("IPython") else "Python"
        fault = _session(shell, random.Random(number))
        tally.judge(not fault, f"{shell}: the same numbers, alive", f"{number}, {shell}: {fault}")
    return tally


def _session(shell: str, rng: random.Random) -> str:
    """What was wrong, if anything."""
    plain = ["-m", "IPython", "--simple-prompt", "--no-banner", "--quick"]
    process = subprocess.Popen(
        [sys.executable, "-u", *(plain if shell == "IPython" else ["-i", "-q"])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    said: list[str] = []
    try:
        process.stdin.write(_STUDY + _LONG)
        process.stdin.flush()
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            said.append(process.stdout.readline())
            if "begun" in said[-1] or not said[-1]:
                break
        time.sleep(rng.uniform(0.2, 1.0))
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(_AFTER + "\nexit()\n", timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return f"no end in {LONGEST:g} s; it said {''.join(said)[-300:]}"
    finally:
        process.kill()
    said += out.splitlines()
    words = " ".join(said).split()
    digests = [words[words.index(w) + 1] for w in ("one", "two", "pool", "alive") if w in words]
    if len(digests) < 4 or "KeyboardInterrupt" not in " ".join(said):
        return f"it said {' '.join(said)[-400:]}"
    return "" if len(set(digests)) == 1 else f"other numbers: {digests}"
