"""The table of other packages: installing them, measuring them, saying so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date

from benchmarks import history, levels, peer_rows, report, runner
from benchmarks.measure import machine
from benchmarks.row import Row

PACKAGES = {
    "dwave-samplers": ["dwave-samplers"],
    "hopfieldkit": ["hopfieldkit"],
    "hopfieldnetwork": ["hopfieldnetwork"],
    # It asks for exact old versions of others, which its Hopfield network does not need.
    "neurodynex3": ["--no-deps", "neurodynex3"],
    "torch": ["torch==2.13.0"],
    "jax": ["jax"],
}
"""What pip is asked for, for each peer; no more than a processor's version of any."""


def install() -> None:
    """Install every peer that can be; those that cannot say so in the table."""
    for name, wanted in PACKAGES.items():
        command = [sys.executable, "-m", "pip", "install", "--quiet", *wanted]
        if subprocess.run(command, check=False).returncode:
            print(f"{name}: pip could not install it; its rows will say so", file=sys.stderr)


HELD = {
    "AVX2": {
        "OPENBLAS_CORETYPE": "Haswell",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    }
}
"""Variables by which libraries do as on a processor without AVX-512: NumPy's BLAS, those of
PyTorch, and JAX's compiler. PyTorch's own loops are left alone, since ``torch.compile`` fails else.
"""

HOW = """\
The package as it is shipped, one thread, against what is on PyPI, in an environment of its own;
processor time, in turns; a ratio, theirs over ours, is a median with its quartiles. Recall is of 50
random patterns in 1000 neurons from cues with 10 % of the bits flipped, 200 cues a call where a
package takes batches, first fields included; every package's end states are compared with ours, bit
by bit, before its time counts. Samples at a temperature have the same mean overlap within five
standard errors. The column AVX2 is how a processor without AVX-512 does: with our kernels for it,
and BLAS, PyTorch's libraries and JAX's compiler held to it. Times are those of the last column."""


def run(only: str = "") -> str:
    """Measure all peers whose name contains a word, and return the section.

    A run of all peers is added to the history.
    """
    rows = [row for row in peer_rows.ROWS if only in row.name]
    here = machine(*PACKAGES)
    found = {
        level: runner.elsewhere("peers", level, rows, HELD.get(level, {}))
        for level in levels.until(levels.widest())
        if level in (*HELD, levels.widest())
    }
    today = date.today().isoformat()
    if not only:
        history.append(history.entries(today, here, "peers", found))
        return sections(history.newest("peers"))  # with the digits that are kept
    return text(rows, today, here, found)


def sections(runs: Sequence[history.Run]) -> str:
    """The section of RESULTS.md of these runs, each of another processor."""
    return "\n\n".join(text(peer_rows.ROWS, *run, again=k > 0) for k, run in enumerate(runs))


def text(
    rows: Sequence[Row],
    day: str,
    here: str,
    found: Mapping[str, Mapping[str, runner.Found]],
    *,
    again: bool = False,
) -> str:
    """A table and what belongs to it: a line a package, a column an instruction set. What it is is
    not said ``again``.
    """
    *_, last = found.values()
    lines = [
        [
            row.what,
            row.against,
            runner.times(last[row.name]),
            *(runner.cell(measured.get(row.name, {})) for measured in found.values()),
        ]
        for row in rows
        if row.name in last
    ]
    return report.section(
        f"Other packages{' on another processor' if again else ''}, {day}",
        f"`make bench-peers` on {here}.",
        *([] if again else [HOW]),
        report.table(["what", "package", "times: ours, theirs", *found], lines),
        *runner.reasons(found.values()),
    )
