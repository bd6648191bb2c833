"""Thumbnails of states in HTML, as embedded PNG files."""

from __future__ import annotations

import base64
import io
import math
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 64  # pixels that the longer side has at most
SHOWN = 56  # pixels of the screen that it gets

Shape = tuple[int, ...]


def value_range(values: NDArray[Any]) -> tuple[float, float]:
    """Which values are black and white: 0 and 1, 0 and 255 or −1 and 1 for values that lie so and
    make use of it, else the smallest and the largest.
    """
    low, high = float(values.min()), float(values.max())
    for black, white in ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)):
        if black <= low and high <= white and high - low > 0.3 * (white - black):
            return black, white
    return (low, high) if high > low else (low, low + 1)


def as_bytes(values: NDArray[Any], black: float, white: float) -> NDArray[np.uint8]:
    """Values as 0 for ``black`` to 255 for ``white``; those beyond are drawn as the ends."""
    share = (np.asarray(values, np.float64) - black) / (white - black)
    return np.rint(255 * np.nan_to_num(share.clip(0, 1))).astype(np.uint8)


def shape_of(n: int, own: Shape | None) -> Shape | None:
    """The shape of a picture of n numbers: its own, else a square one, grey or of three colours;
    None where there is none.

    Examples
    --------
    >>> shape_of(9, None), shape_of(12, None), shape_of(10, None), shape_of(10, (2, 5))
    ((3, 3), (2, 2, 3), None, (2, 5))
    """
    if own is not None and (len(own) == 2 or (len(own) == 3 and own[2] == 3)):
        return own
    side = math.isqrt(n)
    if side * side == n:
        return side, side
    side = math.isqrt(n // 3)
    return (side, side, 3) if 3 * side * side == n else None


def png(image: NDArray[np.uint8]) -> bytes:
    """A picture (H, W) or (H, W, 3) as a PNG file.

    Examples
    --------
    >>> png(np.zeros((2, 3), np.uint8))[1:4]
    b'PNG'
    """
    from PIL import Image  # loaded when a notebook shows the first state

    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def element(image: NDArray[np.uint8], alt: str) -> str:
    """An ``img`` that holds its picture; a large one is thinned out."""
    step = -(-max(image.shape[:2]) // SIDE)
    data = base64.b64encode(png(image[::step, ::step])).decode("ascii")
    scale = SHOWN / max(image.shape[:2])
    height, width = (max(1, round(scale * side)) for side in image.shape[:2])
    return (
        f'<img src="data:image/png;base64,{data}" width="{width}" height="{height}" '
        f'alt="{escape(alt)}" style="image-rendering: pixelated; border: 1px solid #999; '
        'display: inline-block; margin: 0 2px">'
    )


def elements(states: NDArray[Any], own: Shape | None, black: float, white: float) -> list[str]:
    """A thumbnail of every state (B, N); none where N numbers make no picture."""
    shape = shape_of(states.shape[1], own)
    if shape is None:
        return [""] * len(states)
    images = as_bytes(states, black, white).reshape(-1, *shape)
    return [element(image, f"state {index}") for index, image in enumerate(images)]
