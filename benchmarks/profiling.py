"""Where the time of a recall, or of a row, goes: Python by cProfile, kernels by perf if there.

``make profile`` prints two tables; docs/speed.md says how to read them.
"""

from __future__ import annotations

import cProfile
import pstats
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

import hopfield_sim as hs
from benchmarks.measure import duration, machine
from benchmarks.recall_rows import SWEEPS, TEMPERATURE, task
from benchmarks.row import Row

SECONDS = 4.0
STATES = 200
OPTIONS: dict[str, dict[str, Any]] = {
    "async": {"update": "async"},
    "sync": {"update": "sync"},
    "glauber": {"temperature": TEMPERATURE, "max_sweeps": SWEEPS},
}

Function = tuple[str, int, str]
"""A function as cProfile names it: file, line, name."""

STAGES = {
    "checks": "judging the arguments",
    "first fields": "W s, or the overlaps, for every cue",
    "walk": "the compiled kernels, and handing over to them",
    "scoring": "comparing the ends with the patterns",
    "driver": "Python around all that",
}


def report(n: int, update: str) -> str:
    """The tables for one network size and dynamics."""
    stats, calls = profiled(workload(n, update))
    stages = by_stage(stats)
    total = sum(stages.values())
    lines = [
        f"{machine()}",
        f"{update}, N = {n}, P = {n // 20}, {STATES} states a call, 10 % of the bits flipped, "
        f"one thread: {duration(total / calls / STATES)} a state",
        "",
        f"{'stage':14}{'share':>7}{'a state':>11}   what it is",
    ]
    for stage, what in STAGES.items():
        seconds = stages.get(stage, 0.0)
        each = duration(seconds / calls / STATES)
        lines.append(f"{stage:14}{seconds / total:>7.1%}{each:>11}   {what}")
    return "\n".join([*lines, "", *inside(f"workload({n}, {update!r})")])


def report_row(name: str) -> str:
    """The tables for our side of a row of ``make bench``."""
    row = row_called(name)
    stats, calls = profiled(row.prepare().ours)
    table: dict[Function, Any] = stats.stats  # type: ignore[attr-defined]
    total = sum(numbers[2] for numbers in table.values())
    lines = [
        f"{machine()}",
        f"{row.what}, one thread: {duration(total / calls)} a call",
        "",
        f"{'function':44}{'share':>7}{'a call':>11}   times",
    ]
    hot = sorted(table.items(), key=lambda entry: -entry[1][2])
    for (file, _, function), (_, times, own, _, _) in hot[:12]:
        called = f"{Path(file).stem}.{function}" if file != "~" else function.strip("<>")
        each = duration(own / calls)
        lines.append(f"{called[:43]:44}{own / total:>7.1%}{each:>11}   {times / calls:.0f}")
    return "\n".join([*lines, "", *inside(f"row_called({name!r}).prepare().ours")])


def row_called(name: str) -> Row:
    """A row of ``make bench`` by its name."""
    from benchmarks import own

    rows = {row.name: row for row in own.ROWS}
    if name not in rows:
        raise SystemExit(f"no row is called {name!r}; there are {', '.join(rows)}")
    return rows[name]


def profiled(work: Callable[[], object]) -> tuple[pstats.Stats, int]:
    """Functions with their times, and how many calls were made."""
    calls = 0
    with threadpool_limits(1), cProfile.Profile() as profile:
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            work()
            calls += 1
    return pstats.Stats(profile), calls


def workload(n: int, update: str) -> Callable[[], object]:
    """One recall and its scoring."""
    t = task(n, n // 20, STATES)
    net = t.net()

    def work() -> object:
        run = net.recall(t.cues, n_threads=1, rng=0, **OPTIONS[update])
        return hs.match(run.states, t.patterns)

    work()
    return work


def by_stage(stats: pstats.Stats) -> dict[str, float]:
    """Seconds by stage: a function's own time belongs to the first caller that has a stage."""
    table: dict[Function, Any] = stats.stats  # type: ignore[attr-defined]
    totals: dict[str, float] = {}
    for function, (_, _, own, _, _) in table.items():
        for stage, part in _shares(function, table, frozenset()).items():
            totals[stage] = totals.get(stage, 0.0) + own * part
    return totals


def _shares(
    function: Function, table: dict[Function, Any], above: frozenset[Function]
) -> dict[str, float]:
    """Which stages a function works for, and how much for each."""
    stage = _stage(function)
    if stage is not None:
        return {stage: 1.0}
    callers = {f: numbers for f, numbers in table[function][4].items() if f not in above}
    weights = {f: numbers[3] + 1e-12 for f, numbers in callers.items()}
    whole = sum(weights.values())
    if not whole:
        return {"driver": 1.0}
    shares: dict[str, float] = {}
    for caller, weight in weights.items():
        for name, part in _shares(caller, table, above | {function}).items():
            shares[name] = shares.get(name, 0.0) + part * weight / whole
    return shares


def _stage(function: Function) -> str | None:
    """The stage that a function of ours starts; None for what is done for any of them."""
    file, _, name = function
    folders = Path(file).parts[:-1]
    if "hopfield_sim" not in folders:
        return None
    inside_package = folders[len(folders) - folders[::-1].index("hopfield_sim") :]
    room = inside_package[0] if inside_package else ""
    if room == "models":
        return {"start": "first fields", "advance": "walk"}.get(name)
    return {"checks": "checks", "patterns": "scoring"}.get(room)


def inside(work: str) -> Iterator[str]:
    """The busiest loops by perf's samples, or how to get perf; ``work`` is an expression."""
    if shutil.which("perf") is None:
        yield "perf is not here, so the loops inside the kernels are not told apart (Debian and"
        yield "Ubuntu: sudo apt install linux-perf)."
        return
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/perf.data"
        code = (
            "import time\n"
            "from threadpoolctl import threadpool_limits\n"
            "from benchmarks.profiling import SECONDS, row_called, workload\n"
            "with threadpool_limits(1):\n"
            f"    work = {work}\n"
            "    end = time.perf_counter() + SECONDS\n"
            "    while time.perf_counter() < end: work()\n"
        )
        record = ["perf", "record", "--quiet", "-o", data, sys.executable, "-c", code]
        made = subprocess.run(record, capture_output=True, text=True)
        wanted = ["perf", "report", "--stdio", "-i", data, "--sort", "dso,symbol"]
        shown = subprocess.run(wanted, capture_output=True, text=True)
    found = list(hottest(shown.stdout))
    if made.returncode or not found:
        yield "perf is here but may not sample: sudo sysctl kernel.perf_event_paranoid=1"
        return
    yield f"{'loop':44}{'share':>7}   in"
    for share, name, library in found:
        yield f"{name:44}{share:>6.1f}%   {library}"


def hottest(text: str, most: int = 12) -> Iterator[tuple[float, str, str]]:
    """Share, readable name and library of the symbols in perf's report.

    >>> line = "  23.4%  _asynchronous.cpython-311-x86_64-linux-gnu.so  [.] add_column_i16.arch_x86"
    >>> list(hottest(line))
    [(23.4, 'add_column_i16.arch_x86', '_asynchronous')]
    """
    for line in text.splitlines():
        match = re.match(r"\s+([\d.]+)%\s+(\S+)\s+\[.\]\s+(\S+)", line)
        if match is None or float(match[1]) < 0.5 or most == 0:
            continue
        most -= 1
        yield float(match[1]), readable(match[3])[:42], match[2].split(".")[0].split("-")[0]


def readable(symbol: str) -> str:
    """A symbol without what Cython puts before the name: modules, each after its length.

    >>> readable("__pyx_f_12hopfield_sim_8backends_7kernels_12asynchronous_visit_order")
    'visit_order'
    >>> readable("__pyx_pw_12hopfield_sim_8backends_7kernels_12asynchronous_5asynchronous")
    'asynchronous'
    """
    match = re.match(r"__pyx_.*kernels_(\d+)(.*)", symbol)
    return re.sub(r"^_\d*", "", match[2][int(match[1]) :]) if match else symbol
