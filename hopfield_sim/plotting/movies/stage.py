"""The canvas of a video: drawn once; for each frame only the changing parts are redrawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hopfield_sim.plotting import style
from hopfield_sim.plotting.movies.palette import NEW_BLACK, NEW_WHITE, PIXELS
from hopfield_sim.plotting.runs import Clock

DPI = 100
BLOCK = 16  # pixels of the blocks into which video codecs divide images
# Distances in pixels, in videos of the usual size:
EDGE, HEAD, FOOT = 16, 64, 48  # around the image: sides, title above, text below
AXIS_LEFT, PLOT, AXIS_RIGHT = 84, 300, 22  # tick labels, the plot itself, the right end
LEAST_HEIGHT = 270  # of the plots
OVERLAP = "overlap m"


@dataclass(frozen=True)
class Curve:
    """A curve beside the image, (T,), with its axis label."""

    label: str
    values: NDArray[np.float64]


class Stage:
    """A canvas with an image at the left and curves at the right.

    Parameters
    ----------
    shape : (height, width)
        Shape of the image, in neurons.
    scale : int
        Pixels per neuron.
    time : (T,) ndarray
        Time of every frame.
    clock : Clock
        Unit of time.
    curves : sequence of Curve
        At most two curves.
    title : str
        Title of the video.
    tinted : bool
        Whether changed neurons are coloured, which is explained below the image.
    still : callable
        Converts lines and letters in RGBA, (h, w, 4), to palette indices, (h, w).
    zoom : float
        Enlargement of letters, lines and distances.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        scale: int,
        time: NDArray[np.float64],
        clock: Clock,
        curves: Sequence[Curve],
        title: str,
        tinted: bool,
        still: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
        zoom: float = 1.0,
    ) -> None:
        self._zoom = zoom
        self._scale, self._time, self._clock, self._curves = scale, time, clock, curves
        self._to_palette = still
        height, width = shape[0] * scale, shape[1] * scale
        edge, head, foot = (round(zoom * distance) for distance in (EDGE, HEAD, FOOT))
        inner = max(height, round(zoom * LEAST_HEIGHT) if curves else 0)
        plots = round(zoom * (AXIS_LEFT + PLOT + AXIS_RIGHT)) if curves else edge
        self.height = whole_blocks(head + inner + foot)
        self.width = whole_blocks(max(edge + width + plots, zoom * 336))
        self._top = head + (inner - height) // 2
        self._left = edge
        with style.house():
            dpi = zoom * DPI
            self._figure = Figure(figsize=(self.width / dpi, self.height / dpi), dpi=dpi)
            self._figure.set_layout_engine("none")
            self._canvas = FigureCanvasAgg(self._figure)
            self._still(title, height, width, tinted)
            start = edge + width + round(zoom * AXIS_LEFT)
            bottom = self.height - head - inner
            self._panels = self._plots(start, bottom, inner)
            self._moving()
            self._numbers = self._counters()
            self._canvas.draw()
        self._background = self._canvas.copy_from_bbox(self._figure.bbox)

    def frame(self, index: int, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """One frame of palette indices, (h, w), with an image (H, W) of palette indices."""
        self._canvas.restore_region(self._background)
        moving = zip(self._curves, self._panels, self._lines, self._marks, strict=True)
        for curve, panel, line, mark in moving:
            line.set_data(self._time[: index + 1], curve.values[: index + 1])
            mark.set_data(self._time[index : index + 1], curve.values[index : index + 1])
            panel.draw_artist(line)
            panel.draw_artist(mark)
        for numbers, text in self._numbers:
            text.set_text(numbers[index])
            self._figure.draw_artist(text)
        picture = self._to_palette(np.asarray(self._canvas.buffer_rgba()))
        board = np.kron(image, np.ones((self._scale, self._scale), np.uint8))
        picture[self._top : self._top + len(board), self._left : self._left + board.shape[1]] = (
            board
        )
        return picture

    def _counters(self) -> list[tuple[list[str], Text]]:
        """Time and values as text: fixed labels, and numbers at fixed positions."""
        digits = 0 if (self._time == np.round(self._time)).all() else 2
        shown = [(self._clock.unit, [f"{t:.{digits}f}" for t in self._time])]
        shown += [(f"{c.label} =", [_figure(v) for v in c.values]) for c in self._curves]
        x, y, texts = self._zoom * EDGE, self._zoom * 44, []
        for label, numbers in shown:
            x += self._extent(self._text(x, y, label, fontsize=10.5)) + 5 * self._zoom
            text = self._text(x, y, max(numbers, key=len), fontsize=10.5, animated=True)
            x += self._extent(text) + 16 * self._zoom
            texts.append((numbers, text))
        return texts

    def _extent(self, text: Text) -> float:
        return float(text.get_window_extent(self._canvas.get_renderer()).width)

    def _still(self, title: str, height: int, width: int, tinted: bool) -> None:
        """Title, the frame around the image, the text below it."""
        zoom, edge = self._zoom, self._left
        words = self._text(edge, 22 * zoom, title, fontsize=12, weight="bold")
        room = (self.width - 2 * edge) / self._extent(words)
        words.set_fontsize(12 * min(1.0, room))
        frame = Rectangle(
            (self._left - 1, self.height - self._top - height - 1),
            width + 2,
            height + 2,
            transform=None,
            fill=False,
            edgecolor=style.FAINT,
            linewidth=1,
        )
        self._figure.add_artist(frame)
        if tinted:
            y = self._top + height + 18 * zoom
            self._text(edge, y, "■", fontsize=10, color=PIXELS[NEW_WHITE])
            self._text(edge + 14 * zoom, y, "■", fontsize=10, color=PIXELS[NEW_BLACK])
            self._text(edge + 30 * zoom, y, "just changed to +1 / to −1", fontsize=9.5)

    def _text(self, x: float, y: float, words: str, **how: Any) -> Text:
        """Text with its left centre at a pixel, counted from the top left."""
        place = (x / self.width, 1 - y / self.height)
        return self._figure.text(*place, words, va="center", ha="left", **how)

    def _plots(self, start: int, bottom: int, inner: int) -> list[Axes]:
        """One panel per curve, above each other, with the whole curve in grey."""
        panels: list[Axes] = []
        gap = 22 * self._zoom
        tall = (inner - gap * (len(self._curves) - 1)) / max(len(self._curves), 1)
        for k, curve in enumerate(self._curves):
            low = bottom + (len(self._curves) - 1 - k) * (tall + gap)
            wide = self._zoom * PLOT / self.width
            box = (start / self.width, low / self.height, wide, tall / self.height)
            panel = self._figure.add_axes(box)
            panel.plot(self._time, curve.values, color="#C8C8C8", lw=1.2)
            panel.set_ylabel(curve.label, fontsize=10.5)
            panel.tick_params(labelsize=9.5, labelbottom=k == len(self._curves) - 1)
            panel.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
            panel.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
            panel.ticklabel_format(
                axis="y", scilimits=(-4, 5)
            )  # long tick labels would reach the image
            panel.margins(x=0.04, y=0.08)
            if curve.label == OVERLAP:
                panel.set_ylim(min(-0.05, curve.values.min() - 0.05), 1.06)
            panels.append(panel)
        if panels:
            panels[-1].set_xlabel(self._clock.label, fontsize=10.5)
        return panels

    def _moving(self) -> None:
        """Artists that every frame redraws; they are not part of the background."""
        blue, red = style.BLUE, style.VERMILLION
        self._lines = [p.plot([], [], color=blue, lw=2, animated=True)[0] for p in self._panels]
        self._marks = [
            p.plot([], [], color=red, marker="o", ms=7, animated=True, clip_on=False)[0]
            for p in self._panels
        ]


def whole_blocks(pixels: float) -> int:
    """The next multiple of a block."""
    return -(-int(pixels) // BLOCK) * BLOCK


def _figure(value: float) -> str:
    """Format a number to a nearly constant width."""
    return (f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}").replace("-", "−")
