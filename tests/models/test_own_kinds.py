"""Interactions and similarities of a user in memories and studies, and what their checks see."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError, ModelFileError
from hopfield_sim.models.dense.interactions import INTERACTIONS
from hopfield_sim.models.graded import graded
from hopfield_sim.models.modern.similarity import SIMILARITIES
from hopfield_sim.testing import BrokenPromise, check_interaction, check_memory, check_similarity

BACKENDS = [name for name in hs.backends.available() if name in ("numpy", "cython")]


def cube(x):
    return x**3


def rectified(x, order):
    return np.maximum(x, 0) ** order


class Power:
    def __init__(self, order):
        self.order = order

    def __call__(self, x):
        return x**self.order


def dot(states, memories):
    return states @ memories.T


def manhattan(states, memories):
    return 1 / (1 + np.abs(states[:, None] - memories).sum(axis=2))


def largest(states, memories):
    return -np.abs(states[:, None] - memories).max(axis=2)


# ------------------------------------------------------------------ interactions


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("temperature", [0.0, 900.0])
def test_a_function_of_your_own_gives_the_bits_of_the_same_f(backend, update, temperature):
    patterns = hs.random_patterns(60, 40, rng=0)
    cues = hs.flip(patterns, fraction=0.15, rng=1)
    how = {"update": update, "max_sweeps": 15, "rng": 2}

    def states(interaction: Any, t: float = temperature) -> Any:
        memory = hs.DenseMemory(interaction, 3, backend=backend).store(patterns, advise=False)
        return memory.recall(cues, temperature=t, **how).states

    known = states("polynomial")
    for mine in (cube, Power, Power(3), lambda x: x**3):
        assert np.array_equal(states(mine), known)
    assert np.array_equal(states(rectified), states("rectified"))
    # A factor of F is one of the temperature; 2^-9 F is not an integer, but exact.
    assert np.array_equal(states(lambda x: cube(x) / 512, temperature / 512), known)


def test_energies_and_differences_are_sums_of_f():
    patterns = hs.random_patterns(3, 7, rng=0)
    memory = hs.DenseMemory(lambda x: np.cosh(x / 2)).store(patterns)
    for state in hs.random_patterns(4, 7, rng=1):
        terms = [math.cosh(float(xi @ state.astype(int)) / 2) for xi in patterns]
        assert memory.energy(state) == pytest.approx(-math.fsum(terms), rel=1e-15)
        for site in range(7):
            other = state.copy()
            other[site] *= -1
            change = memory.energy(other) - memory.energy(state)
            assert memory.energy_gap(state)[site] == pytest.approx(change, abs=1e-12)


def test_states_at_a_temperature_are_boltzmann_s():
    patterns, t = hs.random_patterns(2, 3, rng=3), 1.5
    memory = hs.DenseMemory(lambda x: np.abs(x) ** 1.5).store(patterns, advise=False)
    states = np.array(list(product([-1, 1], repeat=3)), np.int8)
    energies = [-math.fsum(abs(int(xi @ s)) ** 1.5 for xi in patterns.astype(int)) for s in states]
    weights = np.exp(-np.array(energies) / t)
    n = 20_000
    starts = np.ones((n, 3), np.int8)
    ends = memory.recall(starts, temperature=t, max_sweeps=15, rng=4).states
    found = np.array([(ends == s).all(axis=1).mean() for s in states])
    expected = weights / weights.sum()
    assert np.abs(found - expected).max() < 4.5 * np.sqrt(expected.max() / n)


@pytest.mark.parametrize("interaction", [cube, Power, rectified])
def test_it_keeps_what_every_memory_promises(interaction):
    check_memory(hs.DenseMemory(interaction, 3))
    memory = hs.DenseMemory(interaction).store(hs.random_patterns(3, 9, rng=0))
    again = pickle.loads(pickle.dumps(memory))
    assert np.array_equal(again.energy_gap(memory.patterns), memory.energy_gap(memory.patterns))


def test_a_graded_step_has_the_slope_of_its_values():
    patterns, x = hs.random_patterns(4, 9, rng=0), np.random.default_rng(1).normal(size=(2, 9))
    known, mine = (graded(hs.DenseMemory(f).store(patterns)) for f in ("polynomial", cube))
    assert np.array_equal(mine.step(x), known.step(x))
    assert mine.pulled(x, x) == pytest.approx(known.pulled(x, x), rel=1e-6)


def test_a_file_has_the_numbers_of_f_and_no_code(tmp_path: Path):
    patterns = hs.random_patterns(5, 20, rng=0)
    memory = hs.DenseMemory(lambda x: np.cosh(x / 3), 4).store(patterns)
    memory.save(tmp_path / "own.npz")
    loaded = hs.load(tmp_path / "own.npz")
    assert (loaded.interaction, loaded.order) == (memory.interaction, 4)
    cues = hs.flip(patterns, fraction=0.1, rng=1)
    assert np.array_equal(loaded.energy(cues), memory.energy(cues))
    assert np.array_equal(loaded.recall(cues, rng=2).states, memory.recall(cues, rng=2).states)
    loaded.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "own.npz").read_bytes()
    loaded.store(hs.random_patterns(1, 20, rng=3))
    with pytest.raises(InvalidInputError, match=r"overlaps up to 20 only; 21 neurons .* Make a"):
        loaded.clear().store(hs.random_patterns(1, 21, rng=3))
    known = hs.DenseMemory("rectified").store(patterns)
    known.save(tmp_path / "known.npz")
    with np.load(tmp_path / "known.npz") as file:
        assert "table" not in file


@pytest.mark.parametrize("table", [np.ones(40), np.ones(43), np.full(41, np.nan)])
def test_a_table_that_is_none(table, tmp_path: Path, monkeypatch):
    memory = hs.DenseMemory(cube).store(hs.random_patterns(5, 20, rng=0))
    monkeypatch.setattr(type(memory), "_table", lambda self: table)
    memory.save(tmp_path / "own.npz")
    with pytest.raises(ModelFileError):
        hs.load(tmp_path / "own.npz")


@pytest.mark.parametrize(
    ("interaction", "error", "said"),
    [
        (3, InvalidTypeError, "interaction must be one of polynomial, .* or a function F .* got 3"),
        ("cubic", InvalidInputError, 'must be one of "polynomial".*got \'cubic\''),
        (lambda x: x[:2], InvalidInputError, r"one real number for each .* got shape \(2,\)"),
        (lambda x: x * 1j, InvalidInputError, "one real number .* of complex128"),
        (lambda x: np.cosh(400 * x), InvalidInputError, "must be finite; it is inf at .* -9"),
        (lambda x: 1 / 0, InvalidInputError, "raised ZeroDivisionError for a float64 array"),
        (lambda: 0, InvalidInputError, "<lambda> raised TypeError"),
        (int, InvalidInputError, "a class that is made with an order or nothing; int raised"),
        (Callable, InvalidInputError, "interaction"),
    ],
)  # fmt: skip
def test_what_is_no_interaction(interaction, error, said):
    with pytest.raises(error, match=said):
        hs.DenseMemory(interaction).store(hs.random_patterns(2, 9, rng=0))


# ------------------------------------------------------------------ similarities


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("mine", "beta"), [(dot, 0.2), (manhattan, 1000.0)])
def test_a_similarity_of_your_own_is_compared_like_the_same_of_the_package(
    backend, dtype, mine, beta
):
    patterns = hs.random_patterns(40, 30, rng=0).astype(dtype)
    cues = np.random.default_rng(1).normal(size=(6, 30))
    own, known = (
        hs.ModernHopfield(beta, similarity=similarity, backend=backend).store(patterns)
        for similarity in (mine, mine.__name__)
    )
    near = 100 * np.finfo(dtype).eps
    for observed in (None, np.arange(30) < 20):
        for states in (cues, cues[0]):
            one, other = (m.recall(states, observed=observed, max_steps=3) for m in (own, known))
            assert np.abs(one.states - other.states).max() <= near
            one, other = (m.attention(states, observed=observed) for m in (own, known))
            assert np.abs(one - other).max() <= near
        assert own.suggest_beta(observed=observed) == pytest.approx(
            known.suggest_beta(observed=observed), rel=1e-6
        )
    assert own.similarity == mine.__name__


def test_what_it_has_not(tmp_path: Path):
    memory = hs.ModernHopfield(5.0, similarity=largest).store(hs.random_patterns(3, 9, rng=0))
    check_memory(hs.ModernHopfield(5.0, similarity=dot))
    for call in (memory.energy, memory.gradient, lambda x: memory.recall(x, record="energy")):
        with pytest.raises(InvalidInputError, match="similarity 'largest' has no energy"):
            call(memory.patterns)
    with pytest.raises(InvalidInputError, match=r"files of models hold no code; save memory.pat"):
        memory.save(tmp_path / "own.npz")
    assert not list(tmp_path.iterdir())
    found = hs.basins(memory, overlaps=[1.0], trials=3, starts=2, rng=0)
    assert np.isnan(found.energies).all()


@pytest.mark.parametrize(
    ("similarity", "error", "said"),
    [
        (3, InvalidTypeError, "similarity must be one of dot, .* or a function of states"),
        ("dots", InvalidInputError, 'did you mean "dot"'),
        (lambda x, m: x, InvalidInputError, r"shape \(1, 1\), for states \(1, 9\) and memories"),
        (lambda x: x, InvalidInputError, "raised TypeError"),
        (lambda x, m: np.log(dot(x, m) - 9), InvalidInputError, "must be finite"),
        (lambda x, m: (m.sort(), 0), InvalidInputError, "read-only"),
        (Power, InvalidInputError, "made without arguments; Power raised TypeError"),
    ],
)
def test_what_is_no_similarity(similarity, error, said):
    with pytest.raises(error, match=said):
        hs.ModernHopfield(similarity=similarity).store(hs.random_patterns(2, 9, rng=0))


# ------------------------------------------------------------------ their checks


@pytest.mark.parametrize("name", INTERACTIONS)
@pytest.mark.parametrize("order", [2, 3, 30])
def test_interactions_of_the_package_pass(name, order):
    check_interaction(name, order)


@pytest.mark.parametrize("name", SIMILARITIES)
def test_similarities_of_the_package_pass(name):
    check_similarity(name)


def test_right_ones_pass():
    for f in (cube, Power, lambda x: np.cosh(x / 10), lambda x: np.maximum(x - 20, 0)):
        check_interaction(f)
    check_interaction(rectified, 5)
    for s in (dot, manhattan, lambda x, m: -((x[:, None] - m) ** 2).sum(axis=2)):
        check_similarity(s)


RANDOM = np.random.default_rng(0)


def steep(x):
    return x**3


steep.slope = lambda x: 2 * x**2


@pytest.mark.parametrize(
    ("interaction", "said"),
    [
        (lambda x: x, "is not a minimum of the energy.*must grow faster than x"),
        (lambda x: -(x**2), "must be largest at the largest overlap.*F\\(64\\) = -4096"),
        (lambda x: np.minimum(x, 60) ** 3, "must be largest at the largest overlap"),
        (lambda x: 0 * x, "must be largest"),
        (lambda x: x**2 - x.mean(), "must be F of each number alone"),
        (lambda x: x**2 + RANDOM.random(), "gives other values when it is called again"),
        (lambda x: x / x, "must be finite; it is nan at an overlap of 0"),
        (steep, "the slope of F = steep at -?63.5 is 8064.5, but"),
    ],
)
def test_a_broken_interaction(interaction, said):
    with pytest.raises(BrokenPromise, match=said):
        check_interaction(interaction)


@pytest.mark.parametrize(
    ("similarity", "said"),
    [
        (lambda x, m: -dot(x, m), "memory 0 is less similar to itself than to memory"),
        (lambda x, m: 1 / manhattan(x, m), "a distance needs a minus"),
        (largest, "with 6 bits inverted is less similar"),
        (lambda x, m: 1 / ((x[:, None] - m) ** 2).sum(axis=2), "must be finite .* it is inf"),
        (lambda x, m: dot(x, m) - dot(x, m).mean(axis=0), "depends on the other states"),
        (lambda x, m: np.argsort(dot(x, m)), "depends on the other memories"),
        (lambda x, m: dot(x, m) * (1 + RANDOM.random()), "gives other values when"),
        (lambda x, m: dot(m, x), r"shape \(8, 4\), for .* got shape \(4, 8\)"),
    ],
)
def test_a_broken_similarity(similarity, said):
    with pytest.raises(BrokenPromise, match=said):
        check_similarity(similarity)
