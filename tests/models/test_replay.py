"""Sequences as values: the law of one transition, whole walks, and memories of real vectors."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, NotStoredError


def following(patterns: np.ndarray) -> np.ndarray:
    """The pattern after each, the first after the last."""
    return np.roll(patterns, -1, axis=0)


def transition_errors(memory, n: int, p: int, networks: int) -> np.ndarray:
    """The share of wrong bits after one step from patterns, in each network."""
    found = []
    for seed in range(networks):
        patterns = hs.random_patterns(p, n, rng=seed)
        memory.clear().store(patterns, following(patterns), advise=False)
        asked = slice(0, 300)
        step = hs.replay(memory, states=patterns[asked], max_sweeps=1)[1]
        found.append((step != following(patterns)[asked]).mean())
    return np.array(found)


def agrees(found: np.ndarray, wanted: float) -> bool:
    """Is the mean over networks within four standard errors, which are small?"""
    error = found.std(ddof=1) / math.sqrt(len(found))
    return abs(found.mean() - wanted) < 4 * error < wanted


@pytest.mark.parametrize(
    ("order", "n", "p"),
    [(2, 100, 20), (2, 400, 80), (3, 30, 90), (3, 80, 640), (4, 16, 205), (4, 30, 1350)],
)
def test_a_transition_errs_by_the_crosstalk_of_all_others(order: int, n: int, p: int) -> None:
    """One law for a load P/N^(n−1), at which the Gaussian limit is the same for every N."""
    pytest.importorskip("scipy")
    wanted = hs.theory.one_step_error(n + 1, p, order=order, ties="plus")
    moment = math.prod(range(1, 2 * order - 2, 2))  # of X^(2n−2): (2n − 3)!!
    limit = 0.5 * math.erfc(math.sqrt(n ** (order - 1) / (moment * p) / 2))
    assert wanted == pytest.approx(limit, rel=0.25)
    assert agrees(transition_errors(hs.DenseMemory(order=order), n, p, 10), wanted)


@pytest.mark.parametrize("n", [8, 12, pytest.param(16, marks=pytest.mark.slow)])
def test_with_an_exponential_it_is_as_rare_at_exponentially_many(n: int) -> None:
    pytest.importorskip("scipy")
    p = 2 ** (n // 2 + 2)
    wanted = hs.theory.exponential_error(n + 1, p)
    found = transition_errors(hs.DenseMemory("exponential"), n, p, 40)
    assert agrees(found, wanted)
    assert found.mean() < 0.2


@pytest.mark.parametrize("backend", hs.backends.available())
def test_a_sequence_longer_than_the_network_is_replayed_whole(backend: str) -> None:
    """P = 1.5 N: 15 000 steps of bits, each wrong with a probability below 1e-6 (Q(√(N²/3P)))."""
    patterns = hs.random_patterns(150, 100, rng=1)
    memory = hs.DenseMemory(order=3, backend=backend).store(patterns, following(patterns))
    rows = hs.replay(memory, states=hs.flip(patterns[0], count=10, rng=2), max_sweeps=300)
    assert (rows[1:] == patterns[np.arange(1, 301) % 150]).all()
    classical = hs.HopfieldNetwork(hs.rules.sequence, backend=backend).store(patterns)
    lost = hs.replay(classical, states=patterns[0], max_sweeps=100)
    assert abs(hs.overlap(lost[-10:], patterns)).max() < 0.6


def test_a_mixed_network_is_its_formula() -> None:
    """Against sums in whole numbers, λ = 5/2 among them: f_S of x³ is 6m² + 2, of x⁴ 8m³ + 8m."""
    patterns = hs.random_patterns(12, 21, rng=4)
    memory = hs.DenseMemory(order=4).store(patterns, following(patterns), advise=False)
    states = hs.random_patterns(40, 21, rng=5)
    hold, lead = hs.DenseMemory(order=3).store(patterns, advise=False), memory
    rows = hs.replay(hold, lead, states, delay=2, strength=2.5, max_sweeps=9)
    xi = patterns.astype(int)
    top_s, top_a = 6 * 21**2 + 2, 8 * 21**3 + 8 * 21
    for t in range(9):
        now = rows[t].astype(int) @ xi.T
        field = 2 * (6 * now**2 + 2) @ xi * top_a
        if t >= 1:
            past = rows[t - 1].astype(int) @ xi.T
            field = field + 5 * (8 * past**3 + 8 * past) @ following(xi) * top_s
        np.testing.assert_array_equal(rows[t + 1], np.where(field < 0, -1, 1))
    assert len(np.unique(rows[-1], axis=0)) > 5
    for part in (slice(0, 1), slice(7, 30)):
        alone = hs.replay(hold, lead, states[part], delay=2, strength=2.5, max_sweeps=9)
        np.testing.assert_array_equal(alone, rows[:, part])


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize("delay", [1, 4, 7])
def test_a_mixed_network_stays_for_the_delay_and_loses_nothing(backend: str, delay: int) -> None:
    """Order 3: a bit that changes errs with a probability of Q(5.5) = 2e-8, by the law below, with
    the first 60 patterns; e^x holds P = 3 N.
    """
    patterns, steps = hs.random_patterns(300, 100, rng=1), 12 * delay
    with hs.use_backend(backend):
        hold = hs.DenseMemory(order=3).store(patterns[:60])
        lead = hs.DenseMemory(order=3).store(patterns[:60], following(patterns[:60]))
        rows = hs.replay(hold, lead, patterns[:5], delay=delay, strength=5, max_sweeps=steps)
        due = np.arange(steps + 1)[:, None] // delay + np.arange(5)
        np.testing.assert_array_equal(rows, patterns[due])
        hold = hs.DenseMemory("exponential").store(patterns)
        lead = hs.DenseMemory("exponential").store(patterns, following(patterns))
        rows = hs.replay(hold, lead, patterns[:5], delay=delay, strength=1.5, max_sweeps=steps)
        np.testing.assert_array_equal(rows, patterns[due])


@pytest.mark.parametrize("interaction", ["polynomial", "rectified", "exponential"])
def test_a_mixed_network_that_leads_weakly_stays(interaction: str) -> None:
    patterns = hs.random_patterns(40, 200, rng=1)
    hold = hs.DenseMemory(interaction).store(patterns)
    lead = hs.DenseMemory(interaction).store(patterns, following(patterns))
    for strength in (0, 0.5):
        rows = hs.replay(hold, lead, patterns[3], delay=2, strength=strength, max_sweeps=20)
        assert (rows == patterns[3]).all()


@pytest.mark.parametrize("strength", [2.5, 4])
def test_a_mixed_network_errs_by_the_noise_of_both(strength: float) -> None:
    """Bits that change have the signal λ − 1, others λ + 1. Noise for n = 3: ξ^ν has the weight
    m_ν² + λ m_(ν−1)² of two normal overlaps, whose mean square is (3 + 3λ² + 2λ)/N².
    """
    n, p = 100, 400
    noise = math.sqrt(p * (3 + 3 * strength**2 + 2 * strength)) / n
    wanted = sum(math.erfc((strength + sign) / noise / math.sqrt(2)) for sign in (-1, 1)) / 4
    found = []
    for seed in range(12):
        patterns = hs.random_patterns(p, n, rng=seed)
        hold = hs.DenseMemory(order=3).store(patterns)
        lead = hs.DenseMemory(order=3).store(patterns, following(patterns))
        step = hs.replay(hold, lead, patterns[:200], delay=1, strength=strength, max_sweeps=1)[1]
        found.append((step != following(patterns)[:200]).mean())
    assert agrees(np.array(found), wanted)


def test_a_network_alone_moves_all_neurons_at_once() -> None:
    patterns = hs.random_patterns(6, 50, rng=1)
    net = hs.HopfieldNetwork(hs.rules.sequence).store(patterns)
    run = net.recall(patterns[:2], update="sync", max_sweeps=9, record="states")
    rows = hs.replay(net, states=patterns[:2], max_sweeps=9)
    np.testing.assert_array_equal(rows, run.trajectory)


def test_vectors_and_images_are_replayed_too() -> None:
    images = np.random.default_rng(0).uniform(size=(5, 4, 3, 3))
    memory = hs.ModernHopfield(1e4, similarity="euclidean").store(images, following(images))
    rows = hs.replay(memory, states=images[2] + 0.01, max_sweeps=7)
    assert rows.shape == (8, 4, 3, 3)
    np.testing.assert_allclose(rows[1:], images[np.arange(3, 10) % 5], atol=1e-12)
    letters = hs.glyphs("HOPF", size=10).reshape(4, 10, 10)
    dense = hs.DenseMemory("exponential").store(letters, following(letters))
    both = hs.replay(dense, states=letters[:2], max_sweeps=4)
    assert both.shape == (5, 2, 10, 10)
    assert (both[4] == letters[:2]).all()
    assert (hs.replay(dense, states=letters[:2], max_sweeps=0) == letters[None, :2]).all()


@pytest.mark.parametrize("make", [hs.DenseMemory, hs.ModernHopfield])
def test_what_cannot_be_replayed_is_said_in_words(make) -> None:
    patterns = hs.random_patterns(3, 8, rng=0)
    with pytest.raises(NotStoredError, match="nothing yet"):
        hs.replay(make(), states=patterns)
    with pytest.raises(NotStoredError, match="have no values"):
        hs.replay(make().store(patterns), states=patterns)
    with pytest.raises(HopfieldError, match="values must have 8 numbers"):
        hs.replay(make().store(patterns, patterns[:, :5]), states=patterns)
    memory = make().store(patterns, patterns)
    for wrong in (None, patterns[:, :5], "x"):
        with pytest.raises(HopfieldError, match="states"):
            hs.replay(memory, states=wrong)
    with pytest.raises(
        HopfieldError, match=r"with values needs none: replay\(memory, states=states"
    ):
        hs.replay(memory, hs.HopfieldNetwork().store(patterns), patterns)
    if make is hs.DenseMemory:
        hold = make().store(patterns)
        with pytest.raises(HopfieldError, match="network must hold its patterns, without values"):
            hs.replay(memory, memory, patterns)
        with pytest.raises(NotStoredError, match="have no values"):
            hs.replay(hold, hold, patterns)
        with pytest.raises(NotStoredError, match="nothing yet"):
            hs.replay(hold, make(), patterns)
        with pytest.raises(HopfieldError, match="transitions: values must have 8 numbers"):
            hs.replay(hold, make().store(patterns, patterns[:, :5]), patterns)
        with pytest.raises(HopfieldError, match="transitions must have 8 neurons"):
            hs.replay(hold, make().store([[1, 1]], [[1, 1]]), patterns)
        falls = make(lambda x: -(x**3)).store(patterns, advise=False)
        with pytest.raises(HopfieldError, match="rises there"):
            hs.replay(falls, memory, patterns)
    with pytest.raises(HopfieldError, match="make fewer sweeps"):
        hs.replay(memory, states=patterns, max_sweeps=10**15)
    for name, wrong in (("delay", 0), ("strength", -1), ("rng", "x")):
        with pytest.raises(HopfieldError, match=name):
            hs.replay(memory, states=patterns, **{name: wrong})
    with pytest.raises(HopfieldError, match="network must be"):
        hs.replay("x", states=patterns)
