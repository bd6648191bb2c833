"""Sequences: the rule by hand, the theory by its equations and by networks, slow synapses."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError

PROJECTION = partial(hs.rules.sequence, projection=True)


def due(overlaps: np.ndarray) -> np.ndarray:
    """The overlap of each row t with pattern t mod P."""
    steps = np.arange(len(overlaps))
    return overlaps[steps, steps % overlaps.shape[1]]


def test_weights_are_sums_of_successors() -> None:
    patterns = hs.random_patterns(5, 12, rng=1)
    for cyclic, last in ((True, 5), (False, 4)):
        wanted = sum(np.outer(patterns[(k + 1) % 5].astype(int), patterns[k]) for k in range(last))
        found = hs.rules.sequence(patterns, cyclic=cyclic, zero_diagonal=False)
        np.testing.assert_allclose(found, wanted / 12, atol=1e-15)
        np.fill_diagonal(found, 0)
        np.testing.assert_array_equal(hs.rules.sequence(patterns, cyclic=cyclic), found)
    assert not hs.rules.sequence(patterns[:1], cyclic=False).any()


def test_projections_lead_exactly_from_each_pattern_to_the_next() -> None:
    letters = hs.glyphs("HOPFIELD", size=10)
    weights = PROJECTION(letters, zero_diagonal=False)
    np.testing.assert_allclose(letters @ weights.T, np.roll(letters, -1, axis=0), atol=1e-12)
    net = hs.HopfieldNetwork(PROJECTION, zero_diagonal=False).store(letters, advise=False)
    cue = hs.flip(letters[0], count=15, rng=1)
    run = net.recall(cue, update="sync", max_sweeps=16, record="states")
    assert hs.match(run.trajectory[2:], letters).tolist() == [t % 8 for t in range(2, 17)]


def test_theory_has_the_published_digits() -> None:
    assert round(hs.theory.sequence_critical_load(), 5) == 0.26906
    found = hs.theory.sequence_overlap([0.1, 0.2, 0.25])
    assert found.round(4).tolist() == [0.9984, 0.9663, 0.9140]


@pytest.mark.parametrize("load", [0.02, 0.1, 0.2, 0.25, 0.269])
def test_theory_solves_its_two_equations(load: float) -> None:
    """m and r, found as a root of two equations from another start than the function's."""
    optimize, special = map(pytest.importorskip, ("scipy.optimize", "scipy.special"))

    def equations(both: np.ndarray) -> list[float]:
        m, r = both
        chi = np.sqrt(2 / (np.pi * load * r)) * np.exp(-(m**2) / (2 * load * r))
        return [m - special.erf(m / np.sqrt(2 * load * r)), r * (1 - chi**2) - 1]

    found = optimize.fsolve(equations, [0.95, 1.2], xtol=1e-13)
    assert hs.theory.sequence_overlap(load) == pytest.approx(found[0], abs=1e-8)


def test_theory_at_its_ends() -> None:
    critical = hs.theory.sequence_critical_load()
    assert hs.theory.sequence_overlap(0) == 1
    assert hs.theory.sequence_overlap(critical) > 0.8
    assert hs.theory.sequence_overlap(np.nextafter(critical, 1)) == 0
    assert hs.theory.sequence_overlap(1e-12) == 1
    for bad in (-0.1, np.nan, "much"):
        with pytest.raises(HopfieldError, match="load"):
            hs.theory.sequence_overlap(bad)


@pytest.mark.slow
@pytest.mark.parametrize("load", [0.1, 0.2])
def test_networks_follow_the_theory(load: float) -> None:
    n, networks = 1000, 8
    found = np.empty(networks)
    for seed in range(networks):
        patterns = hs.random_patterns(round(load * n), n, rng=seed)
        net = hs.HopfieldNetwork(hs.rules.sequence).store(patterns)
        run = net.recall(patterns[0], update="sync", max_sweeps=40, record="overlap")
        found[seed] = due(run.overlaps)[15:].mean()
    error = found.std(ddof=1) / networks**0.5
    assert error < 0.003
    assert abs(found.mean() - hs.theory.sequence_overlap(load)) < 4 * error + 1 / n


def test_beyond_the_critical_load_the_sequence_is_lost() -> None:
    patterns = hs.random_patterns(320, 1000, rng=0)
    net = hs.HopfieldNetwork(hs.rules.sequence).store(patterns)
    run = net.recall(patterns[0], update="sync", max_sweeps=60, record="overlap")
    assert abs(due(run.overlaps)[-10:]).max() < 0.2


@pytest.mark.parametrize("delay", [1, 4])
@pytest.mark.parametrize("backend", hs.backends.available())
def test_slow_synapses_hold_each_pattern_for_the_delay(delay: int, backend: str) -> None:
    patterns = hs.random_patterns(6, 200, rng=2)
    with hs.use_backend(backend):
        stay = hs.HopfieldNetwork().store(patterns)
        lead = hs.HopfieldNetwork(hs.rules.sequence).store(patterns)
        rows = hs.replay(stay, lead, patterns[0], delay=delay, max_sweeps=9 * delay, rng=1)
        assert rows.shape == (9 * delay + 1, 200)
        overlaps = hs.overlap(rows, patterns)
        assert overlaps.argmax(axis=1).tolist() == [t // delay % 6 for t in range(9 * delay + 1)]
        assert overlaps.max(axis=1).min() > 0.95
        both = hs.replay(stay, lead, patterns[:2], delay=delay, max_sweeps=9 * delay, rng=1)
        assert (both[:, 0] == rows).all()


def test_slow_synapses_that_are_weak_leave_no_pattern() -> None:
    patterns = hs.random_patterns(4, 200, rng=3)
    stay = hs.HopfieldNetwork().store(patterns)
    lead = hs.HopfieldNetwork(hs.rules.sequence).store(patterns)
    rows = hs.replay(stay, lead, patterns[0], delay=3, strength=0.5, max_sweeps=20, rng=0)
    assert (rows == patterns[0]).all()


def test_images_are_replayed_as_images() -> None:
    letters = hs.glyphs("HOPF", size=10).reshape(4, 10, 10)
    stay = hs.HopfieldNetwork("pseudoinverse").store(letters)
    lead = hs.HopfieldNetwork(PROJECTION, zero_diagonal=False).store(letters, advise=False)
    rows = hs.replay(stay, lead, letters[0], delay=3, max_sweeps=12, rng=0)
    assert rows.shape == (13, 10, 10)
    assert (rows[::3] == letters[[0, 1, 2, 3, 0]]).all()


NET = hs.HopfieldNetwork().store(hs.random_patterns(2, 8, rng=0))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: hs.replay(NET, "x", NET.patterns), "transitions must be a HopfieldNetwork"),
        (lambda: hs.replay("x", NET, NET.patterns), "network must be a Hopfield"),
        (lambda: hs.replay(hs.DenseMemory(), NET, NET.patterns), "must be a DenseMemory"),
        (
            lambda: hs.replay(NET, hs.HopfieldNetwork().store([[1, 1]]), NET.patterns),
            "transitions must have 8 neurons",
        ),
        (lambda: hs.replay(NET, NET, [1] * 7), "states must be"),
        (lambda: hs.replay(NET, NET, NET.patterns, delay=0), "delay must be 1 or more"),
        (lambda: hs.replay(NET, NET, NET.patterns, strength=-1), "strength must be"),
        (lambda: hs.replay(NET, NET, NET.patterns, max_sweeps=-1), "max_sweeps must be"),
        (lambda: hs.rules.sequence([[1, 0]]), "-1 or"),
        (lambda: hs.rules.sequence([[1, 1]], cyclic=2), "cyclic must be"),
        (lambda: hs.rules.sequence([[1, 1]], projection="x"), "projection must be"),
    ],
)
def test_bad_input_is_refused_in_words(call, words: str) -> None:
    with pytest.raises(HopfieldError, match=words):
        call()


def test_two_networks_of_the_rule_are_one_by_the_other() -> None:
    """What is stored later follows what was stored before."""
    patterns = hs.random_patterns(5, 20, rng=4)
    net = hs.HopfieldNetwork(hs.rules.sequence).store(patterns[:3]).store(patterns[3:])
    np.testing.assert_array_equal(net.weights, hs.rules.sequence(patterns))
    with pytest.raises(InvalidInputError, match="rule"):
        hs.HopfieldNetwork("sequence")
