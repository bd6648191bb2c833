"""The colours of a video: a fixed palette, so that no frame waits for a search for its own."""

from __future__ import annotations

from functools import lru_cache

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


@lru_cache(maxsize=1)
def palette() -> NDArray[np.uint8]:
    """Red, green and blue of every colour, (C, 3), each once; those of the neurons first."""
    colours = [np.array(to_rgb(colour)) for colour in PIXELS]
    for start, end, steps in BLENDS:
        along = np.linspace(0, 1, steps)[:, None]
        colours += list((1 - along) * np.array(to_rgb(start)) + along * np.array(to_rgb(end)))
    # Twice the same colour would cost the GIF writer a search over all pairs, frame by frame.
    once = dict.fromkeys(tuple(np.round(255 * colour).astype(int)) for colour in colours)
    return np.array(list(once), dtype=np.uint8)


@lru_cache(maxsize=1)
def _nearest() -> NDArray[np.uint8]:
    """The nearest colour of the palette to each of 32768, five bits of red, green and blue."""
    steps = np.arange(32)
    steps = (steps << 3) | (steps >> 2)  # 31 must be 255, or white paper would turn grey
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    known = palette().astype(np.float32)
    # |a - b|² without |a|², which is the same for every candidate b.
    distance = (known**2).sum(axis=1) - 2 * (grid.astype(np.float32) @ known.T)
    return np.asarray(distance.argmin(axis=1), dtype=np.uint8)


def to_palette(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture in full colour, (h, w, 4), as places in the palette, (h, w)."""
    red, green, blue = (rgba[..., i].astype(np.uint16) >> 3 for i in range(3))
    return _nearest()[(red << 10) | (green << 5) | blue]
