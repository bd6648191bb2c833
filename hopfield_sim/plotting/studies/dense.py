"""Capacity of dense memories: one-step errors against load, number of patterns against size."""

from __future__ import annotations

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

LEVEL = 0.005  # of the bits: the error at which a memory counts as full
LIMIT = 3.0  # expected errors at which none is found in 5 % of the cases, e^(−3)
PANEL = (4.3, 3.2)  # inches
POWERS = "²³⁴⁵⁶"


@checks.by_name
def dense(result: Any, *, ax: Any = None) -> Figure:
    """Plot one-step errors of dense memories against their load, and their capacities.

    One panel per power (points: means over networks with their standard errors; lines: exact
    distribution at each N; dashed: its Gaussian limit; open triangles: no error found, at the 95 %
    upper limit of 3 in all bits tested), one for e^x, one with the number of patterns at an error
    of 0.5 % against N, and one with the recall of corrupted cues by exponential memories.

    Parameters
    ----------
    result : Result
        Result of the dense study, or any object with ``.rows``: dicts with the columns interaction,
        order, n_neurons, n_patterns, load, flipped, update, error, error_se, theory, gaussian,
        retrieved and retrieved_se; upper limits need networks and states too. With
        ``.summary["capacity"]`` the numbers of patterns are plotted too.
    ax : sequence of matplotlib Axes, optional
        Axes to draw into: one per power, then one each for e^x, the numbers of patterns and
        corrupted cues, as far as the result has them; by default those of a new figure.

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
    D. Krotov, J. J. Hopfield, NeurIPS 29 (2016); M. Demircigil et al., J. Stat. Phys. 168, 288
    (2017).

    Examples
    --------
    >>> row = {"interaction": "polynomial", "order": 3, "n_neurons": 9, "flipped": 0}
    >>> row |= {"update": "sync", "error_se": 0.0, "retrieved": 1.0, "retrieved_se": 0.0}
    >>> law = [{"n_patterns": p, "load": p / 81} for p in (4, 8)]
    >>> figure = dense([row | part | dict.fromkeys(("error", "theory", "gaussian"), 0.01)
    ...                 for part in law])
    >>> figure.axes[0].get_xlabel()
    'load P / N²'
    """
    rows = rows_of(
        result, "interaction", "order", "n_neurons", "n_patterns", "load", "flipped", "update",
        "error", "error_se", "theory", "gaussian", "retrieved", "retrieved_se",
    )  # fmt: skip
    orders = sorted(order for order in values(rows, "order") if order)
    exponential = where(rows, order=0)
    capacities = dict(getattr(result, "summary", None) or {}).get("capacity", [])
    names = [f"order {order}" for order in orders]
    names += ["exponential", "corrupted cues"] if exponential else []
    names += ["capacity"] if capacities else []
    with style.house():
        columns = min(3, len(names))
        size = (PANEL[0] * columns, PANEL[1] * -(-len(names) // columns) + 0.5)
        title = f"Dense memories · points: {averaged(rows)} · lines: exact law at each N"
        made = style.panels(ax, names, columns, size, title)
        panels = dict(zip(names, made, strict=True))
        for order in orders:
            _power(panels[f"order {order}"], where(rows, order=order), order)
        if exponential:
            _exponential(panels["exponential"], exponential)
            _corrupted(panels["corrupted cues"], exponential)
        if capacities:
            _capacities(panels["capacity"], capacities)
    return style.figure_of(made[0])


def _power(ax: Axes, rows: Sequence[Row], order: int) -> None:
    """Errors of one power, one curve per size."""
    _errors(ax, rows)
    limit = ordered(rows, "load")
    loads = np.geomspace(float(limit[0]["load"]), float(limit[-1]["load"]), 60)
    expected = theory_lines.dense_limit(loads, order)
    if expected is not None:
        ax.plot(loads, expected, color=style.BLACK, ls="--", lw=1.1, label="limit N → ∞")
    ax.axhline(LEVEL, color=style.FAINT, lw=1.0, zorder=1, label="_level")
    ax.annotate(
        f"{LEVEL:.1%}: full", (0.02, LEVEL), xytext=(0, 2), xycoords=ax.get_yaxis_transform(),
        textcoords="offset points", fontsize=8, color="#666666",
    )  # fmt: skip
    power = POWERS[order - 3] if order > 2 else ""
    ax.set_xlabel(f"load P / N{power}")
    ax.set_title(f"F(x) = x{POWERS[order - 2]}")
    ax.legend(fontsize=8, loc="lower right")


def _exponential(ax: Axes, rows: Sequence[Row]) -> None:
    """Errors of the exponential, one curve per size."""
    _errors(ax, [row for row in rows if row["flipped"] == 0 and row["update"] == "sync"])
    ax.set_xlabel("load P / 2^(N/2)")
    ax.set_title("F(x) = exp(x)")
    ax.legend(fontsize=8, loc="lower right")


def _errors(ax: Axes, rows: Sequence[Row]) -> None:
    """Measured errors as points, upper limits where there are none, the exact law as a line."""
    limits = [1.0]
    for n, colour in style.shades(values(rows, "n_neurons")).items():
        mine = ordered(where(rows, n_neurons=n), "load")
        found = [row for row in mine if row["error"] > 0]
        measured(ax, found, "load", "error", colour, ls="", markersize=4, label=f"N = {n}")
        unit = column(mine, "load") / column(mine, "n_patterns")
        counts, law = theory_lines.smooth_errors(column(mine, "n_patterns"), column(mine, "theory"))
        ax.plot(counts * unit[0], law, color=colour, lw=1.0, label=f"_law {n}")
        none = [row for row in mine if row["error"] == 0 and "networks" in row and "states" in row]
        if none:
            bits = n * column(none, "networks") * column(none, "states")
            limits += (LIMIT / bits).tolist()
            ax.plot(
                column(none, "load"), LIMIT / bits, color=colour, marker="v", ls="",
                fillstyle="none", label=f"_none {n}",
            )  # fmt: skip
    if len(limits) > 1:
        words = "none found, 95 % limit"
        ax.plot([], [], color=style.INK, marker="v", ls="", fillstyle="none", label=words)
    errors = column(rows, "error")
    low = min(errors[errors > 0].min(initial=1e-3), *limits)
    style.log_axis(ax, "y", low / 3, 0.1, inches=2.4)
    ax.set_ylim(low / 3, max(0.1, 2 * float(errors.max())))
    loads = column(rows, "load")
    style.log_axis(ax, "x", loads.min() / 1.3, loads.max() * 1.3, inches=3.4)
    ax.set_xlim(loads.min() / 1.3, loads.max() * 1.3)
    ax.set_ylabel("bits that change in one step")


def _corrupted(ax: Axes, rows: Sequence[Row]) -> None:
    """Recall of corrupted patterns by the largest exponential memory."""
    n = max(values(rows, "n_neurons"))
    rows = where(rows, n_neurons=n)
    corrupted = [row for row in rows if row["flipped"]]
    if corrupted:
        rows = where(rows, n_patterns=corrupted[0]["n_patterns"])
    for index, update in enumerate(values(rows, "update")):
        measured(
            ax, where(rows, update=update), "flipped", "retrieved",
            style.word_colour(update, index), marker="os"[index % 2], markersize=4.5, lw=1.5,
            label=f"one {'sweep' if update == 'async' else 'step'}, {label(update)}",
        )  # fmt: skip
    ax.set_xticks(sorted(set(column(rows, "flipped").tolist())))
    ax.set_ylim(-0.04, 1.06)
    ax.set_xlabel("bits flipped in the cue")
    ax.set_ylabel("fraction retrieved exactly")
    ax.set_title(f"exp(x), N = {n}, P = {rows[0]['n_patterns']}")
    ax.legend(fontsize=8, loc="lower left")


def _capacities(ax: Axes, table: Sequence[Row]) -> None:
    """Number of patterns at which 0.5 % of the bits change, against N."""
    colours = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE)
    everything = [1.0]
    sizes = sorted({int(row["n_neurons"]) for row in table})
    smooth = np.geomspace(sizes[0] / 1.3, sizes[-1] * 1.3, 40)
    for index, order in enumerate(values(table, "order")):
        mine, colour = where(table, order=order), colours[index % len(colours)]
        n, capacities = column(mine, "n_neurons"), column(mine, "capacity")
        law, words = theory_lines.dense_capacity(smooth, int(order), LEVEL)
        how: dict[str, Any] = {"ls": "", "markersize": 5, "elinewidth": 1.5}
        measured(ax, mine, "n_neurons", "capacity", colour, label=f"n = {order}", **how)
        ax.plot(n, column(mine, "theory"), color=colour, lw=1.0, label="_exact")
        ax.plot(smooth, law, color=colour, ls="--", lw=1.1, label=words)
        everything += [*law.tolist(), *capacities[~np.isnan(capacities)].tolist()]
    style.size_axis(ax, sizes, inches=3.2)
    low, high = min(everything), max(everything)
    style.log_axis(ax, "y", low, high, inches=2.4)
    ax.set_ylim(low / 1.5, high ** (1.4 if low < high else 1.0))  # room for the legend
    ax.set_xlabel("neurons N")
    ax.set_ylabel("patterns at 0.5 % errors")
    ax.set_title("Capacity")
    ax.legend(fontsize=8)
