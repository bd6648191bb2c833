"""Which powers solve the exclusive or: the energies of all eight states as a coloured table."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from hopfield_sim import checks
from hopfield_sim.models.dense.interactions import INTERACTIONS
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import style
from hopfield_sim.plotting.rows import Row, rows_of, values, where

LOW, HIGH, EQUAL = style.SKY, style.ORANGE, "#DDDDDD"
TITLE = (
    "Exclusive or, z = x ⊕ y (+ is true, − is false): energy of each state (x, y, z) · "
    "solves: with x and y clamped, z comes out right"
)


@checks.by_name
def xor(result: Any, *, ax: Any = None) -> Figure:
    """Plot the energies of the eight states (x, y, z), a panel per interaction, a row per power.

    The columns are the truth table. Memories, where z = x ⊕ y, have a frame; blue is the lower and
    orange the higher energy of a row, grey if all are equal. At the right, whether the recalled z
    is correct.

    Parameters
    ----------
    result : Result
        Result of the xor study, or any object with ``.rows``: dicts with the columns interaction,
        order, x, y, z, energy, memory and solves.
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, one per interaction; by default those of a new figure.

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
    >>> row = {"interaction": "polynomial", "order": 3, "x": 1, "y": 1, "solves": 1}
    >>> figure = xor([row | {"z": z, "energy": 24 * z, "memory": z < 0} for z in (-1, 1)])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['−24', '24', 'yes']
    """
    rows = rows_of(result, "interaction", "order", "x", "y", "z", "energy", "memory", "solves")
    words = values(rows, "interaction")
    lines = max(len(values(where(rows, interaction=word), "order")) for word in words)
    with style.house():
        width = 6.6 * len(words) ** 0.75
        size = (width, 0.36 * lines + 1.95)
        panels = style.panels(ax, words, len(words), size, TITLE, _key())
        for panel, word in zip(panels, words, strict=True):
            _panel(panel, where(rows, interaction=word))
            kind = INTERACTIONS.get(word)
            panel.set_title(f"F(x) = {kind.formula if kind else label(word)}")
    return style.figure_of(panels[0])


def _key() -> list[Line2D]:
    """Legend entries of the colours and the frame."""
    how: dict[str, Any] = {"marker": "s", "markersize": 9, "ls": ""}
    entries = [
        Line2D([], [], color=colour, alpha=0.55, label=words, **how)
        for colour, words in (
            (LOW, "lower energy"),
            (HIGH, "higher energy"),
            (EQUAL, "all equal: z undecided"),
        )
    ]
    frame: dict[str, Any] = {
        "markerfacecolor": "none",
        "markeredgecolor": style.INK,
        "markeredgewidth": 1.6,
    }
    return [*entries, Line2D([], [], label="memory, z = x ⊕ y", **how, **frame)]


def _panel(ax: Axes, rows: list[Row]) -> None:
    """One row per power, one column per state."""
    orders = values(rows, "order")
    states = list(dict.fromkeys((row["x"], row["y"], row["z"]) for row in rows))
    for line, order in enumerate(orders):
        mine = where(rows, order=order)
        energies = [float(row["energy"]) for row in mine]
        for row, energy in zip(mine, energies, strict=True):
            column = states.index((row["x"], row["y"], row["z"]))
            colour = LOW if energy < max(energies) else HIGH
            if min(energies) == max(energies):
                colour = EQUAL
            ax.add_patch(Rectangle((column, line), 1, 1, facecolor=colour, alpha=0.55, lw=0))
            text = f"{energy:.0f}".replace("-", "−")
            ax.text(column + 0.5, line + 0.5, text, ha="center", va="center", fontsize=9)
            if row["memory"]:
                frame = Rectangle((column + 0.04, line + 0.06), 0.92, 0.88, lw=1.6)
                frame.set(facecolor="none", edgecolor=style.INK)
                ax.add_patch(frame)
        solves = bool(mine[0]["solves"])
        ax.text(
            len(states) + 0.55, line + 0.5, "yes" if solves else "no", ha="center", va="center",
            color=style.GREEN if solves else style.VERMILLION, fontweight="bold",
        )  # fmt: skip
    signs = {-1: "−", 1: "+"}
    truth = {column + 0.5: "\n".join(signs[int(v)] for v in s) for column, s in enumerate(states)}
    truth |= {-0.3: "x\ny\nz", len(states) + 0.55: "solves"}
    ax.set_xticks(list(truth), list(truth.values()), va="top", linespacing=1.1)
    ax.set_yticks([line + 0.5 for line in range(len(orders))], [f"n = {order}" for order in orders])
    ax.set_xlim(-0.6, len(states) + 1.1)
    ax.set_ylim(len(orders), 0)
    ax.grid(False)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
