"""Modern Hopfield networks: retrieval against β, noise and number of patterns, with theory."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from hopfield_sim import checks
from hopfield_sim.plotting import style, theory_lines
from hopfield_sim.plotting.curves import law, law_handle, measured, measured_handle
from hopfield_sim.plotting.rows import Row, averaged, column, ordered, rows_of_part, values, where

COLOURS = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY)
MARKERS = "osD^vP"
BESIDE = 4.0  # points between the marks of curves with the same values
FAILURE = 0.001  # probability that Ramsauer's bound leaves for patterns that cannot be stored
_NEEDED = ("part", "n_neurons", "n_patterns", "beta", "noise", "retrieved", "memories", "weight")


@checks.by_name
def modern(result: Any, figure: str = "beta", *, ax: Any = None) -> Figure:
    """Plot retrieval in a modern Hopfield network, with theoretical curves.

    Parameters
    ----------
    result : Result
        Result of the study ``modern``.
    figure : {"beta", "metastable", "noise", "patterns"}
        Three panels against β, with the β from which theorem 3 of Ramsauer et al. (2021)
        guarantees that all patterns are stored; the number of memories in a mean against β, for
        clusters; fraction retrieved against noise; weight of the own memory against the number of
        patterns.
    ax : matplotlib Axes or sequence of them, optional
        Axes to draw into: three for "beta", else one; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result lacks rows or columns that the figure needs.
    """
    figures: dict[str, Callable[[list[Row], Any], Figure]] = {
        "beta": _beta,
        "metastable": _metastable,
        "noise": _noise,
        "patterns": _patterns,
    }
    draw = figures[checks.choice(figure, figures, "figure")]
    rows = rows_of_part(result, figure, *_NEEDED)
    with style.house():
        return draw(rows, ax)


def _beta(rows: list[Row], ax: Any) -> Figure:
    n, p = rows[0]["n_neurons"], rows[0]["n_patterns"]
    title = f"d = {n}, P = {p} random patterns on a sphere · {averaged(rows)}"
    names = ("memories", "retrieved", "weight")
    bound = theory_lines.modern_bound(n, p, FAILURE)
    handles = [_dashed("theory")]
    if bound is not None:
        words = f"stored for certain (probability {1 - FAILURE:g}): β ≥ {bound:.2g}, theorem 3"
        handles.append(Line2D([], [], color=style.INK, ls=":", lw=1.4, label=words))
    panels = style.panels(ax, names, 3, (11.1, 4.1), title, handles)
    for panel, measure, label in zip(
        panels,
        names,
        (
            "memories in the mean, 1/Σ w²",
            "fraction retrieved",
            "own weight at the pattern",
        ),
        strict=True,
    ):
        measured(panel, rows, "beta", measure, style.BLUE)
        _logarithmic(panel, "β", label)
        if bound is not None:
            panel.axvline(bound, color=style.INK, ls=":", lw=1.4, label="_bound")
    law(panels[2], rows, "beta", "weight_theory", style.INK)
    style.log_axis(panels[0], "y", 1.0, p, inches=2.6)
    for panel in panels[1:]:
        panel.set_ylim(-0.04, 1.06)
    _regimes(panels[0], ordered(rows, "beta"), p)
    return style.figure_of(panels[0])


def _regimes(ax: Axes, rows: list[Row], p: int) -> None:
    """Name the regimes, and shade where some cues end at the mean of all, others at a memory."""
    beta, memories, retrieved = (column(rows, name) for name in ("beta", "memories", "retrieved"))
    mixed, single = beta[memories > 0.9 * p], beta[retrieved >= 0.99]
    if not (len(mixed) and len(single) and mixed.max() < single.min()):
        return
    low, high = float(mixed.max()), float(single.min())
    ax.axvspan(low, high, color=style.ORANGE, alpha=0.35, lw=0, label="_both")
    for x, y, words, side in (
        (low / 1.25, 0.7 * p, "mean of all", "right"),
        (low / 1.25, math.sqrt(p), "shaded: some cues end at\nthe mean, others at theirs", "right"),
        (high * 1.25, 1.4, "single memory", "left"),
    ):
        ax.text(x, y, words, ha=side, va="center", fontsize=8.5)


def _metastable(rows: list[Row], ax: Any) -> Figure:
    p, size = int(rows[0]["n_patterns"]), 8
    title = f"d = {rows[0]['n_neurons']}, {p} patterns in clusters of {size} · {averaged(rows)}"
    panel = _one(ax, "metastable", title, [])
    measured(panel, rows, "beta", "memories", style.BLUE)
    _logarithmic(panel, "β", "memories in the mean, 1/Σ w²")
    style.log_axis(panel, "y", 1.0, p, inches=2.6)
    for level, words, side in (
        (p, f"mean of all {p}", "right"),
        (size, f"mean of a cluster of {size}: metastable", "right"),
        (1, "single memory", "left"),
    ):
        panel.axhline(level, color=style.INK, ls="--", lw=1.0, label=f"_{words}")
        panel.annotate(
            words, (0.98 if side == "right" else 0.02, level), xytext=(0, 3), ha=side,
            xycoords=panel.get_yaxis_transform(), textcoords="offset points", fontsize=9,
        )  # fmt: skip
    return style.figure_of(panel)


def _noise(rows: list[Row], ax: Any) -> Figure:
    betas = values(rows, "beta")
    title = f"d = {rows[0]['n_neurons']}, P = {rows[0]['n_patterns']} · {averaged(rows)}"
    looks = [(COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]) for k in range(len(betas))]
    handles = [
        Line2D([], [], color=colour, marker=mark, markersize=4, label=f"β = {beta:g}")
        for beta, (colour, mark) in zip(betas, looks, strict=True)
    ]
    panel = _one(ax, "noise", title, [*handles, _dashed("pattern still the nearest, exact")])
    for k, (beta, (colour, mark)) in enumerate(zip(betas, looks, strict=True)):
        aside = BESIDE * (k - (len(betas) - 1) / 2) / 72
        inches = style.figure_of(panel).dpi_scale_trans
        moved = panel.transData + ScaledTranslation(aside, 0, inches)
        mine = where(rows, beta=beta)
        measured(
            panel, mine, "noise", "retrieved", colour, marker=mark, transform=moved,
            label=f"_β = {beta:g}",
        )  # fmt: skip
    law(panel, where(rows, beta=betas[0]), "noise", "retrieved_theory", style.INK)
    panel.set_xlabel("length of the noise / length of the pattern")
    panel.set_ylabel("fraction retrieved")
    panel.set_ylim(-0.04, 1.06)
    return style.figure_of(panel)


def _patterns(rows: list[Row], ax: Any) -> Figure:
    sizes = values(rows, "n_neurons")
    title = f"β = {rows[0]['beta']:g}, radius √(d − 1), starts at the patterns · {averaged(rows)}"
    handles = [_solid(f"d = {d}", k) for k, d in enumerate(sizes)]
    panel = _one(ax, "patterns", title, [*handles, _dashed("theory")])
    for k, d in enumerate(sizes):
        mine, colour = where(rows, n_neurons=d), COLOURS[k % len(COLOURS)]
        measured(panel, mine, "n_patterns", "weight", colour)
        law(panel, mine, "n_patterns", "weight_theory", style.INK)
    _logarithmic(panel, "patterns stored, P", "own weight at the pattern")
    panel.set_ylim(-0.04, 1.06)
    return style.figure_of(panel)


def _one(ax: Any, name: str, title: str, handles: list[Line2D]) -> Axes:
    return style.panels(ax, [name], 1, (7.2, 3.9), title, handles)[0]


def _solid(words: str, index: int) -> Line2D:
    return measured_handle(words, COLOURS[index % len(COLOURS)])


def _dashed(words: str) -> Line2D:
    return law_handle(words, lw=1.2)


def _logarithmic(ax: Axes, x: str, y: str) -> None:
    ax.set_xscale("log")
    ax.set_xlabel(x)
    ax.set_ylabel(y)
