"""CIFAR-10 (Krizhevsky, Learning multiple layers of features from tiny images, 2009)."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.datasets import archive, pickled, places
from hopfield_sim.datasets.dataset import Dataset, dataset
from hopfield_sim.errors import DatasetFormatError

_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
_FOLDERS = (
    "cifar-10-batches-bin",
    "cifar-10-batches-py",
    "cifar-10-batches-py-target/cifar-10-batches-py",
    "cifar10",
)
_BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
_ARCHIVES = ("cifar10.npz", "cifar10_sample.npz")
_COUNT = 10000
_PIXELS = 3 * 32 * 32

Part = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@checks.by_name
def cifar10(path: str | PathLike[str] | None = None) -> Dataset:
    """Load CIFAR-10: colour photographs of ten classes, 32 x 32, 50 000 + 10 000 for testing.

    The files are searched for in ``path`` or, by default, in ``$HOPFIELD_DATA`` and in the folders
    of torchvision and Keras: the binary version, whose sizes are fixed; the Python version, whose
    pickles are read without executing them; or an ``.npz`` file with ``images`` (n, 32, 32, 3) and
    optionally ``labels`` (n,), a sample, which becomes the training part. Nothing is downloaded.

    Parameters
    ----------
    path : str or path, optional
        The folder of the batches, or an ``.npz`` file.

    Returns
    -------
    Dataset
        Images (n, 32, 32, 3) of uint8, labels 0 to 9.

    Raises
    ------
    MissingDataError
        If the files do not exist; the message says how to get them.
    DatasetFormatError
        If the files exist but are not CIFAR-10, or a pickle contains anything but the expected
        arrays, bytes, lists and dictionaries.

    References
    ----------
    A. Krizhevsky, Learning multiple layers of features from tiny images, University of Toronto
    (2009).
    """
    for place in places.candidates(path, _FOLDERS):
        if places.is_file(place):
            return _sample(place)
        for suffix, reader in ((".bin", _binary), ("", _pickled)):
            files = [place / f"{name}{suffix}" for name in _BATCHES]
            if all(map(places.is_file, files)):
                return _whole([reader(file) for file in files], place)
        for name in _ARCHIVES:
            if places.is_file(place / name):
                return _sample(place / name)
    raise places.missing(
        "CIFAR-10",
        path,
        _FOLDERS,
        f"{_BATCHES[0]} to {_BATCHES[4]} and {_BATCHES[5]} (or .bin), or {_ARCHIVES[0]}",
        "get and unpack https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz, or let "
        "torchvision.datasets.CIFAR10('~/data', download=True) do so",
    )


def _whole(parts: list[Part], place: Path) -> Dataset:
    train = (
        np.concatenate([images for images, _ in parts[:-1]]),
        np.concatenate([labels for _, labels in parts[:-1]]),
    )
    return dataset("cifar10", train, parts[-1], names=_NAMES, source=place)


def _binary(file: Path) -> Part:
    """Read 10 000 records of a label and 3072 pixels: all of red, of green, of blue."""
    size = _COUNT * (1 + _PIXELS)
    try:
        n_bytes = file.stat().st_size
        content = file.read_bytes() if n_bytes == size else b""
    except OSError as error:
        raise DatasetFormatError(f"{file} cannot be read: {checks.message(error)}") from error
    if len(content) != size:
        raise DatasetFormatError(f"{file} holds {n_bytes} bytes, wanted {size}; fetch it again")
    records = np.frombuffer(content, np.uint8).reshape(_COUNT, 1 + _PIXELS)
    return _images(records[:, 1:]), _labels(records[:, 0], file)


def _pickled(file: Path) -> Part:
    """Read images and labels from a pickled dictionary."""
    batch = pickled.read(file)
    pixels, labels = batch.get("data"), batch.get("labels")
    if (
        not isinstance(pixels, np.ndarray)
        or pixels.shape != (_COUNT, _PIXELS)
        or pixels.dtype != np.uint8
    ):
        kind = f"{getattr(pixels, 'dtype', type(pixels).__name__)} {getattr(pixels, 'shape', '')}"
        raise DatasetFormatError(
            f"'data' of {file} must be an array of uint8, ({_COUNT}, {_PIXELS}); found {kind}"
        )
    if isinstance(labels, np.ndarray):
        labels = labels.tolist()
    if not isinstance(labels, list) or not all(type(label) is int for label in labels):
        raise DatasetFormatError(f"'labels' of {file} must be integers, a list or an array")
    if len(labels) != _COUNT:
        raise DatasetFormatError(f"{file} has {len(labels)} labels; wanted {_COUNT}")
    return _images(pixels), _labels(np.array(labels, dtype=object), file)


def _sample(file: Path) -> Dataset:
    """Read all images of an ``.npz`` file."""
    if file.suffix != ".npz":
        raise DatasetFormatError(
            f"{file} is no .npz; pass the folder of the batches, or an .npz with 'images'"
        )
    arrays = archive.read(file, ["images"], ["labels"])
    images, labels = arrays["images"], arrays.get("labels")
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != (32, 32, 3):
        raise DatasetFormatError(
            f"'images' of {file} is {images.dtype} of shape {images.shape}; wanted uint8 of shape "
            "(n, 32, 32, 3)"
        )
    if not len(images):
        raise DatasetFormatError(f"'images' of {file} has no image")
    if labels is None:
        return dataset("cifar10", (images, None), source=file)
    if labels.shape != images.shape[:1]:
        raise DatasetFormatError(
            f"'labels' of {file} has shape {labels.shape}; wanted {images.shape[:1]}"
        )
    return dataset("cifar10", (images, _labels(labels, file)), names=_NAMES, source=file)


def _images(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Reorder pixels (n, 3072), colour by colour, to (n, 32, 32, 3)."""
    return planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def _labels(labels: NDArray[Any], file: Path) -> NDArray[np.uint8]:
    bad = (labels < 0) | (labels >= len(_NAMES))
    if bad.any():
        first = int(np.argmax(bad))
        raise DatasetFormatError(
            f"{file} has the label {labels[first]} at {first}; wanted 0 to {len(_NAMES) - 1}"
        )
    return labels.astype(np.uint8)
