"""Strokes or whole digits? What the memories of a dense network that classifies look like depends
on the power of its energy (D. Krotov, J. J. Hopfield, NeurIPS 29, 2016).
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim.experiment.common.helpers import repeats
from hopfield_sim.experiment.studies.digits import QUESTION, SECONDS
from hopfield_sim.experiment.studies.digits import data as digits_data
from hopfield_sim.experiment.studies.digits.page import page, sentence
from hopfield_sim.experiment.studies.digits.recipes import recipe
from hopfield_sim.experiment.studies.digits.trials import learn, unpacked
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study

__all__ = ["ORDERS", "STUDY", "digits"]

ORDERS = (2, 3, 20, 30)

HIGHEST = 64

COLUMNS = ("temperature", "rate", "cost", "train_error", "test_error")
"""Columns of a trial's rows, one row for each epoch."""


@dataclass(frozen=True, eq=False)
class Digits(Study):
    """Train dense memories of several powers to classify images, and analyse what they have learnt.

    With small n a memory is a pattern of strokes, and most memories take part in a decision; with
    large n it is a whole digit, and few take part: from features to prototypes.

    Returns
    -------
    Result
        Columns order, epoch (from 1), networks, temperature (in units of the number of pixels),
        rate, cost (an example), train_error (of each batch before its own step) and test_error with
        standard errors over networks, memories (after the last epoch: how many take part in a
        decision, mean over the test images; nan before) with its own. ``summary`` has "source",
        "orders" (a row each, after the last epoch), and of the first network of each power
        "memories" (K, H, W), "classes" (K, 10; their class neurons), "participation" (101 quantiles
        over the test images) and "decisions".

    References
    ----------
    D. Krotov, J. J. Hopfield, *Dense associative memory for pattern recognition*, NeurIPS 29
    (2016).
    """

    name = "digits"
    question = QUESTION
    small = {"images": 5000, "epochs": 30, "networks": 3}
    large = {"full": True}
    seconds = SECONDS

    files: Sequence[str | os.PathLike[str]] | str = option(
        (),
        kinds.files(),
        "one folder (or .npz) of MNIST or Fashion-MNIST; without it the first that is installed: "
        "MNIST, Fashion-MNIST, the 8 × 8 digits of scikit-learn "
        '(``result.summary["source"]`` says which)',
        name="file",
    )
    orders: Sequence[int] = option(ORDERS, kinds.integers(2, HIGHEST), "powers, n")
    networks: int | None = repeats(
        "number of independent networks for each power; by default 3, or 5 for images of 8 × 8 "
        "pixels"
    )
    _: KW_ONLY
    data: str = option(
        "auto",
        kinds.choice(("auto", *digits_data.TITLES)),
        "data set; auto is the first that is installed",
    )
    n_memories: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(2, 10**6)),
        "number of memories, K; by default 100, or 50 for images of 8 × 8 pixels",
    )
    images: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(100)),
        "number of training images, drawn at random; all by default",
    )
    epochs: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(1, 10**6)),
        "number of passes over the training images; by default 40, or 60 for images of 8 × 8 "
        "pixels",
    )
    full: bool = option(False, kinds.flag(), "whether to train for 200 epochs", name="")

    def settle(self, config: Config) -> Config:
        """Enter the data set, its hash and the training parameters into the configuration."""
        dataset, path = digits_data.find(config.pop("files"), config.pop("data"))
        small, full = dataset.name == "digits", config.pop("full")
        available, tests = digits_data.counts(dataset)
        defaults = {
            "networks": 5 if small else 3,
            "n_memories": 50 if small else 100,
            "images": available,
            "epochs": 200 if full else 60 if small else 40,
        }
        config |= {name: value for name, value in defaults.items() if config[name] is None}
        config["images"] = min(available, config["images"])
        return config | {
            "source": dataset.name,
            "path": path,
            "origin": {digits_data.TITLES[dataset.name]: dataset.sha256},
            "tests": tests,
            "recipes": [
                recipe(dataset.name, n, config["epochs"], config["images"])
                for n in config["orders"]
            ],
        }

    def cells(self) -> list[Cell]:
        """Return one cell for each power."""
        config = self.config
        return [Cell({"order": order}, config["networks"]) for order in config["orders"]]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Train and analyse one network."""
        config = self.config
        return learn(config, cell, rng)

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks by power and epoch, and the images of the first network."""
        config = self.config
        rows: list[Row] = []
        title = digits_data.TITLES[config["source"]]
        summary: dict[str, Any] = {"source": config["source"], "title": title, "orders": []}
        names = ("memories", "classes", "participation", "decisions", "collapsed")
        summary |= {name: {} for name in names}
        for cell, trials in zip(self.cells(), payloads, strict=True):
            if not trials:
                continue
            order = int(cell.values["order"])
            mine = [_row(order, number, trials) for number in range(config["epochs"])]
            taking, taking_se = mean_and_error([trial["memories"] for trial in trials])
            mine[-1] |= {"memories": taking, "memories_se": taking_se}
            rows += mine
            summary["orders"].append(dict(mine[-1]))
            summary["collapsed"][order] = sum(trial.get("collapsed", False) for trial in trials)
            for name, value in unpacked(trials[0]).items():
                summary[name][order] = value
        return Result("digits", rows, config, summary, dims=("order", "epoch"))

    sentence = staticmethod(sentence)
    page = staticmethod(page)


digits = function(Digits)

STUDY = Digits


def _row(order: int, number: int, trials: Sequence[Mapping[str, Any]]) -> Row:
    """Return the row of an epoch."""
    measured = {
        name: mean_and_error([trial["rows"][number][place] for trial in trials])
        for place, name in enumerate(COLUMNS)
    }
    row: Row = {"order": order, "epoch": number + 1, "networks": len(trials)}
    for name, (mean, error) in measured.items():
        row[name] = mean
        if name.endswith("error"):
            row[f"{name}_se"] = error
    return row | {"memories": math.nan, "memories_se": math.nan}
