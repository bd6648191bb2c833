"""The palette of a video of grey or colour images: the colours of lines and letters, and 160 more
for the images.

A GIF has 256 colours. Grey images use evenly spaced grey levels, colour images the median cut
(P. Heckbert, SIGGRAPH 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        own = _median_cut(pixels[::step], MOVING)
    return PictureColours(np.concatenate([still, own]), len(still))


def _median_cut(pixels: Bytes, count: int) -> Bytes:
    """Mean colours of ``count`` boxes (fewer if there are fewer colours), (count, 3).

    Repeatedly the box with the largest spread times number of pixels is cut at the median of its
    widest channel.
    """
    boxes = [pixels.astype(np.int64)]
    weights = [_weight(boxes[0])]
    while len(boxes) < count and max(weights) > 0:
        k = int(np.argmax(weights))
        box = boxes[k]
        widest = int(np.ptp(box, axis=0).argmax())
        values = box[:, widest]
        low = values < max(float(np.median(values)), float(values.min()) + 0.5)
        boxes[k], weights[k] = box[low], _weight(box[low])
        boxes.append(box[~low])
        weights.append(_weight(box[~low]))
    return np.rint([box.mean(axis=0) for box in boxes]).astype(np.uint8)


def _weight(box: NDArray[np.int64]) -> float:
    return float(np.ptp(box, axis=0).max()) * np.sqrt(len(box))
