"""The table of our own ratios: every row, at every instruction set that the processor has."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

from benchmarks import (
    dense_rows,
    levels,
    recall_rows,
    report,
    rule_rows,
    runner,
    study_rows,
    trained_rows,
)
from benchmarks.measure import machine
from benchmarks.row import Row

ROWS = [*recall_rows.ROWS, *rule_rows.ROWS, *study_rows.ROWS, *dense_rows.ROWS, *trained_rows.ROWS]

HOW = """\
One thread, BLAS too; processor time, which other jobs do not lengthen (two threads: by the clock).
The competitors took turns; a ratio, baseline over ours, is a median with its quartiles. Before a
baseline counts its result is compared with ours: equal to the bit or, for real weights, to the last
digits. SSE2, AVX2 and AVX-512 are our kernels as such a processor runs them, all measured on this
one; times are those of {widest}, which the package chooses here. NumPy and BLAS use whatever the
processor has. The floor is required, the stretch hoped for; ratios below the floor are **bold**."""

RECALL = """\
Recall is of random patterns at load 0.05, if no P is given, from cues with 10 % of the bits
flipped, in batches of 200 states (100 for N = 3200), first fields and all checks of the arguments
included. NumPy with cached fields was written in two ways: one state after another, each leaping to
its next unstable site, and all states in step, which is the quicker by far."""


def run(only: str = "") -> str:
    """Measure all rows whose name contains a word, and return the section."""
    rows = [row for row in ROWS if only in row.name]
    here, widest = machine("threadpoolctl"), levels.widest()
    every = list(levels.LEVELS)
    at_hand, wider = every[: every.index(widest) + 1], every[every.index(widest) + 1 :]
    found = {
        level: runner.elsewhere(
            "own", level, [row for row in rows if row.compiled or level == widest]
        )
        for level in at_hand
    }

    def line(row: Row) -> list[str]:
        best = found[widest][row.name]
        cells = []
        for level in every:
            entry = found.get(level, {}).get(row.name)
            if not row.compiled:
                entry = best
            cells.append(runner.cell(entry or {}, row.floor_at(level)))
        return [row.what, row.against, runner.times(best), *cells, row.aims()]

    head = ["ours", "baseline", "times: ours, baseline", *every, "floor / stretch"]
    return report.section(
        "Our kernels against honest baselines",
        f"`make bench` on {here}.",
        HOW.format(widest=widest),
        RECALL,
        report.table(head, [line(row) for row in rows]),
        *runner.reasons(
            found.values(), *(f"the column {level}: this processor has none" for level in wider)
        ),
    )


def default_study() -> str:
    """One sentence about the whole course study, from the command to the report."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hopfield_sim.experiment", "--out", folder]
        environment = levels.environment(levels.widest())
        subprocess.run(command, check=True, capture_output=True, env=environment)
    seconds = time.perf_counter() - start
    return (
        f"The default study, `python -m hopfield_sim.experiment`, took {seconds:.0f} s from start "
        "to report (required: less than 180 s; hoped for: less than 60 s)."
    )
