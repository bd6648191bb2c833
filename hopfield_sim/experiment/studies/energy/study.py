"""What happens to the energy during recall? Both kinds of update from one cue, by each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.experiment.common import packing
from hopfield_sim.experiment.common.compared import (
    Compared,
    counts,
    energy_words,
    every_way,
    flipped,
    runs_table,
)
from hopfield_sim.experiment.common.given import draw
from hopfield_sim.experiment.common.helpers import repeats, room
from hopfield_sim.experiment.studies.energy import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.study import Config, Payload
from hopfield_sim.patterns import flip

__all__ = ["STUDY", "energy"]


@dataclass(frozen=True, eq=False)
class Energy(Compared):
    """Record E = −½ sᵀWs during synchronous and asynchronous recall of a noisy pattern.

    Each network's cue is its first pattern with bits flipped; all rules and updates start from the
    same patterns and the same cue. A field of 0 gives +1.

    Returns
    -------
    Result
        Columns rule, update, updates (so far), energy, overlap with the wanted pattern: the run of
        the first network. ``summary["runs"]`` has, over all networks, how many were retrieved, the
        steps, and how often the energy rose from one recorded moment to the next;
        ``summary["curves"]`` has the columns of every network. ``runs`` holds the recalls of the
        first network. Both are by "rule/update".

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
    networks: int | None = repeats(
        "number of independent networks; 8 by default; the rows and runs are those of the first",
        default=8,
    )
    _: KW_ONLY
    n_patterns: int = option(50, kinds.integer(1), "number of stored patterns")

    def settle(self, config: Config) -> Config:
        """Check that there are as many bits as are flipped."""
        config = super().settle(config)
        n = config["n_neurons"]
        config["flipped"] = flipped(config["flipped"], n)
        room([(config["n_patterns"], n)], itemsize=1)
        return config

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Recall one cue from one set of patterns by every rule and update."""
        config = self.config
        n = config["n_neurons"]
        patterns = draw(config, config["n_patterns"], n, rng)
        cue = flip(patterns[0], count=config["flipped"], rng=rng)
        seed = checks.key(rng)
        ways = every_way(config, patterns, cue, record=("energy", "overlap"), seed=seed)
        return {
            name: packing.pack(run) | {"overlap": run.overlaps[:, 0].tolist()} for name, run in ways
        }

    def measured(
        self, payload: Payload, name: str
    ) -> tuple[packing.Recording, dict[str, list[Any]]]:
        """Return the recording of a run, and its columns."""
        packed = payload[name]
        columns = {column: packed[column] for column in ("updates", "energy", "overlap")}
        return packing.unpack(packed), columns

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise the energies and how often the pattern was retrieved."""
        rows = result.summary["runs"]
        config = result.config
        return (
            f"From a cue with {config['flipped']} of {config['n_neurons']} bits wrong, with "
            f"{config['n_patterns']} patterns stored, the pattern was found exactly in so many "
            f"networks: {counts(rows)}.\n\n{energy_words(rows)}"
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import energy

        caption = (
            "Energy E = −½ sᵀWs and overlap with the wanted pattern against time, each network "
            "thin and their mean bold. All recalls of a network start from one cue. Synchronous "
            "steps update all neurons at once, asynchronous ones a neuron at a time in a random "
            "order."
        )
        return Pages(
            "Energy: downhill to a memory",
            figures=[("energy", caption, energy(result))],
            tables=[runs_table(result)],
        )


energy = function(Energy)

STUDY = Energy
