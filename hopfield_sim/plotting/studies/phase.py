"""The phase diagram: overlap by load and another direction, with the lines of theory."""

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
WIDE = 30
"""Ratio of the loads from which on their axis is logarithmic."""

_AXES = {
    "temperature": "temperature T",
    "flips": "fraction of flipped bits",
    "activity": "activity, fraction of +1",
    "order": "order n",
    "beta": "inverse temperature βN",
}
"""Directions beside the load, by column, with the label of their axis."""

_NEEDED = ("n_neurons", "load", "start", "overlap")
_STARTS = {"pattern": "from the pattern", "cue": "from a cue"}
_LINES = {
    "glass": ("$T_g$, spin glass below", ":"),
    "retrieval": ("$T_M$, retrieval states below", "-"),
    "thermodynamic": ("$T_c$, lowest in free energy below", "--"),
    "replica_symmetry": ("$T_R$, replica symmetry breaks below", "-."),
}


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
    rows, along = _rows(result)
    shown = [(n, s) for n in values(rows, "n_neurons") for s in values(rows, "start")]
    config = dict(getattr(result, "config", None) or {})
    rule = config.get("rule", "hebbian")
    known = theory_lines.available() and (rule == "hebbian" or along in ("order", "beta"))
    across = len(values(rows, "start"))
    size = (max(4.9 * across, 6.4), 3.3 * (len(shown) // across) + 0.9)
    names = [f"N = {n}, {_STARTS.get(start, start)}" for n, start in shown]
    whose = "" if along in ("order", "beta") else f", {label(rule)} rule"
    title = f"Overlap after relaxation{whose}"
    handles = _handles(along if known else "", rows)
    panels = style.panels(ax, names, across, size, title, handles)
    for panel, name, (n, start) in zip(panels, names, shown, strict=True):
        mesh = _overlaps(panel, where(rows, n_neurons=n, start=start), along)
        panel.set_title(name)
        if known:
            limits = panel.get_xlim(), panel.get_ylim()
            _DRAWN[along](panel, rows, n, float(config.get("temperature", 0.0)))
            panel.set(xlim=limits[0], ylim=limits[1])
    figure = style.figure_of(panels[0])
    words = "correlation" if along == "activity" else "overlap m"
    figure.colorbar(mesh, ax=panels, label=words, fraction=0.03)
    return figure


def _rows(result: Any) -> tuple[list[Row], str]:
    """The rows, and the name of the direction beside the load."""
    rows = rows_of(result, *_NEEDED)
    along = next((name for name in _AXES if name in rows[0]), "temperature")
    return rows_of(result, *_NEEDED, along), along


def _handles(along: str, rows: list[Row]) -> list[Line2D]:
    handles = [
        Line2D([], [], color=style.INK, ls=dashes, label=words)
        for words, dashes in _KEYS.get(along, ())
    ]
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
    sides = np.exp(_edges(np.log(loads), -np.inf)) if wide else _edges(loads)
    mesh = panel.pcolormesh(sides, _edges(others), table, cmap=PALE, vmin=0, vmax=1)
    missed = _unsettled(rows)
    panel.plot(
        column(missed, "load"), column(missed, along), "x", color=style.INK, ms=5, label="_x"
    )
    if wide:
        panel.set_xscale("log")
    if along == "order":
        panel.set_yticks(others)
    panel.set_xlabel(_load_words(along))
    panel.set_ylabel(_AXES[along])
    panel.grid(False)
    return mesh


def _load_words(along: str) -> str:
    return "load P / N$^{n-1}$" if along == "order" else "load α = P / N"


def _edges(middles: NDArray[np.float64], least: float = 0.0) -> NDArray[np.float64]:
    """Ends of cells around these points, at ``least`` and above."""
    if len(middles) == 1:
        half = 0.5 * abs(middles[0]) or 0.5
        return np.array([middles[0] - half, middles[0] + half]).clip(least)
    between = 0.5 * (middles[1:] + middles[:-1])
    first, last = 1.5 * middles[0] - 0.5 * middles[1], 1.5 * middles[-1] - 0.5 * middles[-2]
    return np.concatenate([[max(first, least)], between, [last]])


def _by_temperature(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    _draw_lines(panel, theory_lines.phases(POINTS, panel.get_xlim()[1]))


def _by_flips(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    lines = theory_lines.phases(POINTS)
    loads, line = (x[::-1] for x in _to_zero(lines, "retrieval"))
    end = float(np.interp(temperature, line, loads, right=0.0))
    _line(panel, [end, end], panel.get_ylim(), "flips")


def _by_order(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    orders = np.unique(column(rows, "order"))
    sides = _edges(orders)
    for order, low, high in zip(orders.astype(int).tolist(), sides, sides[1:], strict=False):
        critical = theory.dense_critical_load(order)
        _line(panel, [critical, critical], (low, high), "order")


def _by_beta(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    loads = np.geomspace(*panel.get_xlim(), POINTS)
    counts = np.maximum(np.rint(loads * n), 1).astype(int)
    _line(panel, loads, theory.modern_critical_beta(counts), "beta")


_DRAWN = {
    "temperature": _by_temperature,
    "flips": _by_flips,
    "activity": lambda *_: None,
    "order": _by_order,
    "beta": _by_beta,
}
"""Draws the lines of a direction: (axes, rows, N, temperature)."""

_KEYS: dict[str, list[tuple[str, str]]] = {
    "temperature": [(words.removesuffix(" below"), dashes) for words, dashes in _LINES.values()],
    "flips": [("states near patterns exist on the left, N → ∞", "-")],
    "order": [("critical load at T = 0, N → ∞", "-")],
    "beta": [("states near patterns exist above, N → ∞", "-")],
}
"""Words and dashes of these lines."""


def _line(panel: Axes, x: Any, y: Any, along: str) -> None:
    ((words, dashes),) = _KEYS[along]
    panel.plot(x, y, color=style.INK, ls=dashes, lw=1.5, label=words)


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
    known = theory_lines.available() and (
        config.get("rule", "hebbian") == "hebbian" or along in ("order", "beta")
    )
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
            if known and along in _THEORY:
                n = max(colours)
                _THEORY[along](panel, value, n, xs, float(config.get("temperature", 0.0)))
            panel.set_title(name)
            panel.set_xlabel(_load_words(along) if x == "load" else _AXES[along])
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


def _temperature_theory(panel: Axes, load: float, n: int, xs: Any, temperature: float) -> None:
    """m(T) of an infinite network, including the jump at T_M."""
    end = theory.phase_lines(load).retrieval
    if np.isnan(end):
        panel.axhline(0.0, color=style.INK, ls="--", lw=1.2, zorder=1)
        return
    # The square root gathers points at T_M, where m falls with a vertical slope.
    t = end * (1 - np.linspace(1, 1e-4, POINTS) ** 2)
    m = theory.retrieval_overlap(load, t)
    _dashed(panel, np.append(t, end), np.append(m, 0.0))


def _order_theory(panel: Axes, order: int, n: int, xs: Any, temperature: float) -> None:
    """m(load) at T = 0, including the jump at the critical load."""
    if temperature == 0:
        end = theory.dense_critical_load(int(order))
        loads = np.append(np.geomspace(min(xs.min(), end) or end / 100, end, POINTS), end)
        m = theory.dense_retrieval_overlap(loads, int(order))
        m[-1] = 0.0
        _dashed(panel, loads, m)


def _beta_theory(panel: Axes, load: float, n: int, xs: Any, temperature: float) -> None:
    """m(β) with as many patterns, including the jump."""
    count = max(round(load * n), 1)
    start = theory.modern_critical_beta(count)
    betas = np.linspace(start, max(xs.max(), start), POINTS)
    m = theory.modern_retrieval_overlap(count, betas)
    _dashed(panel, np.append(start, betas), np.append(0.0, m))


def _dashed(panel: Axes, x: Any, y: Any) -> None:
    panel.plot(x, y, color=style.INK, ls="--", lw=1.2, zorder=1)


_THEORY = {
    "temperature": _temperature_theory,
    "order": _order_theory,
    "beta": _beta_theory,
}
"""Draws the overlap of theory: (axes, value of the panel, N, all x, temperature)."""
