"""The package as a processor without AVX-512, or without AVX2, would run it.

The kernels are compiled for several instruction sets, and the best that the processor has is chosen
when the library loads. To measure the others here, the package is built in ``build/levels`` with
macros that leave those versions out: nothing else differs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

LEVELS = {
    "SSE2": """-DHOPFIELD_NO_AVX512 -DHOPFIELD_NO_AVX2 '-DHOPFIELD_TARGETS="default"'""",
    "AVX2": """-DHOPFIELD_NO_AVX512 '-DHOPFIELD_TARGETS="default","arch=x86-64-v3"'""",
    "AVX-512": "",
}
"""The kernels that each kind of processor chooses from, by flags of the compiler."""

FORBIDDEN = {"SSE2": (b"x86_64_v3", b"x86_64_v4", b"avx512"), "AVX2": (b"x86_64_v4", b"avx512")}
"""What the symbols of such a build must not have in their names."""


def environment(level: str) -> dict[str, str]:
    """Variables under which Python imports the package at that level, built when it must be."""
    home = ROOT if level == widest() else _built(level)
    return {**os.environ, "PYTHONPATH": f"{home}{os.pathsep}{ROOT}", "PYTHONSAFEPATH": "1"}


def widest() -> str:
    """The instruction set that the shipped kernels use here."""
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text().split()) if info.exists() else set()
    if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
        return "AVX-512"
    return "AVX2" if {"avx2", "bmi2", "fma"} <= flags else "SSE2"


def until(widest: str) -> list[str]:
    """The instruction sets up to this one, narrow ones first."""
    every = list(LEVELS)
    return every[: every.index(widest) + 1]


def _built(level: str) -> Path:
    """A folder with the package at that level; what has not changed is not built again."""
    home = ROOT / "build" / "levels" / level.lower()
    command = [sys.executable, "-W", "ignore", "setup.py", "--quiet", "build"]
    folders = ["--build-base", str(home / "scratch"), "--build-lib", str(home / "lib")]
    variables = {**os.environ, "HOPFIELD_SIM_KERNELS": "require", "CFLAGS": LEVELS[level]}
    subprocess.run(
        [*command, *folders], cwd=ROOT, check=True, env=variables, stdout=subprocess.DEVNULL
    )
    for library in (home / "lib").rglob("*.so"):
        symbols = library.read_bytes()
        wider = [name.decode() for name in FORBIDDEN[level] if name in symbols]
        if wider:
            raise OSError(f"{library.name} was built for {', '.join(wider)} too")
    return home / "lib"
