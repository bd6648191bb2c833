"""How much memory this process may still take: what the machine has, and what it is allowed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_GROUPS = {
    # controller: limit, use, and what of the use the kernel gives back if asked
    "": ("memory.max", "memory.current", ("active_file", "inactive_file")),
    "memory": (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_active_file", "total_inactive_file"),
    ),
}
"""The two versions of Linux's control groups."""

_STATM = {"RLIMIT_AS": 0, "RLIMIT_DATA": 5}
"""Where /proc/self/statm counts what a limit bounds, in pages."""


def available(root: Path = Path("/")) -> int | None:
    """Bytes that can be allocated without swapping; None where the system does not tell.

    Parameters
    ----------
    root : Path
        Where the folders ``proc`` and ``sys`` are.
    """
    bounds = [*_machine(root), *_control_groups(root), *_process_limits(root)]
    return max(0, min(bounds)) if bounds else None


def _machine(root: Path) -> Iterator[int]:
    """What is free, or else what there is."""
    free = _fields(root / "proc/meminfo").get("MemAvailable:")
    if free is not None:
        yield free * 1024
        return
    try:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return


def _control_groups(root: Path) -> Iterator[int]:
    """What this process's control group and each that it is in leave of their limits.

    In a container the folders up to its own may not be there.
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
                most, used = _number(folder / limit), _number(folder / use)
                if most is not None and used is not None:
                    found = _fields(folder / "memory.stat")
                    yield most - used + sum(found.get(name, 0) for name in cached)
                if folder == top:
                    break


def _mounted(root: Path, controller: str) -> list[Path]:
    """Where a controller's groups are; of version 1 several may share a folder of any name."""
    usual = root / "sys/fs/cgroup" / controller
    if not controller:
        return [usual]
    mounts = (line.split() for line in _text(root / "proc/self/mountinfo").splitlines())
    found = [
        root / fields[4].lstrip("/")
        for fields in mounts
        if "cgroup" in fields[6:] and controller in fields[-1].split(",")
    ]
    return found or [usual]


def _process_limits(root: Path) -> Iterator[int]:
    """What the process's own limits leave, as ``ulimit -v`` sets them."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    pages = _text(root / "proc/self/statm").split()
    for name, place in _STATM.items():
        most = resource.getrlimit(getattr(resource, name))[0]
        if most != resource.RLIM_INFINITY and place < len(pages):
            yield most - int(pages[place]) * resource.getpagesize()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    """A file's only number; None for "max" and for no file."""
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None


def _fields(path: Path) -> dict[str, int]:
    """Lines of a name and a number."""
    rows = (line.split() for line in _text(path).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal()}
