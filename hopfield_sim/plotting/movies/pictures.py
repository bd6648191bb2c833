"""The palette of a video of grey or colour images: the colours of lines and letters, and 160 more
for the images.

A GIF has 256 colours. Grey images use evenly spaced grey levels, colour images k-means from the
median cut (P. Heckbert, SIGGRAPH 1982).
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hopfield_sim.plotting.movies.palette import Look, blends, nearest

Bytes = NDArray[np.uint8]

STILL = 90
"""Number of colours of lines and letters."""

MOVING = 160
"""Number of colours of the images."""

_SAMPLE = 20_000


def look_of(images: Bytes) -> Look:
    """The rendering of these images, (F, H, W) or (F, H, W, 3); they have no tint."""
    still = blends(STILL)
    if images.ndim == 3:
        own = np.rint(np.linspace(0, 255, MOVING)).astype(np.uint8)[:, None].repeat(3, axis=1)
    else:
        pixels = images.reshape(-1, 3)
        own = _few(pixels[:: -(-len(pixels) // _SAMPLE)], MOVING)

    def image(row: int, tinted: bool) -> Bytes:
        now = images[row]
        grey = np.rint(now * ((MOVING - 1) / 255)) if now.ndim == 2 else nearest(own, now)
        return (len(still) + grey).astype(np.uint8)

    return Look(np.concatenate([still, own]), partial(nearest, still), image)


def _few(pixels: Bytes, count: int) -> Bytes:
    """At most ``count`` colours for these pixels, (n, 3), each once."""
    image = Image.fromarray(pixels[None])
    # k-means from the median cut: the median cut alone is off by a fifth to a half more.
    found = image.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1).getpalette()
    return np.unique(np.array(found, np.uint8).reshape(-1, 3), axis=0)
