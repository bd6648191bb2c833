"""Basins of attraction: recovered patterns against the overlap of the cue."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from hopfield_sim import checks
from hopfield_sim.models.attraction import Basins
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import style
from hopfield_sim.plotting.curves import measured, measured_handle
from hopfield_sim.plotting.rows import averaged, rows_of, values, where

LEVEL = 0.5


@checks.by_name
def basins(result: Any, *, ax: Any = None) -> Figure:
    """Plot the fraction of cues that recover their pattern against their overlap with it.

    One panel for each memory with a curve a load, and a last one with the critical overlap, at
    which half of the cues recover their pattern, against the load.

    Parameters
    ----------
    result : Basins or Result
        What ``hopfield_sim.basins`` returns, or the result of the study ``basins``: with ``.rows``,
        dicts with the columns memory, load, overlap and recovered.
    ax : matplotlib Axes or sequence of them, optional
        Axes to draw into: one for ``Basins``, else one a memory and one more.

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
    >>> row = {"memory": "hebbian", "load": 0.1, "overlap": 0.5, "recovered": 1.0}
    >>> basins([row]).axes[0].get_ylabel()
    'fraction recovered'
    """
    if isinstance(result, Basins):
        return _one(result, ax)
    rows = rows_of(result, "memory", "load", "overlap", "recovered")
    memories, shades = values(rows, "memory"), style.shades(values(rows, "load"))
    critical = dict(getattr(result, "summary", None) or {}).get("critical", [])
    with style.house():
        names = [*map(label, memories), "critical overlap"]
        columns = min(len(names), 3)
        size = (3.6 * columns, 3.1 * -(-len(names) // columns) + 0.7)
        handles = [measured_handle(f"{load:g}", colour) for load, colour in shades.items()]
        title = f"Patterns recovered from cues, by load P/N · {averaged(rows)}"
        *panels, last = style.panels(ax, names, columns, size, title, handles)
        for panel, memory in zip(panels, memories, strict=True):
            for load, colour in shades.items():
                mine = where(rows, memory=memory, load=load)
                measured(panel, mine, "overlap", "recovered", colour, label=f"{load:g}")
            panel.set_title(label(memory))
            _axes(panel)
        for memory, colour in zip(memories, _colours(len(memories)), strict=True):
            mine = where(critical, memory=memory)
            measured(last, mine, "load", "critical", colour, label=label(memory))
        last.set_title("Critical overlap")
        last.set_xlabel("load P / N")
        last.set_ylabel("overlap at which half recover")
        last.set_ylim(0, None)
        if critical:
            last.legend(fontsize=8)
    return style.figure_of(last)


def _one(found: Basins, ax: Any) -> Figure:
    with style.house():
        (panel,) = style.panels(ax, ["basins"], 1, (5.6, 3.6))
        panel.errorbar(
            found.overlaps, found.recovered, found.recovered_se, color=style.BLUE, fmt="o-", ms=4
        )
        if found.critical == found.critical:
            words = f"half at {found.critical:.3f}"
            if found.critical_se == found.critical_se:
                words += f" ± {found.critical_se:.3f}"
            panel.axvline(found.critical, color=style.INK, ls=":", lw=1.2, label=words)
            panel.legend()
        panel.set_title("Basins of attraction")
        _axes(panel)
    return style.figure_of(panel)


def _axes(panel: Any) -> None:
    panel.axhline(LEVEL, color=style.FAINT, lw=1.0, zorder=1)
    panel.set_ylim(-0.04, 1.06)
    panel.set_xlabel("overlap of the cue")
    panel.set_ylabel("fraction recovered")


def _colours(count: int) -> list[str]:
    known = [*style.COLOURS, *style.SPARE_COLOURS]
    return [known[index % len(known)] for index in range(count)]
