"""How damaged a cue may be: fraction retrieved against the fraction of bits flipped."""

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
    """Fraction retrieved against the fraction of flipped bits, a panel a rule, a colour a size.

    Points are means over networks, bars their standard error. The vertical line at one half is
    where recall must end: past it the cue is nearer to −ξ than to ξ, and −ξ is as stable as ξ.

    Parameters
    ----------
    result : Result
        Of the robustness study: anything with ``.rows``, dicts with the columns rule, n_neurons,
        fraction, retrieved and retrieved_se (n_patterns and networks are used when there).
    ax : axes, optional
        Your own: one a rule.

    Returns
    -------
    Figure
        Shown once by a notebook; ``savefig`` writes it.

    Raises
    ------
    HopfieldError
        When the result has no rows or lacks a column.

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
    """What was done, from the columns that say so."""
    stored = f", {span(column(rows, 'n_patterns'))} patterns" if "n_patterns" in rows[0] else ""
    return f"Robustness of recall{stored} · {averaged(rows)}"
