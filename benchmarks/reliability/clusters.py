"""A dask scheduler, or all its workers, killed in the middle of a sweep: told, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import ROOT, STUDY, expected, finish, saved, start, table
from benchmarks.reliability.commands import wait_for_trials as wait
from benchmarks.reliability.tally import Tally

ROUNDS = (1, 20)


def attack(rounds: int) -> Tally:
    """Kill one or the other, then finish without a cluster."""
    tally = Tally()
    if find_spec("distributed") is None:
        tally.right("left out: dask is not installed")
        return tally
    for number in range(rounds):
        with TemporaryDirectory() as name:
            folder = Path(name)
            scheduler, address = _start("dask_scheduler", folder, "--port", "0", "--no-dashboard")
            worker, _ = _start("dask_worker", folder, address, "--no-nanny", "--no-dashboard")
            process = start(*STUDY[:-2], "--out", folder / "out", "--scheduler", address)
            wait(process, folder / "out")
            told = saved(folder / "out")
            (worker if number % 2 else scheduler).kill()
            code, said = finish(process)
            for helper in (worker, scheduler):
                helper.kill()
                helper.wait()
            good = code == 0 or (code == 2 and "Finished trials are saved" in said)
            tally.judge(good, f"exit {code}, told", f"{number}: exit {code}: {said}")
            kept = saved(folder / "out")
            code, said = finish(start(*STUDY, "--out", folder / "out"))
            good = kept >= told and code == 0 and table(folder / "out") == expected()
            tally.judge(good, "went on", f"{number}: {told}, then {kept}; exit {code}: {said}")
    return tally


def _start(what: str, folder: Path, *words: str) -> tuple[subprocess.Popen[str], str]:
    """A scheduler or a worker, and the address that it tells in its log."""
    log = folder / f"{what}.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{what}", *words],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=stream,
            text=True,
        )
    sign = "Scheduler at:" if what == "dask_scheduler" else "Registered to:"
    for _ in range(600):
        for line in log.read_text().splitlines():
            if sign in line:
                return process, line.split()[-1]
        time.sleep(0.1)
    raise SystemExit(f"{what} did not start: {log.read_text()[-500:]}")
