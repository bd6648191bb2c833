"""The package as a processor without AVX-512, or without AVX2, would run it.

The row kernels are compiled for several instruction sets, and the best that the processor has is
chosen when the library loads. To measure the others here, the package is copied into ``build/`` and
built with those versions left out of its headers: nothing else differs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLONES = re.compile(r"target_clones\(([^)]*)\)")

LEVELS = {
    "SSE2": ("default",),
    "AVX2": ("default", "arch=x86-64-v3"),
    "AVX-512": ("default", "arch=x86-64-v3", "arch=x86-64-v4"),
}
"""Versions of the row kernels that each kind of processor has to choose from."""


def environment(level: str) -> dict[str, str]:
    """Variables under which Python imports the package at that level, built when it must be."""
    home = ROOT if level == widest() else _built(level)
    return {**os.environ, "PYTHONPATH": f"{home}{os.pathsep}{ROOT}", "PYTHONSAFEPATH": "1"}


def has_clones() -> bool:
    """Whether the package's row kernels are chosen by instruction set at all."""
    return any(CLONES.search(path.read_text()) for path in _headers(ROOT))


def widest() -> str:
    """The instruction set that the shipped kernels use here."""
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text().split()) if info.exists() else set()
    if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
        return "AVX-512"
    return "AVX2" if {"avx2", "bmi2", "fma"} <= flags else "SSE2"


def keep(header: str, versions: tuple[str, ...]) -> str:
    """A header's text with only these versions of its row kernels.

    >>> clones = 'target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")'
    >>> keep(clones, ("default", "arch=x86-64-v3"))
    'target_clones("default", "arch=x86-64-v3")'
    >>> keep(f"__attribute__((unused, {clones}))", ("default",))
    '__attribute__((unused, ))'
    """

    def shorter(match: re.Match[str]) -> str:
        kept = [name for name in re.findall(r'"([^"]+)"', match[1]) if name in versions]
        # A single version is no choice; an empty attribute is legal and means nothing.
        names = ", ".join(f'"{name}"' for name in kept)
        return f"target_clones({names})" if len(kept) > 1 else ""

    return CLONES.sub(shorter, header)


def _built(level: str) -> Path:
    """A folder with the package at that level, built anew when its kernels have changed."""
    home = ROOT / "build" / "levels" / level.lower()
    stamp, sources = home / "sources", _digest()
    known = stamp.exists() and stamp.read_text() == sources
    if not known:
        shutil.rmtree(home, ignore_errors=True)
    _copy(home)
    for path in _headers(home):
        path.write_text(keep(path.read_text(), LEVELS[level]))
    if not known:
        command = [sys.executable, "-W", "ignore", "setup.py", "--quiet", "build_ext", "--inplace"]
        variables = {**os.environ, "HOPFIELD_SIM_KERNELS": "require"}
        subprocess.run(command, cwd=home, check=True, env=variables, stdout=subprocess.DEVNULL)
        stamp.write_text(sources)
    return home


def _copy(home: Path) -> None:
    ignore = shutil.ignore_patterns("*.so", "*.c", "__pycache__")
    shutil.copytree(ROOT / "hopfield_sim", home / "hopfield_sim", ignore=ignore, dirs_exist_ok=True)
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / name, home / name)


def _headers(home: Path) -> list[Path]:
    return sorted((home / "hopfield_sim" / "backends").glob("*.h"))


def _digest() -> str:
    folder = ROOT / "hopfield_sim" / "backends"
    paths = [p for ending in ("h", "pxd", "pyx") for p in sorted(folder.glob(f"*.{ending}"))]
    return sha256(b"".join(path.read_bytes() for path in [*paths, ROOT / "setup.py"])).hexdigest()
