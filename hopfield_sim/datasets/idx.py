"""The IDX files of MNIST and its kin, plain or gzipped: exactly the bytes that are known, or none.

An image file is the big-endian words 0x00000803, n, height, width and then n·height·width bytes; a
label file is 0x00000801, n and then n bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import DatasetFormatError

_UBYTE = 0x08
_GZIP = b"\x1f\x8b"


def header(shape: tuple[int, ...]) -> bytes:
    """The first bytes of a file of unsigned bytes of this shape.

    Examples
    --------
    >>> header((60000,)).hex(" ", 4)
    '00000801 0000ea60'
    """
    return struct.pack(f">{1 + len(shape)}I", _UBYTE << 8 | len(shape), *shape)


def read(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The array of a file that must have this shape.

    Raises
    ------
    DatasetFormatError
        For a file that is truncated, longer, damaged or of another kind. No more is inflated than
        the shape needs.
    """
    wanted = header(shape)
    size = len(wanted) + int(np.prod(shape))
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_GZIP)) == _GZIP  # whatever its name: browsers unpack on the way
            file.seek(0)
            with gzip.GzipFile(fileobj=file) if zipped else file as stream:
                content = stream.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetFormatError(
            f"{path} cannot be read: {checks.told(error)}; fetch it again"
        ) from error
    if content[: len(wanted)] != wanted:
        raise DatasetFormatError(
            f"{path} does not begin as an IDX file of unsigned bytes of shape {shape}: found "
            f"{content[: len(wanted)].hex(' ', 4) or 'nothing'}, wanted {wanted.hex(' ', 4)}; "
            "fetch it again"
        )
    if len(content) != size:
        found = "more" if len(content) > size else f"{len(content)} bytes"
        raise DatasetFormatError(f"{path} holds {found}, wanted {size} bytes; fetch it again")
    return np.frombuffer(content, np.uint8, offset=len(wanted)).reshape(shape)


def digest(array: NDArray[np.uint8]) -> str:
    """SHA-256 of the IDX file that an array makes."""
    found = hashlib.sha256(header(array.shape))
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
