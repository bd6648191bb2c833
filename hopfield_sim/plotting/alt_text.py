"""Descriptions of figures in words, for readers who do not see them."""

from __future__ import annotations

import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hopfield_sim.plotting.style import brief

CURVES = 6  # of a panel that are described one by one


def describe(figure: Figure) -> str:
    """Describe a figure in words, as alternative text: the axes of every panel, and the first and
    last value of every named curve.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.add_subplot(title="Hebbian", xlabel="load", ylabel="fraction retrieved")
    >>> describe(figure)
    'Hebbian: fraction retrieved against load'
    >>> _ = figure.axes[0].plot([0.1, 0.2], [1.0, 0.25], label="N = 10")
    >>> describe(figure)
    'Hebbian: fraction retrieved against load; N = 10 falls from 1 at 0.1 to 0.25 at 0.2'
    """
    panels = [_panel(ax) for ax in figure.axes]
    return ". ".join(part for part in panels if part) or "images of network states"


def _panel(ax: Axes) -> str:
    """A panel in words: its title, axes and curves, or its images with their captions."""
    title = ax.get_title("left") or ax.get_title()
    named = _named_curves(ax)
    if ax.get_ylabel() and (ax.get_xlabel() or named):
        curves = [_curve(name, line) for name, line in named[:CURVES]]
        more = [f"and {len(named) - CURVES} more curves"] if len(named) > CURVES else []
        against = f" against {ax.get_xlabel()}" if ax.get_xlabel() else ""
        what = "; ".join([ax.get_ylabel() + against, *curves, *more])
    else:
        words = [" ".join(text.get_text().split()) for text in ax.texts]
        what = ", ".join(word for word in words if word)
    return ": ".join(part for part in (title, what) if part)


def _named_curves(ax: Axes) -> list[tuple[str, Line2D]]:
    """The curves with labels, with and without error bars."""
    curves = [(str(line.get_label()), line) for line in ax.lines]
    curves += [
        (str(bars.get_label()), bars.lines[0])
        for bars in ax.containers
        if isinstance(bars, ErrorbarContainer) and bars.lines[0] is not None
    ]
    # Automatic labels of Matplotlib; other labels with "_" are only hidden from legends.
    nameless = re.compile("|_child.*|_container.*|_nolegend_")
    return [(name.lstrip("_"), line) for name, line in curves if not nameless.fullmatch(name)]


def _curve(name: str, line: Line2D) -> str:
    """A curve in words, from its first to its last point."""
    x, y = (np.asarray(values, np.float64) for values in line.get_data())
    seen = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(seen):
        return name
    (x0, x1), (y0, y1) = x[seen[[0, -1]]], y[seen[[0, -1]]]
    start, end, left, right = (brief(value) for value in (y0, y1, x0, x1))
    if x0 == x1:  # a line that marks a place, or a single point
        words = f"at {left}" if start != end else f"is {start} at {left}"
    elif start == end:
        words = f"is {start} from {left} to {right}"
    else:
        words = f"{'rises' if y1 > y0 else 'falls'} from {start} at {left} to {end} at {right}"
    return f"{name.replace('$', '')} {words}"
