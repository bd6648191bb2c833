"""Digits as patterns of ±1: real ones where they lie on this machine, else those drawn here."""

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
"""In the order in which they are preferred."""

WORDS = {
    "mnist": "MNIST digits",
    "fashion-mnist": "clothes of Fashion-MNIST, for want of MNIST",
    "small": "digits of 8×8 pixels from scikit-learn",
    "drawn": "digits drawn by the package",
}

DRAWN_SIDE = 16


def choose() -> str:
    """The first of the sources that is on this machine."""
    for source in SOURCES[:2]:
        try:
            _images(source)
        except MissingDataError:
            continue
        return source
    return "drawn" if find_spec("sklearn") is None else "small"


def digits(source: str, network: int) -> NDArray[np.int8]:
    """One pattern of every class, (10, N): set ``network`` takes image number ``network`` of each.

    Black and white by Otsu's threshold. Those that the package draws are always the same.

    Raises
    ------
    MissingDataError, MissingDependencyError
        When they are not on this machine.
    """
    if source == "drawn":
        return np.asarray(glyphs("0123456789", size=DRAWN_SIDE))
    found = _images(source)
    images, labels = found.train_images, found.train_labels
    chosen = [np.flatnonzero(labels == k)[network] for k in range(CLASSES)]
    return np.stack([from_image(images[place]) for place in chosen])


def data_of(source: str) -> dict[str, str]:
    """The data in words with their SHA-256; none where they are drawn here."""
    return {} if source == "drawn" else {WORDS[source]: _images(source).sha256}


@lru_cache(maxsize=4)
def _images(source: str) -> datasets.Dataset:
    """The data set of a source."""
    load: dict[str, Callable[[], datasets.Dataset]] = {
        "mnist": datasets.mnist,
        "fashion-mnist": datasets.fashion_mnist,
        "small": datasets.digits,
    }
    return load[source]()
