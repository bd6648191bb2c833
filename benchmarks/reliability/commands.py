"""Command lines that are started to be ended: a sweep of a second or two, and how far it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
STUDY = ["capacity", "--sizes", "34", "--trials", "300", "--rules", "hebbian", "--workers", "2"]
LATEST = 120.0
"""Seconds after which a command hangs."""


def start(*words: str | Path) -> subprocess.Popen[str]:
    """The command line, in a session of its own."""
    return python("-m", "hopfield_sim.experiment", *map(str, words))


def python(*words: str) -> subprocess.Popen[str]:
    """Python, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code, -1 when it hangs, and the end of what it said."""
    try:
        out, errors = process.communicate(timeout=LATEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return -1, "it hung"
    return process.returncode, (errors + out)[-400:]


def saved(folder: Path) -> int:
    """How many trials are acknowledged."""
    path = folder / "results.sqlite"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=10)) as db:
            return int(db.execute("SELECT count(*) FROM trials").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def wait_for_trials(process: subprocess.Popen[str], folder: Path) -> None:
    """Until it has saved something, or has ended."""
    while not saved(folder) and process.poll() is None:
        time.sleep(0.02)


@cache
def expected() -> bytes:
    """The table of the study that nobody disturbed."""
    with TemporaryDirectory() as folder:
        code, said = finish(start(*STUDY, "--out", folder))
        if code:
            raise SystemExit(f"the study itself fails: {said}")
        return (Path(folder) / "capacity.csv").read_bytes()


def table(folder: Path) -> bytes:
    """The table that was written, if one was."""
    path = folder / "capacity.csv"
    return path.read_bytes() if path.exists() else b""


def group_is_alive(process: subprocess.Popen[str], seconds: float = 10.0) -> bool:
    """Whether some process of a session is still there after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True
