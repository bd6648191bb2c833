"""Restricted networks: recall against hidden units and rotations, by rotation and by gradient."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hopfield_sim import checks
from hopfield_sim.plotting import style
from hopfield_sim.plotting.cells import cell
from hopfield_sim.plotting.curves import measured, measured_handle
from hopfield_sim.plotting.rows import Row, averaged, rows_of, values, where

MARKERS = {"rotation": ("o", "-"), "gradient": ("s", "--")}
_NEEDED = (
    *("method", "n_neurons", "n_hidden", "n_patterns", "rotations"),
    *("fraction", "networks", "exact"),
)
_CELL = (0.315, 0.25)  # inches


@checks.by_name
def restricted(result: Any, *, ax: Any = None) -> Figure:
    """Plot exact recall against the number of hidden units, one panel per fraction flipped.

    Points are means over networks with their standard errors, in one colour per number of
    patterns: circles after the largest number of rotations, squares by the gradient.

    Parameters
    ----------
    result : Result
        Result of the study ``restricted``.
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, one per fraction; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result lacks rows or columns.
    """
    rows = rows_of(result, *_NEEDED)
    rows = [row for row in rows if row["rotations"] in (0, max(values(rows, "rotations")))]
    fractions, counts = values(rows, "fraction"), values(rows, "n_patterns")
    known = [*style.COLOURS, *style.SPARE_COLOURS]
    colours = {p: known[k % len(known)] for k, p in enumerate(counts)}
    with style.house():
        panels = style.panels(
            ax,
            [f"{fraction:g}" for fraction in fractions],
            len(fractions),
            (1.2 + 3.1 * len(fractions), 3.9),
            f"Restricted networks, N = {rows[0]['n_neurons']} · {averaged(rows)}",
            [measured_handle(f"P = {p}", colours[p]) for p in counts] + _methods(rows),
            sharey=True,
        )
        for panel, fraction in zip(panels, fractions, strict=True):
            for method in values(rows, "method"):
                marker, line = MARKERS[method]
                for p in counts:
                    mine = where(rows, fraction=fraction, n_patterns=p, method=method)
                    measured(
                        panel, mine, "n_hidden", "exact", colours[p], marker=marker, ls=line
                    )  # fmt: skip
            panel.set_title(f"{fraction:.0%} of the bits flipped")
            panel.set_xlabel("hidden units, m")
            panel.set_ylim(-0.04, 1.06)
        panels[0].set_ylabel("fraction recalled exactly")
    return style.figure_of(panels[0])


def _methods(rows: list[Row]) -> list[Line2D]:
    most = max(values(rows, "rotations"))
    words = {"rotation": f"after {most} rotation{'s' * (most > 1)}", "gradient": "by gradient"}
    return [
        Line2D(
            [], [], color=style.INK, marker=MARKERS[m][0], ls=MARKERS[m][1], ms=4, label=words[m]
        )
        for m in values(rows, "method")
    ]


def restricted_map(result: Any) -> Figure:
    """Plot exact recall against rotations and hidden units, as maps with numbers.

    One row of maps per number of patterns, one column per fraction of flipped bits.

    Parameters
    ----------
    result : Result
        Result of the study ``restricted``, with rows of the method "rotation".
    """
    rows = [row for row in rows_of(result, *_NEEDED) if row["method"] == "rotation"]
    fractions, counts = values(rows, "fraction"), values(rows, "n_patterns")
    hidden, rotations = values(rows, "n_hidden"), values(rows, "rotations")
    with style.house():
        figure = style.figure(
            (1.0 + _CELL[0] * len(hidden)) * len(fractions),
            (0.75 + _CELL[1] * len(rotations)) * len(counts) + 0.5,
        )
        panels = figure.subplots(
            len(counts), len(fractions), sharex=True, sharey=True, squeeze=False
        )
        many = f"mean over {rows[0]['networks']} networks"
        style.heading(figure, f"Recalled exactly, by rotation · {many}")
        for line, p in zip(panels, counts, strict=True):
            for panel, fraction in zip(line, fractions, strict=True):
                for row in where(rows, n_patterns=p, fraction=fraction):
                    x, y = hidden.index(row["n_hidden"]), rotations.index(row["rotations"])
                    cell(panel, x, y, float(row["exact"]))
                panel.set_title(f"P = {p}, {fraction:.0%} flipped")
                panel.set_xlim(0, len(hidden))
                panel.set_ylim(-0.5, len(rotations) - 0.5)
                panel.set_xticks([x + 0.5 for x in range(len(hidden))], [str(m) for m in hidden])
                panel.set_yticks(range(len(rotations)), [str(r) for r in rotations])
                panel.tick_params(length=0, labelsize=7)
                panel.grid(visible=False)
                for side in panel.spines.values():
                    side.set_visible(False)
            line[0].set_ylabel("rotations")
        for panel in panels[-1]:
            panel.set_xlabel("hidden units, m")
    return style.figure_of(panels[0, 0])
