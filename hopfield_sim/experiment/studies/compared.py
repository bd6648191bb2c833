"""Comparison of all rules and updates on one problem: the same patterns and the same cue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hopfield_sim.experiment.studies.shared import network
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.labels import label

__all__ = [
    "UPDATES",
    "energy_words",
    "every_way",
    "named",
    "names",
    "rise",
    "runs_table",
    "stem",
    "summary",
]

UPDATES = ("sync", "async")

FRAMES_PER_SWEEP = 50
"""Number of recorded states of an asynchronous sweep."""


def every_way(
    config: Mapping[str, Any], stored: Any, cue: Any, *, record: tuple[str, ...], seed: int
) -> Iterator[tuple[str, Any]]:
    """Recall one cue by every rule and update; yield pairs ("rule/update", recording)."""
    for rule in config["rules"]:
        net = network(rule, config).store(stored)
        for update in UPDATES:
            run = net.recall(
                cue,
                update=update,
                ties="plus",
                record=record,
                every=max(1, net.n_neurons // FRAMES_PER_SWEEP),
                n_threads=1,
                rng=seed,
            )
            yield f"{rule}/{update}", run


def names(config: Mapping[str, Any]) -> list[str]:
    """Return all names "rule/update", in order."""
    return [f"{rule}/{update}" for rule in config["rules"] for update in UPDATES]


def summary(name: str, sweeps: Sequence[float], retrieved: int, energies: Sequence[Any]) -> Row:
    """Return a row of ``summary["runs"]``: the runs "rule/update" over all networks."""
    rule, update = name.rsplit("/", 1)
    return {
        "rule": rule,
        "update": update,
        "networks": len(sweeps),
        "retrieved": retrieved,
        "sweeps": float(np.mean(sweeps)) if sweeps else 0.0,
        "rises": sum(rise(energy) for energy in energies),
    }


def rise(energies: Sequence[float]) -> bool:
    """Return whether the energy ever rose by more than rounding errors.

    Examples
    --------
    >>> rise([-1.0, -2.0, -1.5]), rise([-1.0, -2.0, -2.0])
    (True, False)
    """
    values = np.asarray(energies)
    return bool((np.diff(values) > 1e-9 * np.abs(values).max()).any())


def energy_words(rows: Sequence[Row]) -> str:
    """Say how often the energy rose, by kind of update."""
    parts = []
    for update in UPDATES:
        mine = [row for row in rows if row["update"] == update]
        total, rises = (sum(int(row[name]) for row in mine) for name in ("networks", "rises"))
        parts.append(f"in {rises or 'none'} of {total} {label(update)} runs")
    return (
        f"From one recorded moment to the next the energy rose {parts[0]} (nothing forbids a step "
        f"of all neurons at once to go uphill) and {parts[1]} (theory: never, for symmetric "
        "weights without negative self-couplings)."
    )


def runs_table(result: Result) -> tuple[str, list[dict[str, Any]]]:
    """Return the table of ``summary["runs"]``, with a caption."""
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
    """Return the display names of the rule and the update of a run.

    Examples
    --------
    >>> named("storkey/sync")
    'Storkey, synchronous'
    """
    return ", ".join(label(word) for word in run.split("/"))


def stem(run: str) -> str:
    """Return the name of a run as a part of a file name.

    Examples
    --------
    >>> stem("my.rules:quick/sync")
    'my.rules-quick-sync'
    """
    return re.sub(r"[^\w.-]+", "-", run)
