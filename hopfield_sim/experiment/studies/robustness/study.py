"""How noisy may a cue be? The fraction retrieved against the fraction of bits flipped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim.experiment.common import probe
from hopfield_sim.experiment.common.helpers import span
from hopfield_sim.experiment.studies.robustness import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, means
from hopfield_sim.experiment.sweeps.study import Payload, Payloads
from hopfield_sim.models.labels import label

__all__ = ["FRACTIONS", "SIZES", "STUDY", "robustness"]

SIZES = (10, 18, 34, 63, 116, 215, 397, 733, 1354, 2500)

FRACTIONS = tuple(np.linspace(0, 1, 20).tolist())

LEVEL = 0.9
"""Recall has failed where less than this fraction is retrieved."""


@dataclass(frozen=True, eq=False)
class Robustness(probe.Probed):
    """Measure the fraction of patterns retrieved against the fraction of their bits flipped.

    Synchronous updates, a field of 0 gives +1; a cue is retrieved when its final state equals the
    pattern in every bit. Beyond one half the cue is nearer to the negative of the pattern, which is
    an equally stable state of the network.

    Returns
    -------
    Result
        Columns rule, n_neurons, n_patterns, flipped (bits), fraction, networks, retrieved with its
        standard error over networks. ``summary["death"]`` has the first fraction tried with less
        than 0.9 retrieved, ``death`` (nan if there is none), and the one before, ``alive``, by
        rule and size; the transition lies between them.

    Examples
    --------
    >>> result = robustness([9], ["hebbian"], 2, n_patterns=1, fractions=[0, 1], rng=0)
    >>> [row["retrieved"] for row in result.rows]
    [1.0, 0.0]
    """

    name = "robustness"
    question = QUESTION
    small = {"sizes": SIZES[:6], "networks": 16}
    seconds = SECONDS
    budget = (10, 20000)

    sizes: Sequence[int] = option(SIZES, kinds.integers(3), "numbers of neurons, N")
    _: KW_ONLY
    n_patterns: int = option(2, kinds.integer(1), "number of stored patterns")
    fractions: Sequence[float] = option(
        FRACTIONS,
        kinds.reals(0, 1),
        "fractions of the bits to flip, 0 to 1; ⌊fraction·N⌋ distinct bits",
    )
    states: int = option(
        10,
        kinds.integer(1),
        "number of cues for each network and fraction, spread evenly over the patterns",
    )

    def trials(self, cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]) -> list[Payload]:
        """Measure several networks of one rule and size."""
        config = self.config
        n = cell["n_neurons"]
        flipped = [math.floor(fraction * n + 1e-9) for fraction in config["fractions"]]
        counts = [config["n_patterns"]] * len(flipped)
        sums = probe.overlaps(cell["rule"], config, n, counts, flipped, rngs)
        return [{"retrieved": retrieved} for retrieved in (sums == n).mean(axis=2).tolist()]

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each rule, size and fraction."""
        config = self.config
        rows: list[Row] = []
        deaths: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            rule, n = cell.values["rule"], cell.values["n_neurons"]
            alive = death = math.nan
            curve = means(trials, ("retrieved",), len(config["fractions"]))
            for fraction, measured in zip(config["fractions"], curve, strict=True):
                if math.isnan(death):
                    lost = float(measured["retrieved"]) < LEVEL
                    alive, death = (alive, fraction) if lost else (fraction, death)
                head: Row = {
                    "rule": rule,
                    "n_neurons": n,
                    "n_patterns": config["n_patterns"],
                    "flipped": math.floor(fraction * n + 1e-9),
                    "fraction": fraction,
                    "networks": len(trials),
                }
                rows.append(head | measured)
            deaths.append({"rule": rule, "n_neurons": n, "alive": alive, "death": death})
        summary = {"death": deaths, "level": LEVEL}
        return Result("robustness", rows, config, summary, dims=("rule", "n_neurons", "fraction"))

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise where recall fails in the smallest and in the largest network."""
        deaths = result.summary["death"]
        sizes = sorted({row["n_neurons"] for row in deaths})
        parts = []
        for rule in result.config["rules"]:
            mine = {row["n_neurons"]: row for row in deaths if row["rule"] == rule}
            ends = " and ".join(
                f"{_between(mine[n])} at N = {n}" for n in dict.fromkeys((sizes[0], sizes[-1]))
            )
            parts.append(f"{label(rule)}: {ends}")
        known = [row["death"] for row in deaths if not math.isnan(row["death"])]
        text = (
            f"With {result.config['n_patterns']} patterns stored, fewer than {LEVEL:.0%} of the "
            f"cues find back from a fraction of flipped bits on that is {'; '.join(parts)}."
        )
        if known and max(known) <= 0.6:
            text += (
                " No size stands much more than one half: beyond it a cue is nearer to the "
                "pattern's negative, which is an attractor just as deep."
            )
        return text

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import robustness

        config = result.config
        caption = (
            f"Fraction of {config['n_patterns']} stored patterns retrieved exactly against the "
            f"fraction of their bits flipped, {span(config['networks'])} networks a point with "
            f"{config['states']} cues each."
        )
        deaths = result.summary["death"]
        table = [
            {"N": n}
            | {
                label(row["rule"]): "none" if math.isnan(row["death"]) else round(row["death"], 2)
                for row in deaths
                if row["n_neurons"] == n
            }
            for n in config["sizes"]
        ]
        return Pages(
            "Robustness: how corrupted may a cue be?",
            figures=[("robustness", caption, robustness(result))],
            tables=[
                ("The first fraction of flipped bits tried with less than 0.9 retrieved", table)
            ],
        )


robustness = function(Robustness)

STUDY = Robustness


def _between(row: Mapping[str, Any]) -> str:
    """Format the step of the fraction in which recall fails."""
    if math.isnan(row["death"]):
        return "none that was tried"
    if math.isnan(row["alive"]):
        return f"{row['death']:.0%} or less"
    return f"between {row['alive']:.0%} and {row['death']:.0%}"
