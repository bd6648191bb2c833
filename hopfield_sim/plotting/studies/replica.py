"""Overlap after recall against load, with that of replica theory."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hopfield_sim import checks
from hopfield_sim.plotting import style, theory_lines
from hopfield_sim.plotting.rows import averaged, column, rows_of, where
from hopfield_sim.plotting.studies.sizes import draw_sizes, panels_by_rule

# Loads at which the lines are computed; theory's curves are smooth between them.
POINTS = 80


@checks.by_name
def overlap_by_load(result: Any, *, ax: Any = None) -> Figure:
    """Plot the mean overlap with the pattern after recall against the load t/N, one panel per rule.

    For Hebbian weights, m(α) is shown, the overlap of the retrieval state of an infinite network at
    T = 0, with the load α_c = 0.138 at which that state disappears. Beyond it a finite network
    keeps some of its initial overlap, the less the larger it is.

    Parameters
    ----------
    result : Result
        Result of the capacity study, or any object with ``.rows``: dicts with the columns rule,
        n_neurons, n_patterns, overlap and overlap_se (networks is optional).
    ax : sequence of matplotlib Axes, optional
        Axes to draw into, one per rule; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If the result has no rows or lacks a column.

    References
    ----------
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Annals of Physics 173, 30 (1987).

    Examples
    --------
    >>> row = {"rule": "hebbian", "n_neurons": 9, "n_patterns": 1, "overlap": 1.0}
    >>> overlap_by_load([row]).axes[0].get_ylabel()
    'overlap m after recall'
    """
    rows = rows_of(result, "rule", "n_neurons", "n_patterns", "overlap")
    with style.house():
        panels = panels_by_rule(rows, f"Overlap after recall · {averaged(rows)}", ax)
        for rule, panel in panels.items():
            draw_sizes(panel, rows, rule, "n_patterns", "overlap", by_load=True)
            _replica(panel, rule)
            measured = column(where(rows, rule=rule), "overlap")
            # Failed trials leave nan.
            least = float(np.min(measured, initial=1.0, where=~np.isnan(measured)))
            panel.set_xlim(0, None)
            panel.set_ylim(max(least - 0.08, -1.04), 1.02)
            panel.set_xlabel("load t / N")
            panel.set_ylabel("overlap m after recall")
    return style.figure_of(panel)


def _replica(ax: Axes, rule: str) -> None:
    """m(α) of the infinite network, including the jump at α_c."""
    curve = theory_lines.retrieval_overlap(rule, POINTS)
    if curve is not None:
        loads, overlaps = curve
        words = "theory, N → ∞"
        (line,) = ax.plot(loads, overlaps, color=style.INK, ls="--", lw=1.6, zorder=4, label=words)
        words = rf"$α_c$ = {loads[-1]:.3f}"
        gone = ax.axvline(loads[-1], color=style.INK, ls=":", lw=1.2, zorder=1, label=words)
        ax.legend(handles=[line, gone], loc="lower left")
