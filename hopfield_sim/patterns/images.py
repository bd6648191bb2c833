"""Bits and pictures as patterns. The convention everywhere: bright is +1, dark is -1."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

# Luma of the ITU-R recommendation BT.601: how bright red, green and blue look.
_LUMINANCE = (0.299, 0.587, 0.114)
_LEVELS = 256


def from_binary(bits: Any) -> NDArray[np.int8]:
    """Turn 0/1 or boolean data into ±1: s = 2·bit - 1.

    Parameters
    ----------
    bits : array_like of any shape
        Of 0 and 1, or boolean; not changed.

    Returns
    -------
    ndarray of int8, in the shape of ``bits``

    Raises
    ------
    InvalidInputError
        For another value, naming where the first one is.

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


def from_image(image: Any, shape: tuple[int, int] | None = None) -> NDArray[np.int8]:
    """Turn a picture into a pattern: +1 where it is brighter than Otsu's threshold, else -1.

    The threshold is the grey level t that best parts the pixels into two classes: with their shares
    w₀, w₁ and mean levels μ₀, μ₁ it maximises w₀ w₁ (μ₀ - μ₁)².

    Parameters
    ----------
    image : path or array_like (H, W), (H, W, 3) or (H, W, 4)
        An image file, or its pixels as boolean, integers or floats. Colour becomes grey by
        luminance (0.299 R + 0.587 G + 0.114 B); a fourth channel is opacity, over white.
    shape : (int, int), optional
        Height and width to resize to, by averaging over areas, before the threshold.

    Returns
    -------
    ndarray (H*W,) of int8
        Rows after one another, from the top; ``.reshape(shape)`` is the picture again.

    Raises
    ------
    InvalidInputError
        For a file that is missing or no image, a shape that is none, NaN, or a picture of a single
        grey level, which no threshold can part.

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
    if isinstance(image, (str, os.PathLike)):
        image = read(image)
    grey = _grey(checks.numeric(image, "image", allow_bool=True))
    if shape is not None:
        grey = resize(grey, _size(shape))
    grey = grey.round(12)  # sums of equal pixels differ by their rounding: that is no contrast
    return np.where(grey > _otsu(grey), 1, -1).astype(np.int8).ravel()


def read(path: str | os.PathLike[str]) -> Any:
    """The first picture of a file. Only files are opened: an address is a file that is missing."""
    try:
        found = Path(path).is_file()
    except (OSError, ValueError, TypeError):  # such as a name with a zero byte in it
        found = False
    if not found:
        raise InvalidInputError(f"image must be a file or an array; there is no file {path!r}")
    # Imported here: it takes longer than the whole package, and few need it.
    import imageio.v3 as imageio

    try:
        return imageio.imread(Path(path), index=0)
    except Exception as error:  # each reader raises its own
        raise InvalidInputError(f"image {path!r} cannot be read as a picture: {error}") from error


def _grey(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Brightness (H, W), finite, from the pixels in any of the accepted forms."""
    if pixels.size == 0 or not (
        pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (1, 2, 3, 4))
    ):
        raise InvalidInputError(
            "image must be (H, W), or (H, W, channels) with grey or red, green, blue, and opacity "
            f"or not; got shape {pixels.shape}"
        )
    checks.memory(24 * pixels.size, f"an image of shape {pixels.shape}", "make it smaller first")
    white = {"u": 256 ** min(pixels.dtype.itemsize, 4) - 1, "i": 255}.get(pixels.dtype.kind, 1)
    with np.errstate(over="ignore"):  # a long double may overflow: it is then found below
        values = pixels.astype(np.float64)
    if not np.isfinite(values).all():
        where = np.unravel_index(int(np.argmin(np.isfinite(values))), values.shape)
        raise InvalidInputError(
            f"image must be finite; found {values[where]} at [{', '.join(map(str, where))}]"
        )
    see_through = values.ndim == 3 and values.shape[2] in (2, 4)
    # So that no sum or square overflows; the threshold does not depend on the scale.
    scale = float(np.abs(values).max()) or 1.0
    scale = max(scale, white) if see_through else scale
    if values.ndim == 2:
        return values / scale
    n_colours = values.shape[2] - see_through
    colours = values[:, :, :n_colours] / scale
    grey = colours[:, :, 0] if n_colours == 1 else colours @ np.array(_LUMINANCE)
    if see_through:
        opacity = np.clip(values[:, :, -1] / white, 0, 1)
        grey = opacity * grey + (1 - opacity) * (white / scale)
    return grey


def _size(shape: Any) -> tuple[int, int]:
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise InvalidInputError(f"shape must be (height, width); got {checks.show(shape)}")
    height = checks.integer(shape[0], "shape[0]", minimum=1)
    return height, checks.integer(shape[1], "shape[1]", minimum=1)


def resize(grey: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Each new pixel is the mean of the old ones under it, in part where it covers them in part."""
    height, width = shape
    checks.memory(
        40 * (height * grey.shape[0] + width * grey.shape[1] + height * (width + grey.shape[1])),
        f"an image of {checks.show(height)} by {checks.show(width)}",
        "ask for a smaller shape",
    )
    small: NDArray[np.float64] = _shares(grey.shape[0], height) @ grey
    return small @ _shares(grey.shape[1], width).T


def _shares(old: int, new: int) -> NDArray[np.float64]:
    """(new, old): what share of each new cell each old cell covers; rows sum to 1."""
    # Cell k reaches from k to k + 1 old cells, and from k·old/new to (k + 1)·old/new new ones.
    # In units of 1/new of an old cell all edges are whole numbers, so nothing is rounded here.
    start, stop = np.arange(new)[:, None] * old, np.arange(1, new + 1)[:, None] * old
    left, right = np.arange(old) * new, np.arange(1, old + 1) * new
    covered = np.minimum(stop, right) - np.maximum(start, left)
    shares: NDArray[np.float64] = np.maximum(covered, 0) / old
    return shares


def _otsu(grey: NDArray[np.float64]) -> float:
    """Otsu's threshold: brighter pixels are one class, the rest the other."""
    levels, counts = np.unique(grey, return_counts=True)
    if len(levels) == 1:
        raise InvalidInputError(
            f"image has a single grey level in all of its {grey.size} pixels; "
            "no threshold can part it; use one with a bright and a dark part"
        )
    if len(levels) > _LEVELS:
        # Otsu's histogram: bins of equal width, each standing for its mean level.
        low, high = levels[0], levels[-1]
        bins = np.minimum((levels - low) * (_LEVELS / (high - low)), _LEVELS - 1).astype(np.intp)
        total = np.bincount(bins, counts * levels, _LEVELS)
        weight = np.bincount(bins, counts, _LEVELS)
        brightest = np.full(_LEVELS, low)
        np.maximum.at(brightest, bins, levels)
        full = weight > 0
        levels, counts, edges = total[full] / weight[full], weight[full], brightest[full]
    else:
        edges = levels
    below = np.cumsum(counts)[:-1]
    above = grey.size - below
    sums = np.cumsum(counts * levels)
    difference = (sums[-1] - sums[:-1]) / above - sums[:-1] / below
    return float(edges[int(np.argmax(below * (above * difference**2)))])
