"""A study of two tenths of a second, whose trials are recalls, to be killed many times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import hopfield_sim as hs
from hopfield_sim.experiment import Cell, Pages, Result, Study, fields, option

COMMAND = ["benchmarks.reliability.small:Small", "--workers", "2"]


@dataclass(frozen=True, eq=False)
class Small(Study):
    """Measure how many flipped bits a network of 24 neurons restores.

    Returns
    -------
    Result
        Columns patterns, networks, overlap.
    """

    name = "small"
    question = "How many flipped bits does a small network restore?"
    seconds = 1

    n_cells: int = option(4, fields.integer(1), "numbers of patterns", name="cells")
    networks: int = option(30, fields.integer(1), "networks of each", name="trials")

    def cells(self) -> list[Cell]:
        """One for each number."""
        numbers = range(1, 1 + self.config["n_cells"])
        return [Cell({"patterns": number}, self.config["networks"]) for number in numbers]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> dict[str, float]:
        """Recall the patterns of one network."""
        patterns = hs.random_patterns(cell["patterns"], 24, rng=rng)
        cues = hs.flip(patterns, fraction=0.2, rng=rng)
        run = hs.HopfieldNetwork().store(patterns).recall(cues, rng=rng)
        return {"overlap": float(np.mean(run.states * patterns))}

    def gather(self, payloads: Any) -> Result:
        """Average over networks."""
        rows: list[dict[str, str | int | float]] = [
            {
                "patterns": number,
                "networks": len(trials),
                "overlap": float(np.mean([one["overlap"] for one in trials])),
            }
            for number, trials in enumerate(payloads, 1)
        ]
        return Result("small", rows, self.config)

    @staticmethod
    def sentence(result: Result) -> str:
        """Count."""
        return f"{len(result.rows)} numbers of patterns."

    @staticmethod
    def page(result: Result) -> Pages:
        """Table only."""
        return Pages("Small networks")
