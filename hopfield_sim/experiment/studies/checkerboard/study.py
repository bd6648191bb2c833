"""Recall of a noisy checkerboard stored among random patterns, with a video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim import checks, patterns
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.studies import packing
from hopfield_sim.experiment.studies.checkerboard import QUESTION, SECONDS
from hopfield_sim.experiment.studies.compared import (
    energy_words,
    every_way,
    named,
    names,
    runs_table,
    stem,
    summary,
)
from hopfield_sim.experiment.studies.shared import room
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.labels import label

__all__ = ["STUDY", "checkerboard"]


MOMENTS = 6
"""Number of frames shown of each recall."""


@dataclass(frozen=True, eq=False)
class Checkerboard(Study):
    """Recall a noisy checkerboard stored among random patterns, synchronously and asynchronously.

    The board is one of the patterns, at a random index; all rules and updates start
    from the same patterns and the same cue. A field of 0 gives +1.

    Returns
    -------
    Result
        Columns rule, update, updates (so far), energy, overlap with the board, wrong (bits that
        differ from it): the run of the first network. ``runs`` holds them with every state, by
        "rule/update"; ``summary["runs"]`` counts over all networks.

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
    networks: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(1), 4),
        "number of independent sets of random patterns and cues; 4 by default; the rows and runs "
        "are those of the first",
        name="trials",
    )
    _: KW_ONLY
    side: int = option(50, kinds.integer(2), "side of the board, in pixels")
    square: int = option(5, kinds.integer(1), "side of one square of the board, in pixels")
    n_patterns: int = option(50, kinds.integer(1), "number of stored patterns, the board included")
    flipped: int = option(1000, kinds.integer(0), "number of bits flipped in the cue")

    def settle(self, config: Config) -> Config:
        """Check that a square fits into the board, and that it has as many bits as are flipped."""
        side, square = config["side"], config["square"]
        if square > side:
            raise InvalidInputError(f"square must be at most side = {side}; got {square}")
        checks.integer(config["flipped"], "flipped", maximum=side**2)
        room([(config["n_patterns"], side**2)], itemsize=1)
        return config

    def cells(self) -> list[Cell]:
        """Return one cell: a trial compares all rules and updates on one problem."""
        return [Cell({}, self.config["networks"])]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Recall one cue from one set of patterns by every rule and update, and record it."""
        config = self.config
        side = config["side"]
        board = patterns.checkerboard(side, config["square"])
        stored = patterns.random_patterns(config["n_patterns"], side**2, rng=rng)
        place = int(rng.integers(len(stored)))
        stored[place] = board
        cue = patterns.flip(board, count=config["flipped"], rng=rng)
        seed = checks.key(rng)
        ways = every_way(config, stored, cue, record=("energy", "states"), seed=seed)
        runs = {name: packing.pack(run, trajectory=True) for name, run in ways}
        return {"patterns": packing.pack_states(stored), "place": place, "runs": runs}

    def gather(self, payloads: Payloads) -> Result:
        """Return the recordings of the first network, and counts over all networks."""
        config = self.config
        side = config["side"]
        board = patterns.checkerboard(side, config["square"])
        rows: list[Row] = []
        runs = {}
        all_did: list[Row] = []
        for name in names(config):
            recordings = [
                packing.unpack(
                    trial["runs"][name],
                    patterns=packing.unpack_states(trial["patterns"]),
                    shape=(side, side),
                )
                for trial in payloads[0]
            ]
            if recordings:
                runs[name] = recordings[0]
                rule, update = name.rsplit("/", 1)
                rows += _rows(rule, update, recordings[0], board)
            retrieved = sum((run.states == board).all() for run in recordings)
            sweeps = [run.sweeps for run in recordings]
            energies = [run.energy for run in recordings]
            all_did.append(summary(name, sweeps, int(retrieved), energies))
        dims = ("rule", "update", "moment")
        return Result("checkerboard", rows, config, {"runs": all_did}, runs, dims)

    @staticmethod
    def sentence(result: Result) -> str:
        """Say how often the board was retrieved, and in how many sweeps."""
        rows, config = result.summary["runs"], result.config
        counts = "; ".join(
            f"{label(row['rule'])}, {label(row['update'])}: "
            f"{row['retrieved']} of {row['networks']} in {row['sweeps']:.1f} sweeps on average"
            for row in rows
        )
        return (
            f"A {config['side']}×{config['side']} checkerboard, stored among "
            f"{config['n_patterns'] - 1} random patterns, came back from {config['flipped']} "
            "flipped pixels without an error in so many networks: "
            f"{counts}.\n\n{energy_words(rows)}"
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import energy, states

        config = result.config
        frames, words = [], []
        for name, run in result.runs.items():
            changed = np.flatnonzero((run.trajectory[1:] != run.trajectory[:-1]).any(axis=1))
            last = int(changed[-1]) + 1 if changed.size else 0
            moments = list(
                dict.fromkeys(np.linspace(0, last, MOMENTS).round().astype(int).tolist())
            )
            for moment in moments + [-1] * (MOMENTS - len(moments)):
                frames.append(run.trajectory[moment])
                when = (
                    "at rest"
                    if moment == -1
                    else f"sweep {run.updates[moment] / run.n_neurons:.2f}"
                )
                words.append(f"{named(name)}\n{when}")
        size = (config["side"], config["side"])
        pictures = states(np.stack(frames), size, captions=words, columns=MOMENTS)
        return Pages(
            "Checkerboard: a picture out of noise",
            figures=[
                (
                    "checkerboard-frames",
                    "The board on its way back, one row a rule and kind of update.",
                    pictures,
                ),
                ("checkerboard", "Energy and overlap with the board against time.", energy(result)),
            ],
            videos=[
                (f"checkerboard-{stem(name)}", named(name), run, 0)
                for name, run in result.runs.items()
            ],
            tables=[runs_table(result)],
        )


checkerboard = function(Checkerboard)

STUDY = Checkerboard


def _rows(rule: str, update: str, run: packing.Recording, board: Any) -> list[Row]:
    assert run.trajectory is not None
    wrong = (run.trajectory != board).sum(axis=1).tolist()
    columns = zip(run.updates.tolist(), run.energy.tolist(), wrong, strict=True)
    return [
        {
            "rule": rule,
            "update": update,
            "updates": updates,
            "energy": energy,
            "overlap": 1 - 2 * bits / board.size,
            "wrong": bits,
        }
        for updates, energy, bits in columns
    ]
