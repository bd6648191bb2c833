"""The critical load: patterns that hold against the load, and its limit of large networks."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hopfield_sim import checks
from hopfield_sim.plotting import style
from hopfield_sim.plotting.curves import measured
from hopfield_sim.plotting.rows import averaged, column, rows_of, values, where

LEVEL = 0.5
"""The critical load of a size is where this fraction holds."""


@checks.by_name
def alpha_c(result: Any, *, ax: Any = None) -> Figure:
    """Plot the fraction of patterns that hold, and the critical load against the size.

    Left: against the load, with standard errors over networks. Right: the load at which half of the
    patterns hold against N^(−power), the straight line through it, and its limit at 0 with its
    error; beside it the loads of theory and the first simulations.

    Parameters
    ----------
    result : Result
        Result of the study ``alpha_c``.
    ax : sequence of two matplotlib Axes, optional
        Axes to draw into; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result has no rows or lacks a column.
    """
    rows = rows_of(result, "n_neurons", "load", "held", "held_se")
    config = dict(getattr(result, "config", None) or {})
    summary = dict(getattr(result, "summary", None) or {})
    colours = style.shades(values(rows, "n_neurons"))
    order = config.get("order", 2)
    with style.house():
        title = f"Patterns that hold an overlap of {config.get('kept', 0.9):g} · {averaged(rows)}"
        names = ["patterns that hold", "critical load"]
        panels = style.panels(ax, names, 2, (10.0, 4.2), title, style.size_legend(colours))
        left, right = panels
        for n, colour in colours.items():
            measured(left, where(rows, n_neurons=n), "load", "held", colour, label=f"N = {n}")
        left.axhline(LEVEL, color=style.FAINT, lw=1.2, zorder=1)
        left.set_ylim(-0.04, 1.04)
        left.set_xlabel("load α = P / N" if order == 2 else f"load P / N^{order - 1}")
        left.set_ylabel("fraction of patterns that hold")
        left.set_title("By load")
        _limit(right, summary, float(config.get("power", 0.5)), colours)
    return style.figure_of(left)


def _limit(ax: Axes, summary: dict[str, Any], power: float, colours: dict[int, str]) -> None:
    sizes = summary.get("sizes", [])
    x = column(sizes, "n_neurons") ** -power
    for row, at in zip(sizes, x, strict=True):
        colour = colours.get(row["n_neurons"], style.INK)
        ax.errorbar(at, row["alpha_c"], row["alpha_c_se"], color=colour, fmt="o", ms=5)
    limit, error = (float(summary.get(name, np.nan)) for name in ("alpha_c", "alpha_c_se"))
    if np.isfinite(limit):
        ends = np.array([0.0, x.max()])
        ax.plot(ends, limit + summary["slope"] * ends, color=style.FAINT, lw=1.0, zorder=1)
        words = f"limit {limit:.4f} ± {error:.4f}"
        ax.errorbar(0.0, limit, error, color=style.VERMILLION, fmt="D", ms=5, label=words)
    if np.isfinite(theory := float(summary.get("replica_symmetric", np.nan))):
        words = f"replica symmetric theory, {theory:.4f}"
        ax.axhline(theory, color=style.INK, ls="--", lw=1.2, label=words)
    if "broken" in summary:
        words = f"replica symmetry broken, {summary['broken']}"
        ax.axhline(summary["broken"], color=style.INK, ls=":", lw=1.2, label=words)
    if "published" in summary:
        value, width = summary["published"]
        words = f"simulations of 1987, {value} ± {width}"
        ax.axhspan(value - width, value + width, color=style.SKY, alpha=0.2, lw=0, label=words)
    ax.set_xlim(-0.04 * max(x, default=1.0), None)
    ax.set_xlabel(f"N^(−{power:g})")
    ax.set_ylabel("load at which half hold")
    ax.set_title("By size")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper left")
