"""Robustness to corrupted cues: fraction retrieved against the fraction of flipped bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from hopfield_sim import checks
from hopfield_sim.plotting import style
from hopfield_sim.plotting.rows import Row, averaged, column, rows_of, span
from hopfield_sim.plotting.studies.capacity import LEVEL
from hopfield_sim.plotting.studies.sizes import draw_sizes, panels_by_rule


@checks.by_name
def robustness(result: Any, *, ax: Any = None) -> Figure:
    """Plot the fraction retrieved against the fraction of flipped bits, one panel per rule.

    Points are means over networks with their standard errors, in one colour per size. The vertical
    line at one half is the limit of recall: beyond it the cue is nearer to −ξ than to ξ, and −ξ is
    as stable as ξ.

    Parameters
    ----------
    result : Result
        Result of the robustness study, or any object with ``.rows``: dicts with the columns rule,
        n_neurons, fraction, retrieved and retrieved_se (n_patterns and networks are optional).
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, one per rule; by default those of a new figure.

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
    >>> row = {"rule": "hebbian", "n_neurons": 9, "retrieved": 1.0, "retrieved_se": 0.0}
    >>> figure = robustness([row | {"fraction": fraction} for fraction in (0.0, 0.2)])
    >>> figure.axes[0].get_xlabel()
    'fraction of bits flipped in the cue'
    """
    rows = rows_of(result, "rule", "n_neurons", "fraction", "retrieved")
    with style.house():
        panels = panels_by_rule(rows, _title(rows), ax)
        for rule, panel in panels.items():
            panel.axvline(0.5, color=style.INK, lw=1.2, ls=":", zorder=1, label="_half")
            why = "past ½ the cue is\nnearer to −ξ than to ξ"
            panel.text(0.52, 0.62, why, fontsize=9, va="center")
            draw_sizes(panel, rows, rule, "fraction", "retrieved", by_load=False)
            style.fraction_axis(panel, LEVEL)
            panel.set_xlim(-0.02, 1.02)
            panel.set_xlabel("fraction of bits flipped in the cue")
    return style.figure_of(panel)


def _title(rows: Sequence[Row]) -> str:
    """Title, from the columns of the rows."""
    stored = f", {span(column(rows, 'n_patterns'))} patterns" if "n_patterns" in rows[0] else ""
    return f"Robustness of recall{stored} · {averaged(rows)}"
