"""One panel per rule with one curve per network size, for robustness and overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from hopfield_sim.plotting import style
from hopfield_sim.plotting.rows import Row, column, ordered, values, where


def panels_by_rule(rows: Sequence[Row], title: str, ax: Any) -> dict[str, Axes]:
    """Rule → its panel, in ``ax`` or in a new figure with two panels per row."""
    rules = values(rows, "rule")
    colours = style.size_colours(values(rows, "n_neurons"))
    if ax is None:
        columns = min(len(rules), 2)
        lines = -(-len(rules) // columns)
        figure = style.figure(5.0 * columns if columns > 1 else 9.2, 3.3 * lines + 0.6)
        grid = figure.add_gridspec(lines, columns)
        panels = [figure.add_subplot(grid[divmod(i, columns)]) for i in range(len(rules))]
        style.heading(figure, title, colours)
    else:
        panels = style.checked_axes(ax, rules)
        panels[0].legend(handles=style.size_handles(colours), title="N", fontsize=7)
    for panel, rule in zip(panels, rules, strict=True):
        panel.set_title(style.rule_name(rule))
    return dict(zip(rules, panels, strict=True))


def draw_sizes(ax: Axes, rows: Sequence[Row], rule: str, x: str, y: str, by_load: bool) -> None:
    """Column ``y`` against column ``x`` (x/N if ``by_load``), with errors of column ``y``_se."""
    colours = style.size_colours(values(rows, "n_neurons"))
    for n, colour in colours.items():
        mine = ordered(where(rows, rule=rule, n_neurons=n), x)
        if mine:
            ax.errorbar(
                column(mine, x) / (n if by_load else 1),
                column(mine, y),
                yerr=column(mine, f"{y}_se"),
                color=colour,
                marker="o",
                markersize=3.5,
                lw=1.0,
                elinewidth=1.0,
                label=f"N = {n}",
            )
