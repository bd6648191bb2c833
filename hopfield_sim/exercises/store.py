"""Notebook 1: store and recall, energy."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopfield_sim.exercises.draws import couplings, ring, spins
from hopfield_sim.exercises.exercise import exercise


def diagonal(weights: np.ndarray, *_: np.ndarray) -> str | None:
    """A neuron is not connected to itself."""
    worst = max(np.diag(weights), key=abs)
    return worst and f"your W has {worst:.4g} on its diagonal; a neuron is not connected to itself"


def symmetry(weights: np.ndarray, *_: np.ndarray) -> str | None:
    """Weights go both ways."""
    if np.allclose(weights, weights.T, atol=1e-5):
        return None
    return "your W is not symmetric: the weight from i to j must be that from j to i"


def signs(states: np.ndarray, *_: object) -> str | None:
    """States are of -1 and +1."""
    other = states[np.abs(states) != 1]
    if not other.size:
        return None
    zero = ": the sign of a field of 0 is 0; at a tie the neuron keeps its state"
    why = "" if other[0] else zero if (states == -1).any() else ": states are not 0 and 1"
    return f"your state has {other[0]:g} in it, not only -1 and +1{why}"


@exercise(
    1,
    lambda: {
        "P = 1": (spins(1, 4),),
        "P = 3": (spins(3, 7),),
        "P = 150": (np.vstack([np.tile(spins(1, 5), (140, 1)), spins(10, 5)]),),
    },
)
def hebbian_weights(patterns: np.ndarray) -> np.ndarray:
    """Weights of Hebb's rule.

    Takes patterns of ±1, (P, N), int8; returns W, (N, N): for i ≠ j the sum over patterns of
    ξ_i ξ_j, divided by the number of neurons. No neuron is connected to itself.
    """
    xi = np.asarray(patterns, dtype=float)
    weights = xi.T @ xi / xi.shape[1]
    np.fill_diagonal(weights, 0)
    return weights


hebbian_weights.holds(diagonal)
hebbian_weights.holds(symmetry)


def _hebb(patterns: np.ndarray, divisor: float) -> np.ndarray:
    xi = patterns.astype(float)
    return xi.T @ xi / divisor * (1 - np.eye(xi.shape[1]))


hebbian_weights.mistake("on its diagonal", lambda p: p.T.astype(float) @ p / p.shape[1])
hebbian_weights.mistake(
    "divided by the number of patterns, not of neurons", lambda p: _hebb(p, len(p))
)
hebbian_weights.mistake(
    "divided by the number of patterns as well as of neurons", lambda p: _hebb(p, p.size)
)
hebbian_weights.mistake("not divided by the number of neurons", lambda p: _hebb(p, 1))
hebbian_weights.mistake(
    "the sum over many patterns overflows in int8, which ends at 127",
    lambda p: (p.T @ p) / p.shape[1] * (1 - np.eye(p.shape[1])),
)
hebbian_weights.mistake(
    "each pattern overwrites the one before it: only the last is stored",
    lambda p: _hebb(p[-1:], p.shape[1]),
)
hebbian_weights.mistake(
    "only the first pattern is stored: does your function return inside its loop?",
    lambda p: _hebb(p[:1], p.shape[1]),
)


@exercise(
    1,
    lambda: {
        "count = 3": (spins(10), 3, np.random.default_rng(1)),
        "count = 0": (spins(10), 0, np.random.default_rng(2)),
    },
    random=True,
)
def perturb(pattern: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """A corrupted copy of a pattern.

    Takes a pattern of ±1, (N,), a number of bits and a numpy.random.Generator; returns a copy in
    which exactly `count` bits, drawn at random, are flipped.
    """
    corrupted = np.array(pattern)
    corrupted[rng.choice(len(corrupted), count, replace=False)] *= -1
    return corrupted


perturb.holds(signs)


@perturb.judge
def _exactly(function: Any) -> Any:
    pattern, rng = spins(12), np.random.default_rng(3)
    flipped = np.array([function(pattern, 8, rng) != pattern for _ in range(200)])
    counts = flipped.sum(1)
    if (counts == 8).all():
        rates = flipped.mean(0)  # 8/12 ± 0.033
        if rates.min() < 0.5 or rates.max() > 0.84:
            return "not every bit is flipped equally often: draw the bits at random every time"
        return None
    if len({tuple(row) for row in flipped}) == 1 or (counts > 8).any():
        return f"asked for 8 flips it made {counts.min()} to {counts.max()}: the number is exact"
    return (
        f"asked for 8 flips it made between {counts.min()} and {counts.max()}: bits drawn with "
        "replacement may be drawn twice, and a bit that is set anew may keep its value"
    )


def _with_replacement(pattern: Any, count: Any, rng: Any) -> Any:
    corrupted = pattern.copy()
    corrupted[rng.choice(len(pattern), count)] *= -1
    return corrupted


def _twice(pattern: Any, count: Any, rng: Any) -> Any:
    corrupted = pattern.copy()
    for site in rng.integers(0, len(pattern), count):
        corrupted[site] = -corrupted[site]
    return corrupted


def _in_place(pattern: Any, count: Any, rng: Any) -> Any:
    pattern[rng.choice(len(pattern), count, replace=False)] *= -1
    return pattern


def _set_anew(pattern: Any, count: Any, rng: Any) -> Any:
    corrupted = pattern.copy()
    corrupted[rng.choice(len(pattern), count, replace=False)] = rng.choice([-1, 1], count)
    return corrupted


perturb.mistake("drawn with replacement", _with_replacement)
perturb.mistake("drawn with replacement", _twice)
perturb.mistake("in place", _in_place)
perturb.mistake("set anew may keep its value", _set_anew)
perturb.mistake(
    "the number is exact",
    lambda p, count, rng: np.where(rng.random(len(p)) < count / len(p), -p, p),
)
perturb.mistake(
    "not every bit is flipped equally often",
    lambda p, count, rng: np.where(np.arange(len(p)) < count, -p, p),
)


@exercise(
    1,
    lambda: {
        "N = 4": (spins(4), spins(4, seed=1)),
        "N = 9": (spins(9), spins(9, seed=2)),
        "N = 200": (spins(200), spins(200)),
        "opposite states": (spins(6), -spins(6)),
    },
)
def overlap(state: np.ndarray, pattern: np.ndarray) -> float:
    """Overlap of a state with a pattern.

    Takes two int8 arrays of ±1, (N,); returns m, a number: 1 if they are equal, -1 if they are
    opposite, near 0 if they are unrelated.
    """
    return float(np.mean(np.asarray(state, dtype=float) * pattern))


overlap.mistake("not divided by the number of neurons", lambda s, p: s.astype(float) @ p)
overlap.mistake("the sum overflows in int8, which ends at 127", lambda s, p: (s @ p) / len(s))
overlap.mistake(
    "that is the fraction of equal bits, which is ½ for unrelated states, not 0",
    lambda s, p: np.mean(s == p),
)
overlap.mistake(
    "that is a fraction of bits that differ: a distance, not an overlap",
    lambda s, p: np.mean(s != p),
)
overlap.mistake(
    "the sign is lost: the opposite of a pattern has overlap -1", lambda s, p: abs(np.mean(s * p))
)


@exercise(
    1,
    lambda: {
        "N = 4": (couplings(4), spins(4)),
        "N = 9": (couplings(9), spins(9)),
    },
)
def energy(weights: np.ndarray, state: np.ndarray) -> float:
    """Energy of a state.

    Takes symmetric weights, (N, N), and a state of ±1, (N,); returns E, a number: minus the sum of
    W_ij s_i s_j in which every pair of neurons counts once.
    """
    return float(-0.5 * state @ weights @ state)


energy.mistake("every pair counts twice: the ½ is missing", lambda w, s: -s @ w @ s)
energy.mistake("the sign is wrong: stored patterns lie low", lambda w, s: s @ w @ s / 2)
energy.mistake("sign and ½ are missing", lambda w, s: s @ w @ s)
energy.mistake("divided by the number of neurons", lambda w, s: -s @ w @ s / 2 / len(s))


@exercise(
    1,
    lambda: {
        "one state": (couplings(4, symmetric=False), spins(1, 4)),
        "three states": (couplings(5, symmetric=False), spins(3, 5)),
        "five states of five neurons": (couplings(5, symmetric=False), spins(5, 5)),
    },
)
def local_fields(weights: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Local fields of several states.

    Takes weights, (N, N), not always symmetric, where W_ij is the weight from neuron j to neuron i,
    and states of ±1, (B, N); returns the fields h_i = Σ_j W_ij s_j of every state, (B, N).
    """
    return np.asarray(states) @ np.asarray(weights).T


local_fields.mistake(
    "the weights are used the wrong way round: W_ij leads from j to i", lambda w, s: s @ w
)
local_fields.mistake(
    "multiplied by the state itself: that is the stability of a neuron, not its field",
    lambda w, s: s * (s @ w.T),
)
local_fields.mistake(
    "divided by the number of neurons: the weights have their 1/N already",
    lambda w, s: s @ w.T / len(w),
)
local_fields.mistake("only the signs are returned", lambda w, s: np.sign(s @ w.T))


@exercise(
    1,
    lambda: {
        "N = 6": (couplings(6), spins(6)),
        "N = 9": (couplings(9, seed=2), spins(9, seed=1)),
        "a tie at -1": (ring(6), np.array([1, -1, -1, -1, 1, 1], dtype=np.int8)),
    },
)
def update_sync(weights: np.ndarray, state: np.ndarray) -> np.ndarray:
    """One synchronous update.

    Takes weights, (N, N), and a state of ±1, (N,); returns the next state, in which every neuron
    has the sign of its field in the state given. Where the field is 0, it keeps its state.
    """
    fields = np.asarray(weights) @ state
    return np.where(fields == 0, state, np.sign(fields))


update_sync.holds(signs)


def _one_by_one(weights: Any, state: Any, order: Any = None, tie: Any = None) -> Any:
    new = state.copy()
    for i in range(len(new)) if order is None else order:
        field = weights[i] @ new
        new[i] = np.sign(field) if field else new[i] if tie is None else tie
    return new


def _sync_in_place(weights: Any, state: Any) -> Any:
    fields = weights @ state
    state[fields != 0] = np.sign(fields[fields != 0])
    return state


update_sync.mistake("the sign of a field of 0 is 0", lambda w, s: np.sign(w @ s))
update_sync.mistake(
    "at a tie your neuron takes +1; it keeps its state", lambda w, s: np.where(w @ s >= 0, 1, -1)
)
update_sync.mistake(
    "at a tie your neuron takes -1; it keeps its state", lambda w, s: np.where(w @ s > 0, 1, -1)
)
update_sync.mistake(
    "later neurons see the new states of earlier ones: that is an asynchronous update", _one_by_one
)
update_sync.mistake("in place", _sync_in_place)
