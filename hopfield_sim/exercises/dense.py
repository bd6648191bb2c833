"""Notebook 5: dense and modern memories, attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopfield_sim.exercises.draws import spins
from hopfield_sim.exercises.exercise import exercise


def _reals(*shape: int) -> np.ndarray:
    return np.random.default_rng((7, *shape)).normal(size=shape)


@exercise(
    5,
    lambda: {
        "n = 2": (spins(3, 6), spins(6), 2),
        "n = 3": (spins(4, 7), spins(7), 3),
        "N = 200": (np.vstack([spins(200), spins(200, seed=1)]), spins(200), 3),
    },
)
def dense_energy(patterns: np.ndarray, state: np.ndarray, order: int) -> float:
    """Energy of a dense associative memory (Krotov and Hopfield 2016).

    Takes patterns of ±1, (P, N), a state of ±1, (N,), both int8, and the power n; returns minus the
    sum over patterns of (ξ·s)ⁿ, where ξ·s is the sum over neurons, not divided by their number.
    """
    return float(-((np.asarray(patterns, dtype=float) @ state) ** order).sum())


def _dots(p: np.ndarray, s: np.ndarray) -> np.ndarray:
    return p.astype(float) @ s


dense_energy.mistake(
    "the sign is wrong: stored patterns lie low", lambda p, s, n: (_dots(p, s) ** n).sum()
)
dense_energy.mistake(
    "the overlaps are divided by the number of neurons",
    lambda p, s, n: -((_dots(p, s) / len(s)) ** n).sum(),
)
dense_energy.mistake(
    "the sums overflow in int8, which ends at 127", lambda p, s, n: -((p @ s) ** n).sum()
)
dense_energy.mistake(
    "the dot products overflow in int8, which ends at 127",
    lambda p, s, n: -((p @ s).astype(float) ** n).sum(),
)
dense_energy.mistake(
    "the power is taken of the sum over patterns, not of each overlap",
    lambda p, s, n: -(_dots(p, s).sum() ** n),
)
dense_energy.mistake(
    "the signs of overlaps are lost: an odd power keeps them",
    lambda p, s, n: -(np.abs(_dots(p, s)) ** n).sum(),
)
dense_energy.mistake("there is a ½ too many", lambda p, s, n: -(_dots(p, s) ** n).sum() / 2)


@exercise(
    5,
    lambda: {
        "β = 1": (_reals(1, 3), 1.0),
        "β = 0.5": (_reals(2, 4), 0.5),
        "as many states as patterns": (_reals(3, 3), 2.0),
        "large scores": (np.array([[1000.0, 999.0, -1000.0]]), 1.0),
        "rows far apart": (np.array([[1000.0, 999.0], [1.0, 0.0]]), 1.0),
    },
)
def softmax(scores: np.ndarray, beta: float) -> np.ndarray:
    """Softmax of every row.

    Takes scores, (B, P), and β; returns weights, (B, P), positive, of which each row sums to 1 and
    which are to each other as the exponentials of β times the scores. Scores may be 1000 and more.
    """
    scaled = beta * np.asarray(scores)
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _soft(x: Any, axis: Any = 1) -> Any:
    w = np.exp(x - x.max(axis=axis, keepdims=True))
    return w / w.sum(axis=axis, keepdims=True)


softmax.mistake(
    "does something overflow",
    lambda s, b: np.exp(b * s) / np.exp(b * s).sum(1, keepdims=True),
)
softmax.mistake(
    "its answer has nan in it (rows far apart)",
    lambda s, b: np.exp(b * (s - s.max())) / np.exp(b * (s - s.max())).sum(1, keepdims=True),
)
softmax.mistake("β is missing", lambda s, b: _soft(s))
softmax.mistake("divided by β, which is an inverse temperature", lambda s, b: _soft(s / b))
softmax.mistake("columns sum to 1, not rows", lambda s, b: _soft(b * s, axis=0))
softmax.mistake("the whole sums to 1, not each row", lambda s, b: _soft(b * s, axis=None))
softmax.mistake(
    "not normalised: each row must sum to 1",
    lambda s, b: np.exp(b * s - (b * s).max(1, keepdims=True)),
)
softmax.mistake(
    "all weight is on the largest: that is argmax", lambda s, b: s == s.max(1, keepdims=True)
)


@exercise(
    5,
    lambda: {
        "β = 1": (_reals(3, 4), _reals(4), 1.0),
        "β = 3": (_reals(4, 4), _reals(4), 3.0),
        "large patterns": (30 * _reals(3, 5), 30 * _reals(5), 1.0),
    },
)
def attention_step(patterns: np.ndarray, state: np.ndarray, beta: float) -> np.ndarray:
    """One step of a modern Hopfield network, which is attention (Ramsauer et al. 2021).

    Takes real patterns, (P, N), a real state, (N,), and β; returns the next state, (N,): the mean
    of the patterns weighted by the softmax of β times their dot products with the state.
    """
    scores = beta * (np.asarray(patterns) @ state)
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ patterns


attention_step.mistake("β is missing", lambda p, x, b: _soft(p @ x, axis=0) @ p)
attention_step.mistake(
    "divided by β, which is an inverse temperature", lambda p, x, b: _soft(p @ x / b, axis=0) @ p
)
attention_step.mistake(
    "does something overflow",
    lambda p, x, b: (np.exp(b * p @ x) @ p) / np.exp(b * p @ x).sum(),
)
attention_step.mistake(
    "the nearest pattern alone comes back, not a weighted mean", lambda p, x, b: p[(p @ x).argmax()]
)
attention_step.mistake(
    "the weights do not sum to 1",
    lambda p, x, b: np.exp(b * p @ x - (b * p @ x).max()) @ p,
)
attention_step.mistake(
    "patterns are weighted by their dot products themselves, without a softmax",
    lambda p, x, b: b * (p @ x) @ p,
)
attention_step.mistake(
    "the scores are divided by √N as in a transformer; here β says it all",
    lambda p, x, b: _soft(b * p @ x / np.sqrt(len(x)), axis=0) @ p,
)


@exercise(
    5,
    lambda: {
        "β = 1": (_reals(3, 4), _reals(4), 1.0),
        "β = 2": (_reals(5, 4), _reals(4), 2.0),
        "large patterns": (40 * _reals(3, 5), 40 * _reals(5), 1.0),
    },
)
def modern_energy(patterns: np.ndarray, state: np.ndarray, beta: float) -> float:
    """Energy of a modern Hopfield network, without its constants.

    Takes real patterns, (P, N), a real state x, (N,), and β; returns x·x/2 minus 1/β times the
    logarithm of the sum over patterns of exp(β ξ·x). Dot products may be 1000 and more.
    """
    scores = beta * (np.asarray(patterns) @ state)
    largest = scores.max()
    return float(state @ state / 2 - (largest + np.log(np.exp(scores - largest).sum())) / beta)


def _lse(x: np.ndarray) -> float:
    return float(x.max() + np.log(np.exp(x - x.max()).sum()))


modern_energy.mistake(
    "does something overflow",
    lambda p, x, b: x @ x / 2 - np.log(np.exp(b * p @ x).sum()) / b,
)
modern_energy.mistake(
    "the logarithm is not divided by β", lambda p, x, b: x @ x / 2 - _lse(b * p @ x)
)
modern_energy.mistake("β is missing", lambda p, x, b: x @ x / 2 - _lse(p @ x))
modern_energy.mistake("the ½ of x·x is missing", lambda p, x, b: x @ x - _lse(b * p @ x) / b)
modern_energy.mistake("the term x·x/2 is missing", lambda p, x, b: -_lse(b * p @ x) / b)
modern_energy.mistake(
    "the sign of the logarithm is wrong", lambda p, x, b: x @ x / 2 + _lse(b * p @ x) / b
)
modern_energy.mistake(
    "the logarithm is to base 10; a natural one is wanted",
    lambda p, x, b: x @ x / 2 - _lse(b * p @ x) / b / np.log(10),
)
modern_energy.mistake(
    "the mean over patterns is taken, not the sum",
    lambda p, x, b: x @ x / 2 - (_lse(b * p @ x) - np.log(len(p))) / b,
)
