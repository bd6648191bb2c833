"""Rows of labelled colour images, alone or below the energies of their descent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from hopfield_sim.plotting import style
from hopfield_sim.plotting.images import Tile, mosaic


def side_by_side(images: Sequence[tuple[str, NDArray[np.uint8]]], title: str) -> Figure:
    """Rows of colour images, (n, H, W, 3) per name; each row is labelled with its name."""
    grid = [[Tile(one / 255.0) for one in row] for _, row in images]
    with style.house():
        return mosaic(grid, labels=[name for name, _ in images], title=title, size=1.0)


def descent(
    curves: Any, films: dict[str, NDArray[np.uint8]], steps: Sequence[str], title: str
) -> Figure:
    """Energies during the descent of every image, exact and distributed, and frames of the first.

    Parameters
    ----------
    curves : mapping
        Name → {"steps": (T+1,), "energy": (T+1, B)}.
    films : dict of str to (frames, B, H, W, 3) ndarray
        Name → frames.
    steps : sequence of str
        Captions of the frames.
    title : str
        Title of the figure.
    """
    with style.house():
        fresh = style.figure(9.6, 5.4)
        looks = {"exact": (style.INK, "-"), "distributed": (style.VERMILLION, "--")}
        handles = [
            Line2D([], [], color=colour, ls=line, label=name)
            for name, (colour, line) in looks.items()
        ]
        style.heading(fresh, title, handles)
        parts = fresh.add_gridspec(2, 1, height_ratios=[1.0, 1.25])
        panel = fresh.add_subplot(parts[0])
        for name, (colour, line) in looks.items():
            energy = np.array(curves[name]["energy"])
            panel.plot(curves[name]["steps"], energy, color=colour, ls=line, lw=1.3)
        panel.set_xlabel("steps")
        panel.set_ylabel("energy E")
        below = fresh.add_subplot(parts[1])
        grid = [
            [
                Tile(frame[0] / 255.0, word if row == 0 else "")
                for frame, word in zip(film, steps, strict=True)
            ]
            for row, film in enumerate(films.values())
        ]
        mosaic(grid, ax=below, labels=list(films), size=1.0)
        return fresh
