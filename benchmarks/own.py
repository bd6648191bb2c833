"""The table of our own ratios: every row, at every instruction set that the processor has."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date

from benchmarks import (
    dense_rows,
    history,
    levels,
    limits,
    modern_rows,
    recall_rows,
    report,
    rule_rows,
    runner,
    sparse_rows,
    study_rows,
    trained_rows,
)
from benchmarks.measure import machine
from benchmarks.row import Row

ROWS = [
    *(*recall_rows.ROWS, *sparse_rows.ROWS, *rule_rows.ROWS),
    *(*study_rows.ROWS, *dense_rows.ROWS, *trained_rows.ROWS, *modern_rows.ROWS),
]

STUDY = "default-study"

TITLE = "Our kernels against honest baselines"

HOW = """\
One thread, BLAS too; processor time, which other jobs do not lengthen (two threads: by the clock).
The competitors took turns; a ratio, baseline over ours, is a median with its quartiles. Before a
baseline counts its result is compared with ours: equal to the bit or, for real weights, to the last
digits. SSE2, AVX2 and AVX-512 are our kernels as such a processor runs them, all measured on this
one; times are those of {widest}, which the package chooses here. NumPy and BLAS use whatever the
processor has."""

RECALL = """\
Recall is of random patterns at load 0.05, if no P is given, from cues with 10 % of the bits
flipped, in batches of 200 states (100 for N = 3200), first fields and all checks of the arguments
included. NumPy with cached fields was written in two ways: one state after another, each leaping to
its next unstable site, and all states in step, which is the quicker by far."""


def run(only: str = "") -> str:
    """Measure all rows whose name contains a word, and return the section.

    A run of all rows, which the default study belongs to, is added to the history.
    """
    rows = [row for row in ROWS if only in row.name]
    here, widest = machine("threadpoolctl"), levels.widest()
    found = {
        level: runner.elsewhere(
            "own", level, [row for row in rows if row.compiled or level == widest]
        )
        for level in levels.until(widest)
    }
    for name, measured in _limits(rows, found[widest]).items():
        found[widest][name] = measured
    today = date.today().isoformat()
    if not only:
        found[widest][STUDY] = {"ours": default_study(), "unit": "run"}
        history.append(history.entries(today, here, "own", found))
        return sections(history.newest("own"))  # with the digits that are kept
    return text(rows, today, here, found)


def sections(runs: Sequence[history.Run]) -> str:
    """The section of RESULTS.md of these runs, each of another processor."""
    return "\n\n".join(text(ROWS, *run, again=k > 0) for k, run in enumerate(runs))


def text(
    rows: Sequence[Row],
    day: str,
    here: str,
    found: Mapping[str, Mapping[str, runner.Found]],
    *,
    again: bool = False,
) -> str:
    """A table and what belongs to it: a line a row, a column an instruction set. What they are is
    not said ``again``.
    """
    every, widest = list(levels.LEVELS), list(found)[-1]

    def line(row: Row) -> list[str]:
        best = found[widest].get(row.name, {})
        cells = []
        for level in every:
            entry = found.get(level, {}).get(row.name)
            if not row.compiled:
                entry = best
            cells.append(runner.cell(entry or {}))
        return [row.what, row.against, runner.times(best), *cells, _of_limit(best)]

    head = ["ours", "baseline", "times: ours, baseline", *every, "of its limit"]
    missing = [level for level in every if level not in found]
    return report.section(
        f"{'The same on another processor' if again else TITLE}, {day}",
        f"`make bench` on {here}.",
        *([] if again else [HOW.format(widest=widest), RECALL]),
        report.table(head, [line(row) for row in rows if row.name in found[widest]]),
        *runner.reasons(
            found.values(), *(f"the column {level}: this processor has none" for level in missing)
        ),
        *_limits_in_words(found[widest], again=again),
        *_sentence(found[widest].get(STUDY)),
    )


def _limits(rows: Sequence[Row], found: Mapping[str, runner.Found]) -> dict[str, runner.Found]:
    """The processor's limits, and the rows with what their least work takes at them."""
    try:
        known = limits.measure()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no limits without a C compiler: {error}", file=sys.stderr)
        return {}
    every = dict(known)
    for row in rows:
        if row.work is not None and "ours" in found[row.name]:
            least, limit = row.work().least(known)
            every[row.name] = {**found[row.name], "least": least, "limit": limit}
    return every


def _limits_in_words(found: Mapping[str, runner.Found], *, again: bool) -> list[str]:
    """The processor's limits, if they were measured."""
    return [limits.sentences(found, again=again)] if limits.KINDS[0] in found else []


def _of_limit(found: runner.Found) -> str:
    """Our share of the limit, and which one it is."""
    if "least" not in found:
        return "—"
    return f"{found['least'] / found['ours']:.0%}, {found['limit']}"


def _sentence(study: runner.Found | None) -> list[str]:
    """How long the default study took, if that was measured."""
    if study is None:
        return []
    return [
        f"The default study, `python -m hopfield_sim.experiment`, took {study['ours']:.0f} s from "
        "start to report."
    ]


def default_study() -> float:
    """Seconds of the whole course study, from the command to the report."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hopfield_sim.experiment", "--out", folder]
        environment = levels.environment(levels.widest())
        subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start
