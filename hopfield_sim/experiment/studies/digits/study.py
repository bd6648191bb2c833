"""Strokes or whole digits? What the memories of a dense network that classifies look like depends
on the power of its energy (D. Krotov, J. J. Hopfield, NeurIPS 29, 2016).
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.experiment.studies import arguments
from hopfield_sim.experiment.studies.digits import data as digits_data
from hopfield_sim.experiment.studies.digits.page import page, sentence
from hopfield_sim.experiment.studies.digits.recipes import recipe
from hopfield_sim.experiment.studies.digits.trials import learn, unpacked
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.experiment.sweeps.sweep import answer

__all__ = ["ORDERS", "STUDY", "digits"]

ORDERS = (2, 3, 20, 30)
HIGHEST = 64

COLUMNS = ("temperature", "rate", "cost", "train_error", "test_error")
"""Of a trial's row, one an epoch."""


@checks.by_name
def digits(
    files: Sequence[str | os.PathLike[str]] | str = (),
    orders: Sequence[int] = ORDERS,
    networks: int | None = None,
    *,
    data: str = "auto",
    n_memories: int | None = None,
    images: int | None = None,
    epochs: int | None = None,
    full: bool = False,
    backend: str = "auto",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
    rng: int | np.random.Generator | None = None,
) -> Result:
    """Train dense memories of several powers to classify images; see what they have learnt.

    With small n a memory is a pattern of strokes and most of them take part in a decision; with
    large n it is a whole digit, and a few decide: from features to prototypes.

    Parameters
    ----------
    files : sequence of paths
        One folder (or .npz) of MNIST or Fashion-MNIST. Without it the first that is found: MNIST,
        Fashion-MNIST, the 8 × 8 digits of scikit-learn. ``result.summary["source"]`` says which.
    orders : sequence of int
        Powers n, 2 to 64.
    networks : int, optional
        Independent ones for each power, with memories and order of images of their own; 1, or 5 of
        8 × 8 pixels, when not given.
    data : {"auto", "mnist", "fashion_mnist", "digits"}
        The set, if not the first that is found.
    n_memories : int, optional
        K; 100, or 50 of 8 × 8 pixels, when not given.
    images : int, optional
        To learn from, chosen by chance; all when not given.
    epochs : int, optional
        How often they are learnt from: 40 when not given, or 60 of 8 × 8 pixels.
    full : bool
        200 epochs.
    backend, workers, executor, progress, rng
        As in ``capacity``.

    Returns
    -------
    Result
        Columns order, epoch (from 1), networks, temperature (in units of the number of pixels),
        rate, cost (an example), train_error (of each batch before its own step) and test_error with
        standard errors over networks, memories (after the last epoch: how many take part in a
        decision, mean over the test images; nan before) with its own. ``summary`` has "source",
        "orders" (a row each, after the last epoch), and of the first network of each power
        "memories" (K, H, W), "participation" (101 quantiles over the test images) and "decisions".

    Raises
    ------
    MissingDataError
        When there are no images; the message says how to get some.
    InvalidInputError, InvalidTypeError
        For arguments that make no sense.

    References
    ----------
    D. Krotov, J. J. Hopfield, *Dense associative memory for pattern recognition*, NeurIPS 29
    (2016).
    """
    config = configure(
        files, orders, networks, data, n_memories, images, epochs, full, backend, rng
    )
    return answer(STUDY, config, workers=workers, executor=executor, progress=progress)


def configure(
    files: Sequence[str | os.PathLike[str]] | str = (),
    orders: Sequence[int] = ORDERS,
    networks: int | None = None,
    data: str = "auto",
    n_memories: int | None = None,
    images: int | None = None,
    epochs: int | None = None,
    full: bool = False,
    backend: str = "auto",
    rng: int | np.random.Generator | None = None,
) -> Config:
    """Judge the arguments of ``digits``; which images were found becomes part of it."""
    orders = arguments.orders(orders, minimum=2, maximum=HIGHEST)
    full = checks.flag(full, "full")
    found, path = digits_data.find(files, data)
    small = found.name == "digits"
    available, tests = digits_data.counts(found)
    count = available
    if images is not None:
        count = min(available, checks.integer(images, "images", minimum=100))
    if epochs is None:
        epochs = 200 if full else 60 if small else 40
    epochs = checks.integer(epochs, "epochs", minimum=1, maximum=10**6)
    if networks is None:
        networks = 5 if small else 1
    if n_memories is None:
        n_memories = 50 if small else 100
    return {
        "source": found.name,
        "path": path,
        "origin": {digits_data.TITLES[found.name]: found.sha256},
        "images": count,
        "tests": tests,
        "orders": orders,
        "networks": arguments.count(networks, "networks"),
        "n_memories": checks.integer(n_memories, "n_memories", minimum=2, maximum=10**6),
        "epochs": epochs,
        "recipes": [recipe(found.name, n, epochs, count) for n in orders],
        "backend": arguments.backend(backend),
        "seed": arguments.seed(rng),
    }


def cells(config: Config) -> list[Cell]:
    """One cell a power."""
    slow = 1.0 if config["backend"] == "cython" else 5.0
    examples = config["epochs"] * (config["images"] + 0.3 * config["tests"])
    cost = 1e-3 + slow * 5e-8 * config["n_memories"] * examples
    return [Cell({"order": order}, config["networks"], cost) for order in config["orders"]]


def trial(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """One network: it learns, and is looked at."""
    return learn(config, cell, rng)


def gather(config: Config, payloads: Payloads) -> Result:
    """A row a power and epoch, means over networks; the pictures of the first network."""
    rows: list[Row] = []
    title = digits_data.TITLES[config["source"]]
    summary: dict[str, Any] = {"source": config["source"], "title": title, "orders": []}
    summary |= {"memories": {}, "participation": {}, "decisions": {}, "collapsed": {}}
    for cell, trials in zip(cells(config), payloads, strict=True):
        if not trials:
            continue
        order = int(cell.values["order"])
        mine = [_row(order, number, trials) for number in range(config["epochs"])]
        taking, taking_se = mean_and_error([found["memories"] for found in trials])
        mine[-1] |= {"memories": taking, "memories_se": taking_se}
        rows += mine
        summary["orders"].append(dict(mine[-1]))
        summary["collapsed"][order] = sum(found.get("collapsed", False) for found in trials)
        for name, value in unpacked(trials[0]).items():
            summary[name][order] = value
    return Result("digits", rows, config, summary, dims=("order", "epoch"))


def _row(order: int, number: int, trials: Sequence[Mapping[str, Any]]) -> Row:
    """An epoch's row of the table."""
    measured = {
        name: mean_and_error([found["rows"][number][place] for found in trials])
        for place, name in enumerate(COLUMNS)
    }
    row: Row = {"order": order, "epoch": number + 1, "networks": len(trials)}
    for name, (mean, error) in measured.items():
        row[name] = mean
        if name.endswith("error"):
            row[f"{name}_se"] = error
    return row | {"memories": math.nan, "memories_se": math.nan}


STUDY = Study(
    name="digits",
    question="Strokes or whole digits? What dense memories learn, powers 2, 3, 20, 30; --file",
    configure=configure,
    quick={"images": 5000, "epochs": 30},
    cells=cells,
    trial=trial,
    gather=gather,
    sentence=sentence,
    options=frozenset({"file", "trials"}),
    page=page,
    full={"full": True},
    seconds=25,
)
