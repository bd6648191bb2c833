"""Arrays out of ``.npz`` archives: no pickle, and never more bytes than an archive says it has."""

from __future__ import annotations

import io
import math
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER_LIMIT = 1 << 16

_RATIOS = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: 1032}
"""How many bytes one byte can become, by the methods of NumPy's archives."""


def content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry.

    Raises
    ------
    ValueError
        For a size that no compression reaches.
    """
    if entry.file_size > _RATIOS.get(entry.compress_type, 0) * entry.compress_size:
        raise ValueError(
            f"{entry.filename} cannot be {entry.file_size} bytes out of {entry.compress_size}"
        )
    with archive.open(entry) as stream:
        return stream.read(entry.file_size + 1)


def array(npy: bytes, *, kinds: str, wanted: str) -> NDArray[Any]:
    """The array of an ``.npy``, read-only; its size is checked before it is made.

    Parameters
    ----------
    npy : bytes
        Header and numbers.
    kinds : str
        Kinds of dtypes that will do.
    wanted : str
        What an error calls them.

    Raises
    ------
    ValueError
        For what is no array, or not of these kinds, or of more or fewer bytes than its header says.
    """
    stream = io.BytesIO(npy)
    try:
        version = np.lib.format.read_magic(stream)
        reader = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = reader(stream, max_header_size=HEADER_LIMIT)
    except (ValueError, KeyError, SyntaxError, TypeError) as error:
        raise ValueError(f"no array: {error}") from error
    count = math.prod(shape)
    if dtype.kind not in kinds or count * dtype.itemsize != len(npy) - stream.tell():
        raise ValueError(
            f"{dtype} of shape {shape} in {len(npy)} bytes; wanted {wanted}, and as many bytes as "
            "they need"
        )
    flat = np.frombuffer(npy, dtype, count, stream.tell()) if count else np.empty(0, dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
