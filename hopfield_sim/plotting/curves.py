"""Measured curves with error bars, theoretical curves, and their legend entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    unit: float = 1.0,
    **how: Any,
) -> None:
    """Points connected in the order of x, in units of ``unit``, with standard errors if available.

    Further arguments are those of ``Axes.errorbar``.
    """
    if not rows:
        return
    line = ordered(rows, x)
    bars = column(line, f"{measure}_se")
    usual: dict[str, Any] = {"marker": "o", "markersize": 3.5, "lw": 1.2, "elinewidth": 1.0}
    ax.errorbar(
        column(line, x) / unit,
        column(line, measure),
        yerr=np.where(np.isfinite(bars), bars, 0.0),
        color=colour,
        **usual | how,
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
