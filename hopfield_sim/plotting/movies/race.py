"""Several recalls from one cue, side by side on one clock."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.plotting import runs as recorded
from hopfield_sim.plotting import style
from hopfield_sim.plotting.images import wrong
from hopfield_sim.plotting.movies import file as video_file
from hopfield_sim.plotting.movies.movie import (
    FIRST,
    HIGHEST,
    LAST,
    LOWEST,
    SECONDS,
)
from hopfield_sim.plotting.movies.palette import (
    BLACK,
    NEW_BLACK,
    NEW_WHITE,
    WHITE,
    palette,
    to_palette,
)
from hopfield_sim.plotting.movies.stage import BLOCK, DPI, whole_blocks

MOST_FRAMES = 60
WIDE = 16 / 9  # the greatest width of enlarged frames, in heights asked for
BOARD = 240  # pixels of the longer side of an image, and distances, in videos of the usual size:
EDGE, HEAD, FOOT = 16, 84, 32


class Lane(NamedTuple):
    """A recall of a race: its time in sweeps, (T+1,), whether a neuron is +1, and the wrong ones,
    both (T+1, H, W).
    """

    time: NDArray[np.float64]
    white: NDArray[np.bool_]
    wrong: NDArray[np.bool_]

    def at(self, moment: float) -> int:
        """The last row that was recorded until a moment."""
        return int(np.searchsorted(self.time, moment + 1e-9, side="right")) - 1

    def image(self, row: int) -> NDArray[np.uint8]:
        """A row as palette indices, (H, W): wrong neurons orange."""
        right = np.where(self.white[row], WHITE, BLACK)
        off = np.where(self.white[row], NEW_WHITE, NEW_BLACK)
        return np.where(self.wrong[row], off, right).astype(np.uint8)


@checks.by_name
def race(
    runs: Mapping[str, Any],
    path: str | os.PathLike[str],
    shape: tuple[int, int] | None = None,
    *,
    state: int = 0,
    pattern: Any = None,
    size: int | None = None,
    title: str | None = None,
) -> Path:
    """Write recalls of one cue by several memories as one looping video, side by side.

    All have one clock, in sweeps of N updates; a step of a continuous memory is one sweep. Wrong
    neurons are orange, light for a wrong +1 and dark for a wrong −1, and counted.

    Parameters
    ----------
    runs : mapping of str to Recall or Descent
        Recalls that recorded ``"states"``, by the names to show. Of continuous memories the signs
        are shown.
    path : path
        File name, ending with .gif, or with .mp4 if imageio-ffmpeg is installed.
    shape : (height, width), optional
        Shape of the images; by default that of the first recall's images, or a square.
    state : int
        Index of the state in the batch.
    pattern : (N,) array_like, optional
        The correct state; by default the pattern of the first recall that is nearest to the cue.
    size : int, optional
        Height of the frames in pixels, from 240 to 2160, or less where they would be wider than
        16:9; by default such that an image is about 240 pixels wide.
    title : str, optional
        Title before N and P.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    HopfieldError
        If there is no recall, one has no trajectory or another number of neurons, or the file
        cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from hopfield_sim.models import DenseMemory, HopfieldNetwork
    >>> patterns = [[1, 1, 1, -1, -1, -1, 1, 1, 1], [1, -1, 1, -1, 1, -1, 1, -1, 1]]
    >>> memories = {"Hebbian": HopfieldNetwork(), "dense": DenseMemory("polynomial", 3)}
    >>> cue = [1, 1, 1, -1, 1, -1, 1, 1, 1]
    >>> runs = {name: memory.store(patterns).recall(cue, record="states")
    ...         for name, memory in memories.items()}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     race(runs, f"{folder}/race.gif").name
    'race.gif'
    """
    place = video_file.target(path)
    runs = checks.mapping(runs, "runs", "names to recalls")
    if not runs:
        raise InvalidInputError("runs must hold at least one recall; found none")
    first = next(iter(runs.values()))
    board = recorded.image_shape(shape, recorded.n_neurons(first), getattr(first, "shape", None))
    films = [_film(name, run, state, board) for name, run in runs.items()]
    target = _target(first, films[0][0], pattern)
    lanes = [
        Lane(recorded.time(run), film > 0, wrong(np.where(film > 0, 1, -1), target.reshape(board)))
        for run, film in zip(runs.values(), films, strict=True)
    ]
    moments = _moments(lanes)
    words = recorded.sizes(first)
    track = Track(list(runs), board, f"{title} · {words}" if title else words, size)
    checks.memory(
        2 * len(moments) * track.height * track.width,
        f"a video of {len(moments)} frames",
        "take a smaller size=",
    )
    frames = np.stack([track.frame(moment, lanes) for moment in moments])
    each = SECONDS / len(moments)
    seconds = [max(each, FIRST), *[each] * (len(moments) - 1)]
    seconds[-1] = LAST
    video_file.write(place, frames, seconds, palette())
    return place


def _film(name: str, run: Any, state: int, board: tuple[int, int]) -> NDArray[Any]:
    """The states of a run as images, (T+1, H, W)."""
    film = recorded.trajectory(run)
    index = checks.integer(state, "state", minimum=0, maximum=film.shape[1] - 1)
    if film.shape[2] != board[0] * board[1]:
        raise InvalidInputError(
            f"runs must have the same number of neurons; {name!r} has {film.shape[2]}, "
            f"the first {board[0] * board[1]}"
        )
    return film[:, index].reshape(-1, *board)


def _target(first: Any, cue: NDArray[Any], pattern: Any) -> NDArray[np.float64]:
    """The correct state."""
    if pattern is not None:
        given = checks.numeric(pattern, "pattern").astype(np.float64).ravel()
        if given.size != cue.size:
            raise InvalidInputError(
                f"pattern must be one state of {cue.size} neurons; found {given.size}"
            )
        return given
    patterns = getattr(first, "patterns", None)
    if patterns is None:
        raise InvalidInputError("pattern is needed: the first recall keeps no patterns")
    stored = np.asarray(patterns, np.float64).reshape(len(patterns), -1)
    return np.asarray(stored[(stored @ cue.ravel().astype(np.float64)).argmax()])


def _moments(lanes: list[Lane]) -> NDArray[np.float64]:
    """The moments to show: those recorded until nothing changes any more, thinned out evenly."""
    end = 0.0
    for lane in lanes:
        moved = np.flatnonzero((lane.white[1:] != lane.white[:-1]).any(axis=(1, 2)))
        end = max(end, float(lane.time[moved[-1] + 1]) if moved.size else 0.0)
    known = np.unique(np.concatenate([lane.time for lane in lanes]))
    known = known[known <= end]
    chosen = np.linspace(0, len(known) - 1, min(len(known), MOST_FRAMES)).round().astype(int)
    return np.asarray(known[np.unique(chosen)])


class Track:
    """A canvas with a board for each name.

    Parameters
    ----------
    names : list of str
        Names of the lanes.
    board : (height, width)
        Shape of an image, in neurons.
    title : str
        Title of the video.
    size : int, optional
        Height of a frame in pixels.
    """

    def __init__(
        self, names: list[str], board: tuple[int, int], title: str, size: int | None
    ) -> None:
        usual = max(1, round(BOARD / max(board)))
        self._zoom, self._scale = 1.0, usual
        if size is not None:
            height = checks.integer(size, "size", minimum=LOWEST, maximum=HIGHEST)
            wide = len(names) * (usual * board[1] + EDGE) + EDGE
            tall = HEAD + usual * board[0] + FOOT
            self._zoom = min(height // BLOCK * BLOCK / tall, WIDE * height / wide)
            self._scale = max(1, int(self._zoom * usual))
        edge, head, foot = (round(self._zoom * distance) for distance in (EDGE, HEAD, FOOT))
        tall, wide = self._scale * board[0], self._scale * board[1]
        self.height = whole_blocks(head + tall + foot)
        self.width = whole_blocks(len(names) * (wide + edge) + edge)
        self._top, self._lefts = head, [edge + k * (wide + edge) for k in range(len(names))]
        dpi = self._zoom * DPI
        with style.house():
            self._figure = Figure(figsize=(self.width / dpi, self.height / dpi), dpi=dpi)
            self._figure.set_layout_engine("none")
            self._canvas = FigureCanvasAgg(self._figure)
            words = self._text(edge, 22, title, fontsize=12, weight="bold")
            renderer = self._canvas.get_renderer()
            room = (self.width - 2 * edge) / words.get_window_extent(renderer).width
            words.set_fontsize(12 * min(1.0, room))
            for name, left in zip(names, self._lefts, strict=True):
                self._text(left, 70, name, fontsize=11)
                low = self.height - head - tall
                frame = Rectangle((left - 1, low - 1), wide + 2, tall + 2, transform=None)
                frame.set(fill=False, edgecolor=style.FAINT, linewidth=1)
                self._figure.add_artist(frame)
            self._clock = self._text(edge, 46, "", fontsize=10.5, animated=True)
            below = (head + tall) / self._zoom + 16
            self._counts = [
                self._text(left, below, "", fontsize=10.5, animated=True) for left in self._lefts
            ]
            self._canvas.draw()
        self._background = self._canvas.copy_from_bbox(self._figure.bbox)

    def frame(self, moment: float, lanes: list[Lane]) -> NDArray[np.uint8]:
        """One frame of palette indices, (h, w)."""
        self._canvas.restore_region(self._background)
        rows = [lane.at(moment) for lane in lanes]
        self._clock.set_text(f"sweep {moment:.2f}")
        for text, lane, row in zip(self._counts, lanes, rows, strict=True):
            text.set_text(f"{lane.wrong[row].sum()} wrong")
        for text in (self._clock, *self._counts):
            self._figure.draw_artist(text)
        picture = to_palette(np.asarray(self._canvas.buffer_rgba()))
        for left, lane, row in zip(self._lefts, lanes, rows, strict=True):
            image = np.kron(lane.image(row), np.ones((self._scale, self._scale), np.uint8))
            tall, wide = image.shape
            picture[self._top : self._top + tall, left : left + wide] = image
        return picture

    def _text(self, x: float, y: float, words: str, **how: Any) -> Any:
        """Text with its left centre at x pixels from the left and y from the top, y not enlarged
        yet.
        """
        place = (x / self.width, 1 - self._zoom * y / self.height)
        return self._figure.text(*place, words, va="center", ha="left", **how)
