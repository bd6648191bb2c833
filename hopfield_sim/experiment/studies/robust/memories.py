"""Memories of the robust study: how each is made, and how it recalls a graded cue.

The first step f starts from the real values of the cue. Binary memories continue from the signs of
its result by synchronous recall; continuous memories continue with real values, and the signs of
the final state count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.experiment.sweeps import own
from hopfield_sim.models import (
    DenseMemory,
    DistributedMemory,
    HopfieldNetwork,
    ModernHopfield,
    RestrictedHopfield,
    TrainedDenseMemory,
)
from hopfield_sim.models.base.continuous import ContinuousMemory
from hopfield_sim.models.graded import Affine, Graded, graded
from hopfield_sim.patterns import overlap

__all__ = ["MEMORIES", "Memory", "make", "signs"]

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]
Config = Mapping[str, Any]

_TIE = 1e-9
"""A step smaller than this is 0 up to rounding, and keeps the sign."""


@dataclass(frozen=True)
class Memory:
    """A memory with stored patterns: one step, which attacks differentiate, and the whole recall.

    Parameters
    ----------
    step : Graded
        f and its derivative, in units in which patterns are ±1.
    recall : callable
        (B, N) real cues → (B, N) int8 of ±1, the final states.
    """

    step: Graded
    recall: Callable[[Floats], Spins]


def signs(x: Floats) -> Spins:
    """−1 below 0, else +1."""
    return np.where(x < 0, -1, 1).astype(np.int8)


def _binary(memory: Any, config: Config, **how: Any) -> Memory:
    """Memory of neurons ±1: only the first step uses the real values of the cue."""
    step = graded(memory)

    def recall(x: Floats) -> Spins:
        first = step.step(x)
        start = signs(np.where(np.abs(first) > _TIE, first, x))
        run = memory.recall(start, max_sweeps=config["max_steps"], **how)
        return np.asarray(run.states)

    return Memory(step, recall)


_TOGETHER: dict[str, Any] = {"update": "sync", "n_threads": 1}


def _pairs(rule: str) -> Callable[[Spins, Config, int], Memory]:
    def make(patterns: Spins, config: Config, seed: int) -> Memory:
        memory = HopfieldNetwork(rule, backend=config["backend"])
        memory.store(patterns, advise=False)  # failures are measured here
        return _binary(memory, config, **_TOGETHER)

    return make


def _dense(interaction: str) -> Callable[[Spins, Config, int], Memory]:
    def make(patterns: Spins, config: Config, seed: int) -> Memory:
        memory = DenseMemory(interaction, config["order"], backend=config["backend"])
        return _binary(memory.store(patterns, advise=False), config, **_TOGETHER)

    return make


def _modern(patterns: Spins, config: Config, seed: int) -> Memory:
    """With β = (``modern_beta``)/N: overlaps are N times as large as a pattern's mean square."""
    beta = config["modern_beta"] / patterns.shape[1]
    memory = ModernHopfield(beta, backend=config["backend"]).store(patterns.astype(np.float64))

    def recall(x: Floats) -> Spins:
        run = memory.recall(x, max_steps=config["max_steps"], tol=1e-3, advise=False)
        return signs(np.asarray(run.states))

    return Memory(graded(memory), recall)


def _distributed(patterns: Spins, config: Config, seed: int) -> Memory:
    """With 0 and 1/√N for −1 and +1: a squared distance is the fraction of differing bits.

    At a pattern its nearest neighbour has e^−``separation`` of its weight. A smaller β would blend
    them, a larger one reduce the range: beyond a distance of about √(log(Y/P)/β) noise dominates.
    """
    n = patterns.shape[1]
    half = 0.5 / np.sqrt(n)
    beta = 2 * config["separation"] / _least_distance(patterns)
    memory = DistributedMemory(config["n_features"], beta, rng=seed, backend=config["backend"])
    memory.quiet = True  # no warnings: failures are measured here
    memory.store((patterns + 1.0) * half)
    units = Affine(graded(memory), 1.0, half)

    def recall(x: Floats) -> Spins:
        run = memory.recall(units.inside(x), max_steps=_DESCENT, tol=1e-2 * half, step=0.3)
        return signs(units.outside(np.asarray(run.states)))

    return Memory(units, recall)


_DESCENT = 40
"""Steps of 0.3 along the gradient: e^−12 of the way is left."""


def _least_distance(patterns: Spins) -> float:
    """Return the smallest fraction of differing bits of two patterns; 1 for a single pattern."""
    likeness = overlap(patterns, patterns)
    np.fill_diagonal(likeness, -1.0)
    return float(max((1 - likeness.max()) / 2, 1 / patterns.shape[1]))


def _trained(patterns: Spins, config: Config, seed: int) -> Memory:
    """With as many memories as patterns."""
    memory = TrainedDenseMemory(len(patterns), config["trained_order"], rng=seed)
    return _binary(memory.store(patterns, advise=False), config, **_TOGETHER)


def _restricted(method: str) -> Callable[[Spins, Config, int], Memory]:
    """Rotation: as few hidden units as hold the patterns, since others let noise through. Gradient:
    as many as neurons, since weights that no pattern needs stay small.
    """

    def make(patterns: Spins, config: Config, seed: int) -> Memory:
        count, n = patterns.shape
        several = [*range(count, n, count), n] if method == "rotation" else [n]
        if config["n_hidden"] is not None:
            several = [min(config["n_hidden"], n)]
        for n_hidden in several:
            memory = RestrictedHopfield(n_hidden, rng=seed)
            if memory.store(patterns, method=method, advise=False).converged:
                break
        return _binary(memory, config)

    return make


class _Signs:
    """The whole recall of a memory from the signs of a cue: changes of less than 1 turn none."""

    def __init__(self, recall: Callable[[Floats], Spins]) -> None:
        self.recall = recall

    def step(self, x: Floats) -> Floats:
        return self.recall(x).astype(np.float64)

    def pulled(self, x: Floats, v: Floats) -> Floats:
        return np.zeros_like(x)


def _own(name: str, patterns: Spins, config: Config, seed: int) -> Memory:
    """With the step that it has in common with those of the package, if it has."""
    memory = own.memory(name)
    memory.store(patterns, **own.taken(memory.store, advise=False))
    steps = config["max_steps"]
    how = own.taken(memory.recall, **_TOGETHER, rng=seed, max_sweeps=steps, max_steps=steps)
    continuous = isinstance(memory, ContinuousMemory)

    def recall(x: Floats) -> Spins:
        run = memory.recall(x if continuous else signs(x), **how)
        return signs(np.asarray(getattr(run, "states", run)))

    known = hasattr(memory, "_graded")
    if known and not continuous:
        how.pop("max_sweeps", None)
        return _binary(memory, config, **how)
    return Memory(graded(memory) if known else _Signs(recall), recall)


def make(name: str, patterns: Spins, config: Config, seed: int) -> Memory:
    """Return a memory, by its name or as "module:class", that has stored patterns (P, N)."""
    if name in MEMORIES:
        return MEMORIES[name](patterns, config, seed)
    return _own(name, patterns, config, seed)


MEMORIES: dict[str, Callable[[Spins, Config, int], Memory]] = {
    "hebbian": _pairs("hebbian"),
    "storkey": _pairs("storkey"),
    "pseudoinverse": _pairs("pseudoinverse"),
    "perceptron": _pairs("perceptron"),
    "dense-polynomial": _dense("polynomial"),
    "dense-rectified": _dense("rectified"),
    "dense-exponential": _dense("exponential"),
    "dense-trained": _trained,
    "modern": _modern,
    "distributed": _distributed,
    "restricted-rotation": _restricted("rotation"),
    "restricted-gradient": _restricted("gradient"),
}
"""By name: (patterns (P, N), configuration, seed) → a memory that has stored them."""
