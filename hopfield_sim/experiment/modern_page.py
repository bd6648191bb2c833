"""What the study of modern Hopfield networks says, and shows on the report's page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hopfield_sim.experiment.pages import Pages
from hopfield_sim.experiment.result import Result, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["page", "sentence"]


def sentence(result: Result) -> str:
    """Say where the three regimes lie, what clusters do, and how the capacity grows."""
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
            + ("; between, at means of some of them." if between else ", with nothing between: ")
            + ("" if between else "random patterns are all equally far from each other.")
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
    """The number of patterns at which the own weight falls to ½, by d, as theory has it."""
    from hopfield_sim import theory

    sizes = sorted({int(r["n_neurons"]) for r in _part(result, "patterns")})
    if len(sizes) < 2:
        return ""
    half = {d: 1 + 1 / (1 / theory.modern_weight(1.0, 1.0, d, 2) - 1) for d in sizes}
    low, high = sizes[0], sizes[-1]
    factor = (half[high] / half[low]) ** (1 / (high - low))
    listed = ", ".join(f"{half[d]:.0f} at d = {d}" for d in sizes)
    worst = max(float(r["weight_theory"]) - float(r["weight"]) for r in _part(result, "patterns"))
    return (
        f"At β = 1 a pattern on the sphere has half of its own attention with so many patterns "
        f"stored: {listed} (theory): {factor:.2f} times as many for each dimension more. The "
        f"weights measured lie on or above the theory's (at most {max(worst, 0.0):.3f} below), "
        "which averages the sum that they divide by."
    )


def _part(result: Result, part: str) -> list[Row]:
    return [row for row in result.rows if row["part"] == part]


def page(result: Result) -> Pages:
    """Four figures."""
    from hopfield_sim.plotting import modern

    figures: list[tuple[str, str, Figure]] = []
    for figure, words in (
        (
            "beta",
            "Random patterns on a sphere: of how many memories the end is a mean, how near it is "
            "to its pattern, and the weight that a pattern gives to itself, with theory dashed.",
        ),
        (
            "metastable",
            "Patterns in clusters: plateaus at all memories, at those of a cluster, and at one.",
        ),
        (
            "noise",
            "Cues with noise: the fraction retrieved, and (dashed, for independent normal "
            "similarities) the chance that the pattern is still the nearest: no β helps then.",
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
