"""Modern Hopfield networks: retrieval of single memories and metastable means of several."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.experiment.common.helpers import law, repeats, room
from hopfield_sim.experiment.studies.modern import QUESTION, SECONDS
from hopfield_sim.experiment.studies.modern.page import page, sentence
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.models import ModernHopfield
from hopfield_sim.support.crossing import crossing

__all__ = ["STUDY", "modern"]

Floats = NDArray[np.float64]

BETAS = tuple(
    float(f"{beta:.3g}")
    for beta in sorted([*np.logspace(-3, 0.5, 22), *np.linspace(0.116, 0.13, 8)])
)
"""Evenly spaced, and more where cues of 100 patterns in 64 dimensions begin to end at their own."""

NEAR = 0.1
"""Largest distance of a retrieved state from its memory, as a fraction of the memory's length."""

CUE_NOISE = 0.3

CLUSTERS, MEMBERS, SPREAD = 5, 8, 0.35

MEASURES = ("retrieved", "overlap", "memories", "weight")


@dataclass(frozen=True, eq=False)
class Modern(Study):
    """Retrieve random patterns on a sphere of radius √(d − 1), by the dot product.

    Four parts. ``beta``: from cues with noise (0.3 of the pattern's length) against β.
    ``metastable``: the same for patterns in 5 clusters of 8. ``noise``: against the length of the
    noise, at some β. ``patterns``: from the patterns themselves against their number, at β = 1 and
    some d, where the capacity grows exponentially with d.

    Returns
    -------
    Result
        Columns part, n_neurons (d), n_patterns, beta, noise, networks; retrieved (the final state
        is within a tenth of the pattern's length), overlap (cosine of the final state with the
        pattern), memories (1/Σ w², the effective number of memories in the final state) and weight
        (of the pattern's own memory at the pattern itself) with standard errors over networks;
        weight_theory, of ``theory.modern_weight``; retrieved_theory, the probability that the
        pattern is nearer to the cue than all others (``theory.modern_nearest``). nan where a part
        does not measure a column. ``summary["half"]`` has the number of patterns at which a pattern
        has half of its own attention, with its standard error and theory's, by d of ``patterns``.

    References
    ----------
    H. Ramsauer et al., ICLR 2021 (arXiv:2008.02217).

    Examples
    --------
    >>> result = modern(sizes=[4], networks=1, n_neurons=9, n_patterns=3, betas=[1e-6, 9.0],
    ...                 counts=[2], noises=[0.0], noise_betas=[9.0], queries=3, rng=0)
    >>> [round(r["memories"], 3) for r in result.rows if r["part"] == "beta"]
    [3.0, 1.0]
    """

    name = "modern"
    question = QUESTION
    small = {"networks": 2, "sizes": (8, 12), "counts": (10, 100, 1000), "queries": 50}
    seconds = SECONDS

    sizes: Sequence[int] = option(
        (8, 12, 16, 20), kinds.integers(2), "dimensions, d, of ``patterns``"
    )
    networks: int | None = repeats(
        "number of independent sets of patterns; 8 by default", default=8
    )
    _: KW_ONLY
    n_neurons: int = option(64, kinds.integer(2), "dimension, d, of ``beta`` and ``noise``")
    n_patterns: int = option(
        100, kinds.integer(2), "number of patterns, P, of ``beta`` and ``noise``"
    )
    betas: Sequence[float] = option(BETAS, kinds.reals(1e-12), "β of ``beta`` and ``metastable``")
    counts: Sequence[int] = option(
        (10, 30, 100, 300, 1000, 3000, 10000, 30000),
        kinds.integers(2),
        "numbers of patterns, P, of ``patterns``",
    )
    noises: Sequence[float] = option(
        tuple(np.linspace(0, 4, 17).tolist()),
        kinds.reals(0.0),
        "lengths of the noise of ``noise``, in units of a pattern's length",
    )
    noise_betas: Sequence[float] = option((0.15, 0.3, 1.0), kinds.reals(1e-12), "β of ``noise``")
    queries: int = option(100, kinds.integer(1), "number of cues for each point and network")

    def settle(self, config: Config) -> Config:
        """Check that the patterns and cues of the largest network fit into memory."""
        n, d, queries = config["n_neurons"], config["sizes"][-1], config["queries"]
        room([(config["n_patterns"], n), (config["counts"][-1], d), (queries, max(n, d))])
        return config

    def cells(self) -> list[Cell]:
        """Return one cell for each curve, or for several curves of the same patterns."""
        config = self.config
        trials, n = config["networks"], config["n_neurons"]
        cells = [
            Cell({"part": part, "n_neurons": n}, trials) for part in ("beta", "metastable", "noise")
        ]
        cells += [Cell({"part": "patterns", "n_neurons": d}, trials) for d in config["sizes"]]
        return cells

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Return the points of the curves of one set of patterns, in order."""
        config = self.config
        return {"points": _PARTS[cell["part"]](config, cell["n_neurons"], rng)}

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each point, with theory."""
        config = self.config
        rows: list[Row] = []
        halves: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            part, d = cell.values["part"], cell.values["n_neurons"]
            for points in zip(*(payload["points"] for payload in trials), strict=True):
                first = points[0]
                row: Row = {"part": part, "n_neurons": d}
                row |= {name: first[name] for name in ("n_patterns", "beta", "noise")}
                row["networks"] = len(points)
                for name in MEASURES:
                    row[name], row[f"{name}_se"] = mean_and_error([p[name] for p in points])
                row["weight_theory"] = row["retrieved_theory"] = math.nan
                if part != "metastable":
                    row["weight_theory"] = law(
                        "modern_weight", first["beta"], 1.0, d, first["n_patterns"]
                    )
                if part == "noise":
                    row["retrieved_theory"] = law(
                        "modern_nearest", first["noise"], d, first["n_patterns"]
                    )
                rows.append(row)
            if part == "patterns":
                halves.append(_half(d, config["counts"], [payload["points"] for payload in trials]))
        dims = ("part", "n_neurons", "n_patterns", "beta", "noise")
        return Result("modern", rows, config, {"half": halves}, dims=dims)

    sentence = staticmethod(sentence)
    page = staticmethod(page)


modern = function(Modern)

STUDY = Modern


def _sphere(count: int, d: int, rng: np.random.Generator) -> Floats:
    xi = rng.normal(size=(count, d))
    return _on_sphere(xi)


def _on_sphere(xi: Floats) -> Floats:
    d = xi.shape[1]
    return np.asarray(xi * (math.sqrt(d - 1) / np.linalg.norm(xi, axis=1, keepdims=True)))


def _cues(xi: Floats, noise: float, queries: int, rng: np.random.Generator) -> tuple[Floats, Any]:
    """Return noisy patterns and their indices; the noise has ``noise`` times a pattern's length."""
    own = np.resize(rng.permutation(len(xi)), queries)
    d = xi.shape[1]
    return xi[own] + noise * math.sqrt((d - 1) / d) * rng.normal(size=(queries, d)), own


def _point(beta: float, xi: Floats, cues: Floats, own: Any, config: Config) -> Payload:
    """Recall the cues, and return the means of all measures."""
    mem = ModernHopfield(beta, backend=config["backend"]).store(xi)
    end = mem.recall(cues, max_steps=50, advise=False).states
    wanted, length = xi[own], math.sqrt(xi.shape[1] - 1)
    sizes = np.linalg.norm(end, axis=1)
    at_end, at_pattern = mem.attention(end), mem.attention(wanted)
    return {
        "n_patterns": len(xi),
        "beta": beta,
        "retrieved": float((np.linalg.norm(end - wanted, axis=1) <= NEAR * length).mean()),
        "overlap": float((np.einsum("bi,bi->b", end, wanted) / (length * sizes)).mean()),
        "memories": float((1 / (at_end**2).sum(axis=1)).mean()),
        "weight": float(at_pattern[np.arange(len(own)), own].mean()),
    }


def _beta(config: Config, d: int, rng: np.random.Generator) -> list[Payload]:
    xi = _sphere(config["n_patterns"], d, rng)
    cues, own = _cues(xi, CUE_NOISE, config["queries"], rng)
    points = [_point(beta, xi, cues, own, config) for beta in config["betas"]]
    return [point | {"noise": CUE_NOISE} for point in points]


def _metastable(config: Config, d: int, rng: np.random.Generator) -> list[Payload]:
    centres = _sphere(CLUSTERS, d, rng).repeat(MEMBERS, axis=0)
    xi = _on_sphere(centres + SPREAD * rng.normal(size=centres.shape))
    cues, own = _cues(xi, 0.0, config["queries"], rng)
    points = [_point(beta, xi, cues, own, config) for beta in config["betas"]]
    return [point | {"noise": 0.0} for point in points]


def _noise(config: Config, d: int, rng: np.random.Generator) -> list[Payload]:
    xi = _sphere(config["n_patterns"], d, rng)
    points = []
    for noise in config["noises"]:
        cues, own = _cues(xi, noise, config["queries"], rng)
        points += [
            _point(beta, xi, cues, own, config) | {"noise": noise} for beta in config["noise_betas"]
        ]
    return points


def _patterns(config: Config, d: int, rng: np.random.Generator) -> list[Payload]:
    xi = _sphere(max(config["counts"]), d, rng)
    points = []
    for count in config["counts"]:
        own = np.resize(rng.permutation(count), config["queries"])
        points.append(_point(1.0, xi[:count], xi[own], own, config) | {"noise": 0.0})
    return points


_PARTS: dict[str, Callable[[Config, int, np.random.Generator], list[Payload]]] = {
    "beta": _beta,
    "metastable": _metastable,
    "noise": _noise,
    "patterns": _patterns,
}


def _half(d: int, counts: Sequence[int], trials: Sequence[Sequence[Payload]]) -> Row:
    """Return the number of patterns at which a pattern has half of its own attention, β = 1."""
    weights = [[point["weight"] for point in points] for points in trials]
    half_weight = crossing(np.log(counts), weights, 0.5)
    # w = 1/(1 + (P − 1) f) is ½ at P = 1 + 1/f, and f = 1/w − 1 with P = 2.
    f = 1 / law("modern_weight", 1.0, 1.0, d, 2) - 1
    theory_half = 1 + 1 / f if f else math.inf  # beyond the range of a float
    half = math.exp(half_weight.value)
    return {
        "n_neurons": d,
        "half": half,
        "half_se": half * half_weight.error,
        "theory": theory_half,
    }
