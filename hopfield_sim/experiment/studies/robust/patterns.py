"""Digits as patterns of ±1: those of an installed data set, else drawn ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import datasets
from hopfield_sim.errors import MissingDataError
from hopfield_sim.patterns import from_image, glyphs

__all__ = ["CLASSES", "SOURCES", "WORDS", "choose", "data_of", "digits"]

CLASSES = 10
"""One pattern of each."""

SOURCES = ("mnist", "fashion-mnist", "small", "drawn")
"""Sources in order of preference."""

WORDS = {
    "mnist": "MNIST digits",
    "fashion-mnist": "clothes of Fashion-MNIST, for want of MNIST",
    "small": "digits of 8×8 pixels from scikit-learn",
    "drawn": "digits drawn by the package",
}

DRAWN_SIDE = 16


def choose() -> str:
    """Return the first source that is installed."""
    for source in SOURCES[:2]:
        try:
            _images(source)
        except MissingDataError:
            continue
        return source
    return "drawn" if find_spec("sklearn") is None else "small"


def digits(source: str, network: int) -> NDArray[np.int8]:
    """Return one pattern of each class, (10, N): image number ``network`` of each.

    Images are made black and white by Otsu's threshold. Drawn digits are the same in every set.

    Raises
    ------
    MissingDataError, MissingDependencyError
        When the data set is not installed.
    """
    if source == "drawn":
        return np.asarray(glyphs("0123456789", size=DRAWN_SIDE))
    dataset = _images(source)
    images, labels = dataset.train_images, dataset.train_labels
    chosen = [np.flatnonzero(labels == k)[network] for k in range(CLASSES)]
    return np.stack([from_image(images[place]) for place in chosen])


def data_of(source: str) -> dict[str, str]:
    """Return the data set with its SHA-256; empty for drawn digits."""
    return {} if source == "drawn" else {WORDS[source]: _images(source).sha256}


@lru_cache(maxsize=4)
def _images(source: str) -> datasets.Dataset:
    """Return the data set of a source."""
    load: dict[str, Callable[[], datasets.Dataset]] = {
        "mnist": datasets.mnist,
        "fashion-mnist": datasets.fashion_mnist,
        "small": datasets.digits,
    }
    return load[source]()
