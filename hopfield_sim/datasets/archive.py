"""Integer arrays from an ``.npz`` file, whose sizes are checked before decompression."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import DatasetFormatError

_HEADER_LIMIT = 1 << 16


def read(
    path: Path, needed: Iterable[str], optional: Collection[str] = ()
) -> dict[str, NDArray[Any]]:
    """Read arrays by name: integers of one to eight bytes, no pickles.

    Raises
    ------
    DatasetFormatError
        If the file is damaged, not an ``.npz``, or lacks an array.
    InsufficientMemoryError
        If an array does not fit into memory.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {info.filename: info for info in archive.infolist()}
            lacking = [name for name in needed if f"{name}.npy" not in entries]
            if lacking:
                raise DatasetFormatError(
                    f"{path} has no array {lacking[0]!r}; it has {', '.join(entries) or 'none'}"
                )
            names = [*needed, *(name for name in optional if f"{name}.npy" in entries)]
            return {name: _member(archive, entries[f"{name}.npy"], path) for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DatasetFormatError(f"{path} is no valid .npz: {checks.message(error)}") from error
    except (OSError, RuntimeError) as error:  # RuntimeError: encryption, unknown compression
        raise DatasetFormatError(f"{path} cannot be read: {checks.message(error)}") from error


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    """One array; no more than the declared size of its zip entry is read."""
    checks.memory(2 * entry.file_size, f"{entry.filename} of {path}", "use a smaller file")
    with archive.open(entry) as opened:
        stream = cast(BinaryIO, opened)
        try:
            version = np.lib.format.read_magic(stream)
            reader = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            shape, fortran, dtype = reader(stream, max_header_size=_HEADER_LIMIT)
        except (ValueError, KeyError, SyntaxError, TypeError) as error:
            raise DatasetFormatError(
                f"{entry.filename} of {path} is no array: {checks.message(error)}"
            ) from error
        size = math.prod(shape) * dtype.itemsize
        if dtype.kind not in "iu" or not 0 < entry.file_size - size <= _HEADER_LIMIT:
            raise DatasetFormatError(
                f"{entry.filename} of {path} is {dtype} of shape {shape} in {entry.file_size} "
                "bytes; wanted integers, and as many bytes as they need"
            )
        content = stream.read(size + 1)  # whatever the archive says of its size
    if len(content) != size:
        raise DatasetFormatError(
            f"{entry.filename} of {path} holds {len(content)} bytes; its shape {shape} needs {size}"
        )
    flat = np.frombuffer(content, dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
