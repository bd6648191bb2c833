"""Disks that are full after so many bytes: what was acknowledged stays, and the same goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import ROOT, STUDY, expected, finish, saved, start, table
from benchmarks.reliability.tally import Tally

ROUNDS = (3, 40)

LIMITED = (
    "import resource, runpy, sys\n"
    "limit = int(sys.argv.pop(1)); resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
    "from hopfield_sim.experiment.__main__ import main\n"
    "sys.exit(main())"
)


def attack(rounds: int) -> Tally:
    """Run with a limit on the size of files, then without."""
    tally = Tally()
    for number in range(rounds):
        with TemporaryDirectory() as folder:
            limit = 3_000 + 60_000 * number // rounds + 9_000 * (number % 3)
            command = [sys.executable, "-c", LIMITED, str(limit), *STUDY, "--out", folder]
            full = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            kept = saved(Path(folder))
            said = full.stderr[-400:]
            told = full.returncode == 2 and "\nerror: " in f"\n{said}"
            tally.judge(told, "full: told", f"{limit}: exit {full.returncode}: {said}")
            code, said = finish(start(*STUDY, "--out", folder))
            good = code == 0 and table(Path(folder)) == expected()
            tally.judge(good, "went on", f"{limit}, {kept} saved: exit {code}: {said}")
    return tally
