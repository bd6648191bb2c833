"""MNIST (LeCun, Bottou, Bengio, Haffner, Proc. IEEE 86, 2278, 1998) and Fashion-MNIST (Xiao, Rasul,
Vollgraf, arXiv:1708.07747), which share their format.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.datasets import archive, idx, places
from hopfield_sim.datasets.dataset import Dataset, dataset
from hopfield_sim.errors import DatasetFormatError

_FILES = {
    "train-images-idx3-ubyte": (60000, 28, 28),
    "train-labels-idx1-ubyte": (60000,),
    "t10k-images-idx3-ubyte": (10000, 28, 28),
    "t10k-labels-idx1-ubyte": (10000,),
}
_KERAS = ("x_train", "y_train", "x_test", "y_test")


class _Part(NamedTuple):
    """One of the four arrays, and its SHA-256 as an IDX file."""

    file: Path
    array: NDArray[np.uint8]
    digest: str


@dataclass(frozen=True)
class _Known:
    """One of the two sets: the locations of its files, and the SHA-256 of each, decompressed."""

    name: str
    title: str
    folders: tuple[str, ...]
    elsewhere: tuple[str, ...]
    npz: str
    get: str
    names: tuple[str, ...]
    digests: tuple[str, ...]


_DIGITS = _Known(
    name="mnist",
    title="MNIST",
    folders=("MNIST/raw", "mnist"),
    elsewhere=(),
    npz="mnist.npz",
    get=(
        "get the four files from https://ossci-datasets.s3.amazonaws.com/mnist/, or let "
        "torchvision.datasets.MNIST('~/data', download=True) or keras.datasets.mnist.load_data() "
        "do so"
    ),
    names=tuple("0123456789"),
    digests=(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)

_FASHION = _Known(
    name="fashion_mnist",
    title="Fashion-MNIST",
    folders=("FashionMNIST/raw", "fashion-mnist", "fashion_mnist"),
    elsewhere=("/usr/share/datasets/fashion-mnist",),
    npz="fashion-mnist.npz",
    get=(
        "on Debian or Ubuntu `sudo apt install dataset-fashion-mnist`, elsewhere from "
        "https://github.com/zalandoresearch/fashion-mnist"
    ),
    names=(
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    digests=(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)


@checks.by_name
def mnist(path: str | PathLike[str] | None = None) -> Dataset:
    """Load MNIST: handwritten digits, 60 000 for training and 10 000 for testing, 28 x 28.

    The files are searched for in ``path`` or, by default, in ``$HOPFIELD_DATA`` and in the folders
    of torchvision and Keras: IDX files, gzipped or not, or Keras's ``mnist.npz``. Their SHA-256 is
    verified. Nothing is downloaded.

    Parameters
    ----------
    path : str or path, optional
        The folder of the four files, or the ``.npz`` file.

    Returns
    -------
    Dataset
        Images (n, 28, 28) of uint8, labels 0 to 9.

    Raises
    ------
    MissingDataError
        If the files do not exist; the message says how to get them.
    DatasetFormatError
        If the files exist but are not MNIST.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Proc. IEEE 86, 2278 (1998).
    """
    return _load(_DIGITS, path)


@checks.by_name
def fashion_mnist(path: str | PathLike[str] | None = None) -> Dataset:
    """Load Fashion-MNIST: images of clothes in MNIST's format, 60 000 + 10 000 in ten classes.

    The files are searched for as in ``mnist``, and in the folder of Debian's package
    ``dataset-fashion-mnist``.

    Parameters
    ----------
    path : str or path, optional
        The folder of the four files, or an ``.npz`` file with Keras's names.

    Returns
    -------
    Dataset
        Images (n, 28, 28) of uint8, labels 0 to 9.

    Raises
    ------
    MissingDataError, DatasetFormatError
        As in ``mnist``.

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747 (2017).
    """
    return _load(_FASHION, path)


def _load(known: _Known, path: str | PathLike[str] | None) -> Dataset:
    other = _FASHION if known is _DIGITS else _DIGITS
    note = ""
    for place in places.candidates(path, known.folders, known.elsewhere):
        files = _files(known, place)
        if not files:
            continue
        parts = _read(known, files)
        sums = tuple(part.digest for part in parts)
        if sums == known.digests:
            arrays = [part.array for part in parts]
            train, test = (arrays[0], arrays[1]), (arrays[2], arrays[3])
            return dataset(known.name, train, test, names=known.names, source=place)
        if path is None and set(sums) <= set(other.digests):
            note = f" ({place} has the files of {other.title}, of the same names)"
            continue
        wrong = next(i for i, (a, b) in enumerate(zip(sums, known.digests, strict=True)) if a != b)
        raise DatasetFormatError(
            f"{parts[wrong].file} is not {known.title}: the SHA-256 of {list(_FILES)[wrong]} is "
            f"{sums[wrong]}, wanted {known.digests[wrong]}; fetch it again"
        )
    wanted = f"{', '.join(_FILES)} (or .gz), or {known.npz}"
    raise places.missing(known.title, path, known.folders, wanted, known.get, note)


def _files(known: _Known, place: Path) -> list[list[Path]]:
    """Candidates for each of the four files, or one ``.npz``; [] if any is missing.

    A damaged file may exist beside a valid one under another spelling.
    """
    if places.is_file(place):
        return [[place]]
    files = [
        [place / name for name in _spellings(file) if places.is_file(place / name)]
        for file in _FILES
    ]
    if all(files):
        return files
    npz = place / known.npz
    return [[npz]] if places.is_file(npz) else []


def _spellings(name: str) -> list[str]:
    dotted = name.replace("-idx", ".idx")
    return [f"{name}.gz", name, f"{dotted}.gz", dotted]


def _read(known: _Known, files: list[list[Path]]) -> list[_Part]:
    """The four arrays, with their shapes checked; checksums are compared later."""
    shapes = list(_FILES.values())
    if len(files) == len(shapes):
        return [_best(*each) for each in zip(files, shapes, known.digests, strict=True)]
    file = files[0][0]
    arrays = archive.read(file, _KERAS)
    for name, shape in zip(_KERAS, shapes, strict=True):
        if arrays[name].shape != shape or arrays[name].dtype != np.uint8:
            raise DatasetFormatError(
                f"{name} of {file} is {arrays[name].dtype} of shape {arrays[name].shape}; "
                f"wanted uint8 of shape {shape}"
            )
    return [_Part(file, arrays[name], idx.digest(arrays[name])) for name in _KERAS]


def _best(files: list[Path], shape: tuple[int, ...], digest: str) -> _Part:
    """The first file with the known checksum, else the first that can be read."""
    readable: list[_Part] = []
    errors: list[DatasetFormatError] = []
    for file in files:
        try:
            array = idx.read(file, shape)
        except DatasetFormatError as error:
            errors.append(error)
            continue
        readable.append(_Part(file, array, idx.digest(array)))
        if readable[-1].digest == digest:
            return readable[-1]
    if not readable:
        raise errors[0]
    return readable[0]
