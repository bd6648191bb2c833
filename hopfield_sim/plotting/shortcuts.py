"""``run.show()`` and ``memory.show()``: states and their nearest patterns."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hopfield_sim.errors import NotStoredError
from hopfield_sim.plotting import runs, screen, style
from hopfield_sim.plotting.images import Tile, mosaic, wrong
from hopfield_sim.support import thumbnails

MOST = 10  # states in a figure


def run(recall: Any, shape: Any = None) -> Figure:
    """Cue, final state and nearest pattern of each state, one below the other."""
    ends = np.reshape(recall.states, (-1, recall.n_neurons))
    rows = {"end": ends}
    if runs.has(recall, "trajectory"):
        rows = {"cue": runs.trajectory(recall)[0], **rows}
    return _figure(rows, recall.patterns, shape, recall.shape, repr(recall)[1:-1])


def memory(memory: Any, states: Any = None, shape: Any = None) -> Figure:
    """The stored patterns, or states with the patterns nearest to them."""
    patterns, own, words = memory._shown_patterns(), memory._shape, repr(memory)[1:-1]
    if states is not None:
        array = np.asarray(memory._validate(states).array)
        return _figure({"state": array}, patterns, shape, own, words)
    if patterns is None:
        raise NotStoredError("the memory keeps no patterns to show; store some, or show(states)")
    return _figure({"": patterns}, None, shape, own, words)


def _figure(
    rows: dict[str, NDArray[Any]], patterns: Any, shape: Any, own: Any, title: str
) -> Figure:
    """One column per state, one row per kind; below them the nearest patterns, if there are any."""
    count = len(next(iter(rows.values())))
    rows = {name: np.asarray(states[:MOST], np.float64) for name, states in rows.items()}
    last = list(rows.values())[-1]
    if last.size == 0:
        raise NotStoredError("there is no state to show")
    size = runs.picture_shape(shape, last.shape[1], own)
    words = [f"{index}" for index in range(len(last))]
    black, white = thumbnails.value_range(last if patterns is None else np.asarray(patterns))
    nearest = None
    if patterns is not None:
        chosen = _nearest(last, np.asarray(patterns, np.float64))
        nearest = np.asarray(patterns, np.float64)[chosen]
        rows["nearest"], words = nearest, [f"pattern {index}" for index in chosen]
    binary = nearest is not None and bool((np.abs(nearest) == 1).all())
    grid: list[list[Tile | None]] = []
    for name, states in rows.items():
        errors = None
        if binary and nearest is not None and name != "nearest":
            errors = wrong(states, nearest)
        line: list[Tile | None] = []
        for index, state in enumerate(states):
            shown = words[index] if name in ("nearest", "") else ""
            if errors is not None:
                shown = f"{errors[index].sum()} wrong"
            marks = None if errors is None else errors[index].reshape(size[:2])
            line.append(Tile(_image(state, size, black, white), shown, wrong=marks))
        grid.append(line)
    if count > MOST:
        title += f"\nthe first {MOST} of {count}"
    labels = list(rows) if len(rows) > 1 else []
    with style.house():
        figure = mosaic(grid, labels=labels, title=title)
    screen.show(figure)
    return figure


def _nearest(states: NDArray[np.float64], patterns: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the pattern with the smallest squared distance to each state, (B,)."""
    distances = (patterns**2).sum(axis=1) - 2 * states @ patterns.T
    return np.asarray(distances.argmin(axis=1))


def _image(
    state: NDArray[np.float64], size: tuple[int, ...], black: float, white: float
) -> NDArray[np.float64]:
    """Scale values to [−1, 1] for grey images, to [0, 1] for colour images."""
    share = ((state - black) / (white - black)).clip(0, 1).reshape(size)
    return np.asarray(share if len(size) == 3 else 2 * share - 1)
