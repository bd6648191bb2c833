"""Bidirectional memories against two layers that take turns, written out, and the law of coins."""

from __future__ import annotations

import itertools
from math import comb
from types import SimpleNamespace

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, NotStoredError
from hopfield_sim.testing import check_memory


def pairs(count: int, n_keys: int, n_values: int, seed: int = 0):
    keys = hs.random_patterns(count, n_keys, rng=2 * seed)
    return keys, hs.random_patterns(count, n_values, rng=2 * seed + 1)


def alternate(weights, x, y, sweeps=100):
    """The layers in turn, with ties that keep."""
    x, y = x.astype(int), y.astype(int)
    for _ in range(sweeps):
        x = np.where(y @ weights.T == 0, x, np.sign(y @ weights.T))
        y = np.where(x @ weights == 0, y, np.sign(x @ weights))
    return x, y


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize(
    ("n_keys", "n_values", "count"), [(40, 31, 9), (7, 60, 6), (30, 1, 4), (17, 12, 8)]
)
def test_layers_take_turns(backend: str, n_keys: int, n_values: int, count: int) -> None:
    """The last one has too many pairs for fields by their overlaps instead of the matrix."""
    keys, values = pairs(count, n_keys, n_values)
    memory = hs.BidirectionalMemory(backend=backend).store(keys, values)
    weights = sum(np.outer(x, y) for x, y in zip(keys.astype(int), values, strict=True))
    assert (memory.weights == weights).all()
    assert (memory.network._known().outer is None) == (4 * count >= n_keys + n_values)
    x, y = pairs(50, n_keys, n_values, seed=3)
    first_y, first_x = np.where(x @ weights < 0, -1, 1), np.where(y @ weights.T < 0, -1, 1)
    for run, start in (
        (memory.recall(x, record=("energy", "states")), (x, first_y)),
        (memory.recall(y=y, record=("energy", "states")), (first_x, y)),
        (memory.recall(x, y, record=("energy", "states")), (x, y)),
    ):
        wanted = alternate(weights, *start)
        assert (run.x == wanted[0]).all()
        assert (run.y == wanted[1]).all()
        assert set(run.stop) == {"fixed-point"}
        assert (np.diff(run.energy, axis=0) <= 0).all()
        moved = (np.diff(run.trajectory, axis=0) != 0).any(axis=2)
        assert (np.diff(run.energy, axis=0)[moved] < 0).all()
        energies = -np.einsum("bi,ij,bj->b", run.x, weights, run.y)
        assert (run.energy[-1] == energies).all()
        assert (memory.energy(run.x, run.y) == energies).all()
    assert (memory.energy(x) == -np.abs(x @ weights).sum(axis=1)).all()
    assert (memory.energy(y=y) == -np.abs(y @ weights.T).sum(axis=1)).all()
    assert (memory.fields(x) == x @ weights).all()
    assert (memory.fields(y=y) == y @ weights.T).all()


@pytest.mark.parametrize("seed", range(3))
def test_every_start_ends_in_a_fixed_point(seed: int) -> None:
    """All 2^10 pairs of states, few neurons and many ties: no cycle, no rise, and no 2-cycle."""
    keys, values = pairs(4, 6, 4, seed)
    memory = hs.BidirectionalMemory().store(keys, values)
    states = np.array(list(itertools.product((-1, 1), repeat=10)))
    run = memory.recall(states[:, :6], states[:, 6:], record="energy", max_sweeps=1000)
    assert run.converged.all()
    assert (np.diff(run.energy, axis=0) <= 0).all()
    ends = alternate(memory.weights, run.x, run.y, 1)
    assert (ends[0] == run.x).all()
    assert (ends[1] == run.y).all()
    landscape = memory.network.attractors()
    assert (landscape.period == 1).all()


def test_ties_keep_the_state_or_make_it_plus() -> None:
    """A pair and one whose key is the inverse cancel each other: all fields are zero."""
    still = hs.BidirectionalMemory().store([[1, 1], [-1, -1]], [[1, 1], [1, 1]])
    assert not still.weights.any()
    run = still.recall([-1, 1], [1, -1])
    assert (run.x.tolist(), run.y.tolist()) == ([-1, 1], [1, -1])
    run = still.recall([-1, 1], [1, -1], ties="plus")
    assert (run.x.tolist(), run.y.tolist()) == ([1, 1], [1, 1])
    assert still.recall([-1, 1]).y.tolist() == [1, 1]


def coins(n: int, total: int) -> float:
    """P(n coins sum to ``total``)."""
    return comb(n, (n + total) // 2) / 2**n if (n + total) % 2 == 0 and abs(total) <= n else 0.0


@pytest.mark.parametrize(
    ("n", "count", "error", "tie"),
    [(100, 11, 0.00070, 0.00017), (100, 20, 0.01024, None), (101, 15, 0.00361, None)],
)
def test_law_of_one_step(n: int, count: int, error: float, tie: float | None) -> None:
    """The published digits, the sum of binomials, and memories of random pairs."""
    law = hs.theory.bidirectional_error(n, count)
    with_ties = hs.theory.bidirectional_error(n, count, ties="plus")
    assert round(law, 5) == error
    noise = (count - 1) * n
    assert law == pytest.approx(sum(coins(noise, s) for s in range(-noise, -n)), rel=1e-9)
    assert 2 * (with_ties - law) == pytest.approx(coins(noise, -n), rel=1e-9, abs=1e-15)
    if tie is not None:
        assert round(2 * (with_ties - law), 5) == tie
    wrong, ties = np.empty(40), np.empty(40)
    for seed in range(40):
        keys, values = pairs(count, n, 200, seed)
        aligned = values * hs.BidirectionalMemory().store(keys, values).fields(keys)
        wrong[seed], ties[seed] = (aligned < 0).mean(), (aligned == 0).mean()
    for found, wanted in ((wrong, law), (ties, 2 * (with_ties - law))):
        assert abs(found.mean() - wanted) <= 4 * found.std(ddof=1) / 40**0.5 + 1e-12


@pytest.mark.parametrize("flipped", [10, 60])
def test_law_of_a_corrupted_key(flipped: int) -> None:
    law = hs.theory.bidirectional_error(100, 11, flipped=flipped)
    signal = 100 - 2 * flipped
    assert law == pytest.approx(sum(coins(1000, s) for s in range(-1000, -signal)), rel=1e-9)
    wrong = np.empty(20)
    for seed in range(20):
        keys, values = pairs(11, 100, 200, seed)
        memory = hs.BidirectionalMemory().store(keys, values)
        fields = memory.fields(hs.flip(keys, count=flipped, rng=seed))
        wrong[seed] = (values * fields < 0).mean()
    assert abs(wrong.mean() - law) <= 4 * wrong.std(ddof=1) / 20**0.5


def test_pairs_come_and_go() -> None:
    keys, values = pairs(5, 20, 12)
    memory = hs.BidirectionalMemory().store(keys[:3], values[:3]).store(keys[3:], values[3:])
    weights = memory.weights
    assert (weights == hs.BidirectionalMemory().store(keys, values).weights).all()
    memory.forget(1)
    assert (memory.weights == weights - np.outer(keys[1], values[1])).all()
    assert (memory.keys == np.delete(keys, 1, axis=0)).all()
    for _ in range(4):
        memory.forget(0)
    with pytest.raises(NotStoredError):
        memory.recall(keys[0])


def test_images_come_back_as_images(tmp_path) -> None:
    letters, pictures = hs.glyphs("ABC", size=10), hs.random_patterns(3, 24, rng=0)
    images = letters.reshape(3, 10, 10), pictures.reshape(3, 4, 6)
    memory = hs.BidirectionalMemory().store(*images)
    memory.save(tmp_path / "pairs.npz")
    for known in (memory, hs.load(tmp_path / "pairs.npz")):
        run = known.recall(images[0])
        assert (run.y == images[1]).all()
        assert (run.x == images[0]).all()
        assert known.recall(letters[0]).x.shape == (100,)
        assert known.recall(images[0][0]).y.shape == (4, 6)
        assert known.recall(y=images[1][0]).x.shape == (10, 10)
        assert known.fields(images[0]).shape == (3, 4, 6)
        assert known.fields(letters).shape == (3, 24)
    with pytest.raises(InvalidInputError, match="images of shape"):
        memory.store(images[0].reshape(3, 5, 20), images[1])


def test_clamped_keys_do_not_move() -> None:
    keys, values = pairs(3, 40, 30)
    memory = hs.BidirectionalMemory().store(keys, values)
    cues = hs.flip(keys, count=8, rng=1)
    assert (memory.recall(cues).x == keys).all()
    run = memory.recall(cues, clamp=np.arange(70) < 40)
    assert (run.x == cues).all()
    assert (run.y == values).all()


def test_temperature_is_that_of_the_energy() -> None:
    """Two neurons that agree by 1: at T = 1 they are equal with probability 1/(1 + e^-2)."""
    memory = hs.BidirectionalMemory().store([[1]], [[1]])
    start = np.ones((20000, 1), int)
    run = memory.recall(start, temperature=1.0, max_sweeps=20, rng=0)
    equal, wanted = (run.x == run.y).mean(), 1 / (1 + np.exp(-2))
    assert abs(equal - wanted) < 4 * (wanted * (1 - wanted) / 20000) ** 0.5


def test_network_is_the_same_memory(tmp_path) -> None:
    keys, values = pairs(4, 20, 12)
    memory = hs.BidirectionalMemory().store(keys, values)
    net, states = memory.network, np.hstack(pairs(9, 20, 12, seed=1))
    wanted = memory.recall(states[:, :20], states[:, 20:])
    run = net.recall(states, order="sequential")
    assert (run.states == np.hstack([wanted.x, wanted.y])).all()
    assert (net.energy(states) == memory.energy(states[:, :20], states[:, 20:])).all()
    assert (net.weights[:20, 20:] == memory.weights).all()
    assert not net.weights[:20, :20].any()
    net.save(tmp_path / "network.npz")
    loaded = hs.load(tmp_path / "network.npz")
    assert (loaded.recall(states, order="sequential").states == run.states).all()
    net.clear()
    assert memory.n_neurons == 32


class Associating:
    """A memory of pairs of a pattern and itself, with the verbs of the others."""

    def __init__(self) -> None:
        self.pairs = hs.BidirectionalMemory()

    def store(self, patterns):
        self.pairs.store(patterns, patterns)
        return self

    def clear(self) -> None:
        self.pairs.clear()

    def energy(self, states):
        return self.pairs.energy(states)

    def recall(self, states, rng=None):
        run = self.pairs.recall(states, rng=rng)
        return SimpleNamespace(states=run.x, stop=run.stop)


@pytest.mark.parametrize("backend", hs.backends.available())
def test_what_every_memory_must_hold_to(backend: str) -> None:
    with hs.use_backend(backend):
        check_memory(Associating())


MEMORY = hs.BidirectionalMemory().store(*pairs(3, 8, 5))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: MEMORY.recall(), "got neither"),
        (lambda: MEMORY.energy(), "got neither"),
        (lambda: MEMORY.fields(), "got neither"),
        (lambda: MEMORY.fields([1] * 8, y=[1] * 5), "got both"),
        (lambda: MEMORY.recall([1] * 7), "x must be"),
        (lambda: MEMORY.recall(y=[1] * 8), "y must be"),
        (lambda: MEMORY.recall(np.ones((2, 8)), np.ones((3, 5))), "equally many rows; got 2 and 3"),
        (lambda: MEMORY.recall([1] * 8, np.ones((1, 5))), "equally many"),
        (lambda: MEMORY.recall(np.zeros(8)), "x must be -1 or"),
        (lambda: MEMORY.recall([1] * 8, clamp=[True] * 8), "clamp"),
        (lambda: hs.BidirectionalMemory().store([[1, 1]], [[1], [1]]), "each of the 1 keys"),
        (lambda: hs.BidirectionalMemory().store([[1, 1]], [[2]]), "y must be -1 or"),
        (lambda: hs.BidirectionalMemory().store([1, 1], [[1]]), "x must be"),
        (lambda: hs.theory.bidirectional_error(5, 2, flipped=6), "at most n_neurons"),
        (lambda: hs.theory.bidirectional_error(0, 2), "n_neurons must be from 1"),
        (lambda: hs.theory.bidirectional_error(5, 2, ties="kep"), "ties"),
    ],
)
def test_bad_input_is_refused_in_words(call, words: str) -> None:
    before = MEMORY.weights.copy()
    with pytest.raises(HopfieldError, match=words):
        call()
    assert (MEMORY.weights == before).all()
