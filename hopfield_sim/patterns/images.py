"""Conversion of bits and images to patterns. Everywhere bright is +1 and dark is -1."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.patterns.picture_file import read

# Luma of the ITU-R recommendation BT.601: how bright red, green and blue look.
_LUMINANCE = (0.299, 0.587, 0.114)
_LEVELS = 256
_BAND = 1 << 20
"""Pixels processed at a time, so that each step is short and temporary arrays stay small."""


@checks.by_name
def from_binary(bits: Any) -> NDArray[np.int8]:
    """Convert 0/1 or boolean data to ±1: s = 2·bit - 1.

    Parameters
    ----------
    bits : array_like of any shape
        Values 0 and 1, or boolean; not modified.

    Returns
    -------
    ndarray of int8
        Values of ±1, in the shape of ``bits``.

    Raises
    ------
    InvalidInputError
        If there is any other value; the message has the index of the first.

    Examples
    --------
    >>> from_binary([[0, 1, 1], [1, 0, 0]])
    array([[-1,  1,  1],
           [ 1, -1, -1]], dtype=int8)
    """
    array = checks.numeric(bits, "bits", allow_bool=True)
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(f"bits must be a non-empty array; got shape {array.shape}")
    checks.memory(3 * array.size, f"bits of shape {array.shape}", "pass fewer at a time")
    bad = (array != 0) & (array != 1)
    if bad.any():
        where = np.unravel_index(int(np.argmax(bad)), bad.shape)
        raise InvalidInputError(
            f"bits must be 0 or 1; found {array[where]} at [{', '.join(map(str, where))}]"
            + ("; data of -1 and +1 needs no conversion" if array[where] == -1 else "")
        )
    out = array.astype(np.int8, order="C", copy=True)
    out *= 2
    out -= 1
    return out


@checks.by_name
def from_image(image: Any, shape: tuple[int, int] | None = None) -> NDArray[np.int8]:
    """Convert an image to a pattern: +1 where it is brighter than Otsu's threshold, else -1.

    The threshold is the grey level that best separates the pixels into two classes: with their
    fractions w₀, w₁ and mean levels μ₀, μ₁ it maximises w₀ w₁ (μ₀ - μ₁)².

    Parameters
    ----------
    image : path or array_like (H, W), (H, W, 3) or (H, W, 4)
        An image file (PNG, JPEG, GIF, BMP, TIFF, WebP, PPM; its first image, rotated upright, of at
        most 50 megapixels), or pixels as booleans, integers or floats. Colour is converted to grey
        by luminance (0.299 R + 0.587 G + 0.114 B); a fourth channel is opacity, over white.
    shape : (int, int), optional
        Height and width to resize to, by area averaging, before thresholding.

    Returns
    -------
    (H*W,) ndarray of int8
        The pattern, row by row from the top; ``.reshape(shape)`` gives the image.

    Raises
    ------
    InvalidInputError
        If the file is missing, damaged, too large or not an image, ``shape`` is not
        (height, width), pixels are not finite, or all have the same grey level.

    References
    ----------
    N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. SMC 9, 62 (1979),
    eqs. 12-19.

    Examples
    --------
    >>> from_image([[10, 20, 250], [240, 230, 30]])
    array([-1, -1,  1,  1,  1, -1], dtype=int8)
    >>> from_image([[0, 0, 9, 9], [0, 0, 9, 9]], shape=(1, 2))
    array([-1,  1], dtype=int8)
    """
    name = "image"
    if isinstance(image, (str, os.PathLike)):
        name, image = f"image {str(image)!r}", read(image)
    grey = _grey(checks.numeric(image, "image", allow_bool=True), name)
    if shape is not None:
        grey = resize(grey, _size(shape))
    grey.round(12, out=grey)  # differences between equal pixels by rounding are no contrast
    threshold = _otsu(grey, name)
    return np.where(grey > threshold, np.int8(1), np.int8(-1)).ravel()


def over_white(pixels: NDArray[Any], white: float) -> NDArray[Any]:
    """Colours, (..., 1) or (..., 3), of pixels from 0 to ``white``. If the number of channels is
    even, the last one is opacity, and colours are blended with white.
    """
    if pixels.shape[-1] in (1, 3):
        return pixels
    opacity = np.clip(pixels[..., -1:] / white, 0, 1)
    return opacity * pixels[..., :-1] + (1 - opacity) * white


def _grey(pixels: NDArray[Any], name: str = "image") -> NDArray[np.float64]:
    """Grey levels (H, W), finite, of pixels in any of the accepted formats."""
    if pixels.size == 0 or not (
        pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (1, 2, 3, 4))
    ):
        raise InvalidInputError(
            f"{name} must be (H, W), or (H, W, channels) with grey or red, green, blue, and "
            f"opacity or not; got shape {pixels.shape}"
        )
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    height, width, channels = pixels.shape
    checks.memory(
        17 * height * width + 32 * channels * max(_BAND, width),
        f"{name} of shape {pixels.shape}",
        "make it smaller first",
    )
    white = {"u": 256 ** min(pixels.dtype.itemsize, 4) - 1, "i": 255}.get(pixels.dtype.kind, 1)
    # Scaled so that no sum or square overflows; the threshold does not depend on the scale.
    scale = max(float(np.abs(_finite(pixels, rows, name)).max()) for rows in _bands(pixels)) or 1.0
    if channels in (2, 4):
        scale = max(scale, white)
    grey = np.empty((height, width))
    for rows in _bands(pixels):
        colours = over_white(pixels[rows].astype(np.float64) / scale, white / scale)
        grey[rows] = colours @ np.array(_LUMINANCE) if colours.shape[2] == 3 else colours[..., 0]
    return grey


def _bands(array: NDArray[Any]) -> Iterator[slice]:
    """Slices of a few rows that cover all rows."""
    step = max(1, _BAND // (array.size // len(array)))
    return (slice(start, start + step) for start in range(0, len(array), step))


def _finite(pixels: NDArray[Any], rows: slice, name: str) -> NDArray[np.float64]:
    """Some rows as float64; raises for NaN and infinity."""
    with np.errstate(over="ignore"):  # a long double may overflow; it is then rejected below
        values = pixels[rows].astype(np.float64)
    bad = ~np.isfinite(values)
    if bad.any():
        row, *rest = map(int, np.unravel_index(int(np.argmax(bad)), bad.shape))
        where = [rows.start + row, *rest][: 2 if pixels.shape[2] == 1 else 3]
        raise InvalidInputError(
            f"{name} must be finite; found {values[row, *rest]} at [{', '.join(map(str, where))}]"
        )
    return values


def _size(shape: Any) -> tuple[int, int]:
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise InvalidInputError(f"shape must be (height, width); got {checks.show(shape)}")
    height = checks.integer(shape[0], "shape[0]", minimum=1)
    return height, checks.integer(shape[1], "shape[1]", minimum=1)


def resize(grey: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Resize by area averaging: a pixel is the weighted mean of the old ones that it covers."""
    height, width = shape
    checks.memory(
        16 * height * (width + grey.shape[1]),
        f"an image of {checks.show(height)} by {checks.show(width)}",
        "choose a smaller shape",
    )
    # One division at the end: sums of integers are exact.
    sums = _summed(_summed(grey, height).T, width).T
    return sums / grey.size


def _summed(rows: NDArray[Any], new: int) -> NDArray[np.float64]:
    """(new, ...): sums of the old rows that each new row covers, in units of 1/new of a row."""
    # New row k extends from k·old/new to (k + 1)·old/new in old rows; in units of 1/new of an old
    # row all edges are integers.
    old = len(rows)
    out = np.empty((new, *rows.shape[1:]))
    for k in range(new):
        start, stop = k * old, (k + 1) * old
        first, last = start // new, -(-stop // new)
        edges = np.clip(np.arange(first, last + 1) * new, start, stop)
        out[k] = np.diff(edges).astype(np.float64) @ rows[first:last]
    return out


def _otsu(grey: NDArray[np.float64], name: str) -> float:
    """Otsu's threshold: brighter pixels are one class, all others the other."""
    levels, counts, edges = _histogram(grey, name)
    below = np.cumsum(counts)[:-1]
    above = grey.size - below
    sums = np.cumsum(counts * levels)
    difference = (sums[-1] - sums[:-1]) / above - sums[:-1] / below
    return float(edges[int(np.argmax(below * (above * difference**2)))])


def _histogram(grey: NDArray[np.float64], name: str) -> tuple[Any, Any, Any]:
    """Grey levels, the number of pixels with each, and the brightest of them.

    More than 256 levels are grouped into 256 bins of equal width, each represented by its mean.
    """
    levels = grey[:0].ravel()
    for rows in _bands(grey):
        levels = np.union1d(levels, grey[rows])
        if len(levels) > _LEVELS:
            break
    else:
        if len(levels) == 1:
            raise InvalidInputError(
                f"{name} has a single grey level in all of its {grey.size} pixels; "
                "no threshold can separate it; use one with a bright and a dark part"
            )
        counts = np.zeros(len(levels), np.intp)
        for rows in _bands(grey):
            places = np.searchsorted(levels, grey[rows].ravel())
            counts += np.bincount(places, minlength=len(levels))
        return levels, counts, levels
    low, high = float(grey.min()), float(grey.max())
    weight, total = np.zeros(_LEVELS, np.intp), np.zeros(_LEVELS)
    brightest = np.full(_LEVELS, low)
    for rows in _bands(grey):
        band = grey[rows].ravel()
        bins = np.minimum((band - low) * (_LEVELS / (high - low)), _LEVELS - 1).astype(np.intp)
        weight += np.bincount(bins, minlength=_LEVELS)
        total += np.bincount(bins, band, _LEVELS)
        np.maximum.at(brightest, bins, band)
    full = weight > 0
    return total[full] / weight[full], weight[full], brightest[full]
