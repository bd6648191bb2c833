"""Comparison of all rules and updates on one problem: the same patterns and the same cue."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.experiment.common.given import Patterned
from hopfield_sim.experiment.common.helpers import network
from hopfield_sim.experiment.common.packing import Recording
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Payload, Payloads
from hopfield_sim.models.labels import label

__all__ = [
    "UPDATES",
    "Compared",
    "counts",
    "energy_words",
    "every_way",
    "flipped",
    "named",
    "rise",
    "runs_table",
    "stem",
]

UPDATES = ("sync", "async")

FRAMES_PER_SWEEP = 50
"""Number of recorded states of an asynchronous sweep."""


def flipped(count: int | None, n_neurons: int) -> int:
    """Return the number of bits to flip.

    Examples
    --------
    >>> flipped(None, 2500), flipped(7, 9)
    (1000, 7)
    """
    if count is None:
        return 2 * n_neurons // 5
    return checks.integer(count, "flipped", maximum=n_neurons)


def every_way(
    config: Mapping[str, Any], stored: Any, cue: Any, *, record: tuple[str, ...], seed: int
) -> Iterator[tuple[str, Any]]:
    """Recall one cue by every rule and update; yield pairs ("rule/update", recording)."""
    for rule in config["rules"]:
        net = network(rule, config).store(stored, advise=False)
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


@dataclass(frozen=True, eq=False)
class Compared(Patterned):
    """Base class of studies that compare all rules and updates on one problem for each network."""

    _: KW_ONLY
    flipped: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(0)),
        "number of bits flipped in the cue; by default two in five",
    )

    def cells(self) -> list[Cell]:
        """Return one cell: a trial compares all rules and updates on one problem."""
        return [Cell({}, self.config["networks"])]

    @abstractmethod
    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Recall one cue from one set of patterns by every rule and update."""

    @abstractmethod
    def measured(self, payload: Payload, name: str) -> tuple[Recording, dict[str, list[Any]]]:
        """Return the recording of a run "rule/update", and its columns, with updates, energy and
        overlap among them.
        """

    def gather(self, payloads: Payloads) -> Result:
        """Return the recordings of the first network, and counts and curves of all networks."""
        rows: list[Row] = []
        runs, counts, curves = {}, [], {}
        for rule, update in product(self.config["rules"], UPDATES):
            name, head = f"{rule}/{update}", {"rule": rule, "update": update}
            found = [self.measured(payload, name) for payload in payloads[0]]
            for run, columns in found[:1]:
                runs[name] = run
                lines = zip(*columns.values(), strict=True)
                rows += [head | dict(zip(columns, line, strict=True)) for line in lines]
            curves[name] = [columns for _, columns in found]
            sweeps = [run.sweeps for run, _ in found]
            counts.append(
                head
                | {
                    "networks": len(found),
                    "retrieved": sum(columns["overlap"][-1] == 1.0 for _, columns in found),
                    "sweeps": float(np.mean(sweeps)) if sweeps else 0.0,
                    "rises": sum(rise(run.energy) for run, _ in found),
                }
            )
        dims = ("rule", "update", "moment")
        summary = {"runs": counts, "curves": curves}
        return Result(self.name, rows, self.config, summary, runs, dims)


def counts(rows: Sequence[Row]) -> str:
    """List how many networks retrieved the pattern, and in how many sweeps, by rule and update."""
    return "; ".join(
        f"{label(str(row['rule']))}, {label(str(row['update']))}: "
        f"{row['retrieved']} of {row['networks']} in {row['sweeps']:.1f} sweeps on average"
        for row in rows
    )


def rise(energies: Sequence[float] | NDArray[np.float64]) -> bool:
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
    return "Over all networks", table


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
