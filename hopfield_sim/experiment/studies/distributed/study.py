"""How close a memory in one vector comes to one that keeps its patterns, in six parts."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim.experiment.common.files import hashes_of, paths_of
from hopfield_sim.experiment.common.helpers import repeats, room
from hopfield_sim.experiment.common.packing import pack_images
from hopfield_sim.experiment.studies.distributed import QUESTION, SECONDS
from hopfield_sim.experiment.studies.distributed.page import page
from hopfield_sim.experiment.studies.distributed.pictures import (
    MOST_IMAGES,
    SOURCES,
    photographs_or_tiles,
    pictures_of,
)
from hopfield_sim.experiment.studies.distributed.trials import PARTS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study

__all__ = ["STUDY", "distributed"]

KERNELS = ("sincos", "cos", "exp", "expexp")

COLUMNS = (
    *("part", "kernel", "energy", "at", "n_neurons", "n_patterns", "beta", "n_features"),
    *("networks", "energy_error", "energy_error_se", "energy_theory"),
    *("gradient_error", "gradient_error_se", "state_error", "state_error_se", "retrieved"),
)
"""Measured columns; nan where a part does not measure one."""


_BLEND = 0.05
"""Distance of recalled pixels from those of an image from which on they are a blend of several."""

QUICK: dict[str, Any] = {
    "sizes": (30, 100),
    "networks": 2,
    "n_patterns": 100,
    "betas": (10, 30),
    "n_features": (500, 2000),
    "counts": (20, 50, 100),
    "count_features": 2000,
    "kernel_sizes": (16,),
    "kernel_betas": (1, 10, 100),
    "kernel_features": (1000,),
    "image_size": 16,
    "image_betas": (40, 60),
    "image_features": (1000, 4000),
    "queries": 20,
}

FULL: dict[str, Any] = {
    "betas": (10, 30, 40, 50),
    "n_features": (5000, 10000, 20000, 50000, 100000, 200000, 500000),
    "count_features": 200000,
    "kernel_sizes": (16, 32, 64),
    "kernel_features": (40000, 200000, 800000),
    "image_size": 64,
    "image_betas": (40, 50, 60, 70, 80),
    "image_features": (10000, 40000, 160000, 360000),
    "queries": 100,
}
"""Sizes of the paper; they take hours."""


@dataclass(frozen=True, eq=False)
class Distributed(Study):
    """Compare a distributed memory with the exact one, in the six parts of the paper.

    ``trajectories``: four images, the first third of their pixels given, all along the descent.
    ``compression``: twenty images, 60 % given, and the size of the memory. ``approximation``:
    random binary memories, errors of energy, gradient and recalled state at the memories, near them
    (a tenth of the bits flipped) and anywhere. ``images``: the lower half hidden, β against Y.
    ``patterns``: errors against the number of memories. ``kernels``: four kinds of features with
    both energies. The energy of the exact memory is
    ``ModernHopfield(beta, similarity="euclidean")``.

    Returns
    -------
    Result
        Columns part, kernel, energy, at ("memory", "near", "random", "hidden"), n_neurons,
        n_patterns, beta, n_features, networks; energy_error (mean ``|ΔE|``) with its standard error
        over networks and energy_theory, what theory predicts (nan where it does not hold);
        gradient_error (mean over coordinates) with its error; state_error, between the states that
        both recall: the share of differing bits, or the root mean square of hidden pixels between 0
        and 1; retrieved, the share of states that agree in every bit, or of images whose hidden
        pixels are nearest to those of the right memory. nan where a part does not measure it.
        ``summary["compression"]`` has the numbers of T and of the stored pixels.

    References
    ----------
    B. Hoover, D. H. Chau, H. Strobelt, P. Ram, D. Krotov, NeurIPS 37 (2024), figures 1 to 6.
    """

    name = "distributed"
    question = QUESTION
    small = QUICK
    large = FULL
    seconds = SECONDS

    sizes: Sequence[int] = option(
        (30, 100, 500), kinds.integers(3), "numbers of neurons, D, of random binary memories"
    )
    networks: int | None = repeats(
        "number of independent sets of memories and of random directions for each point; 4 by "
        "default",
        default=4,
    )
    _: KW_ONLY
    n_patterns: int = option(
        500, kinds.integer(1), "number of patterns, P, of ``approximation`` and ``kernels``"
    )
    betas: Sequence[float] = option((10, 30, 50), kinds.reals(above=0), "β of ``approximation``")
    n_features: Sequence[int] = option(
        (1000, 5000, 20000), kinds.integers(1), "numbers of features, Y, of ``approximation``"
    )
    counts: Sequence[int] = option(
        (50, 100, 200, 500, 1000),
        kinds.integers(1),
        "numbers of patterns, P, of ``patterns``, at D = 100 and the same β",
    )
    count_features: int = option(20000, kinds.integer(1), "number of features, Y, of ``patterns``")
    kernel_sizes: Sequence[int] = option(
        (16, 64), kinds.integers(1), "numbers of neurons, D, of ``kernels``"
    )
    kernel_betas: Sequence[float] = option(
        (1, 3, 10, 30, 100, 300, 600), kinds.reals(above=0), "β of ``kernels``"
    )
    kernel_features: Sequence[int] = option(
        (2000, 20000), kinds.integers(1), "numbers of features, Y, of ``kernels``"
    )
    image_size: int = option(
        16,
        kinds.integer(8, 256),
        "side of the colour images in pixels; they have D = 3 · image_size² neurons",
    )
    image_betas: Sequence[float] = option(
        (40, 60, 80),
        kinds.reals(above=0),
        "β of ``images``; the middle one also of ``trajectories``, the greatest of ``compression``",
    )
    image_features: Sequence[int] = option(
        (1000, 3000, 10000, 30000),
        kinds.integers(1),
        "numbers of features, Y, of ``images``; the greatest also of ``trajectories`` and "
        "``compression``",
    )
    queries: int = option(40, kinds.integer(1), "number of states of each kind")
    files: Sequence[str | os.PathLike[str]] = option(
        (),
        kinds.files(),
        "pictures, or folders of them, in place of the colour images; the first 20, resized",
        name="file",
    )
    data: str = option(
        "auto",
        kinds.choice(("auto", *SOURCES)),
        "colour images: photographs of CIFAR-10, or drawn tiles; auto takes photographs if there "
        "are any",
    )

    def settle(self, config: Config) -> Config:
        """Enter the fixed parameters, and check that all arrays fit into memory."""
        many = config["n_patterns"] + config["queries"]
        shapes = [
            (many, max(config["sizes"] + config["kernel_sizes"])),
            (config["counts"][-1], 100),
        ]
        lists = ("n_features", "kernel_features", "image_features")
        shapes += [(config[name][-1], 1) for name in lists]
        room([*shapes, (config["count_features"], 1)])
        files, size = paths_of(config.pop("files")), config["image_size"]
        own = pictures_of(files, size, MOST_IMAGES) if files else None
        if own is None:
            source, origin = photographs_or_tiles(config["data"])
        else:
            source, origin = "files", hashes_of(files)
        return config | {
            "own": None if own is None else pack_images(own),
            "most_images": MOST_IMAGES if own is None else len(own),
            "data": source,
            "origin": origin,
            "count_neurons": 100,
            "kernels": list(KERNELS),
            "image_steps": 200,
            "n_images": min(10, MOST_IMAGES if own is None else len(own)),
            "step": 0.1,
        }

    def cells(self) -> list[Cell]:
        """Return the cells of all parts."""
        config = self.config
        betas, many = config["image_betas"], config["image_features"]
        middle, most = betas[len(betas) // 2], many[-1]
        n = 3 * config["image_size"] ** 2
        cells = [
            _image_cell("trajectories", middle, most, min(4, config["most_images"]), n),
            _image_cell("compression", betas[-1], most, config["most_images"], n),
        ]
        for size in config["sizes"]:
            values = {"part": "approximation", "n_neurons": size}
            cells.append(Cell(values, config["networks"]))
        cells += [
            _image_cell("images", beta, n_features, config["n_images"], n)
            for beta in betas
            for n_features in many
        ]
        cells.append(Cell({"part": "patterns"}, config["networks"]))
        for size in config["kernel_sizes"]:
            cells.append(Cell({"part": "kernels", "n_neurons": size}, config["networks"]))
        return cells

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Run the part of the cell."""
        config = self.config
        return PARTS[cell["part"]](config, cell, rng)

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each point; images and curves in the summary."""
        config = self.config
        rows: list[Row] = []
        summary: dict[str, Any] = {"images": []}
        for cell, trials in zip(self.cells(), payloads, strict=True):
            part = cell.values["part"]
            fixed = _fixed(part, cell.values, config)
            if not trials:
                continue
            for number in range(len(trials[0]["rows"])):
                mine = [payload["rows"][number] for payload in trials]
                rows.append(_row(fixed | mine[0], mine))
            if part in ("trajectories", "compression"):
                summary[part] = dict(trials[0]) | dict(trials[0]["rows"][0])
            elif part == "images":
                summary["images"].append(dict(cell.values) | dict(trials[0]))
        dims = ("part", "kernel", "energy", "at", "n_neurons", "n_patterns", "beta", "n_features")
        return Result("distributed", rows, config, summary, dims=dims)

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise how errors fall, which features are best, and the size of T."""
        config = result.config
        texts = [_fall(result), _ranking(result)]
        packed = result.summary.get("compression")
        if packed is not None:
            ratio = packed["numbers"] / packed["pixels"]
            count = packed["pixels"] // (3 * config["image_size"] ** 2)
            even = math.ceil(packed["numbers"] / (3 * config["image_size"] ** 2))
            texts.append(
                f"The memory of {count} images holds {packed['numbers']} numbers in place of "
                f"{packed['pixels']} pixels, {ratio:.2f} times as many: with so many features it "
                f"saves nothing before {even} images are stored, and in bytes (8 a number, 1 a "
                f"pixel) before {8 * even}; its size stays the same while they grow. "
                f"From 60 % of their pixels, {packed['retrieved']:.0%} of the images came nearest "
                f"to the right one in their other pixels (exact memory: {packed['exact']:.0%})"
                f"{_blends(packed)}."
            )
        return " ".join(text for text in texts if text)

    page = staticmethod(page)


distributed = function(Distributed)

STUDY = Distributed


def _image_cell(part: str, beta: float, n_features: int, count: int, n: int) -> Cell:
    values = {"part": part, "beta": beta, "n_features": n_features, "n_neurons": n}
    return Cell(values | {"n_patterns": count}, 1)


def _fixed(part: str, cell: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Return the columns that all rows of a cell share."""
    common = {"part": part, "kernel": "sincos", "energy": "log", "at": "hidden"}
    common |= {"n_patterns": config["n_patterns"]}
    if part == "patterns":
        common |= {"n_neurons": config["count_neurons"], "n_features": config["count_features"]}
    return common | dict(cell)


def _row(point: Mapping[str, Any], trials: Sequence[Mapping[str, Any]]) -> Row:
    """Return the row of a point from the measurements of all networks."""
    row: dict[str, Any] = {name: point.get(name, math.nan) for name in COLUMNS}
    row["networks"] = len(trials)
    for column, name in (
        ("energy_error", "energy_error"),
        ("gradient_error", "gradient_error"),
        ("state_error", "state"),
    ):
        values = [trial[name] for trial in trials if trial.get(name) is not None]
        row[column], row[f"{column}_se"] = mean_and_error(values)
    for column, name in (("energy_theory", "theory"), ("retrieved", "retrieved")):
        values = [trial[name] for trial in trials if trial.get(name) is not None]
        row[column] = mean_and_error(values)[0] if len(values) == len(trials) else math.nan
    return row


def _fall(result: Result) -> str:
    """Describe the power of Y with which errors at the memories fall, where theory holds."""
    rows = [
        row
        for row in result.rows
        if row["part"] == "approximation"
        and row["at"] == "memory"
        and math.isfinite(float(row["energy_theory"]))
    ]
    counts = sorted({row["n_features"] for row in rows})
    if len(counts) < 2:
        return ""
    points = np.log([(float(r["n_features"]), float(r["energy_error"])) for r in rows])
    groups = [(row["n_neurons"], row["beta"]) for row in rows]
    for group in dict.fromkeys(groups):  # a common slope, a level for each D and β
        mine = [index for index, one in enumerate(groups) if one == group]
        points[mine] -= points[mine].mean(axis=0)
    power = float((points[:, 0] * points[:, 1]).sum() / (points[:, 0] ** 2).sum())
    return (
        f"At the memories the error of the energy falls as Y^({power:.2f}) from Y = {counts[0]} to "
        f"{counts[-1]}, where it is small enough for a theory to first order; averages of "
        "independent features fall as Y^(-1/2)."
    )


def _blends(packed: Mapping[str, Any]) -> str:
    """Say how far the recalled pixels of ``compression`` are from those of the images."""
    if "exact_off" not in packed:  # results of version 0.1
        return ""
    exact, own = packed["exact_off"], packed["distributed_off"]
    text = f", {own:.2f} off it (root mean square of pixels from 0 to 1; exact memory: {exact:.2f})"
    if exact > _BLEND:
        beta = f"{packed['beta']:g}"
        text += f": at β = {beta} even the exact memory recalls a blend of images, not one of them"
    return text


def _ranking(result: Result) -> str:
    """Describe the mean errors of the four kernels over all β, D and Y, log energy."""
    means = {}
    for kernel in result.config["kernels"]:
        values = [
            row["energy_error"]
            for row in result.rows
            if row["part"] == "kernels" and row["kernel"] == kernel and row["energy"] == "log"
        ]
        if not values:
            return ""
        means[kernel] = math.exp(float(np.mean(np.log(np.maximum(values, 1e-300)))))
    order = sorted(means, key=lambda kernel: means[kernel])
    listed = ", ".join(f"{kernel} {means[kernel]:.2g}" for kernel in order)
    return f"Kinds of features by their error (geometric mean over β, D and Y): {listed}."
