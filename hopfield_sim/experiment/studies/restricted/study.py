"""Restricted networks: the basins that learning leaves, by rotations, hidden units and patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.common.given import Patterned, draw, fitting
from hopfield_sim.experiment.common.helpers import room
from hopfield_sim.experiment.studies.restricted import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads
from hopfield_sim.models import RestrictedHopfield
from hopfield_sim.models.restricted.memory import METHODS
from hopfield_sim.patterns import flip

__all__ = ["STUDY", "restricted"]

HIDDEN = (10, 12, 20, 25, 30, 40, 50, 60, 70, 80, 100)
ROTATIONS = (1, 2, 3, 5, 10, 20, 50)
MEASURES = ("exact", "bit_accuracy", "stable")


@dataclass(frozen=True, eq=False)
class Restricted(Patterned):
    """Recall patterns by restricted networks that learnt them by rotation or by Adam.

    Learning by rotation is stopped after each of several numbers of rotations; learning by the
    gradient goes on until it stops by itself. Both start from the same orthonormal weights. A cue
    has some of its bits flipped, and is recalled until nothing changes.

    Returns
    -------
    Result
        Columns method, n_neurons, n_hidden, n_patterns, rotations (0 for "gradient", which makes
        none), fraction (of flipped bits), networks, exact (share of cues whose final state equals
        the pattern in every bit), bit_accuracy (share of right bits), and stable (share of patterns
        that are fixed points), each with its standard error over networks. ``summary["best"]`` has,
        for each method, number of patterns and fraction, the setting with the largest ``exact``.

    Examples
    --------
    >>> small = {"n_neurons": 40, "fractions": [0.1], "rng": 0}
    >>> result = restricted([20], [4], [1, 9], ["rotation"], 3, **small)
    >>> [row["rotations"] for row in result.rows]
    [1, 9]
    >>> result.rows[0]["exact"] < result.rows[1]["exact"]
    True
    """

    name = "restricted"
    question = QUESTION
    small = {
        "hidden": (10, 25, 50, 100),
        "rotations": (1, 5, 20),
        "counts": (10, 25),
        "networks": 4,
    }
    seconds = SECONDS

    hidden: Sequence[int] = option(
        HIDDEN, kinds.integers(1), "numbers of hidden units, m, at most N"
    )
    counts: Sequence[int] = option((12, 25, 50), kinds.integers(1), "numbers of patterns, P")
    rotations: Sequence[int] = option(
        ROTATIONS, kinds.integers(1), "numbers of rotations, after each of which cues are recalled"
    )
    methods: Sequence[str] = option(METHODS, kinds.words(METHODS), "ways of learning")
    networks: int = option(
        20, kinds.integer(1), "number of networks, each with patterns of its own", name="trials"
    )
    _: KW_ONLY
    n_neurons: int = option(100, kinds.integer(2), "number of visible neurons, N")
    fractions: Sequence[float] = option(
        (0.1, 0.2, 0.3), kinds.reals(0, 1), "fractions of the bits of a cue that are flipped"
    )

    def settle(self, config: Config) -> Config:
        """Check that there are no more hidden units than neurons, and that they fit into memory."""
        config = super().settle(config)
        config["counts"] = fitting(config, "counts", int)
        n = config["n_neurons"]
        if max(config["hidden"]) > n:
            raise InvalidInputError(
                f"hidden must be at most the number of neurons, {n}; got {max(config['hidden'])}"
            )
        room([(max(config["hidden"]), n), (max(config["counts"]), n)])
        return config

    def cells(self) -> list[Cell]:
        """Return one cell for each method, number of patterns and of hidden units."""
        config = self.config
        return [
            Cell({"method": method, "n_patterns": p, "n_hidden": m}, config["networks"])
            for method in config["methods"]
            for p in config["counts"]
            for m in config["hidden"]
        ]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Let one network learn, as often as there are numbers of rotations; recall after each."""
        config = self.config
        xi = draw(config, cell["n_patterns"], config["n_neurons"], rng)
        cues = [flip(xi, fraction=fraction, rng=rng) for fraction in config["fractions"]]
        seed = checks.key(rng)
        payload: Payload = {name: [] for name in MEASURES}
        for rotations in _rotations(config, cell["method"]):
            limits = {"max_iter": rotations, "min_iter": rotations} if rotations else {}
            memory = RestrictedHopfield(cell["n_hidden"], rng=seed)
            memory.store(xi, method=cell["method"], advise=False, **limits)
            stable = (memory.recall(xi).states == xi).all(axis=1).mean()
            right = [memory.recall(cue).states == xi for cue in cues]
            payload["stable"].append([float(stable)] * len(cues))
            payload["exact"].append([float(one.all(axis=1).mean()) for one in right])
            payload["bit_accuracy"].append([float(one.mean()) for one in right])
        return payload

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each setting and fraction of flipped bits."""
        config = self.config
        rows: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            values = cell.values
            for line, rotations in enumerate(_rotations(config, values["method"])):
                for column, fraction in enumerate(config["fractions"]):
                    row: Row = {
                        "method": values["method"],
                        "n_neurons": config["n_neurons"],
                        "n_hidden": values["n_hidden"],
                        "n_patterns": values["n_patterns"],
                        "rotations": rotations,
                        "fraction": fraction,
                        "networks": len(trials),
                    }
                    for name in MEASURES:
                        found = [payload[name][line][column] for payload in trials]
                        row[name], row[f"{name}_se"] = mean_and_error(found)
                    rows.append(row)
        dims = ("method", "n_hidden", "n_patterns", "rotations", "fraction")
        return Result("restricted", rows, config, {"best": _best(config, rows)}, dims=dims)

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise the best setting of each method for the largest fraction of flipped bits."""
        fraction = max(result.config["fractions"])
        best = [row for row in result.summary["best"] if row["fraction"] == fraction]
        parts = []
        for p in result.config["counts"]:
            ends = [
                f"by {row['method']} {row['exact']:.2f} ± {row['exact_se']:.2f} ({_setting(row)})"
                for row in best
                if row["n_patterns"] == p
            ]
            parts.append(f"of P = {p} {' and '.join(ends)}")
        return (
            f"With {fraction:.0%} of {result.config['n_neurons']} bits flipped, each way of "
            f"learning at its best setting recalls exactly: {'; '.join(parts)}. Storing takes "
            "a rotation or two, basins take more. By rotation the best m is little more than the "
            "patterns need, since other hidden units let noise through: on average a spin supports "
            "itself with m/N. By gradient weights that no pattern needs stay small, and m may be N."
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the curves, the map of rotations and hidden units, and the best settings."""
        from hopfield_sim.plotting import restricted
        from hopfield_sim.plotting.studies.restricted import restricted_map

        config = result.config
        many = f"{config['networks']} networks of {config['n_neurons']} neurons"
        figures = [
            (
                "restricted",
                f"The share of cues that come back in every bit against the number of hidden "
                f"units, {many}: by {max(config['rotations'])} rotations, and by the gradient.",
                restricted(result),
            )
        ]
        if "rotation" in config["methods"]:
            caption = (
                "The same against rotations and hidden units, one map for each number of patterns "
                "and fraction of flipped bits. Below P no network holds all patterns."
            )
            figures.append(("restricted-map", caption, restricted_map(result)))
        table = [
            {
                "learnt by": row["method"],
                "P": row["n_patterns"],
                "flipped": f"{row['fraction']:.0%}",
                "m": row["n_hidden"],
                "rotations": row["rotations"] or "—",
                "recalled": f"{row['exact']:.3f} ± {row['exact_se']:.3f}",
            }
            for row in result.summary["best"]
        ]
        return Pages(
            "Restricted networks: rotations, hidden units, patterns",
            figures=figures,
            tables=[("The setting that recalls most; of equal ones the least", table)],
        )


restricted = function(Restricted)

STUDY = Restricted


def _rotations(config: Config, method: str) -> list[int]:
    """Return the numbers of rotations, one after the other; [0] for the gradient."""
    return sorted(config["rotations"]) if method == "rotation" else [0]


def _best(config: Config, rows: Sequence[Row]) -> list[Row]:
    """Return the row with the largest ``exact`` of each method, number of patterns, fraction."""
    best = []
    for method in config["methods"]:
        for p in config["counts"]:
            for fraction in config["fractions"]:
                mine = [
                    row
                    for row in rows
                    if (row["method"], row["n_patterns"], row["fraction"]) == (method, p, fraction)
                ]
                best.append(max(mine, key=_order))
    return best


def _order(row: Row) -> tuple[float, int, int]:
    """Recall first; of equal settings the one with the fewest hidden units, then rotations."""
    return float(row["exact"]), -int(row["n_hidden"]), -int(row["rotations"])


def _setting(row: Row) -> str:
    after = f", {row['rotations']} rotations" if row["rotations"] else ""
    return f"m = {row['n_hidden']}{after}"
