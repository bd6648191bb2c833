"""Theoretical curves for measured points, for the rules with known predictions."""

from __future__ import annotations

import functools
import math
from bisect import bisect_left
from importlib.util import find_spec
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, theory
from hopfield_sim.rules import RULES


@functools.cache
def available() -> bool:
    """Whether SciPy, which most curves need, is installed; warns once if it is not."""
    installed = find_spec("scipy") is not None
    if not installed:
        checks.warn("figures lack most curves of theory, which need SciPy: pip install scipy")
    return installed


def has_stable_fraction(rule: str) -> bool:
    """Whether the one-step error of the rule has a closed form that can be computed."""
    return rule == "hebbian" and available()


def capacity(rule: str, sizes: NDArray[np.float64]) -> tuple[str, NDArray[np.float64]] | None:
    """Predicted capacities of a rule: the formula as text, and its values."""
    known = RULES.get(rule)
    if known is None or known.law is None:
        return None
    return known.law_label, np.asarray(theory.capacity(sizes, known.law), dtype=np.float64)


def stable_fraction(
    rule: str, n_neurons: int, counts: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """The fraction of patterns that are fixed points, (1 − p)^N with the one-step error p of a bit.

    Bits are treated as independent; p is exact, with fields of 0 giving +1 as in the study of the
    course. A pattern recalled without errors is a fixed point, so this is an upper bound of recall.
    """
    if not has_stable_fraction(rule):
        return None
    errors = theory.one_step_error(n_neurons, counts, ties="plus")
    return np.asarray((1.0 - np.asarray(errors, dtype=np.float64)) ** n_neurons)


def critical_load() -> float | None:
    """The critical load α_c of an infinite Hebbian network at T = 0."""
    return theory.critical_load() if available() else None


def retrieval_overlap(
    rule: str, points: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Loads up to α_c and the overlap m(α) of an infinite Hebbian network at T = 0."""
    if rule != "hebbian" or not available():
        return None
    # The square root gathers points at α_c, where m falls with a vertical slope.
    end = theory.critical_load()
    loads = end * (1 - np.linspace(1, 1e-4, points) ** 2)
    return loads, np.asarray(theory.retrieval_overlap(loads), dtype=np.float64)


@functools.cache
def phases(points: int, most: float = 0.16) -> Any:
    """Phase lines of the Hebbian network in replica theory, up to this load."""
    # Dense where the lines are steep: T − 1 goes like −√α at 0, and each line ends at a load.
    steep = most * np.linspace(0.0, 1.0, points) ** 2
    ends = [np.linspace(0.0500, 0.0532, 9), np.linspace(0.1340, 0.1383, 9)]
    loads = np.unique(np.concatenate([steep, *ends]))
    return theory.phase_lines(loads[loads <= most])


def dense_limit(loads: NDArray[np.float64], order: int) -> NDArray[np.float64] | None:
    """The one-step error of a dense memory of order n at a load P/N^{n−1}, for large N."""
    if not available():
        return None
    n = 10**6
    counts = np.maximum(np.round(loads * float(n) ** (order - 1)), 1.0)
    if counts.max() > 10**18:  # beyond whole numbers of patterns: a smaller N has the same limit
        n = int((1e18 / loads.max()) ** (1 / (order - 1)))
        counts = np.maximum(np.round(loads * float(n) ** (order - 1)), 1.0)
    errors = theory.one_step_error(n, counts.astype(np.int64), order=order, exact=False)
    return np.asarray(errors, dtype=np.float64)


def smooth_errors(
    counts: NDArray[np.float64], errors: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numbers of patterns and one-step errors on a smooth curve through the exact ones.

    The standard normal quantiles of the errors, which are −c/√P in the Gaussian limit, are a
    polynomial of ln P, at most of the fourth degree; errors of 0 have none, and are left out.
    """
    known = (errors > 0) & (errors < 1)
    if not known.any():
        return counts[known], errors[known]
    normal, x = NormalDist(), np.log(counts[known])
    quantiles = [normal.inv_cdf(error) for error in errors[known]]
    curve = np.polynomial.Polynomial.fit(x, quantiles, min(len(x) - 1, 4))
    fine = np.union1d(np.linspace(x.min(), x.max(), 60), x)
    smooth = [math.erfc(-quantile / math.sqrt(2)) / 2 for quantile in curve(fine)]
    return np.exp(fine), np.array(smooth)


def dense_capacity(
    sizes: NDArray[np.float64], order: int, error: float
) -> tuple[NDArray[np.float64], str]:
    """Number of patterns of a dense memory at this one-step error, and the formula as text."""
    law = np.asarray(theory.dense_capacity(sizes, order, error), dtype=np.float64)
    share = theory.dense_capacity(100.0, order, error) / 100.0 ** (order - 1)
    power = "" if order == 2 else "²³⁴⁵"[order - 3]
    return law, f"limit, {share:.4g} N{power}"


def modern_bound(dim: int, n_patterns: int, failure: float) -> float | None:
    """The β from which random patterns on a sphere of radius √(d − 1) are stored for certain.

    Theorem 3 of Ramsauer et al. (ICLR 2021), solved for β; all are stored but for a probability of
    ``failure``. ``None`` where it needs more than β = 1000.
    """
    if not available():
        return None
    least = (2 / failure**0.5) ** (4 / (dim - 1))  # the base for which the theorem holds

    def stored(beta: float) -> bool:
        base = theory.modern_constant(beta, 1.0, dim, failure)
        return base >= least and theory.modern_capacity(beta, 1.0, dim, failure) >= n_patterns

    betas = np.geomspace(1e-3, 1e3, 6001)
    place = bisect_left(betas, True, key=stored)
    return None if place == len(betas) else float(betas[place])
