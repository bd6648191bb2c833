"""Energy and overlap of recalls against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import runs, style
from hopfield_sim.plotting.rows import column, ordered, rows_of, values, where

FEW = 20  # points that are drawn with marks: a synchronous recall makes few steps


@checks.by_name
def energy(run_or_result: Any, *, ax: Any = None) -> Figure:
    """Plot energy against time, of one recall in any memory or of the energy study.

    Time is in sweeps, or in steps for continuous memories. For a recall, each state is a thin line,
    their median a bold one. For the study, in which E = −½ sᵀWs + θ·s, there is a column of panels
    per rule, with the same axes: energy above and overlap with the stored pattern below, for
    synchronous and asynchronous updates, each network a thin line and their mean a bold one.

    Parameters
    ----------
    run_or_result : Recall, Descent or Result
        A recall that recorded ``"energy"``, or any object with ``.rows``: dicts with the columns
        rule, update, updates, energy and, for the lower panels, overlap. With
        ``.summary["curves"]`` all networks are drawn, else the one of the rows.
    ax : matplotlib Axes or sequence of them, optional
        Axes to draw into: one for a recall; for the study one per rule, or two per rule with
        overlaps (all energies first). By default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the run did not record its energy, or the result lacks rows or a column.

    Examples
    --------
    >>> from hopfield_sim.models import HopfieldNetwork
    >>> net = HopfieldNetwork().store([[1, 1, 1, -1, -1, -1]])
    >>> run = net.recall([1, 1, -1, -1, -1, -1], record="energy")
    >>> energy(run).axes[0].get_xlabel()
    'time (sweeps of N updates)'
    """
    if hasattr(run_or_result, "rows") or isinstance(run_or_result, list | tuple):
        return _study(run_or_result, ax)
    return _bundle(run_or_result, runs.energies(run_or_result), "energy E", ax)


@checks.by_name
def overlap(run: Any, *, pattern: int | None = None, ax: Any = None) -> Figure:
    """Plot the overlap m = s·ξ/N with a pattern against time in sweeps, one line per state.

    Parameters
    ----------
    run : Recall
        A recall that recorded ``"overlap"``.
    pattern : int, optional
        Index of the pattern; by default, for each state, the pattern nearest to its initial state.
    ax : matplotlib Axes, optional
        Axes to draw into; by default those of a new figure.

    Returns
    -------
    Figure
        The figure, with a thin line per state and their median as a bold line.

    Raises
    ------
    HopfieldError
        If the run did not record its overlaps.

    Examples
    --------
    >>> from hopfield_sim.models import HopfieldNetwork
    >>> net = HopfieldNetwork().store([[1, 1, 1, -1, -1, -1]])
    >>> run = net.recall([1, 1, -1, -1, -1, -1], record="overlap")
    >>> [float(m) for m in overlap(run).axes[0].lines[0].get_ydata().round(2)]
    [0.67, 1.0]
    """
    whose = "the pattern nearest at the start" if pattern is None else f"pattern {pattern}"
    figure = _bundle(run, runs.overlaps(run, pattern), f"overlap m with {whose}", ax)
    panel = figure.axes[0] if ax is None else style.checked_axes(ax, ["overlap"])[0]
    panel.set_ylim(min(-0.04, panel.get_ylim()[0]), 1.06)
    return figure


def _bundle(run: Any, curves: NDArray[np.float64], quantity: str, ax: Any) -> Figure:
    """A thin line per state and, for several states, their median."""
    time = runs.time(run)
    n_states = curves.shape[1]
    with style.house():
        (panel,) = style.panels(ax, [quantity], 1, (5.6, 3.6))
        mark = "o" if len(time) <= FEW else ""
        if n_states == 1:
            panel.plot(time, curves[:, 0], color=style.BLUE, marker=mark, markersize=4)
        else:
            thin = max(0.12, min(0.6, 12 / n_states))
            panel.plot(time, curves, color=style.BLUE, lw=0.7, alpha=thin, label="_states")
            median = np.median(curves, axis=1)
            panel.plot([], [], color=style.BLUE, lw=0.7, label=f"{n_states} states")
            panel.plot(time, median, color=style.VERMILLION, lw=2, label="median", marker=mark)
            panel.legend()
        panel.set_xlabel(runs.clock(run).label)
        panel.set_ylabel(quantity)
        panel.set_title(runs.sizes(run))
    return style.figure_of(panel)


def _study(result: Any, ax: Any) -> Figure:
    """One panel per rule with both kinds of update, the overlaps below."""
    rows = rows_of(result, "rule", "update", "updates", "energy")
    rules = values(rows, "rule")
    n = _n_neurons(result)
    quantities = ["energy", "overlap"] if "overlap" in rows[0] else ["energy"]
    names = [f"{quantity}, {rule}" for quantity in quantities for rule in rules]
    curves = dict(getattr(result, "summary", None) or {}).get("curves", {})
    with style.house():
        size = (5.0 * len(rules), 2.9 * len(quantities) + 0.4)
        share: dict[str, Any] = {"sharex": True, "sharey": "row"}
        panels = style.panels(ax, names, len(rules), size, _title(result, curves), **share)
        for index, panel in enumerate(panels):
            quantity, rule = quantities[index // len(rules)], rules[index % len(rules)]
            for place, update in enumerate(values(where(rows, rule=rule), "update")):
                own = ordered(where(rows, rule=rule, update=update), "updates")
                networks = curves.get(f"{rule}/{update}") or [
                    {name: column(own, name) for name in ("updates", *quantities)}
                ]
                _networks(panel, networks, quantity, n or 1, update, place)
            _study_axes(panel, quantity)
            if quantity == "energy":
                panel.set_title(label(rule))
                panel.legend()
            if quantity == quantities[-1] or ax is not None:
                panel.set_xlabel("time (sweeps of N updates)" if n else "updates")
    return style.figure_of(panels[0])


def _networks(
    ax: Axes, networks: Sequence[Any], quantity: str, n: int, update: str, place: int
) -> None:
    """The curves of all networks and their mean; a network that has come to rest stays there."""
    times = [np.asarray(network["updates"]) / n for network in networks]
    curves = [np.asarray(network[quantity], np.float64) for network in networks]
    longest = max(times, key=lambda time: time[-1])
    every = [np.interp(longest, *curve) for curve in zip(times, curves, strict=True)]
    colour, final = style.word_colour(update, place), ""
    if "overlap" in networks[0]:
        final = f", final overlap {np.mean([network['overlap'][-1] for network in networks]):.3f}"
    if len(networks) > 1:
        ax.plot(
            longest, np.transpose(every), color=colour, lw=0.7, alpha=0.35, label=f"_each {update}"
        )
    ax.plot(
        longest,
        np.mean(every, axis=0),
        color=colour,
        marker=("o", "s")[place % 2] if len(longest) <= FEW else "",
        markersize=4.5,
        lw=2.0 if len(networks) > 1 else 1.5,
        label=f"{label(update)}{final}",
    )


def _study_axes(ax: Axes, quantity: str) -> None:
    if quantity == "overlap":
        ax.set_ylim(min(-0.04, ax.get_ylim()[0]), 1.06)
        ax.set_ylabel("overlap m with ξ")
    else:
        ax.set_ylabel("energy E")
    ax.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))


def _n_neurons(result: Any) -> int | None:
    """N of the study, from a recorded run or the configuration; None leaves time in updates."""
    for run in dict(getattr(result, "runs", None) or {}).values():
        return runs.n_neurons(run)
    config = dict(getattr(result, "config", None) or {})
    for name in ("n_neurons", "size"):
        if isinstance(config.get(name), int):
            return int(config[name])
    return None


def _title(result: Any, curves: dict[str, Any]) -> str:
    """N, P, the corruption of the cue and the networks, as far as they are known."""
    config = dict(getattr(result, "config", None) or {})
    n, parts = _n_neurons(result), ["Energy during recall"]
    if n:
        parts.append(f"N = {n} neurons")
    if "n_patterns" in config:
        parts.append(f"P = {config['n_patterns']} patterns")
    if "flipped" in config:
        parts.append(f"{config['flipped']} bits flipped in the cue")
    networks = max(map(len, curves.values()), default=1)
    if networks > 1:
        parts.append(f"{networks} networks, mean bold")
    return " · ".join(parts)
