"""Drawing of tiles: dead leaves (Matheron 1968) with shading, texture and few colours."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks

_LEAVES: Final = 24
_COLOURS: Final = 5
_OVERSAMPLING: Final = 2
_BLOCK: Final = 64
"""Tiles drawn at a time; it limits the memory and does not affect the result."""

Floats = NDArray[np.float32]


def tiles(count: int, size: int, key: int) -> NDArray[np.uint8]:
    """Tiles (count, size, size, 3); tile k depends only on ``key``, ``size`` and k."""
    out = np.empty((count, size, size, 3), np.uint8)
    for start in range(0, count, _BLOCK):
        stop = min(count, start + _BLOCK)
        out[start:stop] = _draw(np.arange(start, stop), size, key)
    return out


def _draw(index: NDArray[np.int64], size: int, key: int) -> NDArray[np.uint8]:
    sources = [checks.stream(key, int(k)) for k in index]
    palettes = np.stack([_palette(source) for source in sources])
    uniform = np.stack([source.random((_LEAVES, 6)) for source in sources]).astype(np.float32)
    noise = np.stack([source.normal(size=(size, size)) for source in sources])
    light = np.stack([source.normal(size=2) for source in sources]).astype(np.float32)

    across = _places(_OVERSAMPLING * size)[None, None, :]
    down = across.transpose(0, 2, 1)
    leaves = _leaves(uniform)
    tint = _tints(uniform, palettes)
    owner = np.zeros((len(index), across.size, across.size), np.intp)
    for leaf in range(_LEAVES):
        inside = _inside(leaves[:, leaf], across, down)
        np.copyto(owner, leaf + 1, where=inside)
    tile = np.arange(len(index))[:, None, None]
    image = tint[tile, owner]
    image = image.reshape(len(index), size, _OVERSAMPLING, size, _OVERSAMPLING, 3).mean(axis=(2, 4))

    small = _places(size)
    slope = light[:, 0, None, None] * small[None, None, :]
    slope = slope + light[:, 1, None, None] * small[None, :, None]
    grey = 1.0 + 0.4 * slope + 0.07 * _cloudy(noise)
    return (255 * np.clip(image * grey[..., None], 0, 1)).astype(np.uint8)


def _places(n: int) -> Floats:
    """Centres of n pixels between -½ and ½."""
    return ((np.arange(n) + 0.5) / n - 0.5).astype(np.float32)


def _leaves(uniform: Floats) -> Floats:
    """Centre, radius and direction of every leaf, (tiles, leaves, 5), the largest first.

    Radii decrease from the largest to the smallest in equal ratios, with random jitter.
    """
    smallest, largest = 0.05, 0.62
    step = (np.arange(_LEAVES) + uniform[..., 0]) / _LEAVES
    radius = largest * (smallest / largest) ** step
    turn = np.pi * uniform[..., 1]
    x, y = 1.2 * (uniform[..., 2] - 0.5), 1.2 * (uniform[..., 3] - 0.5)
    return np.stack([x, y, radius, np.cos(turn), np.sin(turn)], axis=2).astype(np.float32)


def _inside(leaf: Floats, across: Floats, down: Floats) -> NDArray[np.bool_]:
    """Pixels covered by one leaf of every tile: an ellipse, half as wide as it is long."""
    x, y, radius, cos, sin = (leaf[:, i, None, None] for i in range(5))
    dx, dy = across - x, down - y
    along, aside = cos * dx + sin * dy, cos * dy - sin * dx
    inside: NDArray[np.bool_] = along * along + 3 * (aside * aside) < radius * radius
    return inside


def _tints(uniform: Floats, palettes: Floats) -> Floats:
    """Colours of the background and of every leaf, (tiles, 1 + leaves, 3)."""
    chosen = (uniform[..., 4] * _COLOURS).astype(np.intp)
    tones = (0.75 + 0.5 * uniform[..., 5])[..., None]
    leaves = tones * palettes[np.arange(len(palettes))[:, None], chosen]
    return np.concatenate([palettes[:, :1], leaves], axis=1)


def _palette(source: np.random.Generator) -> Floats:
    """A few colours of similar hue; brightness varies more than hue, as in photographs."""
    hue = (
        source.random()
        + 0.08 * source.normal(size=_COLOURS)
        + 0.5 * (source.random(_COLOURS) < 0.25)
    )
    vivid = source.beta(1.2, 2.2, size=_COLOURS)
    bright = source.beta(1.6, 1.4, size=_COLOURS)
    angle = 2 * np.pi * (hue[:, None] - np.array([0, 1 / 3, 2 / 3]))
    colours = bright[:, None] * (1 + 0.9 * vivid[:, None] * (np.cos(angle) - 0.3))
    return np.clip(colours, 0, 1).astype(np.float32)


def _cloudy(noise: NDArray[np.float64]) -> Floats:
    """Filter white noise to an amplitude spectrum 1/f, with unit variance."""
    n = noise.shape[1]
    frequency = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n)[None, :])
    frequency[0, 0] = np.inf
    field = np.fft.irfft2(np.fft.rfft2(noise) / frequency, s=(n, n))
    return (field / field.std(axis=(1, 2), keepdims=True)).astype(np.float32)
