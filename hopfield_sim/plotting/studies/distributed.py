"""Errors of distributed memories relative to exact ones, with theoretical curves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, cycle, product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hopfield_sim import checks
from hopfield_sim.plotting import style
from hopfield_sim.plotting.curves import law, law_handle, measured, measured_handle
from hopfield_sim.plotting.rows import Row, column, rows_of_part, values, where

FIGURES = ("approximation", "patterns", "kernels", "images")

AT = {
    "memory": "at the memories",
    "near": "near them: 10 % of the bits flipped",
    "random": "anywhere",
    "hidden": "half of the image hidden",
}
KERNELS = {
    "sincos": style.BLUE,
    "cos": style.SKY,
    "exp": style.VERMILLION,
    "expexp": style.ORANGE,
}
CHANCE = 0.5  # of the bits differ between unrelated states
MEASURES = (
    ("energy_error", "|ΔE|, mean"),
    ("gradient_error", "|Δ∇E| a coordinate"),
    ("state_error", "bits that differ after recall"),
)
_NEEDED = (
    *("part", "kernel", "energy", "at", "n_neurons", "n_patterns", "beta", "n_features"),
    "energy_error",
)


@checks.by_name
def distributed(result: Any, figure: str = "approximation", *, ax: Any = None) -> Figure:
    """Plot errors of a distributed memory relative to the exact one, with theoretical curves.

    Parameters
    ----------
    result : Result
        Result of the study ``distributed``.
    figure : {"approximation", "patterns", "kernels", "images"}
        Errors against Y for random binary memories of the middle size; against the number of
        memories; against β for the four types of features; or for half-masked images.
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, one per panel; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result lacks rows or columns that the figure needs.
    """
    figure = checks.choice(figure, FIGURES, "figure")
    rows = rows_of_part(result, figure, *_NEEDED)
    with style.house():
        if figure == "approximation":
            sizes = sorted(values(rows, "n_neurons"))
            return approximation(rows, sizes[len(sizes) // 2], ax=ax)
        return {"patterns": _patterns, "kernels": _kernels, "images": _images}[figure](rows, ax)


def approximation(rows: Sequence[Row], n_neurons: int, *, ax: Any = None) -> Figure:
    """Errors of energy, gradient and recalled state against Y at one D; one column per place."""
    mine = where(rows, part="approximation", n_neurons=n_neurons)
    title = (
        f"D = {n_neurons}, P = {mine[0]['n_patterns']} random binary memories · {_averaged(mine)}"
    )
    return _grid(mine, "n_features", "features Y", MEASURES, title, ax)


def _patterns(rows: Sequence[Row], ax: Any) -> Figure:
    first = rows[0]
    title = (
        f"D = {first['n_neurons']}, Y = {first['n_features']} features, random binary memories · "
        f"{_averaged(rows)}"
    )
    return _grid(rows, "n_patterns", "memories P", MEASURES[:2], title, ax)


def _grid(
    rows: Sequence[Row],
    x: str,
    label: str,
    measures: Sequence[tuple[str, str]],
    title: str,
    ax: Any,
) -> Figure:
    """One row of panels per measure, one column per place, one curve per β."""
    places, betas = values(rows, "at"), sorted(values(rows, "beta"))
    colours = _shades(betas)
    handles = [*_beta_handles(colours), law_handle("theory")]
    names = list(product(measures, places))
    if _lost(rows):
        title += (
            "\nHollow: the energy is off by more than 1/β, and descent does not work at all; that "
            "states hardly move is no success"
        )
    falls = x == "n_features"
    if falls:
        handles.append(Line2D([], [], color=style.FAINT, lw=1.0, label="slope of $Y^{-1/2}$"))
        handles.append(Line2D([], [], color=style.INK, ls=":", lw=1.2, label="chance"))
    size = (3.6 * len(places) + 0.4, 2.5 * len(measures) + 0.7)
    panels = _shared(ax, [f"{m}, {at}" for (m, _), at in names], len(places), size, title, handles)
    for panel, ((measure, words), at) in zip(panels, names, strict=True):
        for beta in betas:
            curve = where(rows, at=at, beta=beta)
            measured(panel, curve, x, measure, colours[beta])
            _hollow(panel, curve, x, measure, colours[beta])
            if measure == "energy_error":
                _theory(panel, curve, x, colours[beta])
        _ticks(panel, values(rows, x))
        if measure == "state_error":
            panel.axhline(CHANCE, color=style.INK, ls=":", lw=1.2, label="_chance")
            panel.set_ylim(-0.02, 0.6)
        else:
            seen = column(rows, measure)
            seen = seen[np.isfinite(seen) & (seen > 0)]
            if seen.size and falls:
                _guide(panel, values(rows, x), 0.7 * float(seen.min()))
            if seen.size:
                style.log_axis(panel, "y", 0.5 * seen.min(), 2 * seen.max(), inches=2.0)
        if measure == measures[0][0]:
            panel.set_title(AT[at])
        if measure == measures[-1][0]:
            panel.set_xlabel(label)
        if at == places[0]:
            panel.set_ylabel(words)
    return style.figure_of(panels[0])


def _lost(rows: Sequence[Row]) -> list[Row]:
    """The points at which the energy is off by more than 1/β: the descent follows the noise."""
    return [row for row in rows if not row["beta"] * row["energy_error"] < 1]


def _hollow(ax: Axes, rows: Sequence[Row], x: str, measure: str, colour: str) -> None:
    """Hollow marks at the points that are lost."""
    lost = _lost(rows)
    ax.plot(
        column(lost, x), column(lost, measure), color=colour, marker="o", markersize=6, ls="",
        markerfacecolor="white", zorder=5, label="_lost",
    )  # fmt: skip


def _guide(ax: Axes, counts: Sequence[float], lowest: float) -> None:
    """The slope of averages of independent features, Y^(−1/2), below all points."""
    ends = np.array([min(counts), max(counts)], np.float64)
    heights = lowest * np.sqrt(ends[-1] / ends)
    ax.plot(ends, heights, color=style.FAINT, lw=1.0, zorder=1, label="_guide")


def _kernels(rows: Sequence[Row], ax: Any) -> Figure:
    sizes, energies = sorted(values(rows, "n_neurons")), values(rows, "energy")
    counts = sorted(values(rows, "n_features"))
    markers = dict(zip(counts, cycle("os^DvP"), strict=False))
    handles = [Line2D([], [], color=colour, label=name) for name, colour in KERNELS.items()]
    handles += [
        Line2D([], [], color=style.INK, marker=marker, ls="", label=f"Y = {count}")
        for count, marker in markers.items()
    ]
    stored = f"P = {rows[0]['n_patterns']} random binary memories, at the memories"
    title = f"{stored} · {_averaged(rows)}"
    names = list(product(energies, sizes))
    titles = [f"{energy} energy, D = {size}" for energy, size in names]
    shape = (max(9.2, 4.6 * len(sizes)), 3.0 * len(energies) + 0.7)
    panels = _shared(ax, titles, len(sizes), shape, title, [*handles, law_handle("theory")])
    for panel, (energy, size), words in zip(panels, names, titles, strict=True):
        for kernel, count in product(values(rows, "kernel"), counts):
            wanted = {"energy": energy, "n_neurons": size, "n_features": count}
            curve, colour = where(rows, kernel=kernel, **wanted), KERNELS.get(kernel, style.BLACK)
            measured(panel, curve, "beta", "energy_error", colour, marker=markers[count])
            _theory(panel, curve, "beta", colour)
        _ticks(panel, values(rows, "beta"))
        panel.set_yscale("log")
        panel.set_title(words)
        if energy == energies[-1]:
            panel.set_xlabel("inverse temperature β")
        if size == sizes[0]:
            panel.set_ylabel(MEASURES[0][1])
    return style.figure_of(panels[0])


def _shared(
    ax: Any,
    names: Sequence[str],
    columns: int,
    size: tuple[float, float],
    title: str,
    handles: Sequence[Line2D],
) -> list[Axes]:
    """Panels with one x-axis, and one y-axis in each row."""
    return style.panels(ax, names, columns, size, title, handles, sharex=True, sharey="row")


def _images(rows: Sequence[Row], ax: Any) -> Figure:
    betas = sorted(values(rows, "beta"))
    colours, first = _shades(betas), rows[0]
    measures = (
        ("state_error", "off the exact end, rms"),
        ("retrieved", "hidden half nearest to its own"),
    )
    title = (
        f"{first['n_patterns']} colour images, D = {first['n_neurons']}, the lower half hidden "
        "· pixels from 0 to 1"
    )
    names = [words for _, words in measures]
    panels = style.panels(ax, names, 2, (9.2, 3.6), title, _beta_handles(colours))
    for panel, (measure, words) in zip(panels, measures, strict=True):
        for beta in betas:
            curve = where(rows, beta=beta)
            measured(panel, curve, "n_features", measure, colours[beta])
        _ticks(panel, values(rows, "n_features"))
        panel.set_xlabel("features Y")
        panel.set_ylabel(words)
    panels[1].set_ylim(-0.04, 1.06)
    panels[0].set_ylim(bottom=0)
    return style.figure_of(panels[0])


def _theory(ax: Axes, rows: Sequence[Row], x: str, colour: str) -> None:
    """The theoretical prediction, in its range of validity."""
    expected = column(rows, "energy_theory")
    known = np.isfinite(expected) & (expected > 0)
    law(ax, list(compress(rows, known)), x, "energy_theory", colour)


def _ticks(ax: Axes, places: Sequence[float]) -> None:
    """A logarithmic x-axis with ticks at the points, as many as fit."""
    order = sorted(places)
    ax.set_xscale("log")
    ax.set_xlim(order[0] / 1.2, order[-1] * 1.2)
    shown = order if len(order) <= 7 else order[:: -(-len(order) // 7)]
    style.ticks_at(ax, shown)


def _shades(betas: Sequence[float]) -> dict[float, str]:
    return style.shades(betas, "plasma", 0.1)


def _beta_handles(colours: dict[float, str]) -> list[Line2D]:
    return [measured_handle(f"β = {beta:g}", colour) for beta, colour in colours.items()]


def _averaged(rows: Sequence[Row]) -> str:
    count = int(column(rows, "networks").max())
    return "one network a point" if count == 1 else f"mean ± standard error over {count} networks"
