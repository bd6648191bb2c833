"""Pixels of image files, in the formats that Pillow reads itself, upright, of a limited size."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, InvalidInputError

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm")
)
"""Suffixes of the files in a folder that are read as images."""

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""Pillow formats; none of them starts another program, as EPS and videos do."""

_MEGAPIXELS = 50

_UPRIGHT = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""EXIF orientation → the transposition that turns the image upright."""


def read(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read the first image of a file, upright.

    Only local files are opened; a URL counts as a missing file.

    Returns
    -------
    (H, W), (H, W, 3) or (H, W, 4) ndarray
        Grey, colour, or colour and opacity, as uint8; grey levels of more than 8 bits as uint16, or
        as int32 or float32 if 16 bits do not suffice.

    Raises
    ------
    InvalidInputError
        If the file is missing, damaged, of another format, or larger than 50 megapixels; the size
        is checked before decoding.
    """
    path = checks.path(path, "image")
    try:
        exists = path.is_file()
    except OSError:  # such as a name that is too long
        exists = False
    if not exists:
        raise InvalidInputError(f"image must be a file or an array; there is no file {str(path)!r}")
    # Imported here since it is rarely needed.
    from PIL import Image, UnidentifiedImageError

    refused = f"image {str(path)!r} cannot be read as a picture"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata; sizes are checked below
            with open(path, "rb") as stream, Image.open(stream, formats=_FORMATS) as picture:
                return _decoded(picture)
    except HopfieldError as error:
        raise type(error)(f"{refused}: {error}") from None
    except Image.DecompressionBombError as error:
        raise InvalidInputError(f"{refused}: {_too_large('more')}") from error
    except UnidentifiedImageError as error:
        raise InvalidInputError(
            f"{refused}: it is damaged, or not one of {', '.join(_FORMATS)}; convert it to PNG"
        ) from error
    except MemoryError as error:
        raise InsufficientMemoryError(f"{refused}: not enough memory; make it smaller") from error
    except Exception as error:  # each decoder raises its own
        raise InvalidInputError(f"{refused}: {checks.message(error)}") from error


def _decoded(picture: Image) -> NDArray[Any]:
    """Upright pixels of an opened file."""
    _check_size(picture)
    picture.load()
    _check_size(picture)  # a GIF's first frame may be larger than its screen
    upright = _upright(picture)
    if upright.mode == "F":
        return np.asarray(upright)
    if upright.has_transparency_data:
        if upright.mode == "La":  # multiplied by its opacity
            upright = upright.convert("LA")
        return np.asarray(upright.convert("RGBA"))
    if upright.mode.startswith("I"):
        wide = np.asarray(upright).astype(np.int32)
        return wide.astype(np.uint16) if 0 <= wide.min() <= wide.max() < 2**16 else wide
    return np.asarray(upright.convert("L" if upright.mode in ("1", "L") else "RGB"))


def _check_size(picture: Image) -> None:
    width, height = picture.size
    if width * height > _MEGAPIXELS * 10**6:
        raise InvalidInputError(_too_large(f"{width} x {height}"))
    checks.memory(16 * width * height, f"{width} x {height} pixels", "make it smaller first")


def _too_large(size: str) -> str:
    return f"it has {size} pixels, wanted at most {_MEGAPIXELS} million; make it smaller first"


def _upright(picture: Image) -> Image:
    """The image, turned upright by its EXIF orientation if that can be read.

    TIFF files are turned by Pillow when they are loaded.
    """
    from PIL.Image import Transpose

    try:
        turn = _UPRIGHT.get(picture.getexif().get(0x0112, 1))
    except Exception:  # damaged metadata, but valid pixels, which image viewers show too
        turn = None
    return picture if turn is None else picture.transpose(Transpose[turn])
