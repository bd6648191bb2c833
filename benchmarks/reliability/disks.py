"""Disks that are full after so many bytes, and folders that are read-only: the command says so,
what was acknowledged stays, and the same command goes on when there is room.

A disk is a file system in memory, where one may be mounted (on Linux); without that, and every
other time, a limit on the size of files.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
from functools import cache
from pathlib import Path

from benchmarks.reliability import small, warm
from benchmarks.reliability.commands import saved
from benchmarks.reliability.tally import Tally

ROUNDS = (50, 1000)
LEAST = 8192
"""Bytes of the fullest disk, and of a file: what the command itself says is written to one."""

LOCKED = 10
"""Full disks for one folder that is read-only."""

_NEW_USER, _NEW_MOUNTS, _READ_ONLY, _AGAIN = 0x10000000, 0x20000, 1, 32
"""Flags of ``unshare`` and of ``mount``."""


def attack(rounds: int) -> Tally:
    """Fill a disk, or lock a folder, then give the same command room."""
    tally = Tally()
    expected, total, largest = _undisturbed()
    for number in range(rounds):
        mounted = number % 2 == 1 and _can_mount()
        most = total if mounted else largest
        size = LEAST + (most - LEAST) * number // rounds
        what = "disk" if mounted else "limit"
        with warm.place() as name:
            folder = Path(name, "out")
            process = warm.start(_full if mounted else _limited, folder, size)
            _judge(tally, process, folder, f"{what}: told", f"{what} of {size}", 0, expected)
    for number in range(rounds // LOCKED):
        if not _can_mount():
            tally.right("read-only: left out, nothing can be mounted")
            continue
        with warm.place() as name:
            folder = Path(name, "out")
            done = number % 2 * (3 + number)
            if done:  # something is there before
                warm.finish(warm.start(_limited, folder, LEAST + 4096 * done))
            before = _saved(folder)
            process = warm.start(_locked, folder)
            _judge(tally, process, folder, "read-only: told", "read-only", before, expected)
    return tally


def _judge(
    tally: Tally,
    process: warm.ForkServerProcess,
    folder: Path,
    told: str,
    what: str,
    before: int,
    expected: bytes,
) -> None:
    """Judge how it ended, and how the same command goes on."""
    code, said = warm.finish(process)
    kept = saved(folder)
    good = code == 2 and "\nerror: " in f"\n{said}" and kept >= before
    tally.judge(good, told, f"{what}: exit {code}, {before} before, {kept} kept: {said}")
    code, said = warm.finish(warm.start(_run, folder))
    table = folder / "small.csv"
    good = code == 0 and table.read_bytes() == expected and saved(folder) >= kept
    tally.judge(good, "went on", f"{what}, {kept} saved: exit {code}: {said}")


def _saved(folder: Path) -> int:
    """How many trials a folder has, counted in a copy: to open a database writes its log to it."""
    if not folder.exists():
        return 0
    with warm.place() as name:
        return saved(shutil.copytree(folder, Path(name, "copy")))


def _undisturbed() -> tuple[bytes, int, int]:
    """The table, and how many bytes all files and the largest one have."""
    with warm.place() as name:
        code, said = warm.finish(warm.start(_run, Path(name)))
        if code:
            raise SystemExit(f"the study itself fails: {said}")
        sizes = [path.stat().st_size for path in Path(name).iterdir()]
        return Path(name, "small.csv").read_bytes(), sum(sizes), max(sizes)


def _run(folder: Path) -> int:
    return warm.command(*small.COMMAND, "--out", str(folder))


def _limited(folder: Path, size: int) -> int:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return _run(folder)


def _full(folder: Path, size: int) -> None:
    """Run on a disk of its own, with which its files go; what is on it is kept."""
    disk = folder.parent / "disk"
    _mount(disk, 0, f"size={size}")
    _run_and_leave(disk, folder)


def _locked(folder: Path) -> None:
    """Run in a folder that cannot be written, with what was in it."""
    disk = folder.parent / "disk"
    _mount(disk, 0, "size=10M")
    if folder.exists():
        shutil.copytree(folder, disk, dirs_exist_ok=True)
    _mount(disk, _READ_ONLY | _AGAIN, "")
    _run_and_leave(disk, folder)


def _run_and_leave(disk: Path, folder: Path) -> None:
    child = os.fork()  # the command ends its process as it likes
    if not child:
        os._exit(_run(disk))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    shutil.copytree(disk, folder, dirs_exist_ok=True)
    os._exit(code)


def _mount(disk: Path, flags: int, options: str) -> None:
    """Mount a file system in memory, which nobody else sees."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not flags:
        disk.mkdir()
        user = os.geteuid()
        if libc.unshare(_NEW_MOUNTS | (_NEW_USER if user else 0)):
            raise OSError(ctypes.get_errno(), "nothing can be mounted")
        if user:
            Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        else:  # or else those outside would see it
            libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None)
    if libc.mount(b"none", bytes(disk), b"tmpfs", flags, options.encode()):
        raise OSError(ctypes.get_errno(), "nothing can be mounted")


@cache
def _can_mount() -> bool:
    with warm.place() as name:
        return warm.finish(warm.start(_mount, Path(name, "disk"), 0, "size=1M"))[0] == 0
