"""What `make bench` measured, run after run: ``history.csv``, a line a row and instruction set.

RESULTS.md shows the newest run, ``docs/_static/history.png`` all of them.
"""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks.row import Row

HISTORY = Path(__file__).with_name("history.csv")
PICTURE = Path(__file__).parents[1] / "docs" / "_static" / "history.png"

_COLOURS = ["#0b6e4f", "#b5651d", "#3b5b92"]

Found = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One measurement of one run: a ratio, or one time alone, or why there is neither.

    Parameters
    ----------
    date, machine : str
        The day (ISO 8601), and the machine with its versions.
    table, row, level : str
        "own" or "peers", the row's name, and the instruction set of our kernels.
    ours, baseline : str
        Seconds of each for one ``unit``, as decimal numbers.
    low, ratio, high : str
        Quartiles and median of baseline over ours.
    reason : str
        Why there is no ratio, if there is none.
    least, limit : str
        Seconds that a unit takes at the processor's limit, and which limit that is.
    """

    date: str
    machine: str
    table: str
    row: str
    level: str
    ours: str = ""
    baseline: str = ""
    unit: str = ""
    low: str = ""
    ratio: str = ""
    high: str = ""
    reason: str = ""
    least: str = ""
    limit: str = ""

    @property
    def found(self) -> Found:
        """The entry as a row's measurement, with numbers."""
        if self.reason:
            return {"reason": self.reason}
        found: Found = {"unit": self.unit}
        if self.limit:
            found["limit"] = self.limit
        found |= {
            key: float(value)
            for key in ("ours", "baseline", "least")
            if (value := getattr(self, key))
        }
        if self.ratio:
            found["quartiles"] = tuple(float(q) for q in (self.low, self.ratio, self.high))
        return found


def entries(
    date: str, machine: str, table: str, found: Mapping[str, Mapping[str, Found]]
) -> Iterator[Entry]:
    """The measurements of one run, level by level, as lines of the history."""
    for level, rows in found.items():
        for name, one in rows.items():
            numbers = {
                key: f"{one[key]:.4g}" for key in ("ours", "baseline", "least") if key in one
            }
            if "quartiles" in one:
                quartiles = zip(("low", "ratio", "high"), one["quartiles"], strict=True)
                numbers |= {key: f"{value:.4g}" for key, value in quartiles}
            words = {key: one[key] for key in ("unit", "reason", "limit") if key in one}
            yield Entry(date, machine, table, name, level, **numbers, **words)


def read(path: Path = HISTORY) -> list[Entry]:
    """All entries, oldest first; none where there is no file yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [Entry(**line) for line in csv.DictReader(file)]


def append(new: Iterable[Entry], path: Path = HISTORY) -> None:
    """Add a run, in place of one of the same table on the same day and processor."""
    new = list(new)
    runs = {(e.date, _processor(e.machine), e.table) for e in new}
    kept = [e for e in read(path) if (e.date, _processor(e.machine), e.table) not in runs]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Entry)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(e) for e in [*kept, *new])


Run = tuple[str, str, dict[str, dict[str, Found]]]
"""Date, machine and measurements, by level and row."""


def newest(table: str, path: Path = HISTORY) -> list[Run]:
    """The newest run of a table on each processor, the newest of all first."""
    runs: dict[tuple[str, str], dict[str, dict[str, Found]]] = {}
    for e in read(path):
        if e.table == table:
            runs.setdefault((e.date, e.machine), {}).setdefault(e.level, {})[e.row] = e.found
    last = {_processor(machine): (day, machine) for day, machine in runs}
    chosen = [run for run in reversed(runs) if run in last.values()]
    return [(*run, runs[run]) for run in chosen]


def _processor(machine: str) -> str:
    """The first words of ``measure.machine``, which name the processor."""
    return machine.split(", ")[0]


def draw(
    rows: Iterable[Row], table: str = "own", path: Path = HISTORY, picture: Path = PICTURE
) -> None:
    """Draw the ratio of each row against the day, all with the widest instruction set, a colour for
    each processor.
    """
    from matplotlib.figure import Figure

    of_table = [e for e in read(path) if e.table == table and e.ratio]
    level = of_table[-1].level
    measured = {e.row for e in of_table}
    titles = {r.name: _title(r) for r in rows if r.name in measured}
    days = sorted({e.date for e in of_table})
    columns = 4
    lines = -(-len(titles) // columns)
    figure = Figure(figsize=(13, 1.6 * lines), layout="constrained")
    axes = figure.subplots(lines, columns, sharex=True, squeeze=False)
    for ax in axes.flat[len(titles) :]:
        ax.set_visible(False)
    processors = list(dict.fromkeys(_processor(e.machine) for e in of_table))
    for (name, title), ax in zip(titles.items(), axes.flat, strict=False):
        top = 0.0
        for processor, colour in zip(processors, _COLOURS * len(processors), strict=False):
            mine = {
                e.date: e
                for e in of_table
                if (e.row, e.level, _processor(e.machine)) == (name, level, processor)
            }
            at = [k for k, day in enumerate(days) if day in mine]
            low, middle, high = ([float(getattr(mine[days[k]], q)) for k in at]
                                 for q in ("low", "ratio", "high"))  # fmt: skip
            ax.fill_between(at, low, high, color=colour, alpha=0.25, linewidth=0)
            ax.plot(at, middle, "o-", color=colour, markersize=3.5, label=processor)
            top = max([top, *high])
        ax.set_title(title, fontsize=7, loc="left")
        ax.set_ylim(0, 1.3 * top)
        ax.tick_params(labelsize=7)
        ax.grid(alpha=0.3)
        ax.set_xlim(-0.3, len(days) - 0.7)
        ax.set_xticks(range(len(days)), days, rotation=30, ha="right")
    if len(processors) > 1:
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), fontsize=9)
    figure.supylabel(f"times as fast as the baseline ({level})", fontsize=9)
    figure.savefig(picture, dpi=110)


def _title(row: Row) -> str:
    """What is compared with what, in lines that fit a panel."""
    return "\n".join(textwrap.wrap(row.what, 46) + textwrap.wrap(f"against {row.against}", 46))
