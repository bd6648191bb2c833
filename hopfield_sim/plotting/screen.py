"""A figure that appears by itself, in a notebook or a window: pyplot, for those who hold none."""

from __future__ import annotations

import warnings

from matplotlib import pyplot
from matplotlib.axes import Axes

from hopfield_sim.plotting import style


def axes(width: float, height: float) -> Axes:
    """Axes in a new pyplot figure of this size in inches."""
    with style.house():
        return pyplot.subplots(figsize=(width, height))[1]


def show() -> None:
    """Show pyplot's figures where there is a screen; without one this does nothing."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*non-interactive", category=UserWarning)
        pyplot.show()
