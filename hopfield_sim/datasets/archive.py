"""Integer arrays from an ``.npz`` file, whose sizes are checked before decompression."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import DatasetFormatError
from hopfield_sim.support import npz


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
    checks.memory(2 * entry.file_size, f"{entry.filename} of {path}", "use a smaller file")
    try:
        return npz.array(npz.content(archive, entry), kinds="iu", wanted="integers")
    except ValueError as error:
        raise DatasetFormatError(
            f"{entry.filename} of {path} is {checks.message(error)}"
        ) from error
