"""Modern Hopfield networks: retrieval against β, noise and number of patterns, with theory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hopfield_sim import checks
from hopfield_sim.plotting import style
from hopfield_sim.plotting.curves import law, law_handle, measured, measured_handle
from hopfield_sim.plotting.rows import Row, averaged, rows_of_part, values, where

COLOURS = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY)
_NEEDED = ("part", "n_neurons", "n_patterns", "beta", "noise", "retrieved", "memories", "weight")


@checks.by_name
def modern(result: Any, figure: str = "beta", *, ax: Any = None) -> Figure:
    """Plot retrieval in a modern Hopfield network, with theoretical curves.

    Parameters
    ----------
    result : Result
        Result of the study ``modern``.
    figure : {"beta", "metastable", "noise", "patterns"}
        Three panels against β; the number of memories in a mean against β, for clusters; fraction
        retrieved against noise; weight of the own memory against the number of patterns.
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
    panels = style.panels(ax, names, 3, (11.1, 3.9), title, [_dashed("theory")])
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
    law(panels[2], rows, "beta", "weight_theory", style.INK)
    panels[0].set_yscale("log")
    for panel in panels[1:]:
        panel.set_ylim(-0.04, 1.06)
    return style.figure_of(panels[0])


def _metastable(rows: list[Row], ax: Any) -> Figure:
    p = int(rows[0]["n_patterns"])
    title = f"d = {rows[0]['n_neurons']}, {p} patterns in clusters of 8 · {averaged(rows)}"
    panel = _one(ax, "metastable", title, [_dashed("all, a cluster, one")])
    measured(panel, rows, "beta", "memories", style.BLUE)
    for level in (p, 8, 1):
        panel.axhline(level, color=style.INK, ls="--", lw=1.0)
    _logarithmic(panel, "β", "memories in the mean, 1/Σ w²")
    panel.set_yscale("log")
    return style.figure_of(panel)


def _noise(rows: list[Row], ax: Any) -> Figure:
    betas = values(rows, "beta")
    title = f"d = {rows[0]['n_neurons']}, P = {rows[0]['n_patterns']} · {averaged(rows)}"
    handles = [_solid(f"β = {b:g}", k) for k, b in enumerate(betas)]
    panel = _one(ax, "noise", title, [*handles, _dashed("still the nearest")])
    for k, beta in enumerate(betas):
        measured(panel, where(rows, beta=beta), "noise", "retrieved", COLOURS[k % len(COLOURS)])
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
