"""The trained dense memory: its formulas by brute force, what it learns, and how it recalls."""

from __future__ import annotations

import itertools
import zipfile
from dataclasses import replace

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import (
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
    ModelFileError,
    NotStoredError,
)
from hopfield_sim.models.trained import rule as trained_rule
from hopfield_sim.models.trained.learning import Learner, Recipe
from hopfield_sim.support import blas

learns_too_little = pytest.mark.filterwarnings("ignore:not converged")  # on purpose


def f(x, n):
    return np.maximum(x, 0.0) ** n


def outputs(x, memories, beta, n):
    """Y_i of one pattern, by the definition: the pattern with site i at +1, and at −1."""
    y = np.empty(len(x))
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i], down[i] = 1, -1
        y[i] = np.tanh(beta * (f(memories @ up, n) - f(memories @ down, n)).sum())
    return y


def cost(patterns, memories, beta, n, m):
    found = np.array([outputs(x, memories, beta, n) for x in patterns])
    return ((found - patterns) ** (2 * m)).sum()


def random_task(n_patterns=4, n=7, k=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], (n_patterns, n)), rng.uniform(-0.9, 0.9, (k, n))


def recipe(k=3, order=3, cost=2, rate=0.1, damp=0.9, momentum=0.5, temperature=0.4, rng=0):
    return Recipe.validated(k, order, cost, rate, damp, momentum, temperature, rng)


def with_memories(memories, order, patterns):
    """A memory that was told its memories, not trained."""
    memory = hs.TrainedDenseMemory(len(memories), order, rng=0)
    memory.store(patterns, max_iter=1, min_iter=0)
    memory._state = replace(memory._state, memories=np.array(memories, float))
    return memory


# ------------------------------------------------------------------ the rule


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize("order", [2, 3, 10])
def test_every_answer_by_its_definition(order, backend):
    patterns, memories = random_task()
    voting = hs.backends.get(backend).voting
    asked = trained_rule.answers(patterns, memories, 2.0, order, voting)
    found = trained_rule.outputs(asked.votes, 0.7)
    expected = [outputs(x, memories, 0.7 / 2.0**order, order) for x in patterns]
    np.testing.assert_allclose(found, expected, atol=1e-13)
    assert np.unique(found.round(9)).size > 20  # no two outputs hear the same


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize(("order", "power"), [(2, 1), (3, 2), (3, 4), (6, 2)])
def test_the_gradient_is_the_difference_quotient(order, power, backend):
    patterns, memories = random_task(seed=order)
    scale = 3.0
    beta = scale**-order
    voting = hs.backends.get(backend).voting
    asked = trained_rule.answers(patterns, memories, scale, order, voting)
    found = trained_rule.outputs(asked.votes, 1.0)
    signal = trained_rule.signal(found, patterns, power)
    # dξ leaves out the factors 2m·n/S and 2^{2m−1} of −∂C/∂ξ, which the step cancels.
    left_out = 2 * power * order / scale * 2.0 ** (2 * power - 1)
    descent = trained_rule.gradient(patterns, asked, signal) * left_out
    step = 1e-5
    for k, j in itertools.product(range(3), range(7)):
        up, down = memories.copy(), memories.copy()
        up[k, j] += step
        down[k, j] -= step
        rise = cost(patterns, up, beta, order, power) - cost(patterns, down, beta, order, power)
        assert descent[k, j] == pytest.approx(-rise / (2 * step), rel=1e-6, abs=1e-8)


def test_a_step_by_the_rule_and_the_rate_that_falls():
    patterns, _ = random_task()
    learner = Learner(recipe(), patterns.astype(np.int8), hs.backends.get().voting)
    memories, velocity, beta = learner.start(), 0.0, (0.4 * 7.0) ** -3
    for number in range(4):
        told = learner.evaluate(memories)
        assert told["cost"] == pytest.approx(cost(patterns, memories, beta, 3, 2) / 28)
        expected = np.zeros_like(memories)
        for x in patterns:
            y = outputs(x, memories, beta, 3)
            g = ((x - y) / 2) ** 3 * (1 - y**2)
            for i in range(7):
                up, down = x.copy(), x.copy()
                up[i], down[i] = 1, -1
                expected += g[i] * np.outer(f(memories @ up, 2), up)
                expected -= g[i] * np.outer(f(memories @ down, 2), down)
        velocity = 0.5 * velocity + expected / (0.4 * 7) ** 2
        largest = np.abs(velocity).max(axis=1, keepdims=True)
        memories_after = np.clip(memories + 0.1 * 0.9**number * velocity / largest, -1, 1)
        memories = learner.step(memories)
        np.testing.assert_allclose(memories, memories_after, atol=1e-12)
        assert learner.evaluate(memories)["rate"] == pytest.approx(0.1 * 0.9**number)


@pytest.mark.parametrize("backend", hs.backends.available())
def test_blocks_change_nothing(backend, monkeypatch):
    patterns, voting = hs.random_patterns(9, 20, rng=0), hs.backends.get(backend).voting
    whole = Learner(recipe(k=5), patterns, voting)
    start = whole.start()
    told = whole.evaluate(start)
    monkeypatch.setattr(type(voting), "turned", lambda *_: 250)  # two or three patterns at a time
    parts = Learner(recipe(k=5), patterns, voting)
    assert parts.evaluate(parts.start()) == pytest.approx(told)
    np.testing.assert_allclose(parts.step(start), whole.step(start), atol=1e-12)


@learns_too_little
def test_the_automatic_temperature():
    """Patterns that are their own memories answer with tanh(3) in the median."""
    patterns = hs.random_patterns(10, 30, rng=0)
    memory = hs.TrainedDenseMemory(10, 4, rng=0).store(patterns)
    x = patterns.astype(float)
    beta = (30 * memory.temperature) ** -4.0
    answers = np.abs([outputs(row, x, beta, 4) for row in x])
    assert np.arctanh(np.median(answers)) == pytest.approx(3)
    fixed = hs.TrainedDenseMemory(10, 4, temperature=0.25, rng=0).store(patterns)
    assert fixed.temperature == 0.25
    for bad, kind in (
        (1e-9, InvalidInputError),
        ("hot", InvalidInputError),
        ([1], InvalidTypeError),
    ):
        with pytest.raises(kind, match="temperature"):
            hs.TrainedDenseMemory(10, temperature=bad)
    hot = hs.TrainedDenseMemory(10, 64, temperature=1e6, rng=0).store(patterns)
    assert np.isfinite(hot.memories).all()  # nothing is learnt, and nothing overflows
    with pytest.raises(InvalidInputError, match=r"powers of order 64 to fit .* got 1e-05"):
        hs.TrainedDenseMemory(2, 64, temperature=1e-5).store(patterns)


# ------------------------------------------------------------------ what it learns


def recalled(n, n_patterns, k, order, networks):
    """Exact recall and bit accuracy from 10 % flips: trained, and as learning started."""
    trained, untrained = [], []
    with blas.limit(1):
        for seed in range(networks):
            patterns = hs.random_patterns(n_patterns, n, rng=seed)
            memory = hs.TrainedDenseMemory(k, order, rng=seed).store(patterns)
            cues = hs.flip(patterns, fraction=0.1, rng=seed)
            start = Learner(memory._recipe, patterns, hs.backends.get().voting).start()
            for found, some in (
                (trained, memory),
                (untrained, with_memories(start, order, patterns)),
            ):
                states = some.recall(cues, rng=0).states
                found.append([(states == patterns).all(axis=1).mean(), (states == patterns).mean()])
    return np.array(trained), np.array(untrained)


@pytest.mark.parametrize("order", [2, 3, 10])
def test_patterns_become_fixed_points(order):
    patterns = hs.random_patterns(20, 60, rng=order)
    memory = hs.TrainedDenseMemory(20, order, rng=0).store(patterns)
    errors = [row["errors"] for row in memory.history]
    assert errors[0] > 20
    assert errors[-1] == 0
    run = memory.recall(patterns, rng=0)
    assert run.converged.all()
    assert not run.sweeps.any()


@learns_too_little
def test_corrupted_patterns_come_back():
    """N = 100, P = K = 20, n = 3: all of them; with the memories it started from none."""
    trained, untrained = recalled(100, 20, 20, 3, 5)
    assert trained[:, 0].mean() == 1
    assert untrained[:, 0].mean() == 0
    assert untrained[:, 1].mean() < 0.85


@pytest.mark.slow
@learns_too_little
def test_training_holds_what_a_low_order_cannot():
    """N = 100, P = 50, n = 2: untrained dense memories, which keep the patterns, lose them."""
    kept = []
    trained = recalled(100, 50, 50, 2, 3)[0]
    for seed in range(3):
        patterns = hs.random_patterns(50, 100, rng=seed)
        plain = hs.DenseMemory("rectified", 2).store(patterns)
        states = plain.recall(hs.flip(patterns, fraction=0.1, rng=seed), rng=0).states
        kept.append((states == patterns).all(axis=1).mean())
    assert np.mean(kept) < 0.2
    assert trained[:, 0].mean() > 0.98


@pytest.mark.slow
@learns_too_little
def test_fewer_memories_than_patterns_hold_some():
    """N = 100, P = 25: with 20 memories most of them come back, with 12 some."""
    most, half = recalled(100, 25, 20, 3, 3)[0], recalled(100, 25, 12, 3, 3)[0]
    assert most[:, 0].mean() > 0.75
    assert 0.15 < half[:, 0].mean() < 0.6


@pytest.mark.parametrize(("n", "order"), [(700, 30), (100, 64)])
def test_large_overlaps_and_high_powers_neither_over_nor_underflow(n, order):
    patterns = hs.random_patterns(5, n, rng=0)
    memory = hs.TrainedDenseMemory(5, order, rng=0).store(patterns)
    assert memory.history[0]["errors"] > memory.history[-1]["errors"] == 0
    assert np.isfinite(memory.memories).all()
    cues = hs.flip(patterns, fraction=0.1, rng=0)
    assert (memory.recall(cues, rng=0).states == patterns).all()
    assert np.isfinite(memory.energy(cues)).all()


# ------------------------------------------------------------------ how it recalls


@learns_too_little
@pytest.mark.parametrize("order", [2, 3, 7])
@pytest.mark.parametrize(
    "manner",
    [
        {},
        {"order": "sequential", "ties": "plus"},
        {"order": "uniform", "max_sweeps": 7, "every": 13},
        {"update": "sync"},
        {"temperature": 1e4, "max_sweeps": 5},
        {"update": "sync", "temperature": [1e5, 1e3, 0.0, 0.0]},
        {"clamp": np.arange(24) < 9},
        {"clamp": np.arange(24) < 9, "update": "sync"},
        {"max_sweeps": 1, "update": "sync"},
        {"max_sweeps": 0},
    ],
    ids=str,
)
def test_with_patterns_for_memories_it_is_the_dense_memory(order, manner):
    """Another implementation, in whole numbers: the same states, flips, sweeps and energies."""
    patterns = hs.random_patterns(6, 24, rng=1)
    dense = hs.DenseMemory("rectified", order).store(patterns)
    memory = with_memories(patterns, order, patterns)
    cues = hs.random_patterns(40, 24, rng=2)
    record = {"record": ("energy", "states", "overlap"), "rng": 5}
    expected, run = dense.recall(cues, **record, **manner), memory.recall(cues, **record, **manner)
    for name in (
        "states",
        "flips",
        "sweeps",
        "stop",
        "period",
        "trajectory",
        "updates",
        "overlaps",
    ):
        np.testing.assert_array_equal(getattr(run, name), getattr(expected, name))
    np.testing.assert_allclose(run.energy, expected.energy, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(
        memory.energy_gap(cues), dense.energy_gap(cues), rtol=1e-9, atol=1e-7
    )


@learns_too_little
def test_energy_and_gap_by_definition():
    _, memories = random_task(k=4)
    patterns = hs.random_patterns(2, 7, rng=0)
    for order in (2, 3, 9):
        memory = with_memories(memories, order, patterns)
        states = hs.random_patterns(5, 7, rng=order)
        energies, gaps = memory.energy(states), memory.energy_gap(states)
        for b, s in enumerate(states):
            assert energies[b] == pytest.approx(-f(memories @ s, order).sum(), rel=1e-12)
            for i in range(7):
                turned = s.copy()
                turned[i] *= -1
                change = memory.energy(turned) - energies[b]
                assert gaps[b, i] == pytest.approx(change, rel=1e-9, abs=1e-9)
    huge = with_memories(np.ones((1, 10**5)), 64, np.ones((1, 10**5)))
    with pytest.raises(InvalidInputError, match="exceeds every float"):
        huge.energy(np.ones(10**5))
    with pytest.raises(InvalidInputError, match="exceeds every float"):
        huge.recall(np.ones(10**5), record="energy", update="sync")


@learns_too_little
def test_energy_falls_and_every_recall_rests():
    patterns = hs.random_patterns(15, 40, rng=0)
    memory = hs.TrainedDenseMemory(10, 3, rng=0).store(patterns)
    run = memory.recall(hs.random_patterns(50, 40, rng=1), record="energy", every=1, rng=0)
    assert run.converged.all()
    assert np.diff(run.energy, axis=0).max() <= 1e-9 * np.abs(run.energy).max()
    assert (memory.energy_gap(run.states) >= 0).all()


@learns_too_little
@pytest.mark.parametrize(("ties", "site"), [("keep", -1), ("plus", 1)])
@pytest.mark.parametrize("update", ["async", "sync"])
def test_a_site_that_no_memory_knows_is_a_tie(ties, site, update):
    patterns = hs.random_patterns(2, 9, rng=0)
    memories = patterns * 0.7
    memories[:, 4] = 0
    memory = with_memories(memories, 3, patterns)
    cue = patterns[0].copy()
    cue[4] = -1
    assert memory.recall(cue, ties=ties, update=update, rng=0).states[4] == site


# ------------------------------------------------------------------ as a memory


@pytest.mark.parametrize("order", [2, 3, 12])
def test_it_is_a_memory(order):
    hs.testing.check_memory(hs.TrainedDenseMemory(4, order, rng=0))


@learns_too_little
def test_storing_again_learns_all_of_them_anew():
    patterns = hs.random_patterns(5, 20, rng=0)
    once = hs.TrainedDenseMemory(5, rng=3).store(patterns)
    twice = hs.TrainedDenseMemory(5, rng=3).store(patterns[:2]).store(patterns[2:])
    np.testing.assert_array_equal(once.memories, twice.memories)
    assert once.history == twice.history
    assert (
        np.abs(hs.TrainedDenseMemory(5, rng=4).store(patterns).memories - once.memories).max() > 0
    )
    with pytest.raises(ValueError, match="read-only"):
        once.memories[0, 0] = 1
    assert np.abs(once.memories).max() <= 1
    assert (
        hs.TrainedDenseMemory(3, rng=0)
        .store(patterns, max_iter=4, min_iter=0)
        .history[-1]["iteration"]
        <= 4
    )


def test_images_attractors_and_films(tmp_path):
    images = hs.random_patterns(2, 9, rng=0).reshape(2, 3, 3)
    memory = hs.TrainedDenseMemory(2, rng=0).store(images)
    run = memory.recall(images[0], record=("states", "energy"), every=1, rng=0)
    assert run.states.shape == (3, 3)
    assert isinstance(memory.energy(images[0]), float)
    assert hs.plotting.video(run, tmp_path / "recall.gif").stat().st_size > 0
    found = memory.attractors()
    assert {tuple(image.ravel()) for image in images} <= set(map(tuple, found.states.tolist()))
    assert found.basin.sum() == 2**9


def test_it_comes_back_from_its_file(tmp_path):
    images = hs.random_patterns(3, 20, rng=0).reshape(3, 4, 5)
    settings = {"cost": 3, "rate": 0.05, "damp": 0.99, "momentum": 0.5}
    for temperature in ("auto", 0.3):
        memory = hs.TrainedDenseMemory(4, 5, temperature=temperature, rng=0, **settings)
        memory.store(images).save(tmp_path / "memory.npz")
        again = hs.load(tmp_path / "memory.npz")
        np.testing.assert_array_equal(again.memories, memory.memories)
        np.testing.assert_array_equal(again.patterns, memory.patterns)
        assert again.history == memory.history
        assert (again.temperature, repr(again)) == (memory.temperature, repr(memory))
        assert again.recall(images, rng=0).states.shape == (3, 4, 5)
        more = hs.random_patterns(1, 20, rng=1)
        np.testing.assert_array_equal(again.store(more).memories, memory.store(more).memories)


def test_a_file_that_contradicts_itself_is_refused(tmp_path):
    from hopfield_sim.models.base import files

    hs.TrainedDenseMemory(2, rng=0).store(np.ones((1, 6))).save(tmp_path / "memory.npz")
    with zipfile.ZipFile(tmp_path / "memory.npz") as archive:
        names = [name[:-4] for name in archive.namelist() if "manifest" not in name]
        members = {name: np.load(archive.open(f"{name}.npy")) for name in names}
    wrong = {
        "memories": np.full((2, 6), np.nan),
        "patterns": np.ones((2, 7), np.int8),
        "order": np.array(1),
        "learning": np.array([0.1, 0.9]),
        "cost": members["cost"][:1],
        "shape": np.array([2, 2]),
    }
    for name, value in wrong.items():
        files.save(tmp_path / "wrong.npz", "trained", {**members, name: value})
        with pytest.raises(ModelFileError):
            hs.load(tmp_path / "wrong.npz")


def test_errors_say_what_to_do():
    memory = hs.TrainedDenseMemory(4)
    for ask in (memory.recall, memory.energy, memory.energy_gap):
        with pytest.raises(NotStoredError, match=r"store\(patterns\)"):
            ask(np.ones(4))
    with pytest.raises(NotStoredError):
        _ = memory.memories
    with pytest.raises(NotStoredError):
        _ = memory.temperature
    with pytest.raises(InvalidInputError, match="order must be from 2 to 64; got 1"):
        hs.TrainedDenseMemory(4, 1)
    for name in ("rate", "damp"):
        with pytest.raises(InvalidInputError, match="nothing is learnt"):
            hs.TrainedDenseMemory(4, **{name: 0.0})
    with pytest.raises(InvalidInputError, match="never fades"):
        hs.TrainedDenseMemory(4, momentum=1)
    with pytest.raises(InvalidInputError, match="min_iter"):
        memory.store(np.ones((1, 4)), max_iter=3, min_iter=4)
    with pytest.raises(InsufficientMemoryError, match="fewer memories"):
        hs.TrainedDenseMemory(10**9).store(np.ones((1, 10**5)))
    assert "nothing stored" in repr(memory)


def test_bits_that_stay_wrong_are_told(tmp_path):
    """60 random patterns of 50 neurons are too many for 20 memories, and not for 60."""
    patterns = hs.random_patterns(60, 50, rng=3)
    memory = hs.TrainedDenseMemory(20, 3, rng=1)
    with pytest.raises(NotStoredError):
        memory.converged  # noqa: B018
    with pytest.warns(UserWarning, match="not converged") as told:
        memory.store(patterns)
    ends = memory.recall(patterns, update="sync", max_sweeps=1).states
    changed = int((ends != patterns).sum())
    assert changed > 0
    assert f"changes {changed} of the 3000 bits of these 60 patterns" in str(told[0].message)
    assert "more memories than 20" in str(told[0].message)
    assert told[0].filename == __file__
    assert not memory.converged
    memory.save(tmp_path / "m.npz")
    assert not hs.load(tmp_path / "m.npz").converged
    assert hs.TrainedDenseMemory(60, 3, rng=1).store(patterns, max_iter=100).converged


def test_a_bit_of_which_nothing_is_said_stays_as_it_is(tmp_path):
    """One memory of order 8 after 3 steps answers no to some bits and says nothing of others."""
    patterns = hs.random_patterns(4, 20, rng=0)
    memory = hs.TrainedDenseMemory(1, 8, rng=0)
    with pytest.warns(UserWarning, match="not converged") as told:
        memory.store(patterns, max_iter=3)
    ends = memory.recall(patterns, update="sync", max_sweeps=1).states
    changed = int((ends != patterns).sum())
    assert 0 < changed < min(row["errors"] for row in memory.history)
    assert f"changes {changed} of the 80 bits" in str(told[0].message)
    memory.save(tmp_path / "m.npz")
    for one in (memory, hs.load(tmp_path / "m.npz")):
        assert f"{changed} wrong bits" in repr(one)


def test_a_pattern_of_which_nothing_is_said_is_a_fixed_point():
    """A memory that is turned away from a pattern has F = 0 and no say, so that nothing moves."""
    pattern = hs.random_patterns(1, 20, rng=0)
    found = []
    for seed in range(60):
        memory = hs.TrainedDenseMemory(1, 8, rate=1e-6, rng=seed)
        memory.store(np.vstack([pattern, -pattern]), max_iter=1, advise=False)
        ends = memory.recall(memory.patterns, update="sync", max_sweeps=1).states
        assert memory.converged == (ends == memory.patterns).all()
        found.append((memory.converged, memory.history[-1]["errors"]))
    assert (True, 20) in found


def test_what_cannot_be_learnt_is_told_without_a_remedy():
    """Of one pixel each in 100 the others say nothing; with a random pattern, more steps may help
    that one.
    """
    pixels = 2 * np.eye(100, dtype=np.int8)[:5] - 1
    with pytest.warns(UserWarning, match="no other bit tells them") as told:
        hs.TrainedDenseMemory(3, rng=0).store(pixels, max_iter=60)
    assert "max_iter" not in str(told[0].message)
    assert "more memories" not in str(told[0].message)
    both = np.vstack([pixels, hs.random_patterns(20, 100, rng=1)])
    with pytest.warns(UserWarning, match=r"no other bit tells \d+ of them") as told:
        hs.TrainedDenseMemory(3, rng=0).store(both, max_iter=60)
    assert "more memories than 3" in str(told[0].message)
    assert "max_iter" in str(told[0].message)
