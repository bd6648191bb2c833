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


HOW = """\
The package as it is shipped, one thread, against what is on PyPI, in an environment of its own;
processor time, in turns; a ratio, theirs over ours, is a median with its quartiles. Recall is of 50
random patterns in 1000 neurons from cues with 10 % of the bits flipped, 200 cues a call where a
package takes batches, first fields included; every package's end states are compared with ours, bit
by bit, before its time counts. Samples at a temperature have the same mean overlap within five
standard errors."""


def run(only: str = "") -> str:
    """Measure all peers whose name contains a word, and return the section.

    A run of all peers is added to the history.
    """
    rows = [row for row in peer_rows.ROWS if only in row.name]
    here, widest = machine(*PACKAGES), levels.widest()
    found = {widest: runner.elsewhere("peers", widest, rows)}
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
    """A table and what belongs to it: a line a package. What it is is not said ``again``."""
    (measured,) = found.values()
    lines = []
    for row in rows:
        if row.name in measured:
            entry = measured[row.name]
            lines.append([row.what, row.against, runner.times(entry), runner.cell(entry)])
    return report.section(
        f"Other packages{' on another processor' if again else ''}, {day}",
        f"`make bench-peers` on {here}.",
        *([] if again else [HOW]),
        report.table(["what", "package", "times: ours, theirs", "ratio"], lines),
        *runner.reasons([measured]),
    )
