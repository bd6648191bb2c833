"""The phase diagram: overlap by load and another direction, with the lines of theory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hopfield_sim import checks
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import style, theory_lines
from hopfield_sim.plotting.curves import measured
from hopfield_sim.plotting.rows import Row, averaged, column, ordered, rows_of, values, where
from hopfield_sim.plotting.studies import phase_lines
from hopfield_sim.plotting.studies.phase_lines import POINTS, WAYS, edges

PALE = ListedColormap(colormaps["Blues"](np.linspace(0.0, 0.72, 256)), "pale blues")
"""Colours of overlaps from 0 to 1, on which black lines can be seen."""

MOST_PANELS = 8
WIDE = 30
"""Ratio of the loads from which on their axis is logarithmic."""

_NEEDED = ("n_neurons", "load", "start", "overlap")
_STARTS = {"pattern": "from the pattern", "cue": "from a cue"}


@checks.by_name
def phase_diagram(result: Any = None, *, ax: Any = None) -> Figure:
    """Plot the overlap by load and another direction with the lines of theory, or these alone.

    A row of panels for each size: started from the pattern, and from a cue. Crosses mark points
    that had not relaxed. By temperature the lines, for an infinite Hebbian network, are T_g (spin
    glass below), T_M (retrieval states exist below), T_c (they are the global minima of the free
    energy below) and T_R (replica symmetry breaks below). By fraction of flipped bits a line has
    the load up to which such a network has states near its patterns, by order the critical load of
    each dense memory, by β the least one at which a modern network has states near its patterns.

    Parameters
    ----------
    result : Result, optional
        Result of the study ``phase``, or any object with ``.rows``: dicts with the columns
        n_neurons, load, start ("pattern" | "cue"), overlap, and temperature, flips, activity, order
        or beta (settled and rule are optional). Without one only the lines are drawn.
    ax : matplotlib Axes or sequence of them, optional
        Axes to draw into, one for every size and start; by default those of a new figure.

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
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Annals of Physics 173, 30 (1987).

    Examples
    --------
    >>> phase_diagram().axes[0].get_ylabel()
    'temperature T'
    """
    with style.house():
        return _lines_alone(ax) if result is None else _measured(result, ax)


def _lines_alone(ax: Any) -> Figure:
    lines = theory_lines.phases(POINTS)
    (panel,) = style.panels(ax, ["phase diagram"], 1, (6.4, 4.2))
    for name, colour in (("retrieval", style.SKY), ("thermodynamic", style.BLUE)):
        panel.fill_between(*phase_lines.to_zero(lines, name), color=colour, alpha=0.3, lw=0)
    phase_lines.draw(panel, lines)
    panel.set_xlim(0, lines.loads[-1])
    panel.set_ylim(0, None)
    panel.set_xlabel("load α = P / N")
    panel.set_ylabel("temperature T")
    panel.set_title("Phases of the Hebbian network, N → ∞")
    panel.legend(loc="center right")
    return style.figure_of(panel)


def _measured(result: Any, ax: Any) -> Figure:
    rows, along = _rows(result)
    shown = [(n, s) for n in values(rows, "n_neurons") for s in values(rows, "start")]
    config = dict(getattr(result, "config", None) or {})
    way = WAYS[along]
    kind = way.called(config)
    known = theory_lines.available() and kind == way.usual
    across = len(values(rows, "start"))
    size = (max(4.9 * across, 6.4), 3.3 * (len(shown) // across) + 0.9)
    names = [f"N = {n}, {_STARTS.get(start, start)}" for n, start in shown]
    shows = way.kind == "rule" or kind != way.usual
    whose = f", {label(kind)} {way.kind}" if shows else ""
    title = f"Overlap after relaxation{whose}"
    handles = _handles(way.keys if known else (), rows)
    panels = style.panels(ax, names, across, size, title, handles)
    for panel, name, (n, start) in zip(panels, names, shown, strict=True):
        mesh = _overlaps(panel, where(rows, n_neurons=n, start=start), along)
        panel.set_title(name)
        if known:
            limits = panel.get_xlim(), panel.get_ylim()
            way.draw(panel, rows, n, float(config.get("temperature", 0.0)))
            panel.set(xlim=limits[0], ylim=limits[1])
    figure = style.figure_of(panels[0])
    words = "correlation" if along == "activity" else "overlap m"
    figure.colorbar(mesh, ax=panels, label=words, fraction=0.03)
    return figure


def _rows(result: Any) -> tuple[list[Row], str]:
    """The rows, and the name of the direction beside the load."""
    rows = rows_of(result, *_NEEDED)
    along = next((name for name in WAYS if name in rows[0]), "temperature")
    return rows_of(result, *_NEEDED, along), along


def _handles(keys: Sequence[tuple[str, str]], rows: list[Row]) -> list[Line2D]:
    handles = [Line2D([], [], color=style.INK, ls=dashes, label=words) for words, dashes in keys]
    if _unsettled(rows):
        handles.append(Line2D([], [], color=style.INK, marker="x", ls="", label="not relaxed"))
    return handles


def _unsettled(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.get("settled", True)]


def _overlaps(panel: Axes, rows: list[Row], along: str) -> QuadMesh:
    """Overlaps as colours, each point in the middle of its cell."""
    loads, others = (np.unique(column(rows, name)) for name in ("load", along))
    table = np.full((len(others), len(loads)), np.nan)
    at = [np.searchsorted(t, column(rows, n)) for t, n in ((others, along), (loads, "load"))]
    table[at[0], at[1]] = column(rows, "overlap")
    wide = loads[0] > 0 and loads[-1] / loads[0] >= WIDE
    sides = np.exp(edges(np.log(loads), -np.inf)) if wide else edges(loads)
    mesh = panel.pcolormesh(sides, edges(others), table, cmap=PALE, vmin=0, vmax=1)
    missed = _unsettled(rows)
    panel.plot(
        column(missed, "load"), column(missed, along), "x", color=style.INK, ms=5, label="_x"
    )
    if wide:
        panel.set_xscale("log")
    if along == "order":
        panel.set_yticks(others)
    panel.set_xlabel(WAYS[along].loads)
    panel.set_ylabel(WAYS[along].axis)
    panel.grid(False)
    return mesh


@checks.by_name
def overlap_by_temperature(result: Any, *, ax: Any = None) -> Figure:
    """Plot the overlap after relaxation against the temperature, one panel per load.

    Likewise against the fraction of flipped bits, the activity or β, if the result has these; of
    dense memories against the load, one panel per order. Lines with points start from the pattern,
    dotted ones from a cue; open points had not relaxed. Dashed: theory for N → ∞ of states near a
    pattern (Hebbian rule, dense memories at T = 0, modern networks).

    Parameters
    ----------
    result : Result
        Result of the study ``phase``, or any object with ``.rows``, see ``phase_diagram``. Of more
        than eight loads eight are shown.
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, one per load; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result has no rows or lacks a column.

    Examples
    --------
    >>> row = {"n_neurons": 9, "load": 0.1, "temperature": 0.0, "start": "cue", "overlap": 1.0}
    >>> overlap_by_temperature([row]).axes[0].get_xlabel()
    'temperature T'
    """
    rows, along = _rows(result)
    by, x = ("order", "load") if along == "order" else ("load", along)
    each = values(rows, by)
    if len(each) > MOST_PANELS:
        chosen = np.linspace(0, len(each) - 1, MOST_PANELS).round().astype(int)
        each = [each[index] for index in chosen]
    config = dict(getattr(result, "config", None) or {})
    way = WAYS[along]
    known = theory_lines.available() and way.called(config) == way.usual
    colours = style.shades(values(rows, "n_neurons"))
    xs = column(rows, x)
    with style.house():
        across = min(len(each), 4)
        size = (max(2.6 * across, 6.0), 2.4 * -(-len(each) // across) + 0.7)
        title = f"Overlap after relaxation · {averaged(rows)}"
        names = [f"{by} {value:g}" for value in each]
        panels = style.panels(ax, names, across, size, title, style.size_legend(colours))
        for panel, name, value in zip(panels, names, each, strict=True):
            for n, colour in colours.items():
                mine = [row for row in rows if row[by] == value and row["n_neurons"] == n]
                _curves(panel, mine, colour, x)
            if known:
                t = float(config.get("temperature", 0.0))
                way.curve(panel, value, max(colours), xs, t)
            panel.set_title(name)
            panel.set_xlabel(way.loads if x == "load" else way.axis)
            panel.set_ylim(-0.1, 1.05)
            if x == "load" and xs.min() > 0 and xs.max() / xs.min() >= WIDE:
                panel.set_xscale("log")
        for panel in panels[::across]:
            panel.set_ylabel("overlap m")
    return style.figure_of(panels[0])


def _curves(panel: Axes, rows: list[Row], colour: str, x: str) -> None:
    starts = values(rows, "start")
    for start in starts:
        mine = ordered(where(rows, start=start), x)
        if start != starts[0]:
            panel.plot(
                column(mine, x), column(mine, "overlap"), ":", color=colour, lw=1.2,
                label=f"_{start}",
            )  # fmt: skip
            continue
        measured(panel, mine, x, "overlap", colour, lw=1.0)
        missed = _unsettled(mine)
        panel.plot(
            column(missed, x), column(missed, "overlap"), "o", color=colour, ms=3.5,
            mfc="white", zorder=4, label="_not relaxed",
        )  # fmt: skip
