"""Frames of a checkerboard on its way back, with the wrong pixels coloured and counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hopfield_sim.models.labels import label
from hopfield_sim.plotting import runs, style
from hopfield_sim.plotting.images import Tile, mosaic, wrong

MOMENTS = 6
"""Number of frames of a recall, from the cue to the last change."""


def checkerboard_frames(result: Any, board: NDArray[np.int8]) -> Figure:
    """Plot frames of every recall, one row per rule and kind of update; wrong pixels are orange.

    Parameters
    ----------
    result : Result
        Result of the checkerboard study, with its ``.runs`` by "rule/update".
    board : (N,) ndarray of int8
        The checkerboard.
    """
    config = result.config
    size = (config["side"], config["side"])
    grid, labels = [], []
    for name, run in result.runs.items():
        rule, _, update = name.rpartition("/")
        frames, time = runs.trajectory(run)[:, 0], runs.sweeps(run)
        moved = np.flatnonzero((frames[1:] != frames[:-1]).any(axis=1))
        last = int(moved[-1]) + 1 if moved.size else 0
        line: list[Tile | None] = []
        for moment in np.unique(np.linspace(0, last, MOMENTS).round().astype(int)):
            errors = wrong(frames[moment], board)
            words = f"{_when(update, time[moment])}, {errors.sum()} wrong"
            image = frames[moment].astype(np.float64).reshape(size)
            line.append(Tile(image, words, wrong=errors.reshape(size)))
        grid.append(line)
        labels.append(f"{label(rule)},\n{label(update)}")
    title = (
        f"{config['side']}×{config['side']} checkerboard · N = {board.size}, "
        f"P = {config['n_patterns']} · {config['flipped']} bits flipped in the cue · "
        "wrong pixels orange"
    )
    with style.house():
        return mosaic(grid, labels=labels, title=title, size=1.35)


def _when(update: str, sweeps: float) -> str:
    """A moment in words: steps of all neurons at once, or sweeps of N updates."""
    if sweeps == 0:
        return "cue"
    return f"step {sweeps:.0f}" if update == "sync" else f"sweep {sweeps:.1f}"
