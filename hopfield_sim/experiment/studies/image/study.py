"""Do pictures come back from a quarter of each? Six drawn posters, or your own photographs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.datasets import Dataset
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.common import packing as film
from hopfield_sim.experiment.common import pattern_files
from hopfield_sim.experiment.common.files import (
    data_set,
    hashes_of,
    names_of,
    paths_of,
    picture_files,
    sha256,
)
from hopfield_sim.experiment.common.helpers import network
from hopfield_sim.experiment.studies.image import QUESTION, SECONDS
from hopfield_sim.experiment.studies.image import posters as pictures
from hopfield_sim.experiment.studies.image.page import names, page, sentence
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.models import DenseMemory, HopfieldNetwork, ModernHopfield
from hopfield_sim.patterns import from_image, mask, overlap, random_patterns

__all__ = ["STUDY", "image"]

SHAPE = (pictures.SIDE, pictures.SIDE)

FRAMES_PER_SWEEP = 10

_ARRAYS = (".npy", ".csv")
"""Files of patterns; others are pictures or data sets."""

RULES = ("hebbian", "storkey", "pseudoinverse")

BESIDE = ("dense-exponential", "modern")
"""Memories beside these rules, unless others are asked for."""

MEMORIES = ("dense-polynomial", "dense-rectified", "dense-exponential", "modern")

_SHARPNESS = 50.0
"""β of the modern network, times the number of pixels: pictures that overlap by 0.9 are apart."""

_ALIKE = 0.95
"""Overlap with the negative of an image from which on a state is identified with it."""


@dataclass(frozen=True, eq=False)
class Image(Study):
    """Recall images of 100×100 pixels from their upper-left quarter, asynchronously.

    All images are stored together; of each cue all but the upper-left quarter is covered, in black
    (−1) or by random bits. A field of 0 gives +1. Dense and modern memories recall the same cues
    beside the learning rules; a modern network recalls with real values, whose signs count.

    Returns
    -------
    Result
        Columns image, rule, hidden_fraction, overlap of the final state with the image, retrieved
        (1 when every pixel is right). ``runs`` holds the filmed recall of all images, by rule or
        memory, as the column rule has them;
        ``summary["likeness"]`` is the largest overlap between two images.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For a value outside the bounds given above, and for images that cannot be read or are the
        same; the message names the argument.
    """

    name = "image"
    question = QUESTION
    small = {"rules": ("hebbian",)}
    seconds = SECONDS

    files: Sequence[str | os.PathLike[str]] = option(
        (),
        kinds.files(),
        "image files, or folders of them, made black and white by Otsu's threshold, or .npy and "
        ".csv files of patterns; CIFAR-10 "
        '(its folder, an .npz, or the word "cifar10") gives one image of each of six classes; '
        "by default six images that the package draws",
        name="file",
    )
    rules: Sequence[str] | None = option(
        None,
        kinds.one_or_default(kinds.learning_rules()),
        "learning rules; by default hebbian, storkey and pseudoinverse",
    )
    _: KW_ONLY
    memories: Sequence[Any] | None = option(
        None,
        kinds.one_or_default(kinds.memories(MEMORIES)),
        "dense and modern memories, or your own, beside the rules; by default dense-exponential "
        "and modern, or none where rules are given",
    )
    fill: str = option(
        "black", kinds.choice(("black", "random")), "what covers a cue: black (−1), or random bits"
    )
    clamp: bool = option(
        False, kinds.flag(), "whether the uncovered corner is clamped, and never changes"
    )

    def settle(self, config: Config) -> Config:
        """Enter the images into the configuration."""
        if config["rules"] is None:
            config["rules"] = list(RULES)
            config["memories"] = config["memories"] or list(BESIDE)
        names, own, origin = list(pictures.NAMES), None, dict[str, str]()
        paths = paths_of(config.pop("files"))
        if paths:
            names, bits, origin = _own(paths)
            own = film.pack_states(bits)
        return config | {"images": names, "own": own, "origin": origin}

    def cells(self) -> list[Cell]:
        """Return one cell of one trial: the networks are large, and run one after the other."""
        return [Cell({}, 1)]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Recall all images by every rule, with one network in memory at a time."""
        config = self.config
        images = originals(config)
        cues = mask(images, _visible())
        if config["fill"] == "random":
            cues = np.where(_visible(), images, random_patterns(*images.shape, rng=rng))
        seed = checks.key(rng)
        return {name: _recall(name, config, images, cues, seed) for name in names(config)}

    def gather(self, payloads: Payloads) -> Result:
        """Return one row for each image and rule."""
        config = self.config
        images = originals(config)
        rows: list[Row] = []
        runs = {}
        negatives: list[Row] = []
        for packed in payloads[0]:
            for rule in names(config):
                run = film.unpack(packed[rule], patterns=images, shape=SHAPE)
                runs[rule] = run
                overlaps = overlap(run.states, images)
                for name, ends in zip(config["images"], overlaps, strict=True):
                    if ends.min() <= -_ALIKE:
                        of = config["images"][int(ends.argmin())]
                        negatives.append({"image": name, "rule": rule, "of": of})
                for name, original, state in zip(config["images"], images, run.states, strict=True):
                    reached = int(original.astype(int) @ state) / original.size
                    rows.append(
                        {
                            "image": name,
                            "rule": rule,
                            "hidden_fraction": float(1 - _visible().mean()),
                            "overlap": reached,
                            "retrieved": int(reached == 1.0),
                        }
                    )
        likeness = np.abs(images.astype(float) @ images.T / images.shape[1])
        np.fill_diagonal(likeness, 0)
        summary: dict[str, Any] = {
            "likeness": float(likeness.max()),
            "covered": float(1 - _visible().mean()),
        }
        summary["negatives"] = negatives
        return Result("image", rows, config, summary, runs, ("image", "rule"))

    sentence = staticmethod(sentence)
    page = staticmethod(page)


image = function(Image)

STUDY = Image


def _own(paths: Sequence[Path]) -> tuple[list[str], NDArray[np.int8], dict[str, str]]:
    """Return names and images (P, N) of files, folders and data sets, and hashes of the sources."""
    pictures: list[tuple[Path, Any]] = []
    arrays = [path for path in paths if path.suffix.lower() in _ARRAYS]
    origin = hashes_of(arrays)
    for path in paths:
        if path in arrays:
            drawn = enumerate(pattern_files.images(path))
            pictures += [(Path(f"{path.stem}-{k}"), picture) for k, picture in drawn]
            continue
        known = data_set(path)
        if known is None:
            pictures += [(file, file) for file in picture_files(path)]
        else:
            pictures += _of_classes(known)
            origin["CIFAR-10"] = known.sha256
    names = names_of([file for file, _ in pictures])
    bits = np.stack([from_image(picture, SHAPE) for _, picture in pictures])
    for index, pattern in enumerate(bits):
        for other in range(index):
            if np.array_equal(pattern, bits[other]):
                raise InvalidInputError(
                    f"files must be distinct images; {pictures[index][0]} and {pictures[other][0]} "
                    "are the same in black and white"
                )
    for name, (file, picture) in zip(names, pictures, strict=True):
        if picture is file:
            origin[name] = sha256(file)
    return names, bits, origin


def _of_classes(known: Dataset) -> list[tuple[Path, Any]]:
    """Return the first image of each of the first classes, or the first ones without classes."""
    count = len(pictures.NAMES)
    if not known.names:
        return [(Path(f"{known.name}-{k}"), p) for k, p in enumerate(known.train_images[:count])]
    classes, places = np.unique(known.train_labels, return_index=True)
    return [
        (Path(known.names[label].replace("/", "-")), known.train_images[place])
        for label, place in zip(classes[:count], places, strict=False)
    ]


def _recall(name: str, config: Config, images: Any, cues: Any, seed: int) -> Any:
    n = images.shape[1]
    how: dict[str, Any] = {"clamp": _visible() if config["clamp"] else None}
    how["record"] = ("energy", "states")
    if name == "modern":
        memory = ModernHopfield(_SHARPNESS / n, backend=config["backend"])
        run = memory.store(images.astype(np.float64)).recall(cues.astype(np.float64), **how)
        return film.pack_signs(run)
    if ":" in name and name not in config["rules"]:
        return _of_your_own(name, images, cues, seed)
    how |= {"every": n // FRAMES_PER_SWEEP, "ties": "plus", "n_threads": 1, "rng": seed}
    return film.pack(
        _binary(name, config).store(images, advise=False).recall(cues, **how), trajectory=True
    )


def _of_your_own(name: str, images: Any, cues: Any, seed: int) -> Any:
    """Recall by a memory that need not record: its cues and final states."""
    memory = own.memory(name)
    memory.store(images, **own.taken(memory.store, advise=False))
    run = memory.recall(cues, **own.taken(memory.recall, rng=seed, n_threads=1, ties="plus"))
    ends = np.asarray(getattr(run, "states", run))
    states = np.where(ends < 0, -1, 1).astype(np.int8)
    return {
        "updates": [0, images.shape[1]],
        "states": film.pack_states(states),
        "stop": np.broadcast_to(getattr(run, "stop", "unknown"), len(states)).tolist(),
        "sweeps": [1] * len(states),
        "energy": [],
        "trajectory": film.pack_states(np.stack([cues, states])),
    }


def _binary(name: str, config: Config) -> HopfieldNetwork | DenseMemory:
    """Return an empty network by a rule, or a dense memory."""
    if name in config["rules"]:
        return network(name, config)
    return DenseMemory(name.removeprefix("dense-"), backend=config["backend"])


def originals(config: Config) -> NDArray[np.int8]:
    """Return the images of a configuration, (P, N)."""
    if config["own"] is not None:
        return film.unpack_states(config["own"])
    return np.stack([pictures.draw(name).ravel() for name in config["images"]])


def _visible() -> NDArray[np.bool_]:
    keep = np.zeros(SHAPE, bool)
    keep[: SHAPE[0] // 2, : SHAPE[1] // 2] = True
    return keep.ravel()
