"""Lines and curves of theory by load and another direction: temperature, flips, order or β."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hopfield_sim import theory
from hopfield_sim.plotting import style, theory_lines
from hopfield_sim.plotting.rows import Row, column

POINTS = 80
"""Loads at which the lines are computed; theory's curves are smooth between them."""

_LINES = {
    "glass": ("$T_g$, spin glass below", ":"),
    "retrieval": ("$T_M$, retrieval states below", "-"),
    "thermodynamic": ("$T_c$, lowest in free energy below", "--"),
    "replica_symmetry": ("$T_R$, replica symmetry breaks below", "-."),
}


def _nothing(*_: Any) -> None:
    pass


@dataclass(frozen=True)
class Way:
    """A direction beside the load.

    Parameters
    ----------
    axis : str
        Label of its axis.
    keys : sequence of (words, dashes)
        What the legend says of its lines.
    draw : callable
        Draws the lines: (axes, rows, N, temperature).
    curve : callable
        Draws the overlap of theory along it: (axes, value of the panel, N, all x, temperature).
    loads : str
        Label of the axis of loads.
    kind, usual : str
        What says the kind of memory in a configuration, and its value that the lines are of.
    """

    axis: str
    keys: Sequence[tuple[str, str]] = ()
    draw: Callable[[Axes, list[Row], int, float], None] = _nothing
    curve: Callable[[Axes, float, int, NDArray[np.float64], float], None] = _nothing
    loads: str = "load α = P / N"
    kind: str = "rule"
    usual: str = "hebbian"

    def called(self, config: Mapping[str, Any]) -> str:
        """The kind of memory of a configuration, by default the usual one."""
        return str(config.get(self.kind, self.usual))


def edges(middles: NDArray[np.float64], least: float = 0.0) -> NDArray[np.float64]:
    """Ends of cells around these points, at ``least`` and above."""
    if len(middles) == 1:
        half = 0.5 * abs(middles[0]) or 0.5
        return np.array([middles[0] - half, middles[0] + half]).clip(least)
    between = 0.5 * (middles[1:] + middles[:-1])
    first, last = 1.5 * middles[0] - 0.5 * middles[1], 1.5 * middles[-1] - 0.5 * middles[-2]
    return np.concatenate([[max(first, least)], between, [last]])


def _line(panel: Axes, x: Any, y: Any, along: str) -> None:
    ((words, dashes),) = WAYS[along].keys
    panel.plot(x, y, color=style.INK, ls=dashes, lw=1.5, label=words)


def draw(panel: Axes, lines: theory.PhaseLines) -> None:
    """Draw all lines by temperature."""
    for name, (words, dashes) in _LINES.items():
        panel.plot(*to_zero(lines, name), color=style.INK, ls=dashes, lw=1.3, label=words)


def to_zero(lines: Any, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A line, with its drop to T = 0 where it ends, but for a bulge that is thinner than itself."""
    temperatures = getattr(lines, name)
    there = ~np.isnan(temperatures)
    loads, line = lines.loads[there], temperatures[there]
    if name in ("glass", "replica_symmetry") or there.all():
        return loads, line
    return np.append(loads, loads[-1]), np.append(line, 0.0)


def _by_temperature(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    draw(panel, theory_lines.phases(POINTS, panel.get_xlim()[1]))


def _by_flips(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    lines = theory_lines.phases(POINTS)
    loads, line = (x[::-1] for x in to_zero(lines, "retrieval"))
    end = float(np.interp(temperature, line, loads, right=0.0))
    _line(panel, [end, end], panel.get_ylim(), "flips")


def _by_order(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    orders = np.unique(column(rows, "order"))
    sides = edges(orders)
    for order, low, high in zip(orders.astype(int).tolist(), sides, sides[1:], strict=False):
        critical = theory.dense_critical_load(order)
        _line(panel, [critical, critical], (low, high), "order")


def _by_beta(panel: Axes, rows: list[Row], n: int, temperature: float) -> None:
    loads = np.geomspace(*panel.get_xlim(), POINTS)
    counts = np.maximum(np.rint(loads * n), 1).astype(int)
    _line(panel, loads, theory.modern_critical_beta(counts), "beta")


def _temperature_theory(panel: Axes, load: float, n: int, xs: Any, temperature: float) -> None:
    """m(T) of an infinite network, including the jump at T_M."""
    end = theory.phase_lines(load).retrieval
    if np.isnan(end):
        panel.axhline(0.0, color=style.INK, ls="--", lw=1.2, zorder=1)
        return
    # The square root gathers points at T_M, where m falls with a vertical slope.
    t = end * (1 - np.linspace(1, 1e-4, POINTS) ** 2)
    m = theory.retrieval_overlap(load, t)
    _dashed(panel, np.append(t, end), np.append(m, 0.0))


def _order_theory(panel: Axes, order: float, n: int, xs: Any, temperature: float) -> None:
    """m(load) at T = 0, including the jump at the critical load."""
    if temperature == 0:
        end = theory.dense_critical_load(int(order))
        loads = np.append(np.geomspace(min(xs.min(), end) or end / 100, end, POINTS), end)
        m = theory.dense_retrieval_overlap(loads, int(order))
        m[-1] = 0.0
        _dashed(panel, loads, m)


def _beta_theory(panel: Axes, load: float, n: int, xs: Any, temperature: float) -> None:
    """m(β) with as many patterns, including the jump."""
    count = max(round(load * n), 1)
    start = theory.modern_critical_beta(count)
    betas = np.linspace(start, max(xs.max(), start), POINTS)
    m = theory.modern_retrieval_overlap(count, betas)
    _dashed(panel, np.append(start, betas), np.append(0.0, m))


def _dashed(panel: Axes, x: Any, y: Any) -> None:
    panel.plot(x, y, color=style.INK, ls="--", lw=1.2, zorder=1)


WAYS = {
    "temperature": Way(
        "temperature T",
        [(words.removesuffix(" below"), dashes) for words, dashes in _LINES.values()],
        _by_temperature,
        _temperature_theory,
    ),
    "flips": Way(
        "fraction of flipped bits",
        [("states near patterns exist on the left, N → ∞", "-")],
        _by_flips,
    ),
    "activity": Way("activity, fraction of +1"),
    "order": Way(
        "order n",
        [("critical load at T = 0, N → ∞", "-")],
        _by_order,
        _order_theory,
        "load P / N$^{n-1}$",
        kind="interaction",
        usual="polynomial",
    ),
    "beta": Way(
        "inverse temperature βN",
        [("states near patterns exist above, N → ∞", "-")],
        _by_beta,
        _beta_theory,
        kind="similarity",
        usual="dot",
    ),
}
"""By the name of their column."""
