"""``make sanitize``: the kernels under sanitizers, in a scratch copy that is built for them.

AddressSanitizer with UndefinedBehaviorSanitizer, and ThreadSanitizer, watch the tests of the
engines; each must find a bug that is planted. It needs gcc with its sanitizers, and some minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import ROOT

COPIED = ("hopfield_sim", "tests", "setup.py", "pyproject.toml", "README.md", "LICENSE")
PLANTED_IN = "hopfield_sim/backends/kernels/waves.pyx"

ONE_CALL = """
import numpy as np
from hopfield_sim.backends.kernels import waves
angles, cosines, sines = (np.zeros((2, 1000)) for _ in range(3))
waves.circle(angles, cosines, sines, 0, 2)
"""

TWO_THREADS = """
from threading import Thread
import numpy as np
from hopfield_sim.backends.kernels import waves
angles, cosines, sines = (np.zeros((500, 1000)) for _ in range(3))
threads = [Thread(target=waves.circle, args=(angles, cosines, sines, 0, 500)) for _ in "ab"]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@dataclass(frozen=True)
class Sanitizer:
    """How to build for it, what to run under it, and the bugs that it must find.

    Parameters
    ----------
    flag : str
        Of gcc.
    library : str
        What Python is started with, having been built without it.
    options : dict
        Of the environment.
    tests : list of str
        Words for pytest.
    planted : list of (str, str, str, str)
        A line of ``PLANTED_IN``, what takes its place, a program, and what must be reported.
    """

    flag: str
    library: str
    options: dict[str, str]
    tests: list[str]
    planted: list[tuple[str, str, str, str]]


SANITIZERS = [
    Sanitizer(
        "address,undefined",
        "libasan.so",
        {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "halt_on_error=1"},
        [
            "tests/backends/test_pairs.py",
            "tests/backends/test_waves.py",
            "tests/backends/test_dense_engine.py",
            "tests/backends/test_voting.py",
            "tests/backends/test_storkey.py",
            "tests/models/test_modern.py",
        ],
        [
            ("waves(n,", "waves(n + 1,", ONE_CALL, "heap-buffer-overflow"),
            (
                "cdef int64_t n = angles.shape[1], i",
                "cdef int64_t i, wrong = <int64_t>1 << (last + 63), n = angles.shape[1] + wrong",
                ONE_CALL,
                "shift exponent",
            ),
        ],
    ),
    Sanitizer(
        "thread",
        "libtsan.so",
        # The threads of BLAS, which was built without the sanitizer, would all seem to race.
        {"TSAN_OPTIONS": "halt_on_error=1 exitcode=66", "OPENBLAS_NUM_THREADS": "1"},
        ["tests/backends/test_pairs.py", "tests/backends/test_dense_engine.py"],
        [("waves(n,", "waves(n,", TWO_THREADS, "data race")],
    ),
]


def main() -> int:
    """Build, test and plant; 1 when a sanitizer speaks, or is silent where a bug is planted."""
    failures = 0
    for sanitizer in SANITIZERS:
        with TemporaryDirectory() as name:
            copy = Path(name)
            for item in COPIED:
                source = ROOT / item
                copied = shutil.copytree if source.is_dir() else shutil.copy
                copied(source, copy / item)
            for kernel in copy.glob("hopfield_sim/backends/kernels/*.so"):
                kernel.unlink()
            _build(copy, sanitizer)
            pytest = ["-m", "pytest", "-q", "-x", "-s", "-p", "no:cacheprovider", *sanitizer.tests]
            run = _run(copy, sanitizer, pytest)
            print(f"{sanitizer.flag}: tests: {run.stdout.strip().splitlines()[-1]}", flush=True)
            if run.returncode:
                print(run.stdout[-3000:], run.stderr[-3000:], file=sys.stderr)
                failures += 1
            for bug in sanitizer.planted:
                failures += not _finds(copy, sanitizer, *bug)
    return 1 if failures else 0


def _finds(copy: Path, sanitizer: Sanitizer, line: str, bug: str, code: str, report: str) -> bool:
    """Plant a bug, look whether it is reported, and take it out again."""
    source = copy / PLANTED_IN
    before = source.read_text(encoding="utf-8")
    assert line in before, f"{PLANTED_IN} has no line {line!r} any more"
    if bug != line:
        source.write_text(before.replace(line, bug), encoding="utf-8")
        _build(copy, sanitizer)
    run = _run(copy, sanitizer, ["-c", code])
    source.write_text(before, encoding="utf-8")
    found = run.returncode != 0 and report in run.stderr
    print(f"{sanitizer.flag}: a planted {report} is {'found' if found else 'MISSED'}", flush=True)
    return found


def _build(copy: Path, sanitizer: Sanitizer) -> None:
    subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"],
        cwd=copy,
        env=os.environ
        | {"CC": f"gcc -fsanitize={sanitizer.flag} -g1", "HOPFIELD_SIM_KERNELS": "require"},
        check=True,
        capture_output=True,
    )


def _run(copy: Path, sanitizer: Sanitizer, words: list[str]) -> subprocess.CompletedProcess[str]:
    preloaded = " ".join(_library(name) for name in (sanitizer.library, "libstdc++.so"))
    environment = {"LD_PRELOAD": preloaded, "PYTHONPATH": str(copy), **sanitizer.options}
    return subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        env=os.environ | environment | {"HOPFIELD_SIM_KERNELS": "require"},
        capture_output=True,
        text=True,
    )


def _library(name: str) -> str:
    found = subprocess.check_output(["gcc", f"-print-file-name={name}"], text=True).strip()
    if not Path(found).is_absolute():
        raise SystemExit(f"gcc has no {name} here; on Debian: apt install libasan8 libtsan2")
    return found


if __name__ == "__main__":
    sys.exit(main())
