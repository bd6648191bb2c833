"""The phase diagram: overlap by load and temperature, with the lines of replica theory."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from hopfield_sim import checks, theory
from hopfield_sim.labels import label
from hopfield_sim.plotting import style, theory_lines
from hopfield_sim.plotting.curves import measured
from hopfield_sim.plotting.rows import Row, averaged, column, ordered, rows_of, values, where

POINTS = 80
"""Loads at which the lines are computed; theory's curves are smooth between them."""

PALE = ListedColormap(colormaps["Blues"](np.linspace(0.0, 0.72, 256)), "pale blues")
"""Colours of overlaps from 0 to 1, on which black lines can be seen."""

MOST_PANELS = 8
_NEEDED = ("n_neurons", "load", "temperature", "start", "overlap")
_STARTS = {"pattern": "from the pattern", "cue": "from a cue"}
_LINES = {
    "glass": ("$T_g$, spin glass below", ":"),
    "retrieval": ("$T_M$, retrieval states below", "-"),
    "thermodynamic": ("$T_c$, lowest in free energy below", "--"),
    "replica_symmetry": ("$T_R$, replica symmetry breaks below", "-."),
}


@checks.by_name
def phase_diagram(result: Any = None, *, ax: Any = None) -> Figure:
    """Plot the overlap by load and temperature with the phase lines of replica theory, or these.

    A row of panels for each size: started from the pattern, and from a cue. Crosses mark points
    that had not relaxed. The lines, for an infinite Hebbian network, are T_g (spin glass below),
    T_M (retrieval states exist below), T_c (they are the global minima of the free energy below)
    and T_R (replica symmetry breaks below).

    Parameters
    ----------
    result : Result, optional
        Result of the study ``phase``, or any object with ``.rows``: dicts with the columns
        n_neurons, load, temperature, start ("pattern" | "cue") and overlap (settled and rule are
        optional). Without one only the lines are drawn.
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
        panel.fill_between(*_to_zero(lines, name), color=colour, alpha=0.3, lw=0)
    _draw_lines(panel, lines)
    panel.set_xlim(0, lines.loads[-1])
    panel.set_ylim(0, None)
    panel.set_xlabel("load α = P / N")
    panel.set_ylabel("temperature T")
    panel.set_title("Phases of the Hebbian network, N → ∞")
    panel.legend(loc="center right")
    return style.figure_of(panel)


def _measured(result: Any, ax: Any) -> Figure:
    rows = rows_of(result, *_NEEDED)
    shown = [(n, s) for n in values(rows, "n_neurons") for s in values(rows, "start")]
    rule = dict(getattr(result, "config", None) or {}).get("rule", "hebbian")
    hebbian = rule == "hebbian" and theory_lines.available()
    across = len(values(rows, "start"))
    size = (4.9 * across, 3.3 * (len(shown) // across) + 0.9)
    names = [f"N = {n}, {_STARTS.get(start, start)}" for n, start in shown]
    title = f"Overlap after relaxation, {label(rule)} rule"
    panels = style.panels(ax, names, across, size, title, _handles(hebbian, rows))
    for panel, name, (n, start) in zip(panels, names, shown, strict=True):
        mesh = _overlaps(panel, where(rows, n_neurons=n, start=start))
        panel.set_title(name)
        if hebbian:
            limits = panel.get_xlim(), panel.get_ylim()
            _draw_lines(panel, theory_lines.phases(POINTS, limits[0][1]))
            panel.set(xlim=limits[0], ylim=limits[1])
    figure = style.figure_of(panels[0])
    figure.colorbar(mesh, ax=panels, label="overlap m", fraction=0.03)
    return figure


def _handles(hebbian: bool, rows: list[Row]) -> list[Line2D]:
    lines = _LINES.values() if hebbian else ()
    handles = [
        Line2D([], [], color=style.INK, ls=dashes, label=words.removesuffix(" below"))
        for words, dashes in lines
    ]
    if _unsettled(rows):
        handles.append(Line2D([], [], color=style.INK, marker="x", ls="", label="not relaxed"))
    return handles


def _unsettled(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.get("settled", True)]


def _overlaps(panel: Axes, rows: list[Row]) -> QuadMesh:
    """Overlaps as colours, each point in the middle of its cell."""
    loads, temperatures = (np.unique(column(rows, name)) for name in ("load", "temperature"))
    table = np.full((len(temperatures), len(loads)), np.nan)
    at = [
        np.searchsorted(t, column(rows, n))
        for t, n in ((temperatures, "temperature"), (loads, "load"))
    ]
    table[at[0], at[1]] = column(rows, "overlap")
    mesh = panel.pcolormesh(_edges(loads), _edges(temperatures), table, cmap=PALE, vmin=0, vmax=1)
    missed = _unsettled(rows)
    panel.plot(
        column(missed, "load"),
        column(missed, "temperature"),
        "x",
        color=style.INK,
        ms=5,
        label="_x",
    )
    panel.set_xlabel("load α = P / N")
    panel.set_ylabel("temperature T")
    panel.grid(False)
    return mesh


def _edges(middles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ends of cells around these points, at 0 and above."""
    if len(middles) == 1:
        half = 0.5 * middles[0] or 0.5
        return np.array([middles[0] - half, middles[0] + half]).clip(0)
    between = 0.5 * (middles[1:] + middles[:-1])
    first, last = 1.5 * middles[0] - 0.5 * middles[1], 1.5 * middles[-1] - 0.5 * middles[-2]
    return np.concatenate([[max(first, 0.0)], between, [last]])


def _draw_lines(panel: Axes, lines: theory.PhaseLines) -> None:
    for name, (words, dashes) in _LINES.items():
        panel.plot(*_to_zero(lines, name), color=style.INK, ls=dashes, lw=1.3, label=words)


def _to_zero(lines: Any, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A line, with its drop to T = 0 where it ends, but for a bulge that is thinner than itself."""
    temperatures = getattr(lines, name)
    there = ~np.isnan(temperatures)
    loads, line = lines.loads[there], temperatures[there]
    if name in ("glass", "replica_symmetry") or there.all():
        return loads, line
    return np.append(loads, loads[-1]), np.append(line, 0.0)


@checks.by_name
def overlap_by_temperature(result: Any, *, ax: Any = None) -> Figure:
    """Plot the overlap after relaxation against the temperature, one panel per load.

    Lines with points start from the pattern, dotted ones from a cue; open points had not relaxed.
    Dashed for Hebbian weights: the retrieval state of an infinite network, which disappears at T_M.

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
    rows = rows_of(result, *_NEEDED)
    loads = values(rows, "load")
    if len(loads) > MOST_PANELS:
        chosen = np.linspace(0, len(loads) - 1, MOST_PANELS).round().astype(int)
        loads = [loads[index] for index in chosen]
    rule = dict(getattr(result, "config", None) or {}).get("rule", "hebbian")
    colours = style.shades(values(rows, "n_neurons"))
    with style.house():
        across = min(len(loads), 4)
        size = (max(2.6 * across, 6.0), 2.4 * -(-len(loads) // across) + 0.7)
        title = f"Overlap after relaxation · {averaged(rows)}"
        names = [f"load {load:g}" for load in loads]
        panels = style.panels(ax, names, across, size, title, style.size_legend(colours))
        for panel, load in zip(panels, loads, strict=True):
            for n, colour in colours.items():
                _curves(panel, where(rows, load=load, n_neurons=n), colour)
            if rule == "hebbian" and theory_lines.available():
                _theory(panel, load)
            panel.set_title(f"load {load:g}")
            panel.set_xlabel("temperature T")
            panel.set_ylim(-0.1, 1.05)
        for panel in panels[::across]:
            panel.set_ylabel("overlap m")
    return style.figure_of(panels[0])


def _curves(panel: Axes, rows: list[Row], colour: str) -> None:
    for start in values(rows, "start"):
        mine = ordered(where(rows, start=start), "temperature")
        if start != "pattern":
            t, m = column(mine, "temperature"), column(mine, "overlap")
            panel.plot(t, m, ":", color=colour, lw=1.2, label=f"_{start}")
            continue
        measured(panel, mine, "temperature", "overlap", colour, lw=1.0)
        missed = _unsettled(mine)
        panel.plot(
            column(missed, "temperature"), column(missed, "overlap"), "o", color=colour, ms=3.5,
            mfc="white", zorder=4, label="_not relaxed",
        )  # fmt: skip


def _theory(panel: Axes, load: float) -> None:
    """m(T) of an infinite network, including the jump at T_M."""
    end = theory.phase_lines(load).retrieval
    if np.isnan(end):
        panel.axhline(0.0, color=style.INK, ls="--", lw=1.2, zorder=1)
        return
    # The square root gathers points at T_M, where m falls with a vertical slope.
    t = end * (1 - np.linspace(1, 1e-4, POINTS) ** 2)
    m = theory.retrieval_overlap(load, t)
    panel.plot(np.append(t, end), np.append(m, 0.0), color=style.INK, ls="--", lw=1.2, zorder=1)
