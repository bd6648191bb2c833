"""Disks that are full after so many bytes: what was acknowledged stays, and the same goes on.

A disk is a file system in memory, where one may be mounted (on Linux); without that, and every
other time, a limit on the size of files.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import ROOT, STUDY, expected, finish, saved, start, table
from benchmarks.reliability.tally import Tally

ROUNDS = (4, 80)

LIMITED = (
    "import resource, sys\n"
    "limit = int(sys.argv.pop(1)); resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
    "from hopfield_sim.experiment.__main__ import main\n"
    "sys.exit(main())"
)
MOUNTED = """
mount -t tmpfs -o size="$1" none "$2" || exit
folder=$2; shift 2
"$@"
full=$?
cp -R "$folder"/. "$folder".kept
exit $full
"""
"""In a name space of its own, with which the file system goes; what is on it is kept beside it."""


def attack(rounds: int) -> Tally:
    """Fill a disk, then give the same command room."""
    tally = Tally()
    for number in range(rounds):
        with TemporaryDirectory() as name:
            size = 3_000 + 800_000 * number // rounds
            if number % 2 and _can_mount():
                what, folder, full = "disk", Path(f"{name}/disk.kept"), _mounted(size, name)
            else:
                size //= 12
                what, folder, full = "limit", Path(name), _limited(size, name)
            kept = saved(folder)
            said = full.stderr[-400:]
            told = full.returncode == 2 and "\nerror: " in f"\n{said}"
            tally.judge(told, f"{what}: told", f"{what} {size}: exit {full.returncode}: {said}")
            code, said = finish(start(*STUDY, "--out", folder))
            good = code == 0 and table(folder) == expected() and saved(folder) >= kept
            tally.judge(good, "went on", f"{what} {size}, {kept} saved: exit {code}: {said}")
    return tally


def _limited(size: int, folder: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED, str(size), *STUDY, "--out", folder]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def _mounted(size: int, folder: str) -> subprocess.CompletedProcess[str]:
    disk = Path(folder, "disk")
    disk.mkdir()
    study = [sys.executable, "-m", "hopfield_sim.experiment", *STUDY, "--out", str(disk)]
    return _alone(MOUNTED, str(size), str(disk), *study)


def _alone(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@cache
def _can_mount() -> bool:
    try:
        return _alone("mount -t tmpfs none .").returncode == 0
    except FileNotFoundError:
        return False
