"""Rules for patterns of few active neurons: their definitions, thresholds and laws."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import rules
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.testing import check_rule

Array = np.ndarray[Any, Any]


def exactly(active: int, n_patterns: int, n_neurons: int, seed: int) -> Array:
    """Patterns with exactly so many active neurons."""
    first = np.where(np.arange(n_neurons) < active, 1, -1).astype(np.int8)
    return np.random.default_rng(seed).permuted(np.tile(first, (n_patterns, 1)), axis=1)


def agree(networks: list[Any], expected: Any) -> None:
    """Compare the means of networks with numbers, by their standard errors."""
    found = np.array(networks)
    error = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    np.testing.assert_array_less(np.abs(found.mean(axis=0) - expected), 4 * error)


# ------------------------------------------------------------------ covariance


@pytest.mark.parametrize("activity", [None, 0.14])
def test_the_covariance_rule_does_what_neurons_of_zero_and_one_do(activity: float | None) -> None:
    patterns = hs.random_patterns(90, 200, activity=0.15, rng=1)
    eta = (patterns > 0).astype(float)
    f = float(eta.mean()) if activity is None else activity
    w = (eta - f).T @ (eta - f) / (200 * f * (1 - f))
    np.fill_diagonal(w, 0)
    net = hs.HopfieldNetwork(functools.partial(rules.covariance, activity=activity)).store(patterns)
    np.testing.assert_allclose(net.weights, w, atol=1e-12)
    weights, thresholds = hs.to_binary_network(net)
    np.testing.assert_allclose(thresholds, 4 * (0.5 - f), atol=1e-12)
    np.testing.assert_allclose(weights, 4 * w, atol=1e-12)
    run = net.recall(patterns, update="sync", max_sweeps=7, record="states")
    for states in run.trajectory[1:]:
        eta = (eta @ w > 0.5 - f).astype(float)
        np.testing.assert_array_equal(states > 0, eta > 0)


def test_at_activity_one_half_the_weights_are_hebbs() -> None:
    patterns = hs.random_patterns(9, 40, rng=2)
    np.testing.assert_allclose(
        rules.covariance(patterns, activity=0.5), rules.hebbian(patterns), atol=1e-15
    )


def covariance_errors(f: float, n: int, p: int, seed: int) -> list[float]:
    """Missing and false bits after one step."""
    patterns = hs.random_patterns(p, n, activity=f, rng=seed)
    net = hs.HopfieldNetwork(functools.partial(rules.covariance, activity=f)).store(patterns)
    after = net.recall(patterns, update="sync", max_sweeps=1).states
    return [(after != patterns)[patterns == bit].mean() for bit in (1, -1)]


@pytest.mark.parametrize(("f", "n", "p"), [(0.1, 1000, 400), (0.1, 500, 200), (0.2, 600, 150)])
def test_errors_of_the_covariance_rule(f: float, n: int, p: int) -> None:
    # Q(½/√(αf)) for N → ∞. With K other active neurons, which is binomial, a neuron has the field
    # (η - f) K/(Nf) and noise of variance PK/N², whose skewness moves its tails (Edgeworth).
    active = np.arange(1, n)
    stats = pytest.importorskip("scipy.stats")
    chance = stats.binom.pmf(active, n - 1, f)
    noise = np.sqrt((p - 1) * active) / n
    skewness = (1 - 2 * f) ** 2 / (f * (1 - f)) / np.sqrt((p - 1) * active)
    expected = []
    for bit in (1, 0):
        sign = 1 - 2 * bit  # of the noise that turns it
        x = -sign * ((bit - f) * active / (n * f) - (0.5 - f)) / noise
        tail = stats.norm.sf(x) + sign * skewness / 6 * (x**2 - 1) * stats.norm.pdf(x)
        expected.append((chance * tail).sum())
    agree([covariance_errors(f, n, p, seed) for seed in range(10)], expected)


def test_the_law_of_covariance() -> None:
    pytest.importorskip("scipy")
    law = hs.theory.covariance_error
    assert law(0.4, 0.1) == pytest.approx(0.0062, abs=5e-5)
    load, f = np.array([0.1, 0.5, 2.0]), np.array([[0.5], [0.02]])
    expected = np.vectorize(math.erfc)(0.5 / np.sqrt(2 * load * f)) / 2
    np.testing.assert_allclose(law(load, f), expected, rtol=1e-12)
    assert law(0.0, 0.1) == 0
    for wrong in ((-1, 0.1), (0.1, 0.0), (0.1, 1.0), (0.1, "few")):
        with pytest.raises(HopfieldError, match=r"load|activity"):
            law(*wrong)


def test_the_sparser_the_patterns_the_more_are_held() -> None:
    # Without their mean taken away, Hebb's rule holds the fewer.
    wrong: dict[str, list[float]] = {"covariance": [], "hebbian": []}
    for f in (0.5, 0.2, 0.1, 0.05):
        patterns = hs.random_patterns(240, 400, activity=f, rng=3)
        for rule, errors in wrong.items():
            net = hs.HopfieldNetwork(rule).store(patterns, advise=False)
            after = net.recall(patterns, update="sync", max_sweeps=1).states
            errors.append(float((after != patterns)[patterns > 0].mean()))
    assert wrong["covariance"] == sorted(wrong["covariance"], reverse=True)
    assert wrong["covariance"][-1] < 0.02
    assert wrong["hebbian"] == sorted(wrong["hebbian"])
    assert wrong["hebbian"][-1] == 1


@pytest.mark.parametrize("inhibition", [0.5, 8.0])
def test_inhibition_is_a_threshold_that_follows_the_activity(inhibition: float) -> None:
    patterns = hs.random_patterns(60, 200, activity=0.2, rng=4)
    f = float((patterns > 0).mean())
    rule = functools.partial(rules.covariance, inhibition=inhibition)
    plain, net = (hs.HopfieldNetwork(r).store(patterns) for r in ("covariance", rule))
    states = hs.random_patterns(20, 200, activity=0.4, rng=5)
    others = ((states > 0).sum(axis=1, keepdims=True) - (states > 0)) / 200
    expected = plain.fields(states) - 2 * inhibition * (others - f)
    np.testing.assert_allclose(net.fields(states), expected, atol=1e-12)
    np.testing.assert_array_equal(net.weights, net.weights.T)


def test_inhibition_keeps_the_activity_and_so_the_memories() -> None:
    # At a load of 0.4 false neurons wake others until a third is active, unless all are inhibited.
    patterns = hs.random_patterns(400, 1000, activity=0.1, rng=6)
    activity, overlap = [], []
    for inhibition in (0.0, 50.0):
        rule = functools.partial(rules.covariance, inhibition=inhibition)
        net = hs.HopfieldNetwork(rule).store(patterns, advise=False)
        on = net.recall(patterns[:100], rng=1, max_sweeps=40).states > 0
        eta = patterns[:100] > 0
        activity.append(on.mean())
        overlap.append(on[eta].mean() - on[~eta].mean())
    assert activity[0] > 0.3
    assert overlap[0] < 0.35
    assert activity[1] == pytest.approx(0.1, abs=0.01)
    assert overlap[1] > 0.8


def test_constant_patterns_have_no_covariance() -> None:
    for bit in (1, -1):
        with pytest.raises(InvalidInputError, match=rf"both values.* are \{bit:+d};"):
            hs.HopfieldNetwork("covariance").store(np.full((2, 5), bit))
        assert np.isfinite(rules.covariance(np.full((2, 5), bit), activity=0.1)).all()
    for activity in (0, 1, -0.1, np.nan, "some"):
        with pytest.raises(HopfieldError, match="activity"):
            rules.covariance([[1, -1]], activity=activity)
    for inhibition in (-1, np.inf, "much"):
        with pytest.raises(HopfieldError, match="inhibition"):
            rules.covariance([[1, -1]], inhibition=inhibition)


# ------------------------------------------------------------------ Willshaw


@pytest.mark.parametrize("seed", range(3))
def test_willshaws_memories_are_the_sets_in_which_all_are_linked(seed: int) -> None:
    patterns = exactly(3, 4, 9, seed)
    net = hs.HopfieldNetwork("willshaw").store(patterns)
    linked = np.zeros((9, 9), bool)
    for pattern in patterns:
        on = np.flatnonzero(pattern > 0)
        linked[np.ix_(on, on)] = True
    states = np.array(list(itertools.product((1, -1), repeat=9)))
    stable, pairs = [], []
    for state in states:
        on = np.flatnonzero(state > 0)
        pairs.append(sum(not linked[i, j] for i, j in itertools.combinations(on, 2)))
        extensible = any(linked[i, on].all() for i in np.flatnonzero(state < 0))
        stable.append(pairs[-1] == 0 and not extensible)
    np.testing.assert_array_equal(net.recall(states).sweeps == 0, stable)
    counted = 4 * np.array(pairs) - 2 * (states > 0).sum(axis=1)
    rest = net.energy(states) - counted
    np.testing.assert_array_equal(rest, np.full(512, rest[0]))


def test_active_neurons_that_are_missing_come_back() -> None:
    patterns = exactly(12, 150, 400, seed=4)
    net = hs.HopfieldNetwork("willshaw").store(patterns)
    cues = patterns.copy()
    for cue in cues:
        cue[np.flatnonzero(cue > 0)[:5]] = -1
    for update in ("sync", "async"):
        run = net.recall(cues, update=update, rng=1)
        np.testing.assert_array_equal(run.states, patterns)


def by_listing(n: int, p: int, m: int) -> float:
    """The probability that a silent neuron is linked to all active ones, pattern by pattern."""
    sets = [set(some) for some in itertools.combinations(range(n), m)]
    first, linked, asked = sets[0], 0, 0
    for others in itertools.product(sets, repeat=p - 1):
        for i in set(range(n)) - first:
            asked += 1
            linked += all(any({i, j} <= other for other in others) for j in first)
    return linked / asked


@pytest.mark.parametrize(("n", "p", "m"), [(4, 3, 2), (5, 4, 2), (5, 3, 3), (6, 3, 4), (3, 4, 1)])
def test_the_law_of_willshaw_is_exact(n: int, p: int, m: int) -> None:
    pytest.importorskip("scipy")
    assert hs.theory.willshaw_error(n, p, m) == pytest.approx(by_listing(n, p, m), rel=1e-12)


@pytest.mark.parametrize(("n", "p", "m"), [(300, 1642, 5), (500, 1500, 9), (500, 3400, 6)])
def test_false_neurons_of_willshaws_rule(n: int, p: int, m: int) -> None:
    pytest.importorskip("scipy")

    def wrong(seed: int) -> float:
        patterns = exactly(m, p, n, seed)
        net = hs.HopfieldNetwork("willshaw").store(patterns, advise=False)
        after = net.recall(patterns[:500], update="sync", max_sweeps=1).states
        assert (after[patterns[:500] > 0] > 0).all()  # never a missing one
        return float((after[patterns[:500] < 0] > 0).mean())

    agree([wrong(seed) for seed in range(6)], hs.theory.willshaw_error(n, p, m))


def bits_a_synapse(n: int, m: int, error: Callable[[Array], Array]) -> float:
    """The information in the patterns of which each gains one false neuron, by N² synapses."""
    counts = np.geomspace(0.35, 0.8, 100) * (n / m) ** 2
    false = np.log((n - m) * error(counts.astype(int)))
    return float(np.exp(np.interp(0, false, np.log(counts)))) * math.log2(math.comb(n, m)) / n**2


def independent(counts: Array, n: int, m: int) -> Array:
    """The law where the links of a silent neuron are independent of each other, for large N."""
    k = np.arange(m + 1)
    signs = (-1) ** k * np.array([math.comb(m, some) for some in k])
    missed = k * math.log1p(-(m - 1) / (n - 1))
    logs = np.log1p(m / n * np.expm1(missed))  # to the last digit
    return np.asarray(np.exp(np.multiply.outer(counts, logs)) @ signs)


def test_a_synapse_of_one_bit_holds_at_most_ln_2() -> None:
    pytest.importorskip("scipy")
    sizes = ((1000, 6), (30_000, 11), (10**6, 16))  # with the M that hold most
    best = [
        bits_a_synapse(n, m, functools.partial(hs.theory.willshaw_error, n, active=m))
        for n, m in sizes
    ]
    # It goes to ln 2 = 0.693 as slowly as log N grows.
    np.testing.assert_allclose(best, [0.624, 0.624, 0.627], atol=0.001)
    large = bits_a_synapse(*sizes[-1], functools.partial(independent, n=10**6, m=16))
    assert best[-1] == pytest.approx(large, rel=1e-3)
    assert max(best) < math.log(2)


@pytest.mark.parametrize("wrong", [(5, 2, 5), (5, 0, 2), (5, 2, 0), (5, 2, 1.5), (500, 2, 301)])
def test_arguments_of_willshaws_law(wrong: tuple[Any, ...]) -> None:
    pytest.importorskip("scipy")
    with pytest.raises(HopfieldError, match=r"n_neurons|n_patterns|active"):
        hs.theory.willshaw_error(*wrong)


# ------------------------------------------------------------------ k winners


def winners(f: float, load: float, n: int, seed: int) -> float:
    """Overlap with patterns at the end of recall from them, of as many active neurons."""
    k, cues = round(f * n), 60
    patterns = exactly(k, round(load * n), n, seed)
    net = hs.HopfieldNetwork("covariance").store(patterns, advise=False)
    on = net.recall(patterns[:cues], update="sync", active=k).states > 0
    stored = patterns[:cues] > 0
    return float((on & stored).sum() / (k * cues) - (on & ~stored).sum() / ((n - k) * cues))


@pytest.mark.slow
@pytest.mark.parametrize(("f", "load"), [(0.1, 0.3), (0.2, 0.16), (0.05, 0.6)])
def test_k_winners_end_where_theory_says(f: float, load: float) -> None:
    pytest.importorskip("scipy")
    # Finite networks deviate as 1/N: twice the larger less the smaller does not.
    found = [2 * winners(f, load, 800, seed) - winners(f, load, 400, seed) for seed in range(6)]
    agree(found, hs.theory.winners_overlap(load, f))


def test_the_law_of_k_winners_at_one_half_is_that_of_hebb() -> None:
    pytest.importorskip("scipy")
    law, critical = hs.theory.winners_overlap, hs.theory.winners_critical_load
    loads = [0.0, 1e-300, 1e-6, 0.05, 0.1, 0.137]
    np.testing.assert_allclose(law(loads, 0.5), hs.theory.retrieval_overlap(loads), atol=1e-12)
    assert critical(0.5) == pytest.approx(hs.theory.critical_load(), rel=1e-9)
    activities = np.array([0.5, 0.2, 0.1, 0.05, 0.01, 1e-4, 1e-9])
    assert (np.diff(critical(activities)) > 0).all()
    # It approaches 1/(2 f |ln f|) slowly (Tsodyks and Feigelman).
    parts = critical(activities[-3:]) * 2 * activities[-3:] * -np.log(activities[-3:])
    assert (np.diff(parts) > 0).all()
    assert 0.5 < parts[-1] < 1
    for f, load in zip(activities, critical(activities), strict=True):
        assert law(0.999 * load, f) > 0.8
        assert law(1.001 * load, f) == 0
    for wrong in ((-1, 0.1), (0.1, 0.0), (0.1, 0.6), (0.1, "few")):
        with pytest.raises(HopfieldError, match=r"load|activity"):
            law(*wrong)


def test_without_their_mean_taken_away_sparse_patterns_are_lost_to_k_winners() -> None:
    patterns = exactly(20, 80, 400, seed=9)
    kept = {}
    for rule in ("covariance", "hebbian"):
        net = hs.HopfieldNetwork(rule).store(patterns, advise=False)
        run = net.recall(patterns, update="sync", active=20)
        kept[rule] = (run.states == patterns).all(axis=1).mean()
    assert kept["covariance"] > 0.95
    assert kept["hebbian"] < 0.5


# ------------------------------------------------------------------ thresholds of a rule


@pytest.mark.parametrize("rule", ["covariance", "willshaw"])
def test_thresholds_follow_what_is_stored(tmp_path: Any, rule: str) -> None:
    patterns = exactly(6, 8, 40, seed=5)
    whole = hs.HopfieldNetwork(rule).store(patterns)
    assert whole.thresholds.any()
    net = hs.HopfieldNetwork(rule).store(patterns[:5])
    net.save(tmp_path / "net.npz")
    for one in (net, hs.load(tmp_path / "net.npz")):
        one.store(patterns[5:])
        np.testing.assert_array_equal(one.thresholds, whole.thresholds)
        one.forget(2)
        left = hs.HopfieldNetwork(rule).store(np.delete(patterns, 2, axis=0))
        np.testing.assert_array_equal(one.thresholds, left.thresholds)


@pytest.mark.parametrize("rule", ["covariance", "willshaw"])
def test_given_thresholds_go_before_those_of_a_rule(tmp_path: Any, rule: str) -> None:
    patterns = exactly(6, 8, 40, seed=6)
    net = hs.HopfieldNetwork(rule, thresholds=0.25).store(patterns[:5], advise=False)
    net.save(tmp_path / "net.npz")
    for one in (net, hs.load(tmp_path / "net.npz")):
        one.store(patterns[5:], advise=False).forget(0)
        np.testing.assert_array_equal(one.thresholds, 0.25)


def shifted(patterns: Array, strength: float = 1.0) -> Array:
    """A rule with thresholds of one's own."""
    return strength * patterns.T @ patterns


def shift(patterns: Array, weights: Array, strength: float = 1.0) -> Any:
    return strength * 0.5 + 0 * weights.sum(axis=1)


shifted.thresholds = shift  # type: ignore[attr-defined]


def test_an_own_rule_may_bring_thresholds() -> None:
    patterns = hs.random_patterns(3, 20, rng=7)
    for strength in (1.0, 3.0):
        rule = functools.partial(shifted, strength=strength)
        net = hs.HopfieldNetwork(rule).store(patterns)
        np.testing.assert_array_equal(net.thresholds, np.full(20, 0.5 * strength))
    check_rule(shifted)
    # The weights are shown, not lent.
    shifted_badly = functools.partial(shifted)
    shifted_badly.thresholds = lambda patterns, weights: weights.fill(0)  # type: ignore[attr-defined]
    with pytest.raises(InvalidInputError, match="read-only"):
        hs.HopfieldNetwork(shifted_badly).store(patterns)


@pytest.mark.parametrize(
    ("thresholds", "kind", "words"),
    [
        (3.0, InvalidTypeError, "thresholds of rule hebb must be a function"),
        (lambda patterns, weights: np.zeros(3), InvalidInputError, r"\(20,\).*\(3,\)"),
        (lambda patterns, weights: np.nan, InvalidInputError, "finite"),
        (lambda patterns: 0.0, InvalidInputError, "rule hebb raised TypeError"),
    ],
)
def test_thresholds_that_are_none(thresholds: Any, kind: type[Exception], words: str) -> None:
    def hebb(patterns: Array) -> Array:
        return patterns.T @ patterns

    hebb.thresholds = thresholds  # type: ignore[attr-defined]
    with pytest.raises(kind, match=words):
        hs.HopfieldNetwork(hebb).store(hs.random_patterns(3, 20, rng=8))
    with pytest.raises(AssertionError, match=r"thresholds|raised"):
        check_rule(hebb)


@pytest.mark.parametrize(
    ("thresholds", "words"),
    [
        (lambda patterns, weights: 1e3, "not a fixed point.*θ_i"),
    ],
)
def test_thresholds_must_leave_patterns_stored(thresholds: Callable[..., Any], words: str) -> None:
    def hebb(patterns: Array) -> Array:
        return patterns.T @ patterns

    hebb.thresholds = thresholds  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match=words):
        check_rule(hebb)
