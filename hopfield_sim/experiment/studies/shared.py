"""What studies of a network's recall have in common: the network, and words and tables of runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hopfield_sim import checks
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.labels import label
from hopfield_sim.models import HopfieldNetwork
from hopfield_sim.rules import RULES

__all__ = ["UPDATES", "named", "network", "room", "runs_table", "span", "stem"]

UPDATES = ("sync", "async")


def network(rule: str, config: Mapping[str, Any]) -> HopfieldNetwork:
    """Make an empty network as the course does: only Storkey's rule keeps its diagonal."""
    keeps = rule in RULES and RULES[rule].keeps_diagonal
    return HopfieldNetwork(own.rule(rule), zero_diagonal=not keeps, backend=config["backend"])


def room(shapes: Iterable[tuple[int, int]], *, itemsize: int = 8) -> None:
    """Refuse, before any trial, arrays of these shapes that do not fit into memory."""
    for rows, columns in shapes:
        what = f"a trial with {rows} x {columns} numbers"
        checks.memory(itemsize * rows * columns, what, "ask for fewer or for smaller ones")


def runs_table(result: Result) -> tuple[str, list[dict[str, Any]]]:
    """What all networks of ``summary["runs"]`` did, with a caption."""
    table = [
        {
            "rule": label(row["rule"]),
            "updates": label(row["update"]),
            "retrieved exactly": f"{row['retrieved']} of {row['networks']} networks",
            "sweeps on average": round(row["sweeps"], 2),
            "runs in which the energy rose": row["rises"],
        }
        for row in result.summary["runs"]
    ]
    return "All networks; the figures show the first", table


def named(run: str) -> str:
    """The rule and the update of a run, in words.

    Examples
    --------
    >>> named("storkey/sync")
    'Storkey, synchronous'
    """
    return ", ".join(label(word) for word in run.split("/"))


def stem(run: str) -> str:
    """The same as a part of a file's name.

    Examples
    --------
    >>> stem("my.rules:quick/sync")
    'my.rules-quick-sync'
    """
    return re.sub(r"[^\w.-]+", "-", run)


def span(counts: Sequence[int]) -> str:
    """The least and the greatest of some numbers.

    Examples
    --------
    >>> span([8, 200, 8]), span([4, 4])
    ('8 to 200', '4')
    """
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"
