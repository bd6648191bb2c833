"""Six posters of 100×100 pixels, drawn from formulas: shapes that anyone can name, in op art.

A Hebbian network keeps images apart by their overlap, and silhouettes on a plain ground overlap a
lot: they share the ground. So each poster has textures of its own, black and white in equal parts,
that change where the shape begins. Such posters are nearly orthogonal, whole or cut into quarters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["NAMES", "SIDE", "draw"]

SIDE = 100

Coordinates = NDArray[np.float64]
Region = NDArray[np.bool_]


Texture = Callable[[Coordinates, Coordinates], Region]
"""Maps x (right) and y (up) in [−1, 1] to whether the pixel is white."""


class Poster(NamedTuple):
    """A shape with the textures inside and around it."""

    shape: Texture
    inside: Texture
    outside: Texture


def draw(name: str) -> NDArray[np.int8]:
    """Draw one of ``NAMES``, (100, 100), white +1 and black −1.

    Examples
    --------
    >>> draw("heart").shape
    (100, 100)
    """
    poster = _POSTERS[name]
    middle = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    x, y = np.meshgrid(middle, -middle)
    white = np.where(poster.shape(x, y), poster.inside(x, y), poster.outside(x, y))
    return np.where(white, 1, -1).astype(np.int8)


def _heart(x: Coordinates, y: Coordinates) -> Region:
    x, y = x / 0.62, (y - 0.08) / 0.62
    return (x**2 + y**2 - 1) ** 3 < x**2 * y**3


def _star(x: Coordinates, y: Coordinates) -> Region:
    # Five points: the distance to the nearest of five lines, folded onto one.
    angle = np.arctan2(x, y)
    folded = (angle + np.pi / 5) % (2 * np.pi / 5) - np.pi / 5
    radius = np.hypot(x, y)
    u, v = radius * np.cos(folded), radius * np.abs(np.sin(folded))
    tip, notch = 0.92, 0.40
    corner = notch * np.array([np.cos(np.pi / 5), np.sin(np.pi / 5)])
    return (u - tip) * corner[1] - v * (corner[0] - tip) < 0


def _house(x: Coordinates, y: Coordinates) -> Region:
    walls = (np.abs(x) < 0.55) & (y > -0.8) & (y < 0.1)
    roof = (y >= 0.1) & (y < 0.85 - np.abs(x) / 0.75 * 0.75)
    door = (np.abs(x - 0.22) < 0.14) & (y < -0.25)
    window = (np.abs(x + 0.24) < 0.15) & (np.abs(y + 0.22) < 0.15)
    return (walls | roof) & ~door & ~window


def _fish(x: Coordinates, y: Coordinates) -> Region:
    body = ((x + 0.15) / 0.68) ** 2 + (y / 0.45) ** 2 < 1
    tail = (x > 0.35) & (x < 0.92) & (np.abs(y) < (x - 0.35) * 0.95)
    eye = (x + 0.52) ** 2 + (y - 0.12) ** 2 < 0.07**2
    return (body | tail) & ~eye


def _moon(x: Coordinates, y: Coordinates) -> Region:
    return (np.hypot(x, y) < 0.85) & (np.hypot(x - 0.42, y - 0.12) > 0.68)


def _tree(x: Coordinates, y: Coordinates) -> Region:
    top = (y > 0.1) & (np.abs(x) < (0.94 - y) * 0.7)
    low = (y > -0.55) & (y <= 0.1) & (np.abs(x) < (0.5 - y) * 0.8)
    return top | low | ((np.abs(x) < 0.16) & (y > -0.94) & (y <= -0.55))


def _stripes(frequency: float, across: float, up: float) -> Texture:
    """Return stripes across a unit direction, ``frequency`` of each colour from edge to edge."""
    return lambda x, y: np.sin(np.pi * frequency * (across * x + up * y)) > 0


def _rings(frequency: float) -> Texture:
    return lambda x, y: np.sin(np.pi * frequency * np.hypot(x, y)) > 0


def _board(frequency: float) -> Texture:
    return lambda x, y: np.sin(np.pi * frequency * x) * np.sin(np.pi * frequency * y) > 0


def _not(texture: Texture) -> Texture:
    return lambda x, y: ~texture(x, y)


_UPRIGHT, _FLAT, _SLANTED = _stripes(8, 1, 0), _stripes(8, 0, 1), _stripes(7, 0.6, 0.8)
_BOARD, _RINGS = _board(5), _rings(7)

_POSTERS = {
    "heart": Poster(_heart, _UPRIGHT, _not(_UPRIGHT)),
    "star": Poster(_star, _RINGS, _not(_RINGS)),
    "house": Poster(_house, _stripes(11, 0, 1), _stripes(11, 1, 0)),
    "fish": Poster(_fish, _FLAT, _not(_FLAT)),
    "moon": Poster(_moon, _SLANTED, _not(_SLANTED)),
    "tree": Poster(_tree, _BOARD, _not(_BOARD)),
}

NAMES = tuple(_POSTERS)
