"""What a reader would complain about in a figure: words cut off, words on words."""

from __future__ import annotations

from itertools import combinations

from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

TOLERANCE = 1.0  # pixels: letters are smoothed


def words_of(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every visible text of a figure with its box in pixels, as it is drawn."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    shown = [text for text in figure.findobj(Text) if _is_shown(text, figure)]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in shown]


def _is_shown(text: Text, figure: Figure) -> bool:
    if not text.get_text().strip() or not text.get_visible():
        return False
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if text in _tick_labels(axis):
                return ax.axison and text in _drawn_tick_labels(axis)
            if text is axis.label or text is axis.offsetText:
                return ax.axison
    return True


def _tick_labels(axis: Axis) -> list[Text]:
    ticks = [*axis.majorTicks, *axis.minorTicks]
    return [label for tick in ticks for label in (tick.label1, tick.label2)]


def _drawn_tick_labels(axis: Axis) -> list[Text]:
    """Those inside the limits: matplotlib keeps more and does not draw them."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    inside = [
        tick
        for tick in [*axis.majorTicks, *axis.minorTicks]
        if low - slack <= tick.get_loc() <= high + slack
    ]
    labels = [label for tick in inside for label in (tick.label1, tick.label2)]
    return [label for label in labels if label.get_visible()]


def assert_legible(figure: Figure) -> None:
    """No word reaches over the figure's edge, and no two words overlap."""
    words = words_of(figure)
    assert words, "a figure without a word"
    canvas = figure.bbox
    for text, box in words:
        inside = (
            box.x0 >= canvas.x0 - TOLERANCE
            and box.y0 >= canvas.y0 - TOLERANCE
            and box.x1 <= canvas.x1 + TOLERANCE
            and box.y1 <= canvas.y1 + TOLERANCE
        )
        assert inside, f"{text!r} is cut off: {box.extents} in {canvas.extents}"
    for (text, box), (other, its) in combinations(words, 2):
        wide = min(box.x1, its.x1) - max(box.x0, its.x0)
        tall = min(box.y1, its.y1) - max(box.y0, its.y0)
        assert wide <= TOLERANCE or tall <= TOLERANCE, f"{text!r} and {other!r} overlap"


def drawn(ax: object, label: str) -> tuple[list[float], list[float]]:
    """The points of the curve with this label, error-bar curves included."""
    for container in ax.containers:  # type: ignore[attr-defined]
        if container.get_label() == label:
            line = container.lines[0]
            return list(line.get_xdata()), list(line.get_ydata())
    for line in ax.lines:  # type: ignore[attr-defined]
        if line.get_label() == label:
            return list(line.get_xdata()), list(line.get_ydata())
    raise AssertionError(f"no curve {label!r}")
