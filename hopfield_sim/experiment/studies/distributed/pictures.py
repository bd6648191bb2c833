"""Colour images to store in one vector: photographs, drawn tiles, or pictures of a user."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import datasets
from hopfield_sim.datasets.tiles import square
from hopfield_sim.errors import InvalidInputError, MissingDataError
from hopfield_sim.experiment.common.files import picture_files
from hopfield_sim.experiment.common.packing import unpack_images
from hopfield_sim.experiment.sweeps.study import Config
from hopfield_sim.patterns.images import resize
from hopfield_sim.patterns.picture_file import read

__all__ = ["MOST_IMAGES", "SOURCES", "images_of", "photographs_or_tiles", "pictures_of"]

Floats = NDArray[np.floating]

MOST_IMAGES = 20
"""Images of ``compression``."""

SOURCES = ("cifar10", "tiles")
"""Sources of colour images."""


def photographs_or_tiles(data: str) -> tuple[str, dict[str, str]]:
    """Return the source of colour images, and the hash of its data."""
    if data == "tiles":
        return data, {}
    try:
        photographs = datasets.cifar10()
        found = len(_different(photographs.train_images))
        if found < MOST_IMAGES:
            raise MissingDataError(f"{MOST_IMAGES} different photographs are needed; found {found}")
    except MissingDataError:
        if data == "cifar10":
            raise
        return "tiles", {}
    return "cifar10", {"CIFAR-10": photographs.sha256}


def _different(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The different ones among the first."""
    return list({image.tobytes(): image for image in images[: 2 * MOST_IMAGES]}.values())


@lru_cache(maxsize=2)
def _photographs(count: int, size: int) -> NDArray[np.uint8]:
    """The first different photographs, resized, (count, size, size, 3)."""
    chosen = _different(datasets.cifar10().train_images)[:count]
    channels = [[resize(image[..., k], (size, size)) for k in range(3)] for image in chosen]
    return np.rint(np.moveaxis(np.array(channels), 1, -1)).astype(np.uint8)


def pictures_of(paths: Sequence[Path], size: int, most: int) -> NDArray[np.uint8]:
    """Return the central squares of the first different pictures, resized, (P, size, size, 3)."""
    files = [file for path in paths for file in picture_files(path)][:most]
    squares = np.stack([square(read(file), size, file) for file in files])
    if len(np.unique(squares, axis=0)) < len(squares) or len(squares) < 2:
        raise InvalidInputError(
            f"files must be at least two different pictures; got {len(squares)}, "
            f"{len(np.unique(squares, axis=0))} of them different at {size} × {size} pixels"
        )
    return squares


def images_of(config: Config, count: int) -> Floats:
    """Return the images of a configuration as memories, (count, D) float32 in [0, 1/√D]."""
    size = config["image_size"]
    if config.get("own") is not None:
        drawn = unpack_images(config["own"])[:count]
    elif config.get("data") == "cifar10":
        drawn = _photographs(count, size)
    else:
        drawn = datasets.tiles(n_tiles=count, size=size, rng=config["seed"]).train_images
    flat = drawn.reshape(count, -1).astype(np.float32)
    scaled: Floats = flat / np.float32(255 * np.sqrt(flat.shape[1]))
    return scaled
