"""Capacity of networks: fraction retrieved against load, and capacity against size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hopfield_sim import checks
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import style, theory_lines
from hopfield_sim.plotting.curves import measured
from hopfield_sim.plotting.rows import Row, averaged, column, ordered, rows_of, values, where
from hopfield_sim.plotting.studies.sizes import size_panels
from hopfield_sim.support.crossing import Crossing, crossing

LEVEL = 0.9  # fraction retrieved that defines the capacity
WIDTH, ROW_HEIGHT, LEGEND_HEIGHT = 10.0, 3.1, 0.9  # inches


@checks.by_name
def capacity(result: Any, *, ax: Any = None) -> Figure:
    """Plot the fraction of retrieved patterns against their number, and the capacity against N.

    One row of panels per rule, against the number of patterns t and against the load t/N. Points
    are means over networks with their standard errors; the dashed line for Hebbian weights is the
    predicted fraction of patterns that are fixed points, which recall from corrupted cues does not
    reach. The last panel shows the capacity, the t at which 90 % are retrieved, against N, as the
    summary has it with its standard error, or else from the rows.

    Parameters
    ----------
    result : Result
        Result of the capacity study, or any object with ``.rows``: dicts with the columns rule,
        n_neurons, n_patterns, retrieved and retrieved_se (load and networks are optional).
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, two per rule, then one; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result has no rows or lacks a column.

    References
    ----------
    McEliece, Posner, Rodemich, Venkatesh, IEEE Trans. Inf. Theory 33, 461 (1987): N/(2 ln N).
    Storkey, Valabregue, Neural Networks 12, 869 (1999): N/√(2 ln N).

    Examples
    --------
    >>> row = {"rule": "hebbian", "n_neurons": 9, "retrieved_se": 0.0}
    >>> figure = capacity([row | {"n_patterns": t, "retrieved": 1 / t} for t in (1, 2, 3)])
    >>> [panel.get_xlabel() for panel in figure.axes]
    ['number of patterns t', 'load t / N', 'neurons N']
    """
    rows = rows_of(result, "rule", "n_neurons", "n_patterns", "retrieved")
    rules = values(rows, "rule")
    colours = style.shades(values(rows, "n_neurons"))
    names = [f"{rule} against {what}" for rule in rules for what in ("patterns", "load")]
    names.append("capacity")
    with style.house():
        heights = [1.0] * len(rules) + [1.15]
        size = (WIDTH, ROW_HEIGHT * sum(heights) + LEGEND_HEIGHT)
        panels = size_panels(
            ax, names, 2, size, _title(result, rows), colours, height_ratios=heights
        )
        if ax is None and (place := panels[-1].get_subplotspec()) is not None:
            panels[-1].set_subplotspec(place.get_gridspec()[-1, :])  # the last is as wide as both
        for index, rule in enumerate(rules):
            left, right = panels[2 * index], panels[2 * index + 1]
            mine = where(rows, rule=rule)
            _curves(left, mine, colours, by_load=False)
            _curves(right, mine, colours, by_load=True)
            left.set_title(f"{label(rule)}: by number of patterns")
            right.set_title(f"{label(rule)}: by load")
        _capacities(panels[-1], rows, rules, _known(result))
    return style.figure_of(panels[0])


def _title(result: Any, rows: Sequence[Row]) -> str:
    """Title, from the configuration and the rows."""
    parts = ["Fraction of patterns retrieved exactly"]
    flipped = dict(getattr(result, "config", None) or {}).get("flipped")
    if isinstance(flipped, float):
        parts.append(f"{flipped:.0%} of the cue's bits flipped")
    title = " · ".join([*parts, averaged(rows)])
    if any(theory_lines.has_stable_fraction(rule) for rule in values(rows, "rule")):
        title += (
            "\nDashed: theory of Hebbian fixed points alone, (1 − p)ᴺ with the one-step error p of "
            "a bit. Recall from flipped cues stays below it, far below in small networks. "
            "For other rules no such law is known."
        )
    return title


def _curves(ax: Axes, rows: Sequence[Row], colours: dict[int, str], by_load: bool) -> None:
    """One curve per network size, its theoretical curve, and the 0.9 line."""
    everywhere = []
    for n in colours:
        mine = ordered(where(rows, n_neurons=n), "n_patterns")
        if not mine:
            continue
        unit = float(n) if by_load else 1.0
        counts, fractions = column(mine, "n_patterns"), column(mine, "retrieved")
        everywhere.append(counts / unit)
        _theory(ax, str(mine[0]["rule"]), n, counts, unit, colours[n])
        measured(
            ax, mine, "n_patterns", "retrieved", colours[n], unit=unit, ls="", label=f"N = {n}"
        )
        # The same t may come several times in a small network: the line goes through their mean.
        grid = np.unique(counts)
        mean = [fractions[counts == t].mean() for t in grid]
        ax.plot(grid / unit, mean, color=colours[n], lw=0.9, alpha=0.7, label=f"_mean {n}")
    low, high = np.concatenate(everywhere).min(), np.concatenate(everywhere).max()
    style.log_axis(ax, "x", low / 1.25, high * 1.25, inches=4.3)
    ax.set_xlim(low / 1.25, high * 1.25)
    style.fraction_axis(ax, LEVEL)
    ax.set_xlabel("load t / N" if by_load else "number of patterns t")


def _theory(ax: Axes, rule: str, n: int, counts: Any, unit: float, colour: str) -> None:
    """The predicted fraction of patterns that are fixed points."""
    fine = np.unique(np.geomspace(counts.min(), counts.max(), 40).round().astype(np.int64))
    expected = theory_lines.stable_fraction(rule, n, fine)
    if expected is not None:
        ax.plot(
            fine / unit, expected, color=colour, ls="--", lw=1.3, zorder=4, label=f"_theory {n}"
        )


def _known(result: Any) -> dict[tuple[str, int], Crossing]:
    """The capacities of the summary, by rule and size, as the table has them."""
    table = dict(getattr(result, "summary", None) or {}).get("capacity", [])
    found = {}
    for row in table:
        value, error = row["capacity"], row.get("capacity_se", math.nan)
        low, high = row.get("low", value), row.get("high", value)
        found[row["rule"], row["n_neurons"]] = Crossing(low, value, high, error)
    return found


def _capacities(
    ax: Axes,
    rows: Sequence[Row],
    rules: Sequence[str],
    known: dict[tuple[str, int], Crossing],
) -> None:
    """The crossing of 0.9 for every size and rule, with the theoretical law."""
    sizes = sorted({int(row["n_neurons"]) for row in rows})
    smooth = np.geomspace(max(sizes[0] / 1.15, 3.0), sizes[-1] * 1.15, 60)
    marks = "osD^v"
    drawn = [1.0]
    for index, rule in enumerate(rules):
        colour = style.word_colour(rule, index)
        for n in sizes:
            mine = where(rows, rule=rule, n_neurons=n)
            # Where all trials failed there are only nan.
            if mine and not np.isnan(column(mine, "retrieved")).all():
                point = known.get((rule, n)) or crossing(
                    column(mine, "n_patterns"), column(mine, "retrieved"), LEVEL
                )
                drawn += _one_capacity(ax, n, point, colour, marks[index % len(marks)])
        ax.plot([], [], color=colour, marker=marks[index % len(marks)], ls="", label=label(rule))
        law = theory_lines.capacity(rule, smooth)
        if law is not None:
            words, expected = law
            ax.plot(smooth, expected, color=colour, ls="--", zorder=4, label=f"theory, {words}")
            drawn += [expected.min(), expected.max()]
    style.size_axis(ax, sizes, inches=9.0)
    style.log_axis(ax, "y", min(drawn), max(drawn), inches=2.8)
    ax.set_xlabel("neurons N")
    ax.set_ylabel("capacity (patterns)")
    ax.set_title("Capacity: the t at which 0.9 are retrieved; theory for N → ∞")
    if any(line.get_fillstyle() == "none" for line in ax.lines):
        ax.plot(
            [], [], color=style.INK, marker="o", ls="", fillstyle="none", label="beyond the grid"
        )
    ax.legend(loc="best")


def _one_capacity(ax: Axes, n: int, at: Crossing, colour: str, mark: str) -> list[float]:
    """A point with its standard error; an arrow if the crossing is outside of the grid."""
    if math.isinf(at.high) or at.low == 0.0:
        edge, arrow = (at.low, "↑") if math.isinf(at.high) else (at.high, "↓")
        ax.plot([n], [edge], color=colour, marker=mark, ls="", fillstyle="none", label="_limit")
        ax.annotate(
            arrow,
            (n, edge),
            xytext=(0, 9 if arrow == "↑" else -9),
            color=colour,
            textcoords="offset points",
            ha="center",
            va="center",
        )
        return [edge]
    bar = 0.0 if math.isnan(at.error) else at.error
    ax.errorbar([n], [at.value], yerr=bar, color=colour, marker=mark, markersize=5, lw=1.2)
    return [at.low, at.high]
