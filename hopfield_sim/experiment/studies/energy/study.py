"""What happens to the energy during recall? Both kinds of update from one cue, by each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.experiment.studies import packing as film
from hopfield_sim.experiment.studies.compared import (
    energy_words,
    every_way,
    names,
    runs_table,
    summary,
)
from hopfield_sim.experiment.studies.energy import QUESTION, SECONDS
from hopfield_sim.experiment.studies.shared import room
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.labels import label
from hopfield_sim.patterns import flip, random_patterns

__all__ = ["STUDY", "energy"]


@dataclass(frozen=True, eq=False)
class Energy(Study):
    """Record E = −½ sᵀWs during synchronous and asynchronous recall of a noisy pattern.

    Each network's cue is its first pattern with bits flipped; all rules and updates start from the
    same patterns and the same cue. A field of 0 gives +1.

    Returns
    -------
    Result
        Columns rule, update, updates (so far), energy, overlap with the wanted pattern: the run of
        the first network. ``summary["runs"]`` has, over all networks, how many were retrieved, the
        steps, and how often the energy rose from one recorded moment to the next. ``runs`` holds
        those of the first network, by "rule/update".

    Examples
    --------
    >>> result = energy(9, ["hebbian"], networks=1, n_patterns=1, flipped=2, rng=0)
    >>> [row["energy"] for row in result.rows if row["update"] == "sync"]
    [-0.888888888888888..., -4.0]
    """

    name = "energy"
    question = QUESTION
    small = {"networks": 2}
    seconds = SECONDS

    n_neurons: int = option(2500, kinds.integer(2), "number of neurons, N")
    rules: Sequence[str] = option(("hebbian", "storkey"), kinds.learning_rules(), "learning rules")
    networks: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(1), 8),
        "number of independent networks; 8 by default; the rows and runs are those of the first",
        name="trials",
    )
    _: KW_ONLY
    n_patterns: int = option(50, kinds.integer(1), "number of stored patterns")
    flipped: int = option(1000, kinds.integer(0), "number of bits flipped in the cue")

    def settle(self, config: Config) -> Config:
        """Check that there are as many bits as are flipped."""
        n = config["n_neurons"]
        checks.integer(config["flipped"], "flipped", maximum=n)
        room([(config["n_patterns"], n)], itemsize=1)
        return config

    def cells(self) -> list[Cell]:
        """Return one cell: a trial compares all rules and updates on one problem."""
        return [Cell({}, self.config["networks"])]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Recall one cue from one set of patterns by every rule and update."""
        config = self.config
        n = config["n_neurons"]
        patterns = random_patterns(config["n_patterns"], n, rng=rng)
        cue = flip(patterns[0], count=config["flipped"], rng=rng)
        seed = checks.key(rng)
        ways = every_way(config, patterns, cue, record=("energy", "overlap"), seed=seed)
        return {
            name: film.pack(run) | {"overlap": run.overlaps[:, 0].tolist()} for name, run in ways
        }

    def gather(self, payloads: Payloads) -> Result:
        """Return the curves of the first network, and counts over all networks."""
        config = self.config
        trials = payloads[0]
        rows: list[Row] = []
        runs = {}
        all_did: list[Row] = []
        for name in names(config):
            packed = [trial[name] for trial in trials]
            rule, update = name.rsplit("/", 1)
            if packed:
                runs[name] = film.unpack(packed[0])
                columns = (packed[0]["updates"], packed[0]["energy"], packed[0]["overlap"])
                rows += [
                    {"rule": rule, "update": update, "updates": u, "energy": e, "overlap": m}
                    for u, e, m in zip(*columns, strict=True)
                ]
            retrieved = sum(p["overlap"][-1] == 1.0 for p in packed)
            sweeps, energies = [p["sweeps"] for p in packed], [p["energy"] for p in packed]
            all_did.append(summary(name, sweeps, retrieved, energies))
        dims = ("rule", "update", "moment")
        return Result("energy", rows, config, {"runs": all_did}, runs, dims)

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise the energies and how often the pattern was retrieved."""
        rows = result.summary["runs"]
        config = result.config
        counts = "; ".join(
            f"{label(row['rule'])}, {label(row['update'])}: "
            f"{row['retrieved']} of {row['networks']} in {row['sweeps']:.1f} sweeps on average"
            for row in rows
        )
        return (
            f"From a cue with {config['flipped']} of {config['n_neurons']} bits wrong, with "
            f"{config['n_patterns']} patterns stored, the pattern was found exactly in so many "
            f"networks: {counts}.\n\n{energy_words(rows)}"
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import energy

        caption = (
            "Energy E = −½ sᵀWs and overlap with the wanted pattern against time, in one network, "
            "from the same cue. Synchronous steps update all neurons at once, asynchronous ones a "
            "neuron at a time in a random order."
        )
        return Pages(
            "Energy: downhill to a memory",
            figures=[("energy", caption, energy(result))],
            tables=[runs_table(result)],
        )


energy = function(Energy)

STUDY = Energy
