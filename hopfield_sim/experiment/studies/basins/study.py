"""How far may a cue start from its pattern? Basins of attraction by memory and load."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim.experiment.common.given import Patterned, draw, fitting
from hopfield_sim.experiment.common.helpers import network
from hopfield_sim.experiment.studies.basins import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error, with_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads
from hopfield_sim.models import DenseMemory, ModernHopfield
from hopfield_sim.models import basins as measure
from hopfield_sim.models.attraction import KINDS, OVERLAPS
from hopfield_sim.models.labels import label
from hopfield_sim.support.crossing import crossing

__all__ = ["STUDY", "basins"]


@dataclass(frozen=True, eq=False)
class BasinsStudy(Patterned):
    r"""Measure basins of attraction, and where random states end, by memory and load.

    P = load·N patterns are stored; see :func:`hopfield_sim.basins` for the cues. A pattern
    is recovered if at most 5 % of its bits are wrong at the end (continuous states: if the relative
    distance is at most 0.1).

    Returns
    -------
    Result
        Columns memory, load, n_neurons, n_patterns, overlap (of the cue), networks, cues (of each
        network), recovered with its standard error recovered_se over networks.
        ``summary["critical"]`` has, by memory and load, the overlap at which half of the cues
        recover their pattern, with its bootstrap error over networks;
        ``summary["attractors"]`` the fractions of random states that end in a stored pattern, an
        inverse, a mixture or a spurious state, the number of different ends in a network, and the
        energy per neuron.

    Examples
    --------
    >>> result = basins(["hebbian"], loads=[0.02], n_neurons=100, networks=2, rng=0)
    >>> result.rows[-1]["overlap"], result.rows[-1]["recovered"]
    (1.0, 1.0)
    """

    name = "basins"
    question = QUESTION
    small = {"n_neurons": 100, "networks": 4}
    seconds = SECONDS

    rules: Sequence[str] = option(
        ("hebbian", "pseudoinverse"), kinds.learning_rules(), "learning rules"
    )
    orders: Sequence[int] = option((3,), kinds.integers(2, 64), "orders of dense memories")
    betas: Sequence[float] = option(
        (8.0,), kinds.reals(above=0), "β of modern Hopfield networks, in units of 1/N"
    )
    loads: Sequence[float] = option(
        (0.02, 0.05, 0.08, 0.11, 0.14), kinds.reals(above=0), "loads P/N"
    )
    networks: int = option(8, kinds.integer(1), "number of networks a load", name="trials")
    _: KW_ONLY
    memories: Sequence[Any] | None = option(
        None,
        kinds.one_or_default(kinds.memories()),
        "memories of your own, with store and recall; none by default",
    )
    interaction: str = option(
        "polynomial", kinds.one(kinds.interactions()), "interaction of dense memories"
    )
    similarity: str = option(
        "dot", kinds.one(kinds.similarities()), "similarity of modern Hopfield networks"
    )
    n_neurons: int = option(300, kinds.integer(3), "number of neurons, N")
    overlaps: Sequence[float] = option(OVERLAPS, kinds.reals(-1, 1), "overlaps of the cues")
    cues: int = option(40, kinds.integer(1), "number of cues of each network and overlap")
    starts: int = option(20, kinds.integer(0), "number of random states of each network")

    def settle(self, config: Config) -> Config:
        """Leave out loads for which too few patterns are given."""
        config = super().settle(config)
        n = config["n_neurons"]
        config["loads"] = fitting(config, "loads", lambda load: max(round(load * n), 1))
        return config

    def cells(self) -> list[Cell]:
        """Return one cell for each memory and load."""
        config = self.config
        memories = [
            *config["rules"],
            *(f"dense-{order}" for order in config["orders"]),
            *(f"modern-{beta:g}" for beta in config["betas"]),
            *(config["memories"] or ()),
        ]
        return [
            Cell({"memory": memory, "load": load}, config["networks"])
            for memory in memories
            for load in config["loads"]
        ]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Measure one network."""
        config = self.config
        patterns = draw(config, self._count(cell["load"]), config["n_neurons"], rng)
        memory, how = _memory(cell["memory"], config)
        memory.store(patterns, **own.taken(memory.store, advise=False))
        found = measure(
            memory,
            overlaps=config["overlaps"],
            trials=config["cues"],
            starts=config["starts"],
            patterns=patterns,
            recall=how,
            rng=rng,
        )
        energies, starts = found.energies / config["n_neurons"], config["starts"]
        return {
            "recovered": found.recovered.tolist(),
            "counts": found.counts,
            "distinct": found.distinct,
            "energy": float(energies.mean()) if np.isfinite(energies).all() and starts else None,
        }

    def _count(self, load: float) -> int:
        return max(round(load * self.config["n_neurons"]), 1)

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each memory, load and overlap."""
        config = self.config
        rows: list[Row] = []
        critical: list[Row] = []
        attractors: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            where = {"memory": cell.values["memory"], "load": cell.values["load"]}
            for index, overlap in enumerate(config["overlaps"]):
                mean, error = mean_and_error([trial["recovered"][index] for trial in trials])
                rows.append(
                    where
                    | {
                        "n_neurons": config["n_neurons"],
                        "n_patterns": self._count(cell.values["load"]),
                        "overlap": overlap,
                        "networks": len(trials),
                        "cues": config["cues"],
                        "recovered": mean,
                        "recovered_se": error,
                    }
                )
            away = [1.0 - overlap for overlap in config["overlaps"]]
            curves = [trial["recovered"] for trial in trials]
            at = crossing(away, curves, 0.5, resolution=0.5 / config["cues"])
            critical.append(where | {"critical": 1.0 - at.value, "critical_se": at.error})
            if config["starts"]:
                attractors.append(where | _ends(trials, config["starts"]))
        summary = {"critical": critical, "attractors": attractors}
        return Result(self.name, rows, config, summary, dims=("memory", "load", "overlap"))

    @staticmethod
    def sentence(result: Result) -> str:
        """Say the critical overlaps of the smallest and the largest load."""
        loads = result.config["loads"]
        parts = []
        for load in dict.fromkeys((loads[0], loads[-1])):
            mine = [row for row in result.summary["critical"] if row["load"] == load]
            listed = ", ".join(f"{held(row, result)} ({label(str(row['memory']))})" for row in mine)
            parts.append(
                f"At a load of {load:g} half of the cues recover their pattern from an overlap of "
                f"{listed}"
            )
        text = ". ".join(parts) + f". ({result.config['n_neurons']} neurons.)"
        for kind, usual, whose in (
            ("interaction", "polynomial", "Dense memories"),
            ("similarity", "dot", "Modern networks"),
        ):
            if result.config[kind] != usual:
                text += f" {whose} have the {kind} {label(result.config[kind])}."
        return text

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import basins

        config = result.config
        caption = (
            "Fraction of cues that recover their pattern against their overlap with it, "
            f"{config['networks']} networks of {config['n_neurons']} neurons a point with "
            f"{config['cues']} cues each; and the overlap at which half of them do, against the "
            "load."
        )
        critical = [
            {
                "memory": label(str(row["memory"])),
                "load": row["load"],
                "critical overlap": held(row, result),
            }
            for row in result.summary["critical"]
        ]
        ends = [
            {"memory": label(str(row["memory"])), "load": row["load"]}
            | {kind: f"{row[kind]:.0%}" for kind in KINDS}
            | {"different ends": round(row["distinct"], 1), "energy / N": round(row["energy"], 4)}
            for row in result.summary["attractors"]
        ]
        tables = [("The overlap at which half of the cues recover their pattern", critical)]
        if ends:
            tables.append(("Where random states end", ends))
        return Pages(
            "Basins: how far may a cue start?",
            figures=[("basins", caption, basins(result))],
            tables=tables,
        )


basins = function(BasinsStudy)

STUDY = BasinsStudy


def _memory(name: str, config: Config) -> tuple[Any, dict[str, Any]]:
    """Return an empty memory, and how it recalls in a trial."""
    if name in (config["memories"] or ()):
        memory = own.memory(name)
        return memory, own.taken(memory.recall, n_threads=1, advise=False)
    kind, _, number = name.rpartition("-")
    if kind == "dense":
        interaction = own.named(config["interaction"])
        memory = DenseMemory(interaction, int(number), backend=config["backend"])
        return memory, {"n_threads": 1}
    if kind == "modern":
        beta = float(number) / config["n_neurons"]
        similarity = own.named(config["similarity"])
        memory = ModernHopfield(beta, similarity=similarity, backend=config["backend"])
        return memory, {"advise": False}
    return network(name, config), {"n_threads": 1}


def _ends(trials: Sequence[Payload], starts: int) -> Row:
    """Return the mean fractions of kinds, numbers of ends and energies."""
    row: Row = {kind: _mean([t["counts"][kind] / starts for t in trials]) for kind in KINDS}
    energies = [math.nan if t["energy"] is None else t["energy"] for t in trials]
    return row | {"distinct": _mean([t["distinct"] for t in trials]), "energy": _mean(energies)}


def _mean(values: list[float]) -> float:
    return mean_and_error(values)[0]


def held(row: Mapping[str, Any], result: Result) -> str:
    """Format the critical overlap of a row of ``summary["critical"]``."""
    if math.isnan(row["critical"]):
        where = row["memory"], row["load"]
        mine = [
            float(one["recovered"]) for one in result.rows if (one["memory"], one["load"]) == where
        ]
        return "none that was tried" if max(mine) < 0.5 else "the smallest that was tried"
    return with_error(round(row["critical"], 9), round(row["critical_se"], 9))
