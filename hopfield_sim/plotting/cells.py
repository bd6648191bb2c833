"""Maps of fractions: cells with numbers, dark for high values."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from hopfield_sim.plotting import style


def cell(ax: Axes, x: float, y: float, value: float, low: float = 0.0) -> None:
    """Fill the cell from x to x + 1 about y, the darker the higher, and write its value there."""
    share = float(np.clip((value - low) / (1 - low), 0, 1))
    white, blue = np.ones(3), np.array(to_rgb(style.BLUE))
    face = tuple(white + share * (blue - white))
    ax.add_patch(Rectangle((x, y - 0.5), 1, 1, facecolor=face, edgecolor="white", lw=0.8))
    words, ink = number(value), "white" if share > 0.55 else style.INK
    size = 7 if len(words) < 4 else 5.8
    ax.text(x + 0.5, y, words, fontsize=size, ha="center", va="center", color=ink)


def number(value: float) -> str:
    """A number with two digits; only exact values are written as 0 and 1.

    Examples
    --------
    >>> [number(value) for value in (0.0, 0.004, 0.25, 0.996, 1.0)]
    ['0', '<.01', '.25', '>.99', '1']
    """
    if value in (0, 1):
        return f"{value:.0f}"
    return "<.01" if value < 0.005 else ">.99" if value > 0.995 else f"{value:.2f}"[1:]
