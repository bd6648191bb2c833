"""The class of data sets: training and test images with labels, and their origin."""

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
    """Images with labels; all arrays are read-only.

    Attributes
    ----------
    train_images, test_images : (n, H, W) or (n, H, W, 3) ndarray of uint8
        Pixels, 0 dark to 255 bright. A set without a test part has 0 test images.
    train_labels, test_labels : (n,) ndarray of uint8
        Index of the class of each image in ``names``; (0,) for unlabelled images.
    names : tuple of str
        Names of the classes; () for unlabelled images.
    name : str
        Name of the data set.
    source : Path or None
        Folder or file that it was read from; None if the package drew it.
    sha256 : str
        Checksum of the content, which identifies the data of a result.

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
        """SHA-256 of the bytes of ``train_images``, ``train_labels``, ``test_images`` and
        ``test_labels``, concatenated; it does not depend on the file format.
        """
        arrays = (self.train_images, self.train_labels, self.test_images, self.test_labels)
        sha256 = hashlib.sha256()
        for array in arrays:
            sha256.update(array.data)
        return sha256.hexdigest()

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
    """Make a data set from pairs (images, labels); labels may be None."""
    images, labels = _part(*train)
    test_images, test_labels = _part(*(test if test is not None else (images[:0], None)))
    return Dataset(images, labels, test_images, test_labels, names, name, source)


def _part(images: Any, labels: Any) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    pair = (images, np.zeros(0, np.uint8) if labels is None else labels)
    arrays = [np.ascontiguousarray(array, dtype=np.uint8).view() for array in pair]
    for array in arrays:
        array.flags.writeable = False
    return arrays[0], arrays[1]
