"""check_memory passes every memory of the package and sees every defect."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.testing import check_memory

MEMORIES = {
    "hebbian": lambda: hs.HopfieldNetwork(),
    "storkey": lambda: hs.HopfieldNetwork("storkey"),
    "pseudoinverse": lambda: hs.HopfieldNetwork("pseudoinverse"),
    "perceptron": lambda: hs.HopfieldNetwork("perceptron"),
    "with thresholds": lambda: hs.HopfieldNetwork(thresholds=0.01),
    "diluted": lambda: hs.HopfieldNetwork(
        connectivity=hs.random_graph(64, 40, kind="symmetric", rng=0)
    ),
    "diluted by a fraction": lambda: hs.HopfieldNetwork("pseudoinverse", connectivity=0.8),
    "cubic": lambda: hs.DenseMemory(),
    "quartic": lambda: hs.DenseMemory("polynomial", 4),
    "rectified": lambda: hs.DenseMemory("rectified", 30),
    "exponential": lambda: hs.DenseMemory("exponential"),
    "kernel": lambda: hs.KernelMemory(),
    "graded": lambda: hs.GradedNetwork(),
    "graded, steep": lambda: hs.GradedNetwork("pseudoinverse", 1e4),
    "modern": lambda: hs.ModernHopfield(1.0),
    "modern, euclidean": lambda: hs.ModernHopfield(1.0, similarity="euclidean"),
    "modern, sparse": lambda: hs.ModernHopfield(1.0, separation="sparsemax"),
    "modern, entmax": lambda: hs.ModernHopfield(1.0, separation="entmax", alpha=1.2),
    "modern, top-k": lambda: hs.ModernHopfield(1.0, separation="top-k", k=2),
}


@pytest.mark.parametrize("name", MEMORIES)
@pytest.mark.parametrize("backend", hs.backends.available())
def test_every_memory_of_the_package_keeps_its_promises(name: str, backend: str) -> None:
    with hs.use_backend(backend):
        check_memory(MEMORIES[name]())


def test_what_is_stored_stays() -> None:
    memory = hs.DenseMemory().store(np.ones((1, 5)))
    check_memory(memory)
    assert memory.patterns.shape == (1, 5)


class Run:
    def __init__(self, states, stop):
        self.states, self.stop = states, stop


class Averaging:
    """A continuous memory: x ← Ξᵀ softmax(Ξ x), E = −log Σ e^{ξ·x} + ½ x·x."""

    def store(self, patterns):
        self.xi = np.array(patterns, float)
        return self

    def clear(self):
        self.xi = None

    def known(self, states):
        if self.xi is None:
            raise hs.errors.NotStoredError("nothing is stored")
        x = np.array(states, float)
        if x.shape[-1] != self.xi.shape[1]:
            raise hs.errors.InvalidInputError("another length")
        return x

    def weights(self, x):
        m = x @ self.xi.T
        e = np.exp(m - m.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def recall(self, states):
        x = self.known(states)
        for _ in range(9):
            x = self.weights(x) @ self.xi
        return Run(x, "fixed-point" if x.ndim == 1 else np.array(["fixed-point"] * len(x)))

    def energy(self, states):
        x = self.known(states)
        m = x @ self.xi.T
        top = m.max(axis=-1)
        e = -top - np.log(np.exp(m - top[..., None]).sum(axis=-1)) + 0.5 * (x * x).sum(axis=-1)
        return float(e) if x.ndim == 1 else e

    def gradient(self, states):
        x = self.known(states)
        return x - self.weights(x) @ self.xi


def test_a_continuous_memory_of_ones_own() -> None:
    check_memory(Averaging())


def broken(**methods):
    """A memory with other methods."""
    return type("Broken", (Averaging,), methods)()


def changing(self, patterns):
    patterns *= -1
    return Averaging.store(self, patterns)


def spoiling(self, states):
    run = Averaging.recall(self, states)
    states *= 0
    return run


def drifting(self, states):
    self.calls = getattr(self, "calls", 0) + 1
    run = Averaging.recall(self, states)
    return Run(run.states + 0.01 * self.calls, run.stop)


def social(self, states):
    run = Averaging.recall(self, states)
    return Run(run.states - (0.1 if np.ndim(states) == 2 else 0), run.stop)


DEFECTS = {
    "nothing returned": (
        {"store": lambda s, p: Averaging.store(s, p) and None},
        "return the memory",
    ),
    "patterns changed": ({"store": changing}, "changed the patterns"),
    "states changed": ({"recall": spoiling}, "changed the states"),
    "other shape": (
        {"recall": lambda s, x: Run(Averaging.recall(s, x).states.T, "max-steps")},
        "rows are states",
    ),
    "not finite": (
        {"recall": lambda s, x: Run(Averaging.recall(s, x).states * np.nan, "max-steps")},
        "not finite",
    ),
    "not repeatable": ({"recall": drifting}, "called again"),
    "stop is an array": (
        {"recall": lambda s, x: Run(Averaging.recall(s, x).states, np.array(["max-steps"]))},
        "stop a word",
    ),
    "states know of each other": ({"recall": social}, "recalled alone"),
    "recalls the negative": (
        {"recall": lambda s, x: Run(-Averaging.recall(s, x).states, "fixed-point")},
        "nearest to another",
    ),
    "energies summed": (
        {"energy": lambda s, x: np.sum(Averaging.energy(s, x))},
        "must be 3 finite numbers",
    ),
    "energy of its company": (
        {"energy": lambda s, x: Averaging.energy(s, x) * (2.0 if np.ndim(x) == 2 else 1.0)},
        "that of the batch",
    ),
    "energy upside down": ({"energy": lambda s, x: -Averaging.energy(s, x)}, "raised the energy"),
    "gradient halved": ({"gradient": lambda s, x: Averaging.gradient(s, x) / 2}, "quotient"),
    "gap of another sign": (
        {"energy_gap": lambda s, x: -np.ones(len(x))},
        "flipping it changes",
    ),
    "any length": ({"known": lambda s, x: np.array(x, float)[..., :64]}, "65 neurons"),
    "clear forgets nothing": ({"clear": lambda s: None}, "after clear"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_is_seen(defect: str) -> None:
    methods, words = DEFECTS[defect]
    with pytest.raises(AssertionError, match=words):
        check_memory(broken(**methods))


def test_what_is_no_memory() -> None:
    with pytest.raises(AssertionError, match="list has no store, recall, energy"):
        check_memory([])


class Nearest:
    """Stores and recalls, and nothing more; it refuses states of another length as NumPy does."""

    def store(self, patterns):
        self.known = np.array(patterns)
        return self

    def recall(self, states):
        return self.known[(np.asarray(states) @ self.known.T).argmax(axis=-1)]


def test_store_and_recall_are_enough() -> None:
    check_memory(Nearest())
    with pytest.raises(AssertionError, match="Nearest has no store, energy, clear"):
        check_memory(type("Nearest", (), {"recall": Nearest.recall})())


def test_a_memory_without_an_energy_may_say_so() -> None:
    def none(self, states):
        raise hs.errors.HopfieldError("no energy here")

    check_memory(broken(energy=none))
