"""Measured curves with error bars, theoretical curves, and their legend entries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hopfield_sim.plotting import style
from hopfield_sim.plotting.rows import Row, column, ordered


def measured(
    ax: Axes,
    rows: Sequence[Row],
    x: str,
    measure: str,
    colour: str,
    *,
    marker: str = "o",
    lw: float = 1.2,
) -> None:
    """Points connected in the order of x, with standard errors if available."""
    if not rows:
        return
    line = ordered(rows, x)
    bars = column(line, f"{measure}_se")
    ax.errorbar(
        column(line, x),
        column(line, measure),
        yerr=np.where(np.isfinite(bars), bars, 0.0),
        color=colour,
        marker=marker,
        markersize=3.5,
        lw=lw,
        elinewidth=1.0,
    )


def law(ax: Axes, rows: Sequence[Row], x: str, name: str, colour: str) -> None:
    """The prediction in the column ``name``, as a dashed curve over the points."""
    line = ordered(rows, x)
    ax.plot(column(line, x), column(line, name), color=colour, ls="--", lw=1.0, zorder=4)


def measured_handle(words: str, colour: str) -> Line2D:
    """Legend entry of a measured curve."""
    return Line2D([], [], color=colour, marker="o", markersize=4, label=words)


def law_handle(words: str, lw: float = 1.0) -> Line2D:
    """Legend entry of a theoretical curve."""
    return Line2D([], [], color=style.INK, ls="--", lw=lw, label=words)
