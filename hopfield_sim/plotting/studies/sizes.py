"""One panel per rule with one curve per network size, for robustness and overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from hopfield_sim.models.labels import label
from hopfield_sim.plotting import style
from hopfield_sim.plotting.curves import measured
from hopfield_sim.plotting.rows import Row, values, where


def panels_by_rule(rows: Sequence[Row], title: str, ax: Any) -> dict[str, Axes]:
    """Rule → its panel, in ``ax`` or in a new figure with two panels per row."""
    rules = values(rows, "rule")
    colours = style.shades(values(rows, "n_neurons"))
    columns = min(len(rules), 2)
    size = (10.0 if columns > 1 else 9.2, 3.3 * -(-len(rules) // columns) + 0.6)
    panels = size_panels(ax, rules, columns, size, title, colours)
    for panel, rule in zip(panels, rules, strict=True):
        panel.set_title(label(rule))
    return dict(zip(rules, panels, strict=True))


def size_panels(
    ax: Any,
    names: Sequence[str],
    columns: int,
    figsize: tuple[float, float],
    title: str,
    colours: dict[int, str],
    **how: Any,
) -> list[Axes]:
    """Panels as ``style.panels``, with the network sizes above them or, in axes of the user, in
    the first.
    """
    legend = style.size_legend(colours)
    panels = style.panels(ax, names, columns, figsize, title, legend, **how)
    if ax is not None:
        panels[0].legend(handles=style.size_handles(colours), title="N", fontsize=7)
    return panels


def draw_sizes(ax: Axes, rows: Sequence[Row], rule: str, x: str, y: str, by_load: bool) -> None:
    """Column ``y`` against column ``x`` (x/N if ``by_load``), with errors of column ``y``_se."""
    for n, colour in style.shades(values(rows, "n_neurons")).items():
        mine, unit = where(rows, rule=rule, n_neurons=n), n if by_load else 1
        measured(ax, mine, x, y, colour, unit=unit, lw=1.0, label=f"N = {n}")
