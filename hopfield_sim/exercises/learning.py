"""Notebook 4: better rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopfield_sim.exercises.draws import couplings, spins
from hopfield_sim.exercises.exercise import exercise
from hopfield_sim.exercises.store import diagonal, hebbian_weights, symmetry


@exercise(4, lambda: {"P = 1": (spins(1, 5),), "P = 2": (spins(2, 6),), "P = 4": (spins(4, 7),)})
def storkey_weights(patterns: np.ndarray) -> np.ndarray:
    """Weights of Storkey's rule (1997).

    Takes patterns of ±1, (P, N), learnt one after another from W = 0; returns W, (N, N). Each
    pattern adds (ξ_i ξ_j - ξ_i h_ji - ξ_j h_ij)/N to W_ij, where h_ij = Σ_k W_ik ξ_k leaves out
    k = i and k = j, with the W before this pattern. At the end the diagonal is set to 0.
    """
    xi = np.asarray(patterns, dtype=float)
    n_neurons = xi.shape[1]
    weights = np.zeros((n_neurons, n_neurons))
    for x in xi:
        own = np.diag(weights) * x
        h = (weights @ x - own)[:, None] - weights * x
        np.fill_diagonal(h, weights @ x - own)
        weights = weights + (np.outer(x, x) - x[:, None] * h.T - h * x) / n_neurons
    np.fill_diagonal(weights, 0)
    return weights


storkey_weights.holds(diagonal)
storkey_weights.holds(symmetry)


def _storkey(
    p: Any, *, own: Any = True, other: Any = True, divide: Any = True, fields: Any = 1
) -> Any:
    n = p.shape[1]
    w = np.zeros((n, n))
    for x in p.astype(float):
        h = np.tile((w @ x)[:, None], n)
        if own:
            h -= (np.diag(w) * x)[:, None]
        if other:
            h -= w * x * (1 - np.eye(n) if own else 1)
        w = w + (np.outer(x, x) - fields * (x[:, None] * h.T + h * x)) / (n if divide else 1)
    return w


def _off(w: np.ndarray) -> np.ndarray:
    return w * (1 - np.eye(len(w)))


storkey_weights.mistake("on its diagonal", _storkey)
storkey_weights.mistake(
    "the fields leave nothing out: without the exclusions k ≠ i, j a pattern disturbs itself",
    lambda p: _off(_storkey(p, own=False, other=False)),
)
storkey_weights.mistake(
    "the fields leave out k = i, but not k = j", lambda p: _off(_storkey(p, other=False))
)
storkey_weights.mistake(
    "the fields leave out k = j, but not k = i", lambda p: _off(_storkey(p, own=False))
)
storkey_weights.mistake(
    "the local fields are missing: that is Hebb's rule", hebbian_weights.solution
)
storkey_weights.mistake(
    "not divided by the number of neurons", lambda p: _off(_storkey(p, divide=False))
)
storkey_weights.mistake(
    "the fields are added, not subtracted", lambda p: _off(_storkey(p, fields=-1))
)


@exercise(4, lambda: {"P = 1": (spins(1, 6),), "P = 3": (spins(3, 8),), "P = 4": (spins(4, 9),)})
def pseudoinverse_weights(patterns: np.ndarray) -> np.ndarray:
    """Weights of the pseudo-inverse rule.

    Takes linearly independent patterns of ±1, (P, N); returns W, (N, N), which projects on the
    patterns, Σ_μν ξ_i^μ (Q⁻¹)_μν ξ_j^ν / N with their overlaps Q, (P, P), and has its diagonal set
    to 0 afterwards.
    """
    xi = np.asarray(patterns, dtype=float)
    weights = np.linalg.pinv(xi) @ xi
    np.fill_diagonal(weights, 0)
    return weights


pseudoinverse_weights.holds(diagonal)
pseudoinverse_weights.holds(symmetry)


def _projector(p: np.ndarray) -> np.ndarray:
    return np.linalg.pinv(p.astype(float)) @ p


pseudoinverse_weights.mistake("on its diagonal", _projector)
pseudoinverse_weights.mistake(
    "the overlaps between patterns are not taken into account: that is Hebb's rule",
    hebbian_weights.solution,
)
pseudoinverse_weights.mistake(
    "divided by the number of neurons once too often: overlaps are divided by it too",
    lambda p: _off(_projector(p)) / p.shape[1],
)
pseudoinverse_weights.mistake(
    "not divided by the number of neurons", lambda p: _off(_projector(p)) * p.shape[1]
)
pseudoinverse_weights.mistake(
    "the overlaps are used as they are, not inverted",
    lambda p: _off(p.T @ ((p.astype(float) @ p.T) / p.shape[1]) @ p / p.shape[1]),
)


@exercise(
    4,
    lambda: {
        "W = 0": (np.zeros((5, 5)), spins(5)),
        "N = 6": (couplings(6, symmetric=False), spins(6)),
        "N = 9": (couplings(9, symmetric=False), spins(9)),
    },
)
def perceptron_step(weights: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    """One step of perceptron learning.

    Takes weights with zero diagonal, (N, N), and a pattern of ±1, (N,); returns new weights. Each
    neuron i for which ξ_i h_i is not positive adds ξ_i ξ_j / N to its row W_ij, j ≠ i; the rows
    of all others stay.
    """
    xi = np.asarray(pattern, dtype=float)
    wrong = xi * (weights @ xi) <= 0
    step = np.outer(xi * wrong, xi) / len(xi)
    np.fill_diagonal(step, 0)
    return weights + step


perceptron_step.holds(diagonal)


def _step(w: Any, x: Any, wrong: Any, by: Any = None) -> Any:
    return w + _off(np.outer(x * wrong(x * (w @ x)), x) / (by or len(x)))


def _step_in_place(w: Any, x: Any) -> Any:
    w += perceptron_step.solution(w, x) - w
    return w


perceptron_step.mistake(
    "on its diagonal", lambda w, x: w + np.outer(x * (x * (w @ x) <= 0), x) / len(x)
)
perceptron_step.mistake(
    "a field of 0 does not count as wrong: from W = 0 nothing is ever learnt",
    lambda w, x: _step(w, x, lambda a: a < 0),
)
perceptron_step.mistake(
    "every neuron learns: only those that are wrong should", lambda w, x: _step(w, x, np.ones_like)
)
perceptron_step.mistake(
    "the neurons that are right learn, the others do not",
    lambda w, x: _step(w, x, lambda a: a > 0),
)
perceptron_step.mistake(
    "not divided by the number of neurons", lambda w, x: _step(w, x, lambda a: a <= 0, 1)
)
perceptron_step.mistake(
    "columns learn in place of rows: W_ij leads from j to i",
    lambda w, x: w + (perceptron_step.solution(w, x) - w).T,
)
perceptron_step.mistake("in place", _step_in_place)


@exercise(
    4,
    lambda: {
        "P = 1": (couplings(5, symmetric=False), spins(1, 5)),
        "P = 3": (couplings(7, symmetric=False), spins(3, 7)),
    },
)
def stabilities(weights: np.ndarray, patterns: np.ndarray) -> np.ndarray:
    """Stability of every bit (Gardner 1988).

    Takes weights, (N, N), and patterns of ±1, (P, N); returns γ, (P, N): ξ_i h_i divided by the
    Euclidean length of row i of W. It does not change when a row is multiplied by a number.
    """
    weights = np.asarray(weights)
    return patterns * (patterns @ weights.T) / np.linalg.norm(weights, axis=1)


stabilities.mistake(
    "not divided by the lengths of the rows: larger weights would seem more stable",
    lambda w, p: p * (p @ w.T),
)
stabilities.mistake(
    "divided by the length of the whole matrix, not of each row",
    lambda w, p: p * (p @ w.T) / np.linalg.norm(w),
)
stabilities.mistake(
    "divided by the lengths of columns, not of rows",
    lambda w, p: p * (p @ w.T) / np.linalg.norm(w, axis=0),
)
stabilities.mistake(
    "the field is not multiplied by the bit itself",
    lambda w, p: (p @ w.T) / np.linalg.norm(w, axis=1),
)
stabilities.mistake(
    "divided by squared lengths: a root is missing",
    lambda w, p: p * (p @ w.T) / (w**2).sum(1),
)
stabilities.mistake(
    "divided by sums of absolute weights, not by Euclidean lengths",
    lambda w, p: p * (p @ w.T) / np.abs(w).sum(1),
)
