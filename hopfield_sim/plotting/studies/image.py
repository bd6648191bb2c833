"""Recall of images from a part of them: original, cue, intermediate frames and final state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import runs, style
from hopfield_sim.plotting.images import Tile, mosaic
from hopfield_sim.plotting.rows import Row, rows_of, values, where

ON_THE_WAY = 2  # frames between cue and end, of few rules
SIZE = 1.25  # inches: the longest caption is as wide
FEW = 2  # rules that are drawn with them


@checks.by_name
def image(result: Any, *, ax: Any = None) -> Figure:
    """Plot the recall of each image: original, cue and, per rule, the final state.

    For one or two rules there are two frames on the way, too. The number above each is its overlap
    m = s·ξ/N with the original ξ: 1 is perfect, 0 is chance.

    Parameters
    ----------
    result : Result
        Of the image study: ``.rows`` with the columns image, rule and overlap, and ``.runs`` with a
        recorded recall (``record="states"``) of every image by every rule, named "image/rule", or
        one of all images by every rule, named by the rule.
    ax : matplotlib Axes, optional
        Axes to draw into; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result lacks rows, columns or recorded runs, or a run has no trajectory.
    """
    rows = rows_of(result, "image", "rule", "overlap")
    images, rules = values(rows, "image"), values(rows, "rule")
    way = ON_THE_WAY if len(rules) <= FEW else 0
    grid: list[list[Tile | None]] = []
    shape: tuple[int, int] | None = None
    for index, name in enumerate(images):
        line: list[Tile | None] = []
        for rule in rules:
            run, frames = _run_of(result, name, rule, index)
            shape = runs.image_shape(None, frames.shape[1], getattr(run, "shape", None))
            original = _original(run, frames, index, len(images))
            if not line:
                line = [
                    Tile(original.reshape(shape), "original"),
                    Tile(frames[0].reshape(shape), _cue(rows, name, frames[0], original)),
                ]
            line += _way(run, frames, original, shape, way)
        grid.append(line)
    words = [label(rule) if way else label(rule).replace(" ", "\n") for rule in rules]
    headings = [(2 + i * (way + 1), word) for i, word in enumerate(words)]
    with style.house():
        title = f"Recall from a part of the image · {runs.sizes(run)} · overlap m = s·ξ/N"
        return mosaic(
            grid,
            ax=ax,
            headings=headings,
            labels=[str(name) for name in images],
            title=title,
            size=SIZE,
        )


def _run_of(result: Any, image: str, rule: str, index: int) -> tuple[Any, NDArray[Any]]:
    """The run of an image for a rule, and its states (T+1, N)."""
    recorded = dict(getattr(result, "runs", None) or {})
    for key in (f"{image}/{rule}", f"{rule}/{image}"):
        if key in recorded:
            return recorded[key], runs.trajectory(recorded[key])[:, 0]
    if rule in recorded:
        return recorded[rule], runs.trajectory(recorded[rule])[:, index]
    raise HopfieldError(
        f"result has no recorded run of image {image!r} by rule {rule!r} "
        f"(runs: {', '.join(map(repr, recorded)) or 'none'}); image() draws recorded recalls"
    )


def _original(run: Any, frames: NDArray[Any], index: int, n_images: int) -> NDArray[np.float64]:
    """The stored pattern of an image: by its index, or the one nearest to the cue."""
    patterns = getattr(run, "patterns", None)
    if patterns is None:
        raise HopfieldError(
            "run has no patterns: image() needs the stored originals to compare with"
        )
    stored = np.asarray(patterns, dtype=np.float64).reshape(len(patterns), -1)
    if len(stored) != n_images:
        index = int((stored @ frames[0].astype(np.float64)).argmax())
    return np.asarray(stored[index])


def _cue(rows: Sequence[Row], name: str, cue: NDArray[Any], original: NDArray[np.float64]) -> str:
    row = where(rows, image=name)[0]
    hidden = f"{float(row['hidden_fraction']):.0%} hidden" if "hidden_fraction" in row else "cue"
    return f"{hidden}, m = {_m(cue, original)}"


def _way(
    run: Any,
    frames: NDArray[Any],
    original: NDArray[np.float64],
    shape: tuple[int, int],
    parts: int,
) -> list[Tile]:
    """Frames evenly spaced in the number of bits that differ from the end, and the end."""
    left = (frames != frames[-1]).mean(axis=1)
    time = runs.sweeps(run)
    tiles = []
    for part in range(parts, 0, -1):
        k = int(np.abs(left - left[0] * part / (parts + 1)).argmin())
        words = f"{time[k]:.2g} sweep{'' if time[k] == 1 else 's'}, m = {_m(frames[k], original)}"
        tiles.append(Tile(frames[k].reshape(shape), words))
    return [*tiles, Tile(frames[-1].reshape(shape), f"end, m = {_m(frames[-1], original)}")]


def _m(state: NDArray[Any], original: NDArray[np.float64]) -> str:
    return f"{float(state @ original) / len(original):.2f}".replace("-", "−")
