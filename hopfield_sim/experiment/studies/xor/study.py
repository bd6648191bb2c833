"""Which powers solve the exclusive or? Four memories of three neurons, the energies of all states
(an example of Krotov & Hopfield, NeurIPS 29, 2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hopfield_sim.experiment.studies.xor import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Payload, Payloads, Study
from hopfield_sim.models import DenseMemory
from hopfield_sim.models.base.landscape import all_states
from hopfield_sim.models.dense.interactions import HIGHEST_ORDER
from hopfield_sim.models.labels import label

__all__ = ["MEMORIES", "ORDERS", "STUDY", "xor"]

MEMORIES = ((-1, -1, -1), (-1, 1, 1), (1, -1, 1), (1, 1, -1))
"""x, y and z = x ⊕ y, with −1 for false: on these xyz = −1."""

ORDERS = (1, 2, 3, 4, 5)

POWERS = ("polynomial", "rectified")
"""Interactions that are compared by default."""


@dataclass(frozen=True, eq=False)
class Xor(Study):
    """Solve z = x ⊕ y by dense memories: x and y are clamped, z follows the energy.

    Returns
    -------
    Result
        Columns interaction, order, x, y, z, energy, memory (1 for the four stored states) and
        solves (1 where z comes out right from all eight starts). ``summary["solves"]`` has the last
        by interaction and order.

    Examples
    --------
    >>> result = xor([2, 3], ["polynomial"])
    >>> [row["energy"] for row in result.rows if row["order"] == 3]
    [-24.0, 24.0, 24.0, -24.0, 24.0, -24.0, -24.0, 24.0]
    >>> [row["solves"] for row in result.summary["solves"]]
    [0, 1]
    """

    name = "xor"
    question = QUESTION
    seconds = SECONDS

    orders: Sequence[int] = option(
        ORDERS, kinds.integers(1, HIGHEST_ORDER), "powers, n, of F(x) = xⁿ and max(x, 0)ⁿ"
    )
    interactions: Sequence[str] = option(POWERS, kinds.interactions(), "interactions")

    def cells(self) -> list[Cell]:
        """Return one cell of one trial for each memory; nothing is random."""
        config = self.config
        return [
            Cell({"interaction": word, "order": order}, 1)
            for word in config["interactions"]
            for order in config["orders"]
        ]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Return the energies of the eight states, and whether z comes out right from each."""
        config = self.config
        interaction = own.named(cell["interaction"])
        memory = DenseMemory(interaction, cell["order"], backend=config["backend"])
        memory.store(MEMORIES)
        states = all_states(3)
        ends = memory.recall(states, clamp=np.array([True, True, False]), n_threads=1, rng=0).states
        wanted = -states[:, 0] * states[:, 1]
        return {
            "energy": memory.energy(states).tolist(),
            "solves": bool((ends[:, 2] == wanted).all()),
        }

    def gather(self, payloads: Payloads) -> Result:
        """Return eight rows for each memory."""
        config = self.config
        rows: list[Row] = []
        solves: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            for trial in trials:
                head: Row = dict(cell.values)
                solves.append(head | {"solves": int(trial["solves"])})
                for state, energy in zip(all_states(3).tolist(), trial["energy"], strict=True):
                    x, y, z = state
                    stored = int(tuple(state) in MEMORIES)
                    tail: Row = {"x": x, "y": y, "z": z, "energy": energy, "memory": stored}
                    rows.append(head | tail | {"solves": int(trial["solves"])})
        return Result(
            "xor", rows, config, {"solves": solves}, dims=("interaction", "order", "state")
        )

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise which powers solve it, and why."""
        parts = []
        for word in result.config["interactions"]:
            mine = [row for row in result.summary["solves"] if row["interaction"] == word]
            able = [f"{row['order']}" for row in mine if row["solves"]]
            unable = [f"{row['order']}" for row in mine if not row["solves"]]
            parts.append(
                f"{label(word)} powers n = {_list(able)} solve it"
                + (f", n = {_list(unable)} do not" if unable else "")
            )
        text = "; ".join(parts)
        return (
            f"{text[:1].upper()}{text[1:]}.\n\nA linear F feels only the sum of the four memories, "
            "which is zero. An even power does not tell an overlap from its negative, and the "
            "negatives of the four memories are the four other states: all eight have one energy. "
            "Odd powers from 3 on, and rectified ones from 2 on, set the memories below the others."
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figure of the energies, and the table of powers."""
        from hopfield_sim.plotting import xor as draw

        table = [
            {
                "interaction": label(str(row["interaction"])),
                "power n": row["order"],
                "solves the exclusive or": "yes" if row["solves"] else "no",
            }
            for row in result.summary["solves"]
        ]
        caption = (
            "Energies of the eight states (x, y, z) of memories that store z = x ⊕ y; the four "
            "memories have a frame. With x and y clamped, z takes the lower (blue) of two "
            "energies; where all are equal (grey) nothing tells it what to be."
        )
        return Pages(
            "Exclusive or: which powers tell a memory from its negative?",
            figures=[("xor", caption, draw(result))],
            tables=[("Is z right from all eight starts?", table)],
        )


xor = function(Xor)

STUDY = Xor


def _list(words: Sequence[str]) -> str:
    """Join words as in "1, 2 and 3"."""
    if len(words) < 2:
        return "".join(words) or "none"
    return f"{', '.join(words[:-1])} and {words[-1]}"
