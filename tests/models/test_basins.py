"""Basins of attraction, against cues recalled by hand, for every kind of memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from figure_checks import assert_legible

import hopfield_sim as hs
from hopfield_sim import plotting
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError, NotStoredError

PATTERNS = hs.random_patterns(6, 120, rng=0)
REAL = np.random.default_rng(0).normal(size=(5, 40))


class Nearest:
    """A memory whose basins are known: the nearest pattern, and of all but near ones the first."""

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def store(self, patterns: Any) -> Nearest:
        self.patterns = np.asarray(patterns, np.int64)
        return self

    def recall(self, states: Any) -> Any:
        overlaps = states @ self.patterns.T / self.patterns.shape[1]
        nearest = overlaps.argmax(axis=1)
        kept = overlaps.max(axis=1) >= self.radius - 1e-9
        return np.where(kept[:, None], self.patterns[nearest], states)


def test_a_basin_of_known_radius() -> None:
    patterns = hs.random_patterns(4, 1000, rng=0)
    found = hs.basins(
        Nearest(0.43).store(patterns),
        overlaps=np.linspace(0.2, 0.8, 31),
        trials=20,
        starts=5,
        rng=0,
    )
    np.testing.assert_array_equal(found.recovered, found.overlaps > 0.43)
    np.testing.assert_array_equal(found.recovered_se, 0.0)
    assert found.critical == pytest.approx(0.43, abs=0.011)
    assert found.counts == {"stored": 0, "inverse": 0, "mixture": 0, "spurious": 5}
    assert np.isnan(found.energies).all()


def test_cues_have_their_overlaps() -> None:
    seen: list[np.ndarray] = []

    class Watching(Nearest):
        def recall(self, states: Any) -> Any:
            seen.append(np.asarray(states))
            return states

    hs.basins(Watching(0).store(PATTERNS), overlaps=[-1, 0.0, 0.5, 1], trials=6, starts=0, rng=1)
    overlaps = [np.sum(cue * PATTERNS, axis=1) / 120 for cue in seen]
    np.testing.assert_allclose(overlaps, np.repeat([[-1], [0], [0.5], [1]], 6, axis=1))
    assert ((seen[1] != PATTERNS) >= (seen[2] != PATTERNS)).all()  # the same flips, and more

    seen.clear()
    memory = hs.ModernHopfield(1.0).store(REAL)
    recall = memory.recall

    def watched(states: Any, **how: Any) -> Any:
        seen.append(np.asarray(states))
        return recall(states, **how)

    memory.recall = watched  # type: ignore[method-assign]
    hs.basins(memory, overlaps=[0.3], trials=5, starts=0, rng=1)
    norms = np.linalg.norm(REAL, axis=1)
    np.testing.assert_allclose(np.linalg.norm(seen[0], axis=1), norms)
    np.testing.assert_allclose(np.sum(seen[0] * REAL, axis=1) / norms**2, 0.3)


@pytest.mark.parametrize(
    "memory",
    [
        hs.HopfieldNetwork(),
        hs.HopfieldNetwork("pseudoinverse"),
        hs.DenseMemory("polynomial", 3),
        hs.DenseMemory("exponential"),
        hs.RestrictedHopfield(6, rng=0),
        hs.TrainedDenseMemory(6, 3, rng=0),
    ],
    ids=lambda memory: type(memory).__name__,
)
def test_every_binary_memory(memory: Any) -> None:
    memory.store(PATTERNS)
    found = hs.basins(memory, overlaps=[0.0, 0.2, 0.5, 0.9], trials=30, starts=10, rng=1)
    assert found.recovered[-1] == 1
    assert found.recovered[0] < 0.3
    assert (np.diff(found.recovered) > -0.1).all()
    assert 0 < found.critical < 0.5
    assert 0 < found.critical_se < 0.1
    assert sum(found.counts.values()) == 10
    assert found.energies.shape == (10,)
    assert 1 <= found.distinct <= 10
    again = hs.basins(memory, overlaps=[0.0, 0.2, 0.5, 0.9], trials=30, starts=10, rng=1)
    np.testing.assert_array_equal(found.recovered, again.recovered)


def test_kinds_and_energies_are_those_of_the_network() -> None:
    net = hs.HopfieldNetwork().store(PATTERNS)
    found = hs.basins(net, overlaps=[1.0], trials=1, starts=40, rng=3)
    stored = found.energies[np.isin(found.kinds, ("stored", "inverse"))]
    near = net.energy(PATTERNS)
    assert len(stored) > 3
    assert stored.min() >= near.min() - 5
    # Mixtures of three lie above the patterns: Amit, Gutfreund and Sompolinsky (1985).
    mixed = found.energies[found.kinds == "mixture"]
    assert mixed.size == 0 or mixed.min() > stored.min()
    assert math.isnan(found.critical)  # one overlap, above all crossings


def test_modern_memories_hold_or_mix() -> None:
    sharp = hs.basins(hs.ModernHopfield(2.0).store(REAL), trials=20, starts=8, rng=0)
    assert sharp.recovered[-1] == 1
    assert sharp.counts["stored"] == 8
    mean = hs.ModernHopfield(0.001).store(REAL)
    blurred = hs.basins(mean, trials=20, starts=8, recall={"advise": False}, rng=0)
    assert (blurred.recovered == 0).all()
    assert blurred.counts["mixture"] == 8
    assert blurred.distinct == 1


def test_a_memory_without_patterns_needs_them() -> None:
    memory = hs.DistributedMemory(4000, 10.0, rng=0).store(0.1 * REAL[:2])
    with pytest.raises(InvalidInputError, match="patterns="):
        hs.basins(memory)
    found = hs.basins(memory, overlaps=[1.0], trials=2, starts=0, patterns=0.1 * REAL[:2], rng=0)
    assert found.recovered[0] == 1
    with pytest.raises(NotStoredError):
        hs.basins(hs.HopfieldNetwork())
    net = hs.HopfieldNetwork().store(PATTERNS)
    for wrong in ({"overlaps": [1.5]}, {"overlaps": []}, {"trials": 0}, {"recall": 3}):
        with pytest.raises(HopfieldError):
            hs.basins(net, **wrong)


@pytest.mark.slow
def test_the_study_and_its_figures() -> None:
    result = hs.experiment.basins(
        n_neurons=100, loads=[0.03, 0.1], networks=3, cues=20, starts=5, rng=0
    )
    assert len(result.rows) == 4 * 2 * 11
    critical = {(row["memory"], row["load"]): row["critical"] for row in result.summary["critical"]}
    assert critical["hebbian", 0.1] > critical["hebbian", 0.03]
    assert critical["hebbian", 0.1] > critical["dense-3", 0.1]
    for row in result.summary["attractors"]:
        total = sum(row[kind] for kind in ("stored", "inverse", "mixture", "spurious"))
        assert total == pytest.approx(1)
    assert_legible(plotting.basins(result))
    net = hs.HopfieldNetwork().store(PATTERNS)
    assert_legible(plotting.basins(hs.basins(net, trials=20, starts=0, rng=0)))


@pytest.mark.parametrize("memory", ["dot", 1j, {}, None])
def test_what_is_no_memory_is_refused_in_words(memory: Any) -> None:
    with pytest.raises(InvalidTypeError, match="with a method recall"):
        hs.basins(memory, patterns=[[1, -1, 1, 1]])
