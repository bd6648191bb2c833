"""Retrieval of colour images from corrupted ones, by several similarities."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import datasets
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.common.files import data_set, paths_of
from hopfield_sim.experiment.common.helpers import repeats, room
from hopfield_sim.experiment.common.packing import pack_images
from hopfield_sim.experiment.studies.images import QUESTION, SECONDS
from hopfield_sim.experiment.studies.images.page import page, sentence
from hopfield_sim.experiment.studies.images.trials import PARTS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study

__all__ = ["STUDY", "images"]

BETAS: dict[str, tuple[float, ...]] = {
    "dot": (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3),
    "cosine": (1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6),
    "euclidean": (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3),
    "manhattan": (1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9),
}
"""Default β of each similarity, in its units: from the mean of all images to a single one."""

BLENDS = tuple(float(f"{b:.2g}") for b in np.logspace(-9, -3, 13))


@dataclass(frozen=True, eq=False)
class Images(Study):
    """Recall colour images of 32×32 pixels from corrupted ones, by four similarities, in one step.

    Cues: noise of standard deviation 10 and 40 (of 255); the lower half covered in grey (127.5) or
    black; the lower half left out of the comparison (``observed``), with noise of 10 on the rest.
    There are two measures. *right*: the largest weight is that of the corrupted image; it does not
    depend on β. *recalled*: the output differs from that image by at most ``tolerance`` (root mean
    square over its 3072 numbers); it depends on β. For comparison, the classical network, the
    pseudo-inverse and a dense memory recall the same images in black and white.

    Returns
    -------
    Result
        Columns part ("colour", "binary", "blend"), memory (the similarity, or "hebbian",
        "pseudoinverse", "dense"), cue ("noise-10", "noise-40", "grey", "black", "observed"; for
        binary pictures "itself", "flipped", "black"), n_patterns, beta, images (cues), right,
        recalled and mse (mean squared error in squared grey levels) with standard errors over
        images. ``summary`` has the images, the memories of largest weight by "dot", and the video.

    References
    ----------
    B. Millidge, T. Salvatori, Y. Song, T. Lukasiewicz, R. Bogacz, ICML 2022 (arXiv:2202.04557).
    """

    name = "images"
    question = QUESTION
    small = {"counts": (20,), "curve": (2, 5, 10, 20, 50)}
    seconds = SECONDS

    files: Sequence[str | os.PathLike[str]] = option(
        (),
        kinds.files(),
        "one folder of images, or one of CIFAR-10: its folder, an .npz, or the word "
        '"cifar10" for the one that ``datasets.cifar10`` finds; by default images that the '
        "package draws",
        name="file",
    )
    networks: int | None = repeats(
        "number of sets of images, spread evenly over those of ``files``; 1 by default", default=1
    )
    _: KW_ONLY
    counts: Sequence[int] = option(
        (20, 100), kinds.integers(2), "numbers of stored images, with all β"
    )
    curve: Sequence[int] = option(
        (2, 5, 10, 20, 50, 100, 200),
        kinds.integers(2),
        "numbers of stored images of the curves, with the largest β",
    )
    similarities: Sequence[str] = option(
        ("dot", "cosine", "euclidean", "manhattan"),
        kinds.similarities(),
        "similarities to compare",
    )
    betas: Mapping[str, Sequence[float]] | None = option(
        None,
        kinds.one_or_default(kinds.reals_by_word(kinds.similarities())),
        "β of each similarity, in its units; one of your own needs them",
    )
    blended: int = option(
        24, kinds.integer(2), "number of images of the blends, which are drawn against β"
    )
    tolerance: float = option(
        1.0, kinds.real(0), "largest difference of a recalled image, in grey levels"
    )

    def settle(self, config: Config) -> Config:
        """Enter the images into the configuration, and limit the numbers to those available."""
        origin, own = _pictures(config.pop("files"))
        available = math.inf if own is None else len(own)
        for name in ("counts", "curve"):
            config[name] = sorted({int(min(n, available)) for n in config[name]})
        config["blended"] = int(min(config["blended"], available))
        networks = config["networks"]
        most = max(*config["counts"], *config["curve"], config["blended"])
        packed = None
        if own is None:  # every worker draws all sets at once
            room([(networks * most, 6 * 32 * 32)], itemsize=1)
        else:
            stride = len(own) // most
            if networks > stride:
                raise InvalidInputError(
                    f"networks must be at most {stride}, or sets of {most} out of {len(own)} "
                    f"pictures would share some; got {networks}"
                )
            packed = pack_images(np.stack([own[t::stride][:most] for t in range(networks)]))
        betas = BETAS if config["betas"] is None else config["betas"]
        return config | {
            "origin": origin,
            "pictures": packed,
            "most": most,
            "betas": {word: _betas(betas, word) for word in config["similarities"]},
            "blends": list(BLENDS),
        }

    def cells(self) -> list[Cell]:
        """Return cells for each number and set of images, in colour and binary, and the blends."""
        config = self.config
        cells = []
        for count in sorted({*config["counts"], *config["curve"]}):
            for network in range(config["networks"]):
                values = {"n_patterns": count, "network": network}
                cells.append(Cell({"part": "colour"} | values, 1))
                cells.append(Cell({"part": "binary"} | values, 1))
        cells.append(Cell({"part": "blend", "n_patterns": config["blended"], "network": 0}, 1))
        return cells

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Run the part of the cell."""
        config = self.config
        return PARTS[cell["part"]](config, cell, rng)

    def gather(self, payloads: Payloads) -> Result:
        """Return means over images, one row for each memory, cue, number of images and β."""
        config = self.config
        points: dict[tuple[Any, ...], list[list[Any]]] = {}
        summary: dict[str, Any] = {"winners": {}}
        for cell, trials in zip(self.cells(), payloads, strict=True):
            part, count = cell.values["part"], cell.values["n_patterns"]
            for payload in trials:
                for memory, cue, beta, *measured in payload["rows"]:
                    points.setdefault((part, memory, cue, count, beta), []).append(measured)
                if cell.values["network"] == 0:
                    if part == "colour":
                        summary["winners"][count] = payload["winners"]
                    summary |= payload.get("shown", {})
        rows = [_row(point, measured) for point, measured in points.items()]
        dims = ("part", "memory", "cue", "n_patterns", "beta")
        return Result("images", rows, config, summary, dims=dims)

    sentence = staticmethod(sentence)
    page = staticmethod(page)


images = function(Images)

STUDY = Images


def _pictures(files: Any) -> tuple[dict[str, str], NDArray[np.uint8] | None]:
    """Return the name and hash of the images, and the images (n, 32, 32, 3); neither for those of
    the package, which are drawn when needed.
    """
    paths = paths_of(files)
    if len(paths) > 1:
        raise InvalidInputError(
            f"files must be one folder of pictures, or one of CIFAR-10; got {len(paths)}: put "
            "pictures of your own into a folder"
        )
    if not paths:
        return {}, None
    path = paths[0]
    known = data_set(path)
    dataset = datasets.tiles(path) if known is None else known
    if len(dataset.train_images) < 4:
        raise InvalidInputError(
            f"files must hold at least 4 different pictures; {path} has {len(dataset.train_images)}"
        )
    name = "CIFAR-10" if known else path.name or str(path)
    return {name: dataset.sha256}, dataset.train_images


def _betas(betas: Mapping[str, Any], similarity: str) -> list[float]:
    if similarity not in betas:
        raise InvalidInputError(f"betas must have β for {similarity!r}; it has {list(betas)}")
    return list(betas[similarity])


def _row(point: tuple[Any, ...], measured: list[list[Any]]) -> Row:
    """Return the row of a point from the sums over each set of images."""
    part, memory, cue, count, beta = point
    row: Row = {"part": part, "memory": memory, "cue": cue, "n_patterns": count}
    row["beta"] = math.nan if beta is None else beta
    sums = np.array(measured, np.float64).sum(axis=0)  # nan where there is None
    row["images"] = int(sums[0])
    for place, name in enumerate(("right", "recalled", "mse")):
        row[name], row[f"{name}_se"] = _mean(int(sums[0]), *sums[1 + 2 * place :][:2].tolist())
    return row


def _mean(n: int, total: float, squares: float) -> tuple[float, float]:
    """Return the mean and its standard error from Σ x and Σ x²."""
    mean = total / n
    if n < 2:
        return mean, math.nan
    return mean, math.sqrt(max(squares / n - mean**2, 0.0) / (n - 1))
