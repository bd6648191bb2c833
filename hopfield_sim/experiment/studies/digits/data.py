"""Images of the digits study: MNIST, Fashion-MNIST, or scikit-learn's small digits, the first that
is installed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, datasets
from hopfield_sim.datasets import Dataset
from hopfield_sim.errors import (
    DatasetFormatError,
    InvalidInputError,
    MissingDataError,
    MissingDependencyError,
)
from hopfield_sim.experiment.common.files import paths_of

__all__ = ["TITLES", "Split", "counts", "find", "load", "split"]

Bytes = NDArray[np.uint8]

TITLES = {
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "digits": "scikit-learn's digits of 8 × 8",
}
"""Display names of the data sets, in order of preference."""

_TESTS = 397
"""Number of test images of the small digits."""


def find(files: Sequence[str | os.PathLike[str]] | str, data: str = "auto") -> tuple[Dataset, Any]:
    """Return the data set and its path; None for a set in its default place.

    Parameters
    ----------
    files : sequence of paths
        One folder (or .npz) of MNIST or Fashion-MNIST; empty: the default places.
    data : {"auto", "mnist", "fashion_mnist", "digits"}
        Data set; "auto" takes the first that is installed.

    Raises
    ------
    MissingDataError, MissingDependencyError
        When no data set is installed; the message says how to get one.
    DatasetFormatError
        When a data set is damaged.
    """
    data = checks.choice(data, ("auto", *TITLES), "data")
    paths = paths_of(files)
    if len(paths) > 1:
        raise InvalidInputError(
            f"files must be one folder of MNIST or Fashion-MNIST; got {len(paths)}"
        )
    if not paths:
        return (_first() if data == "auto" else _maker(data)(None)), None
    if data == "digits":
        raise InvalidInputError(
            "data='digits' are those that scikit-learn carries; they take no files"
        )
    return _at(paths[0], data), os.path.abspath(paths[0])


def _first() -> Dataset:
    """Return MNIST, else Fashion-MNIST, else the small digits."""
    reasons = []
    for name in ("mnist", "fashion_mnist"):
        try:
            return _maker(name)(None)
        except MissingDataError as error:
            reasons.append(error)
    try:
        return datasets.digits()
    except MissingDependencyError as error:
        raise MissingDataError(
            "no images to learn from are here. The quickest are scikit-learn's small digits: "
            f"`pip install 'hopfield_sim[data]'`. {reasons[0]}, or by --file"
        ) from error


def _at(path: Any, data: str) -> Dataset:
    """Return MNIST or Fashion-MNIST from a folder, whichever it holds."""
    try:
        return _maker("mnist" if data == "auto" else data)(path)
    except (MissingDataError, DatasetFormatError):
        if data != "auto":
            raise
        try:
            return datasets.fashion_mnist(path)
        except (MissingDataError, DatasetFormatError):
            pass
        raise


def _maker(name: str) -> Callable[[Any], Dataset]:
    if name == "digits":
        return lambda _: datasets.digits()
    return {"mnist": datasets.mnist, "fashion_mnist": datasets.fashion_mnist}[name]


@lru_cache(maxsize=1)
def load(name: str, path: str | None) -> Dataset:
    """Load a data set in any process; its content was verified when it was first read."""
    return _maker(name)(path)


class Split(NamedTuple):
    """Training and test images with their labels."""

    images: Bytes
    labels: Bytes
    test_images: Bytes
    test_labels: Bytes


def counts(data: Dataset) -> tuple[int, int]:
    """Return the largest number of training images, and the number of test images."""
    if data.name == "digits":
        everything = len(data.train_images) + len(data.test_images)
        return everything - _TESTS, _TESTS
    return len(data.train_images), len(data.test_images)


def split(data: Dataset, count: int, seed: int) -> Split:
    """Return ``count`` random training images, the same for all networks, and the test images.

    The last of the small digits are by other writers than the first, so the test images of that
    set are drawn at random.
    """
    rng = np.random.default_rng(seed)
    images, labels = data.train_images, data.train_labels
    tests, test_labels = data.test_images, data.test_labels
    if data.name == "digits":
        images, labels = np.concatenate([images, tests]), np.concatenate([labels, test_labels])
        order = rng.permutation(len(images))
        images, labels = images[order], labels[order]
        tests, test_labels = images[-_TESTS:], labels[-_TESTS:]
        return Split(images[:count], labels[:count], tests, test_labels)
    if count < len(images):
        chosen = np.sort(rng.permutation(len(images))[:count])
        images, labels = images[chosen], labels[chosen]
    return Split(images, labels, tests, test_labels)
