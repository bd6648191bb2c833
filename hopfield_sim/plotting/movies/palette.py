"""The colours of a video: a fixed palette, so that none has to be computed per frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from hopfield_sim.plotting import style

# The colours of a neuron: -1, +1, and the same two just after a change.
BLACK, WHITE, NEW_BLACK, NEW_WHITE = range(4)
PIXELS = ("#000000", "#FFFFFF", "#8A3B00", "#FFB84D")

# Everything else on a frame is a line or a letter, smoothed: a blend of two of these.
BLENDS = (
    ("#FFFFFF", "#000000", 44),
    ("#FFFFFF", style.BLUE, 40),
    ("#FFFFFF", style.VERMILLION, 40),
    ("#FFFFFF", "#FFB84D", 24),
    (style.BLUE, style.VERMILLION, 24),
    (style.BLUE, style.FAINT, 16),
    (style.VERMILLION, style.INK, 12),
)


class Look(NamedTuple):
    """Rendering of images as palette indices.

    ``colours`` (C, 3) is the palette; ``still`` converts lines and letters in RGBA, (h, w, 4), to
    palette indices, (h, w), and ``image`` a row of the images, with or without tint, (H, W).
    """

    colours: NDArray[np.uint8]
    still: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
    image: Callable[[int, bool], NDArray[np.uint8]]


@lru_cache(maxsize=1)
def palette() -> NDArray[np.uint8]:
    """RGB values of all distinct colours, (C, 3); those of the neurons come first."""
    pixels = [_bytes(np.array(to_rgb(colour))) for colour in PIXELS]
    return _once(np.concatenate([pixels, blends()]))


def blends(count: int | None = None) -> NDArray[np.uint8]:
    """The distinct colours of lines and letters, (C, 3), all of them or about ``count``."""
    share = 1.0 if count is None else count / sum(steps for _, _, steps in BLENDS)
    colours = []
    for start, end, steps in BLENDS:
        along = np.linspace(0, 1, max(2, int(steps * share)))[:, None]
        colours.append((1 - along) * np.array(to_rgb(start)) + along * np.array(to_rgb(end)))
    return _once(_bytes(np.concatenate(colours)))


def to_palette(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert an RGBA image (h, w, 4) to palette indices (h, w)."""
    return nearest(palette(), rgba)


def nearest(colours: NDArray[np.uint8], image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Index of the nearest colour for every pixel of (h, w, 3) or (h, w, 4)."""
    red, green, blue = (image[..., i].astype(np.uint16) >> 3 for i in range(3))
    return _table(colours.tobytes())[(red << 10) | (green << 5) | blue]


@lru_cache(maxsize=4)
def _table(colours: bytes) -> NDArray[np.uint8]:
    """Table of the nearest colour for each of 32768 colours, five bits per channel."""
    steps = np.arange(32)
    steps = (steps << 3) | (steps >> 2)  # 31 must be 255, or white paper would turn grey
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    known = np.frombuffer(colours, np.uint8).reshape(-1, 3).astype(np.float32)
    # |a - b|² without |a|², which is the same for every candidate b.
    distance = (known**2).sum(axis=1) - 2 * (grid.astype(np.float32) @ known.T)
    return np.asarray(distance.argmin(axis=1), dtype=np.uint8)


def _bytes(colours: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.round(255 * colours).astype(np.uint8)


def _once(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Distinct colours; duplicates would cost the GIF writer a search over all pairs per frame."""
    return np.array(list(dict.fromkeys(map(tuple, colours.tolist()))), np.uint8)
