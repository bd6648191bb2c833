"""Summary and report page of the modern study."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, with_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["page", "sentence"]


def sentence(result: Result) -> str:
    """Summarise the three regimes, the effect of clusters, and the growth of the capacity."""
    beta = _part(result, "beta")
    count = int(beta[0]["n_patterns"])
    mixed = [float(r["beta"]) for r in beta if float(r["memories"]) > 0.9 * count]
    single = [float(r["beta"]) for r in beta if float(r["retrieved"]) >= 0.99]
    parts = []
    if mixed and single:
        between = [b for b in (float(r["beta"]) for r in beta) if max(mixed) < b < min(single)]
        parts.append(
            f"Up to β = {max(mixed):.2g} every cue ends at the mean of all {count} memories, from "
            f"β = {min(single):.2g} on at its own memory"
            + ("; between, some at the one and some at the other: " if between else ": ")
            + "random patterns are all equally far from each other, so that no few of them have a "
            "mean of their own."
        )
    clusters = _part(result, "metastable")
    plateau = [float(r["beta"]) for r in clusters if abs(float(r["memories"]) - 8) < 0.8]
    if plateau:
        parts.append(
            f"Where memories come in clusters of 8 the means of the clusters are states of their "
            f"own, metastable, from β = {min(plateau):.2g} to {max(plateau):.2g}."
        )
    parts.append(_growth(result))
    return " ".join(part for part in parts if part)


def _growth(result: Result) -> str:
    """Describe the number of patterns at which the own weight falls to ½, and its growth with d."""
    rows = result.summary["half"]
    if len(rows) < 2:
        return ""
    listed = ", ".join(
        (with_error(r["half"], r["half_se"]) if r["half"] == r["half"] else "beyond those stored")
        + f" at d = {r['n_neurons']} (theory: {r['theory']:.0f})"
        for r in rows
    )
    words = [
        f"{_factor(of, name):.2f} {how} (d = {of[0]['n_neurons']} to {of[-1]['n_neurons']})"
        for of, name, how in (
            ([r for r in rows if r["half"] == r["half"]], "half", "as measured"),
            (rows, "theory", "by theory"),
        )
        if len(of) > 1
    ]
    return (
        "At β = 1 a pattern on the sphere has half of its own attention with so many patterns "
        f"stored: {listed}. Each dimension more multiplies the number by {' and '.join(words)}."
    )


def _factor(rows: list[Row], name: str) -> float:
    """Return the growth factor of a column for each dimension, from the first row to the last."""
    first, last = rows[0], rows[-1]
    dimensions = int(last["n_neurons"]) - int(first["n_neurons"])
    return (float(last[name]) / float(first[name])) ** (1 / dimensions)


def _part(result: Result, part: str) -> list[Row]:
    return [row for row in result.rows if row["part"] == part]


def page(result: Result) -> Pages:
    """Return the figures of the four parts."""
    from hopfield_sim.plotting import modern

    figures: list[tuple[str, str, Figure]] = []
    for figure, words in (
        (
            "beta",
            "Random patterns on a sphere: of how many memories the end is a mean, how near it is "
            "to its pattern, and the weight that a pattern gives to itself, with theory dashed. "
            "Dotted: from here theorem 3 of Ramsauer et al. guarantees that all patterns are "
            "stored; it bounds from above what is needed, and random patterns need far less.",
        ),
        (
            "metastable",
            "Patterns in clusters: plateaus at all memories, at those of a cluster, and at one.",
        ),
        (
            "noise",
            "Cues with noise: the fraction retrieved, and (dashed, exact for random patterns) the "
            "probability that the pattern is still nearer to the cue than all others: beyond it no "
            "β helps. Points of the same noise stand side by side.",
        ),
        (
            "patterns",
            "The weight of a pattern's own memory against the number of patterns: each dimension "
            "more multiplies the number that can be stored. Dashed: theory.",
        ),
    ):
        figures.append((f"modern-{figure}", words, modern(result, figure)))
    rows = _part(result, "beta")
    error = max(
        abs(float(r["weight"]) - float(r["weight_theory"]))
        for r in rows
        if not math.isnan(float(r["weight"]))
    )
    table = [{"largest |weight − theory| against β": round(error, 4)}]
    return Pages(
        "Modern Hopfield networks: the mean, clusters, single memories",
        figures=figures,
        tables=[("How far theory is off", table)],
    )
