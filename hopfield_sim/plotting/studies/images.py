"""Recall of colour images with four similarities, against β and against their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from hopfield_sim import checks
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import style, theory_lines
from hopfield_sim.plotting.curves import law_handle, measured, measured_handle
from hopfield_sim.plotting.rows import Row, rows_of_part, values, where

MEMORIES = {
    "dot": ("dot product", style.VERMILLION),
    "cosine": ("cosine", style.BLUE),
    "euclidean": ("Euclidean", style.GREEN),
    "manhattan": ("Manhattan", style.PURPLE),
    "hebbian": ("Hebbian", style.BLUE),
    "pseudoinverse": ("pseudo-inverse", style.GREEN),
    "dense": ("dense, exponential", style.VERMILLION),
}
CUES = {
    "noise-10": ("noise 10", style.SKY),
    "noise-40": ("noise 40", style.BLUE),
    "grey": ("half grey", style.FAINT),
    "black": ("half black", style.BLACK),
    "observed": ("half left out, noise 10", style.VERMILLION),
    "itself": ("the picture itself", style.BLUE),
    "flipped": ("a tenth of the bits flipped", style.VERMILLION),
}
PIXELS = 1024
_NEEDED = ("part", "memory", "cue", "n_patterns", "beta", "images", "right", "recalled", "mse")


@checks.by_name
def colour_images(result: Any, figure: str = "patterns", *, ax: Any = None) -> Figure:
    """Plot the fraction of corrupted colour images that retrieve the right memory, or themselves.

    Parameters
    ----------
    result : Result
        Result of the study ``images``.
    figure : {"patterns", "beta", "blend", "binary"}
        Right memories against the number of images, one panel per cue; recalled images and their
        error against β, one column per similarity; error and recalled images of noisy ones against
        β; black-and-white images against their number, one panel per cue.
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
    figures: dict[str, tuple[str, Callable[[list[Row], Any], Figure]]] = {
        "patterns": ("colour", _patterns),
        "beta": ("colour", _betas),
        "blend": ("blend", _blend),
        "binary": ("binary", _binary),
    }
    part, draw = figures[checks.choice(figure, figures, "figure")]
    rows = rows_of_part(result, part, *_NEEDED)
    with style.house():
        return draw(rows, ax)


def _patterns(rows: list[Row], ax: Any) -> Figure:
    """Right memories against P; they do not depend on β, so any row of a point is used."""
    points = {(r["memory"], r["cue"], r["n_patterns"]): r for r in rows}
    mine = list(points.values())
    cues, memories = values(mine, "cue"), values(mine, "memory")
    title = "Right memory (the largest weight is on the image of the cue) · mean ± s.e."
    size = (max(2.35 * len(cues), 7.2), 3.4)
    handles = _handles(memories, _looks(memories))
    panels = style.panels(ax, cues, len(cues), size, title, handles, sharey=len(cues) != 2)
    _against_count(panels, mine, "right")
    return style.figure_of(panels[0])


def _against_count(panels: Sequence[Axes], rows: list[Row], measure: str) -> None:
    """A measure against the number of images, on a logarithmic axis: a panel per cue."""
    looks = _looks(values(rows, "memory"))
    for panel, cue in zip(panels, values(rows, "cue"), strict=True):
        for memory, (_, colour) in looks.items():
            line = where(rows, cue=cue, memory=memory)
            measured(panel, line, "n_patterns", measure, colour, lw=1.3)
        panel.set_xscale("log")
        style.ticks_at(panel, sorted(values(rows, "n_patterns")))
        panel.set_xlabel("pictures stored, P")
        panel.set_ylim(-0.04, 1.06)
        panel.set_title(CUES[cue][0])
    panels[0].set_ylabel(f"fraction {measure}")


def _betas(rows: list[Row], ax: Any) -> Figure:
    """Recalled above, mean squared error below; the fraction of right memories is dotted."""
    many = [n for n in values(rows, "n_patterns") if len(_betas_of(rows, n)) > 1]
    most = max(many or values(rows, "n_patterns"))
    mine = where(rows, n_patterns=most)
    cues, memories = values(mine, "cue"), values(mine, "memory")
    title = (
        f"{most} pictures, one step · above: recalled (solid) and right (dotted, whatever β is); "
        "below: mean squared error of what comes out"
    )
    names = [f"{what}, {memory}" for what in ("fractions", "errors") for memory in memories]
    size, share = (max(2.6 * len(memories), 7.2), 5.4), {"sharex": "col", "sharey": "row"}
    panels = style.panels(ax, names, len(memories), size, title, _handles(cues, CUES), **share)
    looks = _looks(memories)
    for k, memory in enumerate(memories):
        above, below = panels[k], panels[k + len(memories)]
        for cue in cues:
            line = where(mine, memory=memory, cue=cue)
            colour = CUES[cue][1]
            measured(above, line, "beta", "recalled", colour, lw=1.3)
            above.axhline(float(line[0]["right"]), color=colour, ls=":", lw=1.2)
            measured(below, line, "beta", "mse", colour, lw=1.3)
        above.set_ylim(-0.04, 1.06)
        above.set_title(looks[memory][0])
        below.set_xlabel("β")
        below.set_ylim(bottom=0)
        for panel in (above, below):
            panel.set_xscale("log")
            panel.xaxis.set_major_locator(LogLocator(numticks=5))
    panels[0].set_ylabel("fraction of the pictures")
    panels[len(memories)].set_ylabel("squared grey levels")
    return style.figure_of(panels[0])


def _betas_of(rows: list[Row], count: int) -> list[Any]:
    return values(where(rows, n_patterns=count, memory=rows[0]["memory"]), "beta")


def _blend(rows: list[Row], ax: Any) -> Figure:
    """Two panels over β."""
    title = f"{rows[0]['n_patterns']} pictures with noise of 40, Euclidean, one step · mean ± s.e."
    panels = style.panels(ax, ["error", "recalled"], 2, (7.2, 3.4), title)
    for panel, measure, words in (
        (panels[0], "mse", "mean squared error (grey levels²)"),
        (panels[1], "recalled", "fraction recalled"),
    ):
        measured(panel, rows, "beta", measure, style.BLUE, lw=1.3)
        panel.set_xscale("log")
        panel.set_xlabel("β")
        panel.set_ylabel(words)
    panels[1].set_ylim(-0.04, 1.06)
    panels[0].set_ylim(bottom=0)
    return style.figure_of(panels[0])


def _binary(rows: list[Row], ax: Any) -> Figure:
    """Recalled exactly against P, with the critical load of random patterns."""
    cues, memories = values(rows, "cue"), values(rows, "memory")
    load = theory_lines.critical_load()
    limits = [] if load is None else [load * PIXELS]
    handles = _handles(memories, _looks(memories))
    handles += [law_handle(f"0.138 N = {n:.0f}, random patterns", lw=1.5) for n in limits]
    title = f"The same pictures in black and white, N = {PIXELS}: recalled, every bit right"
    size = (max(3.3 * len(cues), 7.2), 3.4)
    panels = style.panels(ax, cues, len(cues), size, title, handles, sharey=len(cues) != 2)
    for panel in panels:
        for critical in limits:
            panel.axvline(critical, color=style.INK, ls="--", lw=1.0)
    _against_count(panels, rows, "recalled")
    return style.figure_of(panels[0])


def _looks(memories: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Names and colours of memories; similarities of a user have those of their functions."""
    return {
        word: MEMORIES.get(word, (label(word), style.word_colour(word, index)))
        for index, word in enumerate(memories)
    }


def _handles(words: Sequence[str], names: dict[str, tuple[str, str]]) -> list[Line2D]:
    return [measured_handle(*names[word]) for word in words]
