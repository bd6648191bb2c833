"""Patterns of your own out of arrays, files and folders of pictures, as ±1."""

from __future__ import annotations

import hashlib
import io
import math
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.datasets import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.common.files import hashes_of, paths_of, picture_files
from hopfield_sim.experiment.common.packing import pack_states
from hopfield_sim.patterns import from_binary, from_image
from hopfield_sim.patterns.picture_file import read
from hopfield_sim.support import disk, npz

__all__ = ["SUFFIXES", "images", "packed"]

Spins = NDArray[np.int8]
Part = tuple[Spins, tuple[int, int] | None]
"""Patterns (P, N), and the shape of a picture if they are pictures."""

SIDE = 100
"""Side of pictures of different sizes, or of more pixels than its square."""

_MOST = 10**8
"""Largest number of bits: they are a part of the configuration."""

_TABLES = (".csv", ".tsv", ".txt")
SUFFIXES = (".npy", ".npz", *_TABLES)
"""Files of patterns; others are pictures."""

_NAME = "patterns"
"""Name of the array of an ``.npz`` with several."""


def packed(value: Any, name: str) -> dict[str, Any]:
    """Return patterns in JSON types: hashes of their sources by name, shape of a picture, bits.

    Raises
    ------
    HopfieldError
        For what cannot be read, or is neither ±1, 0 and 1, nor images.

    Examples
    --------
    >>> packed([[0, 1], [1, 1]], "patterns")["states"]["shape"]
    [2, 2]
    """
    if _is_paths(value):
        paths = paths_of(value)
        parts = [_read(path) for path in paths]
        origin = hashes_of(paths)
    else:
        parts = [_spins(value, name)]
        origin = {"array": hashlib.sha256(parts[0][0].tobytes()).hexdigest()}
    lengths = {bits.shape[1] for bits, _ in parts}
    if len(lengths) > 1:
        raise InvalidInputError(
            f"{name} must have one number of neurons; got {', '.join(map(str, sorted(lengths)))}"
        )
    sides = {side for _, side in parts}
    side = sides.pop() if len(sides) == 1 else None
    bits = np.concatenate([bits for bits, _ in parts])
    return {"origin": origin, "side": side and list(side), "states": pack_states(bits)}


def images(path: Path) -> Spins:
    """Return the patterns of a file as pictures (P, H, W), square ones if it has no shape.

    Raises
    ------
    HopfieldError
        For a file that cannot be read, or a number of neurons that is no square.
    """
    bits, side = _read(path)
    if side is None:
        side = (math.isqrt(bits.shape[1]),) * 2
    if side[0] * side[1] != bits.shape[1]:
        raise InvalidInputError(
            f"{str(path)!r} must hold square pictures, or images (P, H, W); got patterns of "
            f"{bits.shape[1]} neurons"
        )
    return bits.reshape(-1, *side)


def _is_paths(value: Any) -> bool:
    values = value if isinstance(value, list | tuple) else [value]
    return bool(values) and all(isinstance(one, str | os.PathLike) for one in values)


def _read(path: Path) -> Part:
    """Return the patterns of a file, or of the pictures of a folder."""
    suffix = path.suffix.lower()
    if suffix in SUFFIXES and not places.is_dir(path):
        how = {".npy": _array, ".npz": _archived}.get(suffix, _table)
        try:
            with disk.reading(path) as stream:
                array = how(stream.read())
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            raise InvalidInputError(
                f"cannot read patterns from {str(path)!r}: {checks.message(error)}"
            ) from error
        return _spins(array, str(path))
    images = [read(file) for file in picture_files(path)]
    sizes = {image.shape[:2] for image in images}
    kept = len(sizes) == 1 and np.prod(next(iter(sizes))) <= SIDE**2
    side = next(iter(sizes)) if kept else (SIDE, SIDE)
    return np.stack([from_image(image, side) for image in images]), side


def _array(content: bytes) -> NDArray[Any]:
    return npz.array(content, kinds="biuf", wanted="booleans or numbers")


def _archived(content: bytes) -> NDArray[Any]:
    """Return the array of an archive: the only one, or that named "patterns"."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        if len(entries) > 1 and _NAME not in entries:
            raise ValueError(
                f"it holds {', '.join(entries)}; wanted one array, or one named {_NAME!r}"
            )
        entry = entries.get(_NAME) or next(iter(entries.values()), None)
        if entry is None:
            raise ValueError("it holds no array")
        return _array(npz.content(archive, entry))


def _table(content: bytes) -> NDArray[Any]:
    """Return the numbers of a text, a pattern a line, between commas, semicolons or spaces."""
    text = content.decode("utf-8-sig")
    for between in ",;\t":
        text = text.replace(between, " ")
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len({len(line) for line in lines}) != 1:
        raise ValueError("every line must have as many numbers")
    return np.array(lines, np.float64)


def _spins(value: Any, name: str) -> Part:
    """Return ±1 from numbers (P, N), from ±1 or 0 and 1, or from images (P, H, W) of any values."""
    array = checks.numeric(value, name, allow_bool=True)
    if array.ndim not in (2, 3, 4) or not array.size:
        raise InvalidInputError(
            f"{name} must be patterns (P, N), or images (P, H, W); got shape {array.shape}"
        )
    if array.size > _MOST:
        raise InvalidInputError(
            f"{name} must hold at most {_MOST} numbers; got shape {array.shape}: take fewer rows"
        )
    side = (array.shape[1], array.shape[2]) if array.ndim > 2 else None
    found = np.unique(array)
    if array.ndim < 4 and np.isin(found, (-1, 1)).all():
        bits = array.astype(np.int8)
    elif array.ndim < 4 and np.isin(found, (0, 1)).all():
        bits = from_binary(array)
    elif side is not None:
        bits = np.stack([from_image(image) for image in array])
    else:
        raise InvalidInputError(
            f"{name} must be -1 and +1, or 0 and 1; found numbers from {found[0]:g} to "
            f"{found[-1]:g}. Images (P, H, W) may have grey levels, and are made black and white"
        )
    return bits.reshape(len(bits), -1), side
