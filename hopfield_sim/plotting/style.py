"""The style of all figures: colours, sizes, labels."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from textwrap import fill
from typing import Any, Literal

import matplotlib.style
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.plotting import screen
from hopfield_sim.rules import RULES

# Okabe and Ito's colours, told apart by every kind of colour vision and in grey.
# https://jfly.uni-koeln.de/color is their home; the values are in Wong, Nat. Methods 8, 441 (2011).
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, ORANGE, BLACK = "#56B4E9", "#E69F00", "#000000"
INK, FAINT = "#222222", "#9A9A9A"

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE)
SPARE_COLOURS = (SKY, ORANGE, BLACK)
# Paul Tol's, of that kind.
MUTED = (
    *("#882255", "#999933", "#332288", "#44AA99", "#AA4499"),
    *("#661100", "#117733", "#CC6677", "#6699CC", "#AA4466"),
)
RULE_COLOURS = (*COLOURS, *MUTED)
WORD_COLOURS = dict(zip(RULES, RULE_COLOURS, strict=False)) | {"async": BLUE, "sync": VERMILLION}
LETTERS = 12.2  # of a title in an inch
MOST_NAMED = 11  # network sizes in a legend, which is a line

HOUSE = {
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": "#666666",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.5,
    "errorbar.capsize": 2.0,
    "figure.constrained_layout.use": True,
}


@contextmanager
def house() -> Iterator[None]:
    """Context with the style of the package, independent of the settings of the user."""
    screen.ready()
    with matplotlib.style.context(["default", HOUSE]):
        yield


class Picture(Figure):
    """A figure that a notebook displays once, at high resolution."""

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """Save the figure to a file, as in Matplotlib.

        Raises
        ------
        InvalidInputError
            If the format contains a date and ``$SOURCE_DATE_EPOCH`` is not a valid one.
        """
        try:
            super().savefig(*args, **kwargs)
        except (ValueError, OverflowError, OSError) as error:
            _check_date(error)
            raise

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """PNG at twice the resolution of the screen, and the size at which to show it."""
        width, height = self.get_size_inches()
        return png(self), {"width": round(96 * width), "height": round(96 * height)}

    def _ipython_display_(self) -> None:
        screen.display(self, *self._repr_png_())


def _check_date(error: Exception) -> None:
    """Raise an error with an explanation if ``$SOURCE_DATE_EPOCH`` is invalid."""
    text = os.environ.get("SOURCE_DATE_EPOCH") or "0"
    try:
        datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidInputError(
            "the environment variable SOURCE_DATE_EPOCH must be a date in seconds since 1970, "
            f"or unset; got {checks.show(text)}"
        ) from error


def png(figure: Figure, dpi: float = 192) -> bytes:
    """A figure as the bytes of a PNG file, identical for equal figures."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def figure(width: float, height: float) -> Picture:
    """An empty figure of this size in inches, registered with pyplot."""
    return screen.figure(Picture, width, height)


def checked_axes(ax: Any, names: Sequence[str]) -> list[Axes]:
    """Validate the axes of the user: a flat list, one for every named panel."""
    axes = list(np.asarray(ax, dtype=object).ravel())
    if not all(isinstance(one, Axes) for one in axes):
        raise InvalidTypeError(
            f"ax must be matplotlib Axes; found {type(ax).__name__}; "
            f"make them with figure.subplots({len(names)})"
        )
    if len(axes) != len(names):
        raise InvalidInputError(
            f"ax must hold {len(names)} axes, one for each of: {', '.join(names)}; "
            f"found {len(axes)}"
        )
    return axes


def panels(
    ax: Any,
    names: Sequence[str],
    columns: int,
    size: tuple[float, float],
    title: str = "",
    handles: Sequence[Line2D] = (),
    **how: Any,
) -> list[Axes]:
    """A panel for each name: the axes of the user, or those of a new figure with a title.

    Parameters
    ----------
    ax : matplotlib Axes or sequence of them, optional
        Axes of the user.
    names : sequence of str
        Names of the panels, for errors.
    columns : int
        Number of panels in a row.
    size : (float, float)
        Size of the new figure in inches.
    title : str
        Its title, over all panels.
    handles : sequence of Line2D
        Legend entries below the title.
    **how
        Further arguments of ``Figure.subplots``.
    """
    if ax is not None:
        return checked_axes(ax, names)
    fresh = figure(*size)
    made = list(fresh.subplots(-(-len(names) // columns), columns, squeeze=False, **how).ravel())
    for spare in made[len(names) :]:
        spare.remove()
    if title:
        heading(fresh, title, handles)
    return made[: len(names)]


def figure_of(ax: Axes) -> Figure:
    """The figure that an axes belongs to."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def word_colour(word: str, index: int = 0) -> str:
    """The colour of a rule or a kind of update, the same in every figure; unknown ones use other
    colours in turn.
    """
    return WORD_COLOURS.get(word, SPARE_COLOURS[index % len(SPARE_COLOURS)])


def shades(
    numbers: Iterable[float], colours: str = "viridis", first: float = 0.0, last: float = 0.86
) -> dict[Any, str]:
    """Colours from dark to light with increasing numbers: a colour map without its light end."""
    order = sorted(set(numbers))
    places = np.linspace(first, last, len(order)) if len(order) > 1 else [0.3]
    return {n: to_hex(colormaps[colours](p)) for n, p in zip(order, places, strict=True)}


def size_handles(colours: dict[int, str]) -> list[Line2D]:
    """Legend entries of network sizes, at most as many as fit into one line."""
    sizes = list(colours)
    if len(sizes) > MOST_NAMED:
        places = np.linspace(0, len(sizes) - 1, MOST_NAMED).round().astype(int)
        sizes = [sizes[place] for place in places]
    return [
        Line2D([], [], color=colours[n], marker="o", markersize=4.5, linewidth=1.5, label=f"{n}")
        for n in sizes
    ]


def size_legend(colours: dict[int, str]) -> list[Line2D]:
    """Legend entries of network sizes, after their name."""
    return [Line2D([], [], ls="", label="neurons N:"), *size_handles(colours)]


def heading(figure: Figure, words: str, handles: Sequence[Line2D] = ()) -> None:
    """Title over all panels, in lines that fit, with these legend entries below it."""
    letters = int(LETTERS * figure.get_figwidth())
    legend = figure.legend(
        handles=handles,
        title="\n".join(fill(line, letters) for line in words.splitlines()),
        title_fontsize=10.5,
        alignment="left",
        loc="outside upper left",
        ncols=max(len(handles), 1),
        columnspacing=1.2,
        handlelength=1.5,
        handletextpad=0.5,
        borderaxespad=0.0,
    )
    legend.get_title().set_multialignment("left")


def fraction_axis(ax: Axes, level: float) -> None:
    """A y-axis from 0 to 1 with a line at the level that counts as retrieved."""
    ax.axhline(level, color=FAINT, lw=1.2, zorder=1, label=f"_level {level}")
    ax.set_yticks(
        [0.0, 0.25, 0.5, 0.75, level, 1.0], ["0", "0.25", "0.5", "0.75", f"{level:g}", "1"]
    )
    ax.set_ylim(-0.04, 1.06)
    ax.set_ylabel("fraction retrieved")


def plain(value: float, _position: int | None = None) -> str:
    """Format a tick: 0.05, 200, 1000, 20000."""
    return f"{value:.0f}" if abs(value) >= 1 and value == round(value) else f"{value:g}"


def power(value: float, _position: int | None = None) -> str:
    """Format a power of ten as a tick: 1, 10, 10⁷, 10⁻⁴.

    Examples
    --------
    >>> [power(value) for value in (1e-4, 1.0, 10.0, 1e7)]
    ['10⁻⁴', '1', '10', '10⁷']
    """
    exponent = round(np.log10(value))
    raised = f"{exponent}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return {0: "1", 1: "10"}.get(exponent, f"10{raised}")


def brief(value: float) -> str:
    """Format a number for a sentence: three digits, or all of a thousand and more.

    Examples
    --------
    >>> brief(-1243.2), brief(0.26891)
    ('−1243', '0.269')
    """
    return (f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}").replace("-", "−")


def log_axis(ax: Axes, which: Literal["x", "y"], low: float, high: float, inches: float) -> None:
    """A logarithmic axis, with plain numbers, as many as fit, or with powers of ten."""
    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    axis = ax.xaxis if which == "x" else ax.yaxis
    decades = max(np.log10(high / low), 1e-9)
    long = decades > 1 and (low < 3e-4 or high > 1e5)  # plain numbers would be long ones
    roomy = inches / decades > 1.3 and not long
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if roomy else (1.0,), numticks=99))
    axis.set_major_formatter(FuncFormatter(power if long else plain))
    axis.set_minor_locator(LogLocator(subs=tuple(range(2, 10)), numticks=99))
    axis.set_minor_formatter(NullFormatter())


def ticks_at(ax: Axes, places: Sequence[float]) -> None:
    """Ticks of the x-axis at exactly these places, with plain numbers."""
    ax.xaxis.set_major_locator(FixedLocator([float(place) for place in places]))
    ax.xaxis.set_major_formatter(FuncFormatter(plain))
    ax.xaxis.set_minor_locator(NullLocator())


def size_axis(ax: Axes, sizes: Sequence[int], inches: float) -> None:
    """A logarithmic x-axis of network sizes: these sizes if they fit, else round numbers."""
    order = sorted(set(sizes))
    low, high = order[0] / 1.3, order[-1] * 1.3
    log_axis(ax, "x", low, high, inches)
    ax.set_xlim(low, high)
    steps = np.diff(np.log(order)) / np.log(high / low) * inches
    if len(order) == 1 or steps.min() > 0.11 * (len(str(order[-1])) + 1):
        ticks_at(ax, order)
