"""Notebook 2: capacity and crosstalk."""

from __future__ import annotations

import math

import numpy as np

from hopfield_sim.exercises.draws import couplings, ring, spins
from hopfield_sim.exercises.exercise import exercise


@exercise(2, lambda: {"P = 1": (spins(1, 6),), "P = 3": (spins(3, 8),), "P = 5": (spins(5, 9),)})
def crosstalk(patterns: np.ndarray) -> np.ndarray:
    """Crosstalk at every bit of every pattern.

    Takes patterns of ±1, (P, N); returns C, (P, N): the part of the field of neuron i in pattern μ
    that comes from the other patterns ν ≠ μ through Hebb's weights (1/N, zero diagonal: j ≠ i),
    times ξ_i of pattern μ. A bit is unstable where C falls so low that the signal is outweighed.
    """
    xi = np.asarray(patterns, dtype=float)
    n_neurons = xi.shape[1]
    weights = xi.T @ xi / n_neurons
    np.fill_diagonal(weights, 0)
    return xi * (xi @ weights) - (n_neurons - 1) / n_neurons


def _aligned(p: np.ndarray) -> np.ndarray:
    xi = p.astype(float)
    return xi * (xi @ (xi.T @ xi)) / xi.shape[1]


crosstalk.mistake(
    "the pattern itself is in the sum: that part is the signal",
    lambda p: _aligned(p) - len(p) / p.shape[1],
)
crosstalk.mistake("the neuron itself is in the sum: j ≠ i", lambda p: _aligned(p) - 1)
crosstalk.mistake(
    "the signal is taken for 1: it lacks the neuron itself",
    lambda p: crosstalk.solution(p) - 1 / p.shape[1],
)
crosstalk.mistake(
    "the field is not multiplied by the bit itself: its sign says nothing yet",
    lambda p: p * crosstalk.solution(p),
)
crosstalk.mistake(
    "the sign is turned round: harmful crosstalk is negative here",
    lambda p: -crosstalk.solution(p),
)
crosstalk.mistake(
    "divided by the number of patterns, not of neurons",
    lambda p: crosstalk.solution(p) * p.shape[1] / len(p),
)
crosstalk.mistake(
    "not divided by the number of neurons", lambda p: crosstalk.solution(p) * p.shape[1]
)


@exercise(2, lambda: {"P/N = 0.138": (0.138,), "P/N = 0.5": (0.5,), "P/N = 1.7": (1.7,)})
def one_step_error(load: float) -> float:
    """Probability that a stored bit flips in the first step.

    Takes the load α = P/N, a number; returns the probability that Gaussian crosstalk of mean 0 and
    variance α outweighs a signal of 1.
    """
    return math.erfc(1 / math.sqrt(2 * load)) / 2


one_step_error.mistake(
    "the ½ is missing: only crosstalk of one sign flips a bit",
    lambda a: math.erfc(1 / math.sqrt(2 * a)),
)
one_step_error.mistake(
    "the tail of erfc is that of a Gaussian of variance ½: a √2 is missing",
    lambda a: math.erfc(1 / math.sqrt(a)) / 2,
)
one_step_error.mistake(
    "α is the variance, not the standard deviation", lambda a: math.erfc(1 / a / math.sqrt(2)) / 2
)
one_step_error.mistake(
    "that is the probability that the bit stays",
    lambda a: 1 - math.erfc(1 / math.sqrt(2 * a)) / 2,
)
one_step_error.mistake(
    "that is erf, the probability near the mean, where the tail is wanted",
    lambda a: math.erf(1 / math.sqrt(2 * a)) / 2,
)


@exercise(2, lambda: {"N = 100": (100,), "N = 2500": (2500,)})
def capacity_all(n_neurons: int) -> float:
    """Number of patterns that are all fixed points, every bit of every one (McEliece et al. 1987).

    Takes the number of neurons N; returns the leading term for large N, not rounded: N over four
    times the natural logarithm of N.
    """
    return float(n_neurons / (4 * np.log(n_neurons)))


capacity_all.mistake(
    "the logarithm is to base 10; a natural one is wanted", lambda n: n / (4 * np.log10(n))
)
capacity_all.mistake(
    "the logarithm is to base 2; a natural one is wanted", lambda n: n / (4 * np.log2(n))
)
capacity_all.mistake(
    "that is the capacity for most patterns, with 2 in place of 4", lambda n: n / (2 * np.log(n))
)
capacity_all.mistake("rounded down", lambda n: n // (4 * np.log(n)))
capacity_all.mistake("multiplied by the logarithm", lambda n: n / 4 * np.log(n))


@exercise(
    2,
    lambda: {
        "three patterns": (couplings(5), spins(3, 5)),
        "a stored one": (np.outer(spins(6), spins(6)) - np.eye(6), np.vstack([spins(6)] * 2)),
        "ties": (ring(6), np.vstack([np.repeat([1, 1, -1], 2), spins(6), np.ones(6)])),
    },
)
def stable_fraction(weights: np.ndarray, patterns: np.ndarray) -> float:
    """Fraction of patterns that are fixed points.

    Takes weights, (N, N), and patterns of ±1, (P, N); returns the fraction of patterns of which no
    neuron wants to change. A field of 0 changes nothing.
    """
    aligned = patterns * (patterns @ np.asarray(weights).T)
    return float(np.mean((aligned >= 0).all(axis=1)))


def _aligned_fields(w: np.ndarray, p: np.ndarray) -> np.ndarray:
    return p * (p @ w.T)


stable_fraction.mistake(
    "that is the fraction of bits: one unstable bit spoils its pattern",
    lambda w, p: np.mean(_aligned_fields(w, p) >= 0),
)
stable_fraction.mistake(
    "a field of 0 counts as unstable", lambda w, p: np.mean((_aligned_fields(w, p) > 0).all(1))
)
stable_fraction.mistake(
    "that is their number: divide by the number of patterns",
    lambda w, p: np.sum((_aligned_fields(w, p) >= 0).all(1)),
)
stable_fraction.mistake(
    "the neurons of all patterns are taken together: look at one pattern at a time",
    lambda w, p: np.mean((_aligned_fields(w, p) >= 0).all(0)),
)
