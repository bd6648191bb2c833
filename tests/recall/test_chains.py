"""Long chains: a temperature for each state, overlaps of replicas, correlation times."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError

PATTERNS = hs.random_patterns(6, 70, rng=0)
CUES = hs.flip(PATTERNS[[0, 1, 2, 3, 4]], fraction=0.3, rng=1)

MEMORIES: dict[str, Any] = {
    "hebbian": lambda backend: hs.HopfieldNetwork(backend=backend).store(PATTERNS),
    "storkey": lambda backend: hs.HopfieldNetwork("storkey", backend=backend).store(PATTERNS),
    "dense": lambda backend: hs.DenseMemory(backend=backend).store(PATTERNS),
}


# ------------------------------------------------------------------ a temperature for each state


@pytest.mark.parametrize("backend", ["numpy", "auto"])
@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("update", ["async", "sync"])
def test_each_state_goes_its_way_alone(memory: str, update: str, backend: str) -> None:
    """As in a recall of all at its temperature: randomness belongs to a state's number."""
    net = MEMORIES[memory](backend)
    unit = 70.0**2 if memory == "dense" else 1.0
    temperatures = unit * np.array([[0.3, 0.8, 0.3, 2.0, 0.1]])
    how: dict[str, Any] = {"update": update, "max_sweeps": 6, "record": "states", "rng": 5}
    mixed = net.recall(CUES, temperature=temperatures, **how)
    for number, temperature in enumerate(temperatures[0].tolist()):
        alone = net.recall(CUES, temperature=temperature, **how)
        np.testing.assert_array_equal(mixed.trajectory[:, number], alone.trajectory[:, number])
        assert mixed.flips[number] == alone.flips[number]
    assert set(mixed.stop) == {"temperature"}


@pytest.mark.parametrize("update", ["async", "sync"])
def test_cold_states_among_hot_ones_end_where_they_would(update: str) -> None:
    net = MEMORIES["hebbian"]("auto")
    cold = net.recall(CUES, update=update, max_sweeps=20, rng=5).states
    mixed = net.recall(CUES, update=update, max_sweeps=20, temperature=[[0, 9, 0, 9, 0]], rng=5)
    np.testing.assert_array_equal(mixed.states[::2], cold[::2])
    assert (mixed.states[1::2] != cold[1::2]).any()


def test_each_state_has_a_schedule() -> None:
    net = MEMORIES["hebbian"]("auto")
    ramps = np.linspace([1.0, 0.5, 0.5, 2.0, 0.0], 0.1, 7)
    mixed = net.recall(CUES, temperature=ramps, record="states", rng=5)
    for number in range(5):
        alone = net.recall(CUES, temperature=ramps[:, number], record="states", rng=5)
        np.testing.assert_array_equal(mixed.trajectory[:, number], alone.trajectory[:, number])


def test_pieces_of_such_a_chain_are_the_whole() -> None:
    net = MEMORIES["hebbian"]("auto")
    how: dict[str, Any] = {"temperature": [[0.3, 0.6, 0.9, 1.2, 0.1]], "rng": 5}
    whole = net.recall(CUES, max_sweeps=8, **how).states
    first = net.recall(CUES, max_sweeps=3, **how).states
    np.testing.assert_array_equal(
        net.recall(first, max_sweeps=5, start_sweep=3, **how).states, whole
    )


@pytest.mark.parametrize("wrong", [[[0.1, 0.2]], [[[0.1]]], [[0.1, -1, 0, 0, 0]], [[]]])
def test_what_are_no_temperatures_of_states(wrong: Any) -> None:
    with pytest.raises(HopfieldError, match="temperature"):
        MEMORIES["hebbian"]("auto").recall(CUES, temperature=wrong)


# ------------------------------------------------------------------ replicas


def test_overlaps_of_all_pairs_in_their_order() -> None:
    states = hs.random_patterns(5, 33, rng=0)
    wanted = [a @ b / 33 for a, b in itertools.combinations(states.astype(int), 2)]
    np.testing.assert_array_equal(hs.replica_overlaps(states), wanted)
    trajectory = np.stack([states, -states[::-1]])
    found = hs.replica_overlaps(trajectory)
    np.testing.assert_array_equal(found[0], wanted)
    assert found.shape == (2, 10)
    for bad in (states[:1], states[0], [[0, 1], [1, 1]]):
        with pytest.raises(InvalidInputError):
            hs.replica_overlaps(bad)


def test_q_ea_of_a_chain_is_that_of_theory() -> None:
    """In the valley of a pattern at α = .02, T = .5, beside the replica theory's q."""
    pytest.importorskip("scipy")
    found = []
    for seed in range(4):
        patterns = hs.random_patterns(20, 1000, rng=seed)
        net = hs.HopfieldNetwork().store(patterns)
        run = net.recall(patterns[0], temperature=0.5, max_sweeps=200, record="states", rng=seed)
        found.append(hs.replica_overlaps(run.trajectory[40::8]).mean())
    theory = hs.theory.retrieval(0.02, 0.5).spin_glass_order
    assert np.mean(found) == pytest.approx(theory, abs=0.01)


# ------------------------------------------------------------------ correlation times


def test_two_coupled_neurons_have_the_correlation_time_of_their_matrix() -> None:
    """A sweep multiplies the mean of s₁ + s₂ by λ = (t + t²)/2, t = tanh(J/T): the first neuron
    follows the second, then the second the first, in either order. τ = (1 + λ)/(2(1 − λ)).
    """
    net = hs.HopfieldNetwork.from_weights([[0.0, 1.0], [1.0, 0.0]])
    starts = np.ones((64, 2), np.int8)
    sums = {"sum": lambda states: states.sum(axis=1)}
    for temperature in (1.0, 2.0):
        run = net.recall(starts, temperature=temperature, max_sweeps=5000, record=sums, rng=3)
        times = hs.correlation_time(run.recorded["sum"][100:])
        t = np.tanh(1 / temperature)
        decay = (t + t * t) / 2
        wanted = (1 + decay) / (2 * (1 - decay))
        assert times.shape == (64,)
        error = times.std() / 8
        assert abs(times.mean() - wanted) < 5 * error + 0.01 * wanted


def test_rows_that_are_independent_or_do_not_vary() -> None:
    noise = np.random.default_rng(0).normal(size=(20_000, 3, 2))
    np.testing.assert_allclose(hs.correlation_time(noise), 0.5, atol=0.05)
    assert np.isnan(hs.correlation_time(np.full(100, 0.1)))
    few = noise[:200, 0, 0]
    for unit in (1e-300, 1e250):  # whose squares vanish, or overflow
        assert hs.correlation_time(unit * few) == pytest.approx(hs.correlation_time(few))
    ramp = np.linspace(0, 1, 100)
    with pytest.warns(UserWarning, match="100 rows is short"):
        hs.correlation_time(ramp)
    for bad in ([1.0], 3.0, [1.0, np.nan], np.ones((3, 0))):
        with pytest.raises(InvalidInputError):
            hs.correlation_time(bad)
