"""Rows measured in a process of their own, at an instruction set; and how they are shown."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks import levels
from benchmarks.measure import duration, ratio, settle
from benchmarks.row import NotMeasured, Row

Found = dict[str, Any]
"""What was found about one row: ours, baseline, quartiles, unit; or the reason why not."""


def measure(rows: Iterable[Row]) -> Iterator[Found]:
    """Measure rows in this process, one after another, with a single thread for BLAS."""
    with threadpool_limits(1):
        for row in rows:
            yield {"row": row.name, **_measured(row)}


def _measured(row: Row) -> Found:
    try:
        contest = row.prepare()
        found = settle(contest)
    except NotMeasured as error:
        return {"reason": str(error)}
    except Exception as error:  # a competitor may fail in any way; the table says how
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return {"reason": reason[:200]}
    return {
        "ours": found.ours,
        "baseline": found.baseline,
        "quartiles": found.quartiles,
        "unit": contest.unit,
    }


def elsewhere(
    table: str, level: str, rows: Sequence[Row], held: Mapping[str, str] | None = None
) -> dict[str, Found]:
    """Measure rows of a table in a process that imports the package at that level, with variables
    by which other libraries are ``held`` to it.
    """
    try:
        environment = levels.environment(level) | dict(held or {})
    except (OSError, subprocess.CalledProcessError) as error:
        return {row.name: {"reason": f"{level} kernels: {error}"} for row in rows}
    found: dict[str, Found] = {}
    command = [sys.executable, "-m", "benchmarks", "rows", table, *(row.name for row in rows)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout or ():
            entry = json.loads(line)
            found[entry["row"]] = entry
            why = entry.get("reason", "")
            print(f"{level:8} {entry['row']:20} {cell(entry)} {why}", file=sys.stderr, flush=True)
    died = {"reason": f"the process that measured ended with {process.returncode}"}
    return {row.name: found.get(row.name, died) for row in rows}


def cell(found: Found, floor: float | None = None) -> str:
    """The ratio with its quartiles, bold below the floor."""
    if "quartiles" not in found:
        return "not measured"
    low, middle, high = found["quartiles"]
    shown = f"**{ratio(middle)}**" if floor is not None and middle < floor else ratio(middle)
    return f"{shown} ({ratio(low)}–{ratio(high)})"


def times(found: Found) -> str:
    """Ours and the baseline's, for one thing."""
    if "ours" not in found:
        return "not measured"
    return f"{duration(found['ours'])}, {duration(found['baseline'])} a {found['unit']}"


def reasons(tables: Iterable[Mapping[str, Found]], *more: str) -> list[str]:
    """A paragraph that says why something was not measured, each reason once; none if all was."""
    names: dict[str, list[str]] = {}
    for table in tables:
        for name, entry in table.items():
            if "reason" in entry and name not in names.setdefault(entry["reason"], []):
                names[entry["reason"]].append(name)
    lines = [*more, *(f"{', '.join(rows)}: {reason}" for reason, rows in names.items())]
    return ["Not measured:\n\n" + "\n".join(f"- {line}" for line in lines)] if lines else []
