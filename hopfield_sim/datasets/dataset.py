"""What a data set is: images and labels to learn from, others to test with, and their origin."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels; all arrays are read-only.

    Attributes
    ----------
    train_images, test_images : (n, H, W) or (n, H, W, 3) ndarray of uint8
        0 is dark, 255 is bright. A set that has no part for tests has 0 images there.
    train_labels, test_labels : (n,) ndarray of uint8
        The index of each image's class in ``names``; (0,) where images have no labels.
    names : tuple of str
        The classes; () where images have no labels.
    name : str
        What the set is called.
    source : Path or None
        The folder or file it was read from; None when the package drew it.
    sha256 : str
        Of the content, so that results can say what they are of.

    Examples
    --------
    >>> from hopfield_sim.datasets import tiles
    >>> tiles(n_tiles=3)
    <Dataset tiles: 3 images of 32 x 32 x 3>
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    names: tuple[str, ...]
    name: str
    source: Path | None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of all bytes of ``train_images``, ``train_labels``, ``test_images`` and
        ``test_labels``, one after another: the same however the files are packed.
        """
        arrays = (self.train_images, self.train_labels, self.test_images, self.test_labels)
        found = hashlib.sha256()
        for array in arrays:
            found.update(array.data)
        return found.hexdigest()

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.train_images.shape[1:]))
        count = f"{len(self.train_images)} images"
        if len(self.test_images):
            count = f"{len(self.train_images)} + {len(self.test_images)} images"
        origin = "" if self.source is None else f", from {self.source}"
        return f"<Dataset {self.name}: {count} of {size}{origin}>"


def dataset(
    name: str,
    train: tuple[Any, Any],
    test: tuple[Any, Any] | None = None,
    *,
    names: tuple[str, ...] = (),
    source: Path | None = None,
) -> Dataset:
    """Make a data set of (images, labels), labels None where there are none."""
    images, labels = _part(*train)
    test_images, test_labels = _part(*(test if test is not None else (images[:0], None)))
    return Dataset(images, labels, test_images, test_labels, names, name, source)


def _part(images: Any, labels: Any) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    found = (images, np.zeros(0, np.uint8) if labels is None else labels)
    arrays = [np.ascontiguousarray(array, dtype=np.uint8).view() for array in found]
    for array in arrays:
        array.flags.writeable = False
    return arrays[0], arrays[1]
