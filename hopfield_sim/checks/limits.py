"""The memory available to this process: that of the machine, and its limits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_GROUPS = {
    # controller: limit, use, and the part of it that the kernel can reclaim
    "": ("memory.max", "memory.current", ("active_file", "inactive_file")),
    "memory": (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_active_file", "total_inactive_file"),
    ),
}
"""The two versions of Linux's control groups."""

_UNLIMITED = 2**62
"""A limit above this is none; version 1 writes the largest number of whole pages."""

_STATM = {"RLIMIT_AS": 0, "RLIMIT_DATA": 5}
"""Field of /proc/self/statm, in pages, for each limit."""


def available(root: Path = Path("/")) -> int | None:
    """Bytes that can be allocated without swapping; None if the system does not say.

    Parameters
    ----------
    root : Path
        Folder that contains ``proc`` and ``sys``.
    """
    bounds = [*_machine(root), *_control_groups(root), *_process_limits(root)]
    return max(0, min(bounds)) if bounds else None


def _machine(root: Path) -> Iterator[int]:
    """Available memory, or else the total memory."""
    free = _fields(root / "proc/meminfo").get("MemAvailable:")
    if free is not None:
        yield free * 1024
        return
    try:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return


def _control_groups(root: Path) -> Iterator[int]:
    """The remaining memory of this process's control group and of its ancestors.

    In a container the folders above its own may be missing.
    """
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        controller = "memory" if "memory" in controllers.split(",") else controllers
        if controller not in _GROUPS:
            continue
        limit, use, cached = _GROUPS[controller]
        for top in _mounted(root, controller):
            inside = top / path.lstrip("/")
            for folder in (inside, *inside.parents):
                most = _number(folder / limit)
                used = None if most is None or most > _UNLIMITED else _number(folder / use)
                if most is not None and used is not None:
                    stat = _fields(folder / "memory.stat")
                    yield most - used + sum(stat.get(name, 0) for name in cached)
                if folder == top:
                    break


@cache
def _mounted(root: Path, controller: str) -> list[Path]:
    """Folders of a controller's groups; in version 1 several may share a folder of any name."""
    usual = root / "sys/fs/cgroup" / controller
    if not controller:
        return [usual]
    mounts = (line.split() for line in _text(root / "proc/self/mountinfo").splitlines())
    folders = [
        root / fields[4].lstrip("/")
        for fields in mounts
        if "cgroup" in fields[6:] and controller in fields[-1].split(",")
    ]
    return folders or [usual]


def _process_limits(root: Path) -> Iterator[int]:
    """The remaining memory of the process's own limits (``ulimit -v``)."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for name, place in _STATM.items():
        most = resource.getrlimit(getattr(resource, name))[0]
        if most != resource.RLIM_INFINITY:
            pages = _text(root / "proc/self/statm").split()
            yield from (most - int(used) * resource.getpagesize() for used in pages[place:][:1])


def _text(path: Path) -> str:
    try:
        with open(path, "rb", buffering=0) as file:  # in a tenth of the time of a text file
            return file.readall().decode("utf-8", "replace")
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    """The number in a file; None for "max" or a missing file."""
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None


def _fields(path: Path) -> dict[str, int]:
    """Parse lines of a name and a number."""
    rows = (line.split() for line in _text(path).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal()}
