"""Robustness of memories: fractions of recalled cues as a map with numbers, and images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hopfield_sim import checks
from hopfield_sim.plotting import style
from hopfield_sim.plotting.cells import cell
from hopfield_sim.plotting.images import Tile, mosaic
from hopfield_sim.plotting.rows import Row, rows_of, values, where

CORRUPTIONS = {
    "none": "",
    "flip": "bits flipped",
    "noise": "noise, σ",
    "mask": "covered",
    "random": "random ±ε",
    "fgsm": "FGSM, ε",
    "pgd": "PGD, ε",
    "flip+random": "flipped, ±ε",
    "flip+fgsm": "flipped, FGSM",
    "flip+pgd": "flipped, PGD",
}
WORDS = {
    "none": "the pattern itself",
    "flip": "bits flipped",
    "noise": "Gaussian noise",
    "mask": "lower part covered",
    "fgsm": "FGSM",
    "pgd": "PGD",
    "flip+fgsm": "flipped, FGSM",
    "flip+pgd": "flipped, PGD",
}
MEASURES = {
    "exact": "Recalled exactly",
    "bit_accuracy": "Right bits",
}
_CELL = (0.315, 0.25)  # inches
_GAP = 0.45  # between corruptions, in cells
_LETTER = 0.2  # of a corruption's name, in cells
_NEEDED = ("data", "memory", "corruption", "strength", "networks", "exact", "bit_accuracy")


@checks.by_name
def robust(result: Any, measure: str = "exact", *, ax: Any = None) -> Figure:
    """Plot the recall of every corruption as a map with numbers, or who is best at what.

    Maps have a panel per data set, a row per memory and a column per strength of a corruption;
    their standard errors are in the table of the result. The ranking has a panel per corruption,
    with the mean over its strengths of every memory, within two standard errors over sets of
    patterns; who is best, alone or tied, is filled.

    Parameters
    ----------
    result : Result
        Result of the study ``robust``.
    measure : {"exact", "bit_accuracy", "ranking"}
        Fraction of cues that are recalled in every bit, or fraction of correct bits, as maps; or
        the ranking by exact recall, from ``.summary["ranking"]``.
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, one per data set, or one per corruption of the ranking; by default those
        of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result lacks rows or columns.
    """
    measure = checks.choice(measure, [*MEASURES, "ranking"], "measure")
    rows = rows_of(result, *_NEEDED)
    if measure == "ranking":
        return _ranking(result, ax)
    data = values(rows, "data")
    names = (getattr(result, "summary", None) or {}).get("names", {})
    with style.house():
        heights = [len(values(where(rows, data=one), "memory")) for one in data]
        width = _CELL[0] * (max(_places(rows).values()) + 1) + 1.9
        size = (width, _CELL[1] * (sum(heights) + 3.6 * len(data)) + 0.45)
        title = f"{MEASURES[measure]} · mean over sets of patterns{_flipped(result)}"
        panels = style.panels(ax, data, 1, size, title, height_ratios=heights)
        for panel, one in zip(panels, data, strict=True):
            _map(panel, where(rows, data=one), measure, names)
            panel.set_title(_title(result, one, where(rows, data=one)), pad=30)
    return style.figure_of(panels[0])


def _ranking(result: Any, ax: Any) -> Figure:
    """One panel per corruption: dots with intervals, a row per memory, a colour per data set."""
    summary = getattr(result, "summary", None) or {}
    ranked = rows_of(summary.get("ranking", []), "data", "corruption", "memory", "exact", "best")
    ranked = [row for row in ranked if not str(row["corruption"]).endswith("random")]
    kinds, data, names = values(ranked, "corruption"), values(ranked, "data"), summary["names"]
    memories = [name for name in names if any(row["memory"] == name for row in ranked)]
    handles = [
        Line2D([], [], color=colour, marker="o", ls="", label=_stored(result, one))
        for one, colour in zip(data, style.COLOURS, strict=False)
    ]
    hollow: dict[str, Any] = {"marker": "o", "ls": "", "markerfacecolor": "white"}
    handles += [
        Line2D([], [], color=style.INK, marker="o", ls="", label="best, or tied with it"),
        Line2D([], [], color=style.INK, label="worse", **hollow),
    ]
    columns = min(4, len(kinds))
    size = (2.5 * columns + 1.6, (0.22 * len(memories) + 0.75) * -(-len(kinds) // columns) + 0.9)
    title = "Recalled exactly, mean over strengths · ± 2 standard errors over sets of patterns"
    share: dict[str, Any] = {"sharex": True, "sharey": True}
    with style.house():
        panels = style.panels(
            ax, kinds, columns, size, f"{title}{_flipped(result)}", handles, **share
        )
        for panel, kind in zip(panels, kinds, strict=True):
            for place, (one, colour) in enumerate(zip(data, style.COLOURS, strict=False)):
                aside = 0.32 * ((place + 0.5) / len(data) - 0.5)
                for row in where(ranked, corruption=kind, data=one):
                    _dot(panel, row, memories.index(row["memory"]) + aside, colour)
            panel.set_title(WORDS.get(kind, kind))
            panel.set_yticks(range(len(memories)), [names[name] for name in memories])
            panel.set_ylim(len(memories) - 0.5, -0.5)
            panel.set_xlim(-0.05, 1.05)
            panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    return style.figure_of(panels[0])


def _dot(ax: Axes, row: Row, y: float, colour: str) -> None:
    error = float(row.get("exact_se", np.nan))
    ax.errorbar(
        float(row["exact"]), y, xerr=2 * error if np.isfinite(error) else 0.0, color=colour,
        marker="o", markersize=4.5, elinewidth=1.0, capsize=0, label=f"_{row['memory']}",
        markerfacecolor=colour if row["best"] else "white",
    )  # fmt: skip


def _map(ax: Axes, rows: Sequence[Row], measure: str, names: Mapping[str, str]) -> None:
    """Cells of one data set, dark for high values."""
    memories, places = values(rows, "memory"), _places(rows)
    low = 0.0 if measure == "exact" else 0.5
    for line, memory in enumerate(memories):
        for (kind, strength), x in places.items():
            matching = where(rows, memory=memory, corruption=kind, strength=strength)
            if matching:
                cell(ax, x, line, float(matching[0][measure]), low)
    for kind in values(rows, "corruption"):
        mine = [x for (one, _), x in places.items() if one == kind]
        ax.text(
            mine[0], -1.2, CORRUPTIONS.get(kind, kind), fontsize=7.2, ha="left", va="bottom",
            weight="bold",
        )  # fmt: skip
    for (kind, strength), x in places.items():
        words = "stored" if kind == "none" else f"{strength:g}".replace("0.", ".")
        ax.text(x + 0.5, -0.62, words, fontsize=7, ha="center", va="bottom")
    ax.set_yticks(range(len(memories)), [names.get(name, name) for name in memories])
    ax.set_xticks([])
    ax.tick_params(length=0, labelsize=8.5)
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_xlim(-0.1, max(places.values()) + 1.1)
    ax.set_ylim(len(memories) - 0.5, -0.5)


def _places(rows: Sequence[Row]) -> dict[tuple[str, float], float]:
    """Position of each column, with gaps between corruptions."""
    positions: dict[tuple[str, float], float] = {}
    start = 0.0
    for kind in values(rows, "corruption"):
        strengths = values(where(rows, corruption=kind), "strength")
        positions |= {(kind, strength): start + place for place, strength in enumerate(strengths)}
        start += max(len(strengths), _LETTER * len(CORRUPTIONS.get(kind, kind))) + _GAP
    return positions


def _stored(result: Any, data: str) -> str:
    """The stored patterns, as far as the result has them."""
    known: Mapping[str, Any] = getattr(result, "summary", None) or {}
    stored = known.get("data", {}).get(data)
    return data if stored is None else f"{stored['words']}, N = {stored['n_neurons']}"


def _title(result: Any, data: str, rows: Sequence[Row]) -> str:
    """Title with the stored patterns."""
    words = _stored(result, data)
    sets = "one set" if rows[0]["networks"] == 1 else f"{rows[0]['networks']} sets"
    return f"{words[0].upper()}{words[1:]} · {sets}"


def _flipped(result: Any) -> str:
    """Where attacks start, as text."""
    config: Mapping[str, Any] = getattr(result, "config", None) or {}
    share = config.get("attacked")
    if share is None:
        return ""
    return f" · attacks on stored patterns, and on cues with {share:.0%} of the bits flipped"


def robust_pictures(
    shown: Mapping[str, Any], corruptions: Sequence[tuple[str, str]], title: str
) -> Figure:
    """Plot one pattern, its cues and the recalled states of each memory, side by side.

    Parameters
    ----------
    shown : mapping
        Display name of a memory → {"original": (H, W), corruption: (2, H, W)}, the latter its cue
        and final state, from −1 to 1.
    corruptions : sequence of (name, heading)
        Corruptions in the order of the columns, two columns each.
    title : str
        Title of the figure.
    """
    grid: list[list[Tile | None]] = []
    for pictures in shown.values():
        row: list[Tile | None] = [Tile(np.asarray(pictures["original"], np.float64))]
        for name, _ in corruptions:
            row += [Tile(np.asarray(one, np.float64)) for one in pictures[name]]
        grid.append(row)
    headings = [(0, "original"), *((1 + 2 * i, words) for i, (_, words) in enumerate(corruptions))]
    with style.house():
        return mosaic(grid, headings=headings, labels=list(shown), title=title, size=0.8)
