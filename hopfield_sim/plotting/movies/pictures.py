"""The palette of a video of grey or colour images: the colours of lines and letters, and 160 more
for the images.

A GIF has 256 colours. Grey images use evenly spaced grey levels, colour images k-means from the
median cut (P. Heckbert, SIGGRAPH 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hopfield_sim.plotting.movies.palette import blends, nearest

Bytes = NDArray[np.uint8]

STILL = 90
"""Number of colours of lines and letters."""

MOVING = 160
"""Number of colours of the images."""

_SAMPLE = 20_000


@dataclass(frozen=True)
class PictureColours:
    """A palette, and the conversion of frames to palette indices.

    Parameters
    ----------
    table : (C, 3) ndarray of uint8
        RGB values; those of the images come last.
    first : int
        Index of the first colour of the images.
    """

    table: Bytes
    first: int

    def still(self, rgba: Bytes) -> Bytes:
        """Convert lines and letters, (h, w, 4), to palette indices, (h, w)."""
        return nearest(self.table[: self.first], rgba)

    def picture(self, image: Bytes) -> Bytes:
        """Convert an image, (H, W) or (H, W, 3), to palette indices, (H, W)."""
        own = self.table[self.first :]
        if image.ndim == 2:
            levels = np.rint(image.astype(np.float64) * (len(own) - 1) / 255)
            return (self.first + levels).astype(np.uint8)
        return (self.first + nearest(own, image)).astype(np.uint8)


def colours_of(images: Bytes) -> PictureColours:
    """The palette of a video of these images, (F, H, W) or (F, H, W, 3)."""
    still = blends(STILL)
    if images.ndim == 3:
        own = np.rint(np.linspace(0, 255, MOVING)).astype(np.uint8)[:, None].repeat(3, axis=1)
    else:
        pixels = images.reshape(-1, 3)
        step = -(-len(pixels) // _SAMPLE)
        own = _few(pixels[::step], MOVING)
    return PictureColours(np.concatenate([still, own]), len(still))


def _few(pixels: Bytes, count: int) -> Bytes:
    """At most ``count`` colours for these pixels, (n, 3), each once."""
    image = Image.fromarray(pixels[None])
    # k-means from the median cut: the median cut alone is off by a fifth to a half more.
    found = image.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1).getpalette()
    return np.unique(np.array(found, np.uint8).reshape(-1, 3), axis=0)
