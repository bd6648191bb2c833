"""Recall of a noisy checkerboard stored among random patterns, with a video."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim import checks, patterns
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.common import packing
from hopfield_sim.experiment.common.compared import (
    Compared,
    counts,
    energy_words,
    every_way,
    flipped,
    named,
    runs_table,
    stem,
)
from hopfield_sim.experiment.common.given import draw
from hopfield_sim.experiment.common.helpers import repeats, room
from hopfield_sim.experiment.studies.checkerboard import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.study import Config, Payload

__all__ = ["STUDY", "checkerboard"]


@dataclass(frozen=True, eq=False)
class Checkerboard(Compared):
    """Recall a noisy checkerboard stored among random patterns, synchronously and asynchronously.

    The board is one of the patterns, at a random index; all rules and updates start
    from the same patterns and the same cue. A field of 0 gives +1.

    Returns
    -------
    Result
        Columns rule, update, updates (so far), energy, overlap with the board, wrong (bits that
        differ from it): the run of the first network. ``runs`` holds them with every state, by
        "rule/update"; ``summary["runs"]`` counts over all networks, ``summary["curves"]`` has their
        columns.

    Examples
    --------
    >>> result = checkerboard(["hebbian"], 1, side=3, square=1, n_patterns=1, flipped=2, rng=0)
    >>> [row["wrong"] for row in result.rows if row["update"] == "sync"]
    [2, 0]
    """

    name = "checkerboard"
    question = QUESTION
    small = {"networks": 2}
    seconds = SECONDS

    rules: Sequence[str] = option(("hebbian", "storkey"), kinds.learning_rules(), "learning rules")
    networks: int | None = repeats(
        "number of independent sets of random patterns and cues; 4 by default; the rows and runs "
        "are those of the first",
        default=4,
    )
    _: KW_ONLY
    side: int = option(50, kinds.integer(2), "side of the board, in pixels")
    square: int = option(5, kinds.integer(1), "side of one square of the board, in pixels")
    n_patterns: int = option(50, kinds.integer(1), "number of stored patterns, the board included")

    def settle(self, config: Config) -> Config:
        """Check that a square fits into the board, and that it has as many bits as are flipped."""
        config = super().settle(config)
        if config["patterns"] is not None:
            config["side"] = _side(config["patterns"]["states"]["shape"][1])
        side, square = config["side"], config["square"]
        if square > side:
            raise InvalidInputError(f"square must be at most side = {side}; got {square}")
        config["flipped"] = flipped(config["flipped"], side**2)
        room([(config["n_patterns"], side**2)], itemsize=1)
        return config

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Recall one cue from one set of patterns by every rule and update, and record it."""
        config = self.config
        side = config["side"]
        board = patterns.checkerboard(side, config["square"])
        stored = draw(config, config["n_patterns"], side**2, rng)
        place = int(rng.integers(len(stored)))
        stored[place] = board
        cue = patterns.flip(board, count=config["flipped"], rng=rng)
        seed = checks.key(rng)
        ways = every_way(config, stored, cue, record=("energy", "states"), seed=seed)
        runs = {name: packing.pack(run, trajectory=True) for name, run in ways}
        return {"patterns": packing.pack_states(stored), "place": place, "runs": runs}

    def measured(
        self, payload: Payload, name: str
    ) -> tuple[packing.Recording, dict[str, list[Any]]]:
        """Return the recording of a run, and its columns."""
        side = self.config["side"]
        stored = packing.unpack_states(payload["patterns"])
        run = packing.unpack(payload["runs"][name], patterns=stored, shape=(side, side))
        assert run.trajectory is not None
        wrong = (run.trajectory != stored[payload["place"]]).sum(axis=1)
        return run, {
            "updates": run.updates.tolist(),
            "energy": run.energy.tolist(),
            "overlap": (1 - 2 * wrong / side**2).tolist(),
            "wrong": wrong.tolist(),
        }

    @staticmethod
    def sentence(result: Result) -> str:
        """Say how often the board was retrieved, and in how many sweeps."""
        rows, config = result.summary["runs"], result.config
        return (
            f"A {config['side']}×{config['side']} checkerboard, stored among "
            f"{config['n_patterns'] - 1} random patterns, came back from {config['flipped']} "
            "flipped pixels without an error in so many networks: "
            f"{counts(rows)}.\n\n{energy_words(rows)}"
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import energy
        from hopfield_sim.plotting.studies.checkerboard import checkerboard_frames

        board = patterns.checkerboard(result.config["side"], result.config["square"])
        return Pages(
            "Checkerboard: a picture out of noise",
            figures=[
                (
                    "checkerboard-frames",
                    "The board on its way back in the first network, as in the videos, one row a "
                    "rule and kind of update, until nothing changes any more. Wrong pixels are "
                    "orange, light for a wrong white and dark for a wrong black one, and counted.",
                    checkerboard_frames(result, board),
                ),
                (
                    "checkerboard",
                    "Energy and overlap with the board against time, each network thin, their mean "
                    "bold.",
                    energy(result),
                ),
            ],
            videos=[
                (f"checkerboard-{stem(name)}", named(name), run, 0)
                for name, run in result.runs.items()
            ],
            tables=[runs_table(result)],
        )


checkerboard = function(Checkerboard)

STUDY = Checkerboard


def _side(n_neurons: int) -> int:
    """Return the side of a board of as many pixels."""
    side = math.isqrt(n_neurons)
    if side**2 != n_neurons:
        raise InvalidInputError(
            f"patterns must have as many neurons as a square board has pixels; got {n_neurons}"
        )
    return side
