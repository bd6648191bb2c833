"""How damaged a cue may be: fraction retrieved against the fraction of bits flipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hopfield_sim.plotting import style
from hopfield_sim.plotting.capacity_curves import LEVEL
from hopfield_sim.plotting.rows import Row, averaged, column, rows_of, span, values, where


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
    rules = values(rows, "rule")
    colours = style.size_colours(values(rows, "n_neurons"))
    with style.house():
        if ax is None:
            columns = min(len(rules), 2)
            lines = -(-len(rules) // columns)
            figure = style.figure(5.0 * columns, 3.3 * lines + 0.6)
            grid = figure.add_gridspec(lines, columns)
            panels = [figure.add_subplot(grid[divmod(i, columns)]) for i in range(len(rules))]
            style.heading(figure, _title(rows), colours)
        else:
            panels = style.given_axes(ax, rules)
            panels[0].legend(handles=style.size_handles(colours), title="N", fontsize=7)
        for panel, rule in zip(panels, rules, strict=True):
            _curves(panel, where(rows, rule=rule), colours)
            panel.set_title(style.rule_name(rule))
    return style.figure_of(panels[0])


def _title(rows: Sequence[Row]) -> str:
    """What was done, from the columns that say so."""
    stored = f", {span(column(rows, 'n_patterns'))} patterns" if "n_patterns" in rows[0] else ""
    return f"Robustness of recall{stored} · {averaged(rows)}"


def _curves(ax: Axes, rows: Sequence[Row], colours: dict[int, str]) -> None:
    """One curve a network size, and the line at one half with the reason for it."""
    ax.axvline(0.5, color=style.INK, lw=1.2, ls=":", zorder=1, label="_half")
    for n, colour in colours.items():
        mine = sorted(where(rows, n_neurons=n), key=lambda row: float(row["fraction"]))
        if mine:
            ax.errorbar(
                column(mine, "fraction"),
                column(mine, "retrieved"),
                yerr=column(mine, "retrieved_se"),
                color=colour,
                marker="o",
                markersize=3.5,
                lw=1.0,
                elinewidth=1.0,
                label=f"N = {n}",
            )
    ax.text(0.52, 0.62, "past ½ the cue is\nnearer to −ξ than to ξ", fontsize=9, va="center")
    style.fraction_axis(ax, LEVEL)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xlabel("fraction of bits flipped in the cue")
