"""IDX files of MNIST and Fashion-MNIST, plain or gzipped.

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
    """Header of an IDX file of unsigned bytes of this shape.

    Examples
    --------
    >>> header((60000,)).hex(" ", 4)
    '00000801 0000ea60'
    """
    return struct.pack(f">{1 + len(shape)}I", _UBYTE << 8 | len(shape), *shape)


def read(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read the array of a file, which must have this shape.

    Raises
    ------
    DatasetFormatError
        If the file is truncated, longer, damaged or of another format. No more is decompressed
        than the shape requires.
    """
    wanted = header(shape)
    size = len(wanted) + int(np.prod(shape))
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_GZIP)) == _GZIP  # whatever its name: browsers decompress
            file.seek(0)
            with gzip.GzipFile(fileobj=file) if zipped else file as stream:
                content = stream.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetFormatError(
            f"{path} cannot be read: {checks.message(error)}; fetch it again"
        ) from error
    if content[: len(wanted)] != wanted:
        raise DatasetFormatError(
            f"{path} does not begin as an IDX file of unsigned bytes of shape {shape}: found "
            f"{content[: len(wanted)].hex(' ', 4) or 'nothing'}, wanted {wanted.hex(' ', 4)}; "
            "fetch it again"
        )
    if len(content) != size:
        held = "more" if len(content) > size else f"{len(content)} bytes"
        raise DatasetFormatError(f"{path} holds {held}, wanted {size} bytes; fetch it again")
    return np.frombuffer(content, np.uint8, offset=len(wanted)).reshape(shape)


def digest(array: NDArray[np.uint8]) -> str:
    """SHA-256 of the IDX file of an array."""
    sha256 = hashlib.sha256(header(array.shape))
    sha256.update(np.ascontiguousarray(array).data)
    return sha256.hexdigest()
