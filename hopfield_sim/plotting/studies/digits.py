"""Trained memories as images, their errors, and how many of them take part in a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.plotting import style
from hopfield_sim.plotting.images import Tile, mosaic
from hopfield_sim.plotting.rows import Row, column, ordered, rows_of, values, where

MAP = "RdBu_r"
"""Red for +1, blue for −1, white for 0: the same in every picture."""

SIDE = 6
"""Memories in a row and in a column."""

CURVES = {"train_error": ("training", style.SKY), "test_error": ("test", style.VERMILLION)}
_NEEDED = ("order", "epoch", "train_error", "test_error")


@checks.by_name
def digits(result: Any, figure: str = "memories", *, ax: Any = None) -> Figure:
    """Plot trained memories, errors during training, and the number of memories in a decision.

    Parameters
    ----------
    result : Result
        Result of the study ``digits``.
    figure : {"memories", "participation", "decisions"}
        Memories as images, with their class neurons as small bars if the result has them, above
        the errors after each epoch; the number of memories in a decision
        and the error of each power; test images with the memories that contribute most.
    ax : sequence of matplotlib Axes, optional
        Axes to draw into: two per power for "memories" (those of images first), two for
        "participation", one for "decisions"; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result lacks columns, or a part of its summary, that the figure needs.
    """
    classes = getattr(result, "summary", {}).get("classes", {})
    figures: dict[str, Callable[[Any, list[Row], str, Any], Figure]] = {
        "memories": partial(_memories, classes=classes),
        "participation": _participation,
        "decisions": _decisions,
    }
    figure = checks.choice(figure, figures, "figure")
    rows = rows_of(result, *_NEEDED)
    with style.house():
        return figures[figure](_part(result, figure), rows, _source(result), ax)


def _source(result: Any) -> str:
    """Name of the training data, if the result has it."""
    title = getattr(result, "summary", {}).get("title", "")
    return f"{title} · " if title else ""


def _part(result: Any, name: str) -> Mapping[int, Any]:
    """The part of the summary with this name, by power."""
    summary = getattr(result, "summary", None)
    part = summary.get(name) if isinstance(summary, Mapping) else None
    if not part:
        raise InvalidInputError(
            f"the result has no {name!r} in its summary; is this the result of another experiment?"
        )
    return part


def _memories(
    memories: Mapping[int, Any], rows: list[Row], source: str, ax: Any, classes: Mapping[int, Any]
) -> Figure:
    orders = [order for order in values(rows, "order") if order in memories]
    names = [f"{what}, n = {n}" for what in ("memories", "errors") for n in orders]
    width, ratios = 3.0 * len(orders) + 0.8, [1.5, 1.0]
    title = source + _title(rows, memories)
    if classes:
        title += "\nBelow each memory its class neurons, from the first class to the last"
    handles = [Line2D([], [], color=c, label=words) for words, c in CURVES.values()]
    panels = style.panels(
        ax,
        names,
        len(orders),
        (width, 6.6 if classes else 5.9),
        title,
        handles,
        height_ratios=ratios,
    )
    above, below = panels[: len(orders)], panels[len(orders) :]
    if ax is None:
        scale, fresh = ScalarMappable(Normalize(-1, 1), MAP), style.figure_of(above[0])
        bar = fresh.colorbar(scale, ax=above, shrink=0.7, aspect=22, pad=0.01, ticks=[-1, 0, 1])
        bar.ax.set_yticklabels(["−1", "0", "+1"])
        bar.set_label("memory ξ")
    low, high = _span(rows)
    for order, tiles, curves in zip(orders, above, below, strict=True):
        shown = np.asarray(memories[order])[: SIDE * SIDE]
        neurons = classes.get(order, [None] * len(shown))
        columns = min(SIDE, len(shown))
        grid = [
            [
                Tile(image, colours=MAP, bars=bars)
                for image, bars in zip(shown[row], neurons[row], strict=False)
            ]
            for row in (slice(k, k + columns) for k in range(0, len(shown), columns))
        ]
        mosaic(grid, ax=tiles, size=0.5)
        tiles.set_title(f"n = {order}")
        _errors(curves, ordered(where(rows, order=order), "epoch"))
        _percent_axis(curves, low, high)
        curves.set_xlabel("epoch")
        if order == orders[0]:
            curves.set_ylabel("images wrong")
        else:
            curves.tick_params(labelleft=False)
    return style.figure_of(above[0])


def _errors(ax: Axes, rows: list[Row]) -> None:
    """Both errors against the epoch, with a band of one standard error for several networks."""
    epochs = column(rows, "epoch")
    for name, (words, colour) in CURVES.items():
        mean, bars = column(rows, name), column(rows, f"{name}_se")
        ax.plot(epochs, mean, color=colour, label=words)
        if np.isfinite(bars).all():
            ax.fill_between(epochs, mean - bars, mean + bars, color=colour, alpha=0.25, lw=0)
    tests = column(rows, "test_error")
    ax.annotate(
        f"{100 * tests[-1]:.1f} %",
        (epochs[-1], tests[-max(1, len(tests) // 4) :].max()),
        xytext=(0, 6),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=9,
        color=CURVES["test_error"][1],
    )


def _span(rows: Sequence[Row]) -> tuple[float, float]:
    """From half of the smallest error that is not 0 to 1."""
    errors = np.concatenate([column(rows, name) for name in CURVES])
    positive = errors[errors > 0]
    return (0.6 * float(positive.min()) if positive.size else 1e-3), 1.0


def _percent_axis(ax: Axes, low: float, high: float) -> None:
    """A logarithmic y-axis of errors in per cent."""
    style.log_axis(ax, "y", low, high, 3.0)
    ax.set_ylim(low, high)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:g} %"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def _participation(quantiles: Mapping[int, Any], rows: list[Row], source: str, ax: Any) -> Figure:
    orders = [order for order in values(rows, "order") if order in quantiles]
    names = ["memories in a decision", "error"]
    title = f"{source}Who decides? · median, half and nine tenths of the test images"
    left, right = style.panels(ax, names, 2, (8.6, 3.9), title)
    colours = style.shades(orders, first=0.1, last=0.8)
    places = np.arange(len(orders))
    for place, order in zip(places, orders, strict=True):
        counts = np.maximum(quantiles[order], 0.9)  # 0 where no memory says anything
        five, quarter, half, third, top = np.interp([5, 25, 50, 75, 95], range(101), counts)
        left.plot([place, place], [five, top], color=colours[order], lw=2, zorder=2)
        left.plot([place, place], [quarter, third], color=colours[order], lw=9, zorder=3)
        left.plot(place, half, "o", color="white", markersize=5, mec=style.INK, mew=0.8, zorder=4)
        left.annotate(
            f"{half:.1f}", (place, half), xytext=(9, 0), textcoords="offset points", va="center",
            fontsize=9,
        )  # fmt: skip
        last = ordered(where(rows, order=order), "epoch")[-1]
        for name, (_, colour) in CURVES.items():
            bar = float(column([last], f"{name}_se")[0])
            right.errorbar(
                place, float(last[name]), yerr=bar if np.isfinite(bar) else 0.0,
                color=colour, marker="o", markersize=5.5,
            )  # fmt: skip
    most = max(1.0, *(float(np.max(quantiles[order])) for order in orders))
    style.log_axis(left, "y", 0.9, 1.15 * most, 2.6)
    left.set_ylim(0.9, 1.15 * most)
    left.set_ylabel("memories in a decision")
    last_rows = [ordered(where(rows, order=order), "epoch")[-1] for order in orders]
    worst = max(float(row[name]) for row in last_rows for name in CURVES)
    right.set_ylim(0, 1.15 * worst if worst > 0 else 1.0)
    right.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:g} %"))
    right.set_ylabel("images wrong")
    right.legend(
        handles=[
            Line2D([], [], color=c, marker="o", ls="", label=words) for words, c in CURVES.values()
        ]
    )
    for panel in (left, right):
        panel.set_xticks(places, [f"{order}" for order in orders])
        panel.set_xlim(-0.5, len(orders) - 0.4)
        panel.set_xlabel("power n of F(x) = max(x, 0)ⁿ")
        panel.grid(False, axis="x")
    return style.figure_of(left)


def _decisions(decisions: Mapping[int, Any], rows: list[Row], source: str, ax: Any) -> Figure:
    """One row per power; images side by side, each followed by its memories."""
    orders = [order for order in values(rows, "order") if order in decisions]
    grid, starts = [], [0]
    for order in orders:
        line: list[Tile | None] = []
        for found in decisions[order]:
            line.append(Tile(np.asarray(found["image"]), _short(f"→ {found['winner']}")))
            line += [
                Tile(np.asarray(image), _share(share), colours=MAP)
                for image, share in zip(found["images"], found["shares"], strict=True)
            ]
            starts.append(len(line))
        grid.append(line)
    return mosaic(
        grid,
        ax=ax,
        labels=[f"n = {order}" for order in orders],
        headings=[
            (start, f"{found['label']}")
            for start, found in zip(starts, decisions[orders[0]], strict=False)
        ],
        title=f"{source}Who decides? · test images, and the memories that count most for the class",
        size=0.58,
    )


def _share(share: float) -> str:
    """Per cent of the vote, with a true minus."""
    return f"{round(100 * share)} %".replace("-", "−")


def _short(words: str) -> str:
    """Shorten a text to the width of an image."""
    return words if len(words) <= 10 else f"{words[:9]}…"


def _title(rows: Sequence[Row], memories: Mapping[int, Any]) -> str:
    count = len(next(iter(memories.values())))
    networks = int(column(rows, "networks").max()) if "networks" in rows[0] else 1
    over = "" if networks == 1 else f" · mean ± standard error over {networks} networks"
    shown = f"{SIDE * SIDE} of " if count > SIDE * SIDE else ""
    return f"Memories ({shown}{count}) and errors{over}"
