"""Learning rules against their definitions, their theorems, and the contract that all share."""

from __future__ import annotations

import functools
import itertools
import math
import time
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import rules
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
    NotConverged,
    NotStoredError,
)
from hopfield_sim.rules.storkey import extend
from hopfield_sim.testing import check_rule

Weights = np.ndarray[Any, np.dtype[np.float64]]
NAMES = tuple(rules.RULES)
LONG = ("unlearning", "diederich_opper_1")
COURSE = np.array([[1, 1, -1, -1], [1, 1, -1, 1], [-1, 1, -1, 1]])


def stabilities(weights: Weights, patterns: np.ndarray[Any, Any]) -> Weights:
    """γ (P, N) = ξ_i Σ_j W_ij ξ_j / ‖W_i‖, pattern by pattern."""
    return np.array([x * (weights @ x) for x in patterns]) / np.sqrt((weights**2).sum(axis=1))


def large(measure: Callable[[int, int], Any]) -> tuple[Any, Any]:
    """The limit of ``measure(n, seed)`` for large N, and its standard error over networks.

    What is of order 1/N in networks of 300 and 600 neurons is taken out.
    """
    small, double = (
        np.array([measure(n, 1000 + seed) for seed in range(networks)])
        for n, networks in ((300, 16), (600, 8))
    )
    errors = [a.std(axis=0, ddof=1) / math.sqrt(len(a)) for a in (small, double)]
    return 2 * double.mean(axis=0) - small.mean(axis=0), np.hypot(errors[0], 2 * errors[1])


# ------------------------------------------------------------------ what all rules share


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG)) for name in NAMES]
)
def test_every_rule_keeps_the_contract(name: str) -> None:
    check_rule(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_diagonal_is_zero_unless_wanted(name: str) -> None:
    rule = rules.get(name)
    patterns = hs.random_patterns(3, 11, rng=1)
    bare, full = rule(patterns), rule(patterns, zero_diagonal=False)
    assert bare.dtype == full.dtype == np.float64
    assert bare.flags.writeable
    np.testing.assert_array_equal(bare.diagonal(), 0)
    if name != "willshaw":  # -1 where a neuron was never active
        assert (full.diagonal() > 0).all()
    # Neurons that learn by themselves do so otherwise when they see themselves.
    if getattr(rule, "symmetric", True):
        np.testing.assert_array_equal(bare, full - np.diag(full.diagonal()))


@pytest.mark.parametrize("name", NAMES)
def test_images_are_learnt_as_rows(name: str) -> None:
    rows = hs.random_patterns(3, 12, rng=2)
    learn = rules.get(name)
    np.testing.assert_array_equal(learn(rows.reshape(3, 3, 4)), learn(rows))


@pytest.mark.parametrize("name", NAMES)
def test_a_matrix_that_does_not_fit_is_refused_at_once(name: str) -> None:
    patterns = hs.random_patterns(1, 10**6, rng=3)
    start = time.perf_counter()
    with pytest.raises(InsufficientMemoryError, match=r"1000000 neurons.*use fewer"):
        rules.get(name)(patterns)
    assert time.perf_counter() - start < 0.1


# ------------------------------------------------------------------ Hebb


@pytest.mark.parametrize(("p", "n"), [(1, 1), (3, 4), (7, 10), (8, 2050)])
def test_hebbian_is_exact_to_one_rounding(p: int, n: int) -> None:
    patterns = hs.random_patterns(p, n, rng=4)
    weights = hs.rules.hebbian(patterns, zero_diagonal=False)
    sample = np.random.default_rng(0).integers(0, n, (200, 2))
    for i, j in sample:
        total = sum(int(a) * int(b) for a, b in zip(patterns[:, i], patterns[:, j], strict=True))
        assert weights[i, j] == float(Fraction(total, n))
    np.testing.assert_array_equal(weights, weights.T)


def test_hebbian_of_the_courses_patterns() -> None:
    # The handout divides by the number of patterns, 3, where this divides by N = 4.
    third = 1 / 3
    handout = [
        [0, third, -third, -third],
        [third, 0, -1, third],
        [-third, -1, 0, -third],
        [-third, third, -third, 0],
    ]
    np.testing.assert_allclose(hs.rules.hebbian(COURSE) * 4 / 3, handout, rtol=1e-15)


# ------------------------------------------------------------------ Storkey


def storkey_by_definition(patterns: np.ndarray[Any, Any]) -> Weights:
    """The formula of the paper and the course, sum by sum."""
    n = patterns.shape[1]
    weights = np.zeros((n, n))
    for pattern in patterns.tolist():
        field = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                field[i, j] = sum(weights[i, k] * pattern[k] for k in range(n) if k not in (i, j))
        before = weights.copy()
        for i in range(n):
            for j in range(n):
                cross = pattern[i] * field[j, i] + pattern[j] * field[i, j]
                weights[i, j] = before[i, j] + (pattern[i] * pattern[j] - cross) / n
    return weights


def storkey_by_matrices(patterns: np.ndarray[Any, Any]) -> Weights:
    """The same with whole matrices, O(N²) a pattern: h_ij = v_i − W_ij ξ_j off the diagonal."""
    n = patterns.shape[1]
    weights = np.zeros((n, n))
    for pattern in patterns.astype(float):
        v = weights @ pattern - weights.diagonal() * pattern
        field = v[:, None] - weights * pattern
        np.fill_diagonal(field, v)
        learnt = np.outer(pattern, pattern) - pattern[:, None] * field.T - field * pattern
        weights = weights + learnt / n
    return weights


def test_storkey_of_the_courses_patterns() -> None:
    handout = [
        [1.125, 0.25, -0.25, -0.5],
        [0.25, 0.625, -1, 0.25],
        [-0.25, -1, 0.625, -0.25],
        [-0.5, 0.25, -0.25, 1.125],
    ]
    np.testing.assert_array_equal(hs.rules.storkey(COURSE, zero_diagonal=False), handout)
    np.testing.assert_array_equal(storkey_by_definition(COURSE), handout)


@pytest.mark.parametrize(("p", "n"), [(1, 1), (5, 2), (4, 3), (9, 7), (6, 14), (3, 15)])
def test_storkey_is_its_definition(p: int, n: int) -> None:
    patterns = hs.random_patterns(p, n, rng=10 * n + p)
    expected = storkey_by_definition(patterns)
    scale = np.abs(expected).max()
    fast = hs.rules.storkey(patterns, zero_diagonal=False)
    assert np.abs(fast - expected).max() <= 1e-12 * scale
    assert np.abs(storkey_by_matrices(patterns) - expected).max() <= 1e-13 * scale


@pytest.mark.parametrize(
    ("p", "n"),
    [
        (33, 50),  # more than one block of patterns
        (70, 20),  # more patterns than neurons: the matrix is made anew in between
        (300, 280),  # more than one batch
        (12, 600),  # more than one block of rows
    ],
)
def test_storkey_in_blocks_is_its_definition(p: int, n: int) -> None:
    patterns = hs.random_patterns(p, n, rng=n)
    expected = storkey_by_matrices(patterns)
    fast = hs.rules.storkey(patterns, zero_diagonal=False)
    assert np.abs(fast - expected).max() <= 1e-12 * np.abs(expected).max()
    np.testing.assert_array_equal(fast, fast.T)


def test_storkey_keeps_its_digits_far_beyond_capacity() -> None:
    # (1 + 2/N)^P is 3.8e8 here: it must not be multiplied out over all patterns.
    patterns = hs.random_patterns(108, 10, rng=11)
    expected = storkey_by_matrices(patterns)
    fast = hs.rules.storkey(patterns, zero_diagonal=False)
    assert np.abs(fast - expected).max() <= 1e-12 * np.abs(expected).max()


@pytest.mark.parametrize("cuts", [(1,), (5, 6), (1, 2, 3, 30), (20,)])
def test_storkey_learns_on_from_where_it_was(cuts: tuple[int, ...]) -> None:
    patterns = hs.random_patterns(40, 24, rng=12)
    expected = storkey_by_matrices(patterns)
    weights = None
    for part in np.split(patterns, cuts):
        before = None if weights is None else weights.copy()
        learnt = extend(weights, part)
        if before is not None:
            np.testing.assert_array_equal(weights, before)  # the caller's stays as it was
        weights = learnt
    assert weights is not None
    assert np.abs(weights - expected).max() <= 1e-12 * np.abs(expected).max()


def test_the_order_of_storkeys_patterns_matters_and_hebbs_does_not() -> None:
    patterns = hs.random_patterns(4, 15, rng=13)
    assert np.abs(rules.storkey(patterns) - rules.storkey(patterns[::-1])).max() > 0.01
    np.testing.assert_array_equal(rules.hebbian(patterns), rules.hebbian(patterns[::-1]))


def test_storkey_continues_from_its_own_weights_only() -> None:
    with pytest.raises(InvalidInputError, match="symmetric"):
        extend(np.triu(np.ones((4, 4))), COURSE)
    with pytest.raises(InvalidInputError, match=r"\(4, 4\).*got shape \(3, 3\)"):
        extend(np.eye(3), COURSE)
    # Rounding is no asymmetry: the result is symmetric to the last bit all the same.
    blurred = extend(None, COURSE) * (1 + 1e-14 * np.arange(4))
    learnt = extend(blurred, COURSE[:1])
    np.testing.assert_array_equal(learnt, learnt.T)


def test_storkey_holds_more_than_hebb() -> None:
    # At P = 0.14 N Hebb loses bits and Storkey, whose capacity is N/√(2 ln N) = 0.29 N, does not.
    n = 400
    patterns = hs.random_patterns(56, n, rng=14)
    wrong = {
        name: (patterns * (patterns @ rules.get(name)(patterns)) <= 0).mean()
        for name in ("hebbian", "storkey")
    }
    # Gaussian cross-talk of variance (P - 1)/N against a signal of 1: 0.35 % of the bits.
    expected = math.erfc(1 / math.sqrt(2 * 55 / n)) / 2
    assert wrong["hebbian"] == pytest.approx(expected, abs=4 * math.sqrt(expected / patterns.size))
    assert wrong["storkey"] == 0


# ------------------------------------------------------------------ pseudo-inverse


@pytest.mark.parametrize(("p", "n"), [(1, 2), (5, 12), (11, 12), (70, 100), (199, 200)])
def test_pseudoinverse_projects_onto_the_patterns(p: int, n: int) -> None:
    patterns = hs.random_patterns(p, n, rng=20 + p)
    rank = np.linalg.matrix_rank(patterns)
    weights = rules.pseudoinverse(patterns, zero_diagonal=False)
    np.testing.assert_array_equal(weights, weights.T)
    np.testing.assert_allclose(weights @ patterns.T, patterns.T, atol=1e-9)
    np.testing.assert_allclose(weights @ weights, weights, atol=1e-9)
    assert np.trace(weights) == pytest.approx(rank)
    np.testing.assert_allclose(weights, np.linalg.pinv(patterns) @ patterns, atol=1e-9)


@pytest.mark.parametrize(
    "patterns",
    [
        [[1, 1, -1, 1], [1, 1, -1, 1]],
        [[1, 1, -1, 1], [-1, -1, 1, -1], [1, -1, 1, 1]],
        np.tile(hs.random_patterns(4, 9, rng=1), (3, 1)),
        # ξ¹ + ξ² + ξ³ + ξ⁴ = 0 without two of them being equal or inverse
        [[1, 1, 1, -1, -1], [1, -1, -1, 1, -1], [-1, 1, -1, -1, 1], [-1, -1, 1, 1, 1]],
    ],
)
def test_dependent_patterns_are_projected_onto_what_they_span(patterns: Any) -> None:
    patterns = np.array(patterns)
    weights = rules.pseudoinverse(patterns, zero_diagonal=False)
    np.testing.assert_allclose(weights @ patterns.T, patterns.T, atol=1e-12)
    np.testing.assert_allclose(weights @ weights, weights, atol=1e-12)
    assert np.trace(weights) == pytest.approx(np.linalg.matrix_rank(patterns))


def test_all_patterns_are_fixed_up_to_one_less_than_n() -> None:
    patterns = hs.random_patterns(63, 64, rng=21)
    assert np.linalg.matrix_rank(patterns) == 63
    weights = rules.pseudoinverse(patterns)
    # ξ_i h_i = 1 − P_ii for the projection P: positive, if small, at every site.
    projection = rules.pseudoinverse(patterns, zero_diagonal=False)
    aligned = patterns * (patterns @ weights)
    assert aligned.min() > 0
    np.testing.assert_allclose(aligned, np.tile(1 - projection.diagonal(), (63, 1)), atol=1e-9)


def test_patterns_that_span_everything_leave_no_noise() -> None:
    patterns = hs.random_patterns(40, 16, rng=22)
    np.testing.assert_array_equal(rules.pseudoinverse(patterns), np.zeros((16, 16)))
    np.testing.assert_array_equal(rules.pseudoinverse(patterns, zero_diagonal=False), np.eye(16))


@pytest.mark.parametrize("seed", range(6))
def test_as_many_patterns_as_neurons_need_not_span_everything(seed: int) -> None:
    # ξ³ and ξ⁴ share out the sites of ξ¹ and ξ², so that ξ¹ + ξ² = ξ³ + ξ⁴: the rank is N - 1 or
    # less, which rounding hides from a Cholesky factor.
    patterns = hs.random_patterns(26, 26, rng=seed)
    even = np.arange(26) % 2 == 0
    patterns[24] = np.where(even, patterns[0], patterns[1])
    patterns[25] = np.where(even, patterns[1], patterns[0])
    weights = rules.pseudoinverse(patterns, zero_diagonal=False)
    assert np.trace(weights) == pytest.approx(np.linalg.matrix_rank(patterns))
    np.testing.assert_allclose(weights @ weights, weights, atol=1e-9)


def test_nearly_dependent_patterns_keep_their_digits() -> None:
    # 120 patterns that differ from one prototype in a few sites each: an ill-conditioned Gram.
    prototype = np.ones((60, 300), np.int8)
    patterns = np.vstack([hs.flip(prototype, count=1, rng=1), hs.flip(prototype, count=2, rng=2)])
    weights = rules.pseudoinverse(patterns, zero_diagonal=False)
    np.testing.assert_allclose(weights @ patterns.T, patterns.T, atol=1e-11)


# ------------------------------------------------------------------ perceptron


@pytest.mark.parametrize("zero_diagonal", [True, False])
@pytest.mark.parametrize(
    ("n", "p", "stability"),
    [(40, 1, 3.0), (60, 30, 0.0), (60, 30, 0.5), (61, 61, 0.0), (50, 5, 2.0)],
)
def test_the_perceptron_reaches_the_stability_asked(
    n: int, p: int, stability: float, zero_diagonal: bool
) -> None:
    patterns = hs.random_patterns(p, n, rng=p)
    weights = rules.perceptron(patterns, stability=stability, zero_diagonal=zero_diagonal)
    # In whole numbers, N·W, as the rule decides: γ may be the stability exactly, and BLAS rounds.
    whole = np.rint(n * weights).astype(np.int64)
    np.testing.assert_allclose(n * weights, whole, rtol=1e-12)
    agreement = (patterns * (patterns.astype(np.int64) @ whole.T)).min(axis=0)
    assert (agreement > 0).all()  # also at stability 0: fixed points without ties
    assert (4 * agreement**2 >= round(2 * stability) ** 2 * (whole**2).sum(axis=1)).all()


def test_neurons_learn_apart_and_only_what_they_lack() -> None:
    patterns = hs.random_patterns(2, 200, rng=30)
    # At this load Hebb's rule is stable enough already: nothing is learnt on top of it.
    np.testing.assert_array_equal(rules.perceptron(patterns), rules.hebbian(patterns))
    crowded = hs.random_patterns(50, 60, rng=31)
    weights = rules.perceptron(crowded)
    assert np.abs(weights - weights.T).max() > 0.01


def minover_by_definition(patterns: Any, i: int, stability: float, steps: int) -> Weights:
    """One neuron, with its weights written out, learning its least stable pattern each step."""
    n = patterns.shape[1]
    xi = patterns.astype(float)
    row = xi[:, i] @ xi / n
    row[i] = 0
    for _ in range(steps):
        aligned = xi[:, i] * (xi @ row)
        least = aligned.min()
        if least >= stability * np.linalg.norm(row) and least > 1e-9:
            break
        worst = int(np.flatnonzero(aligned < least + 1e-9)[0])
        row = row + xi[worst, i] * xi[worst] / n
        row[i] = 0
    return row


@pytest.mark.parametrize(("p", "stability"), [(24, 0.0), (12, 0.5)])
def test_the_perceptron_is_its_definition(p: int, stability: float) -> None:
    patterns = hs.random_patterns(p, 30, rng=32)
    weights = rules.perceptron(patterns, stability=stability)
    assert (weights != rules.hebbian(patterns)).any()
    for i in range(0, 30, 3):
        row = minover_by_definition(patterns, i, stability, p * 1000)
        np.testing.assert_allclose(weights[i], row, atol=1e-9)


def test_hebb_stores_a_tenth_and_the_perceptron_more_than_n() -> None:
    # P = 1.5 N: far beyond any symmetric local rule, below Gardner's bound of 2 N.
    patterns = hs.random_patterns(60, 40, rng=33)
    weights = rules.perceptron(patterns, max_epochs=20_000)
    assert stabilities(weights, patterns).min() > 0
    hebb = rules.hebbian(patterns)
    assert ((patterns * (patterns @ hebb) > 0).all(axis=1)).sum() == 0


def test_gardners_bound_from_both_sides() -> None:
    # α_c(κ) = 1/∫_{−κ}^∞ Dt (t + κ)² (Gardner 1988); at κ = 1 the integral is 2 Φ(1) + φ(1).
    bound = 1 / (1 + math.erf(1 / math.sqrt(2)) + math.exp(-0.5) / math.sqrt(2 * math.pi))
    assert bound == pytest.approx(0.5196, abs=1e-4)
    n = 300
    below, above = (hs.random_patterns(int(f * bound * n), n, rng=34) for f in (0.7, 1.4))
    assert stabilities(rules.perceptron(below, stability=1.0), below).min() >= 1
    with pytest.raises(NotConverged):
        rules.perceptron(above, stability=1.0, max_epochs=20)


def test_what_cannot_be_learnt_comes_back_with_the_best_so_far() -> None:
    # Two patterns that differ in site 0 only: its neuron, blind to itself, cannot tell them apart.
    pair = np.array([[1, 1, -1, 1, 1], [-1, 1, -1, 1, 1]])
    with pytest.raises(NotConverged, match=r"in 50 epochs: 1 of 5 neurons.*P/N = 0\.4") as caught:
        rules.perceptron(pair, max_epochs=50)
    weights = caught.value.weights
    assert weights is not None
    assert weights.shape == (5, 5)
    np.testing.assert_array_equal(weights.diagonal(), 0)
    aligned = pair * (pair @ weights.T)
    assert (aligned[:, 1:] > 0).all()  # the others have learnt
    # With self-coupling it can be learnt, of course.
    assert (pair * (pair @ rules.perceptron(pair, zero_diagonal=False).T) > 0).all()


def test_the_best_so_far_does_not_get_worse_with_time() -> None:
    crowded = hs.random_patterns(70, 30, rng=35)
    worst = []
    for epochs in (1, 4, 16, 64):
        with pytest.raises(NotConverged) as caught:
            rules.perceptron(crowded, max_epochs=epochs)
        assert caught.value.weights is not None
        worst.append(stabilities(caught.value.weights, crowded).min(axis=0))
    for earlier, later in itertools.pairwise(worst):
        assert (later >= earlier - 1e-12).all()


def test_one_neuron_has_nothing_to_learn_from() -> None:
    with pytest.raises(NotConverged) as caught:
        rules.perceptron([[1]], max_epochs=3)
    np.testing.assert_array_equal(caught.value.weights, [[0.0]])


def test_the_order_of_presentation_is_reproducible() -> None:
    patterns = hs.random_patterns(40, 30, rng=36)
    np.testing.assert_array_equal(rules.perceptron(patterns), rules.perceptron(patterns))
    first = rules.perceptron(patterns, rng=1)
    np.testing.assert_array_equal(first, rules.perceptron(patterns, rng=1))
    assert (first != rules.perceptron(patterns, rng=2)).any()
    assert stabilities(first, patterns).min() > 0


def test_perceptron_arguments() -> None:
    for options in ({"stability": -0.1}, {"stability": np.nan}, {"max_epochs": 0}, {"rng": -1}):
        with pytest.raises(InvalidInputError):
            rules.perceptron(COURSE, **options)


# ------------------------------------------------------------------ dreaming


@pytest.mark.parametrize("shape", [(6, 40), (40, 40), (70, 40)])
def test_dreaming_is_its_formula(shape: tuple[int, int]) -> None:
    xi = hs.random_patterns(*shape, rng=60).astype(float)
    for asleep in (0.3, 1.0, 7.0):
        inverse = np.linalg.inv(np.eye(len(xi)) + asleep * xi @ xi.T / 40)
        expected = (1 + asleep) * xi.T @ inverse @ xi / 40
        found = rules.dreaming(xi, time=asleep, zero_diagonal=False)
        np.testing.assert_allclose(found, expected, atol=1e-12)
        np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize("seed", range(3))
def test_dreaming_begins_with_hebb_and_ends_with_the_projection(seed: int) -> None:
    patterns = hs.random_patterns(20 * (seed + 1), 41, rng=seed)  # 60 exceed the neurons
    hebb = rules.hebbian(patterns, zero_diagonal=False)
    awake = rules.dreaming(patterns, time=0, zero_diagonal=False)
    np.testing.assert_allclose(awake, hebb, atol=1e-12)
    projection = rules.pseudoinverse(patterns, zero_diagonal=False)
    distances = [
        np.abs(rules.dreaming(patterns, time=asleep, zero_diagonal=False) - projection).max()
        for asleep in (1e2, 1e4, 1e8, 1e300)
    ]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 1e-9


def test_dependent_patterns_may_sleep_for_ever() -> None:
    # An eigenvalue x of Hebb's matrix becomes (1 + t) x/(1 + t x), and 0 stays 0.
    patterns = np.repeat(hs.random_patterns(3, 50, rng=61), 2, axis=0)
    values, vectors = np.linalg.eigh(rules.hebbian(patterns, zero_diagonal=False))
    for asleep in (1.0, 1e6, 1e9, 1e12, 1e300):
        kept = np.where(values > 1e-9, values, 0.0)
        expected = (
            vectors * (kept / (1 / (1 + asleep) + kept * (asleep / (1 + asleep)))) @ vectors.T
        )
        found = rules.dreaming(patterns, time=asleep, zero_diagonal=False)
        np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize(("load", "asleep"), [(0.2, 0.1), (0.5, 0), (0.5, 1), (1, 10), (1.5, 5)])
def test_bits_that_change_at_once_after_a_sleep(load: float, asleep: float) -> None:
    def wrong(n: int, seed: int) -> float:
        patterns = hs.random_patterns(int(load * n), n, rng=seed)
        weights = rules.dreaming(patterns, time=asleep)
        return float(np.mean(patterns * (patterns @ weights) <= 0))

    found, error = large(wrong)
    assert found == pytest.approx(hs.theory.dreaming_error(load, asleep), abs=4 * error)


def test_the_law_of_dreaming_has_its_limits() -> None:
    load = np.array([0.1, 0.5, 0.9, 1.5])
    hebb = np.vectorize(math.erfc)(1 / np.sqrt(2 * load)) / 2
    np.testing.assert_allclose(hs.theory.dreaming_error(load, 0.0), hebb, rtol=1e-12)
    np.testing.assert_allclose(hs.theory.dreaming_error(load, 1e-9), hebb, rtol=1e-6)
    np.testing.assert_array_equal(hs.theory.dreaming_error(load[load < 1], 1e12), 0)
    # G is the mean eigenvalue of (1 + tM)⁻¹, here of a matrix that is large enough.
    patterns = hs.random_patterns(900, 1000, rng=62).astype(np.float32)
    eigenvalues = np.linalg.eigvalsh(patterns.T @ patterns / 1000)
    for asleep in (0.5, 3.0):
        g, g2 = (np.mean((1 + asleep * eigenvalues) ** -k) for k in (1.0, 2.0))
        argument = asleep * g**2 / math.sqrt(g2 - g**2)
        assert hs.theory.dreaming_error(0.9, asleep) == pytest.approx(
            math.erfc(argument / math.sqrt(2)) / 2, rel=0.02
        )


# ------------------------------------------------------------------ palimpsest


def test_a_palimpsest_is_its_definition() -> None:
    patterns = hs.random_patterns(30, 20, rng=63)
    for strength in (0.5, 4.1, 9.0):
        weights = np.zeros((20, 20))
        for pattern in patterns.astype(float):
            weights *= math.exp(-(strength**2) / (2 * 20))
            weights += strength / 20 * np.outer(pattern, pattern)
        found = rules.palimpsest(patterns, strength=strength, zero_diagonal=False)
        np.testing.assert_allclose(found, weights, atol=1e-12)
        np.testing.assert_array_equal(found, found.T)


def test_a_weak_palimpsest_is_hebbs_rule() -> None:
    patterns = hs.random_patterns(12, 30, rng=64)
    for strength in (1e-100, 1e-6):
        found = rules.palimpsest(patterns, strength=strength) / strength
        np.testing.assert_allclose(found, rules.hebbian(patterns), rtol=1e-9, atol=1e-12)
    last = rules.palimpsest(patterns, strength=1e100) / 1e100  # knows nothing but the last
    np.testing.assert_allclose(last, rules.hebbian(patterns[-1:]), rtol=1e-12)


@pytest.mark.parametrize("strength", [2.0, 3.0, 4.1, 6.0])
def test_bits_of_a_palimpsest_change_by_the_age_of_their_pattern(strength: float) -> None:
    ages = np.array([0.02, 0.05, 0.1, 0.2, 0.5])

    def wrong(n: int, seed: int) -> Weights:
        stored = math.ceil((14 / strength**2 + 0.5) * n)  # e⁻¹⁴ of the noise is missing
        patterns = hs.random_patterns(stored, n, rng=seed)
        weights = rules.palimpsest(patterns, strength=strength)
        window = np.arange(-n // 100, n // 100 + 1)
        chosen = patterns[stored - 1 - (np.rint(ages * n).astype(int)[:, None] + window)]
        return np.mean(chosen * (chosen @ weights) <= 0, axis=(1, 2))

    found, error = large(wrong)
    window = np.linspace(-0.01, 0.01, 21)
    expected = hs.theory.palimpsest_error(ages[:, None] + window, strength).mean(axis=1)
    np.testing.assert_array_less(np.abs(found - expected), 4 * error + 2e-5)


def test_a_palimpsest_never_fills_and_hebbs_rule_does() -> None:
    patterns = hs.random_patterns(600, 300, rng=65)
    latest = patterns[-6:]
    for rule, held in (("palimpsest", True), ("hebbian", False)):
        net = hs.HopfieldNetwork(rule).store(patterns)
        overlaps = (net.recall(latest, rng=1).states * latest).mean(axis=1)
        assert (overlaps > 0.9).all() == held


@pytest.mark.parametrize("strength", [0, -1, np.inf, "a lot"])
def test_a_palimpsests_strength_is_positive(strength: Any) -> None:
    with pytest.raises(HopfieldError, match="strength"):
        rules.palimpsest(COURSE, strength=strength)
    pytest.importorskip("scipy")
    with pytest.raises(HopfieldError, match="strength"):
        hs.theory.palimpsest_error(0.1, strength)


@pytest.mark.parametrize("asleep", [-1, np.inf, "long"])
def test_a_sleep_takes_time(asleep: Any) -> None:
    with pytest.raises(HopfieldError, match="time"):
        rules.dreaming(COURSE, time=asleep)
    pytest.importorskip("scipy")
    with pytest.raises(HopfieldError, match="time"):
        hs.theory.dreaming_error(0.1, asleep)


# ------------------------------------------------------------------ names, and rules of one's own


def test_rules_are_found_by_name() -> None:
    for name in NAMES:
        assert rules.get(name) is getattr(hs.rules, name)
        assert rules.get(getattr(hs.rules, name)) is getattr(hs.rules, name)
    with pytest.raises(InvalidInputError, match='did you mean "storkey"'):
        rules.get("storky")
    with pytest.raises(InvalidTypeError, match=r"a name, hebbian, .* or a callable"):
        rules.get(3)


def test_an_own_rule_is_checked_and_its_diagonal_zeroed() -> None:
    own = rules.get(lambda patterns: (patterns.T @ patterns).astype(np.float32))
    patterns = hs.random_patterns(3, 6, rng=40)
    full = patterns.T.astype(float) @ patterns
    np.testing.assert_array_equal(own(patterns, zero_diagonal=False), full)
    np.testing.assert_array_equal(own(patterns), full - 3 * np.eye(6))
    assert own(patterns).dtype == np.float64
    assert rules.get(own) is own


@pytest.mark.parametrize(("activity", "count"), [(0.1, 250), (0.2, 400), (0.95, 128)])
def test_an_own_rule_may_add_up_many_patterns(activity: float, count: int) -> None:
    """Hebb's rule as everybody writes it: in int8 the sums wrap around at 128."""
    patterns = hs.random_patterns(count, 60, activity=activity, rng=1)
    with warnings.catch_warnings(action="ignore"):  # so many do not fit, which is not the point
        own = hs.HopfieldNetwork(lambda p: p.T @ p / p.shape[1]).store(patterns)
        packaged = hs.HopfieldNetwork("hebbian").store(patterns)
    np.testing.assert_allclose(own.weights, packaged.weights, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError])
def test_what_an_own_rule_raises_is_said_with_its_name(error: type[Exception]) -> None:
    def picky(patterns: Any) -> Any:
        assert patterns.dtype == np.float64
        raise error("not these")

    net = hs.HopfieldNetwork(picky)
    with pytest.raises(InvalidInputError, match=rf"rule picky raised {error.__name__}.*not these"):
        net.store([[1, -1, 1]])
    with pytest.raises(NotStoredError):
        net.patterns  # noqa: B018 - nothing was stored

    def greedy(patterns: Any) -> Any:
        raise MemoryError

    with pytest.raises(InsufficientMemoryError, match="rule greedy ran out of memory"):
        hs.HopfieldNetwork(greedy).store([[1, -1, 1]])


def test_an_own_rule_cannot_spoil_its_callers_patterns() -> None:
    def greedy(patterns: Any) -> Any:
        patterns *= -1
        return patterns.T @ patterns

    patterns = hs.random_patterns(2, 5, rng=41)
    before = patterns.copy()
    rules.get(greedy)(patterns)
    np.testing.assert_array_equal(patterns, before)


def test_an_own_rule_that_knows_zero_diagonal_is_told() -> None:
    partial = functools.partial(rules.perceptron, stability=0.5)
    patterns = hs.random_patterns(3, 20, rng=42)
    for told in (True, False):
        np.testing.assert_array_equal(
            rules.get(partial)(patterns, zero_diagonal=told),
            rules.perceptron(patterns, stability=0.5, zero_diagonal=told),
        )


@pytest.mark.parametrize(
    ("rule", "kind", "words"),
    [
        (lambda p: p @ p.T, InvalidInputError, r"\(5, 5\).*got shape \(2, 2\)"),
        (lambda p: p, InvalidInputError, "square"),
        (lambda p: np.full((5, 5), np.nan), InvalidInputError, r"finite; found nan at \[0, 0\]"),
        (lambda p: np.eye(5) * 1j, InvalidTypeError, "complex"),
        (lambda p: None, InvalidTypeError, "weights of rule <lambda>.*objects"),
        (str, InvalidTypeError, r"weights of rule str .*text"),
    ],
)
def test_an_own_rule_that_gives_no_weights(
    rule: Callable[..., Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        rules.get(rule)(np.ones((2, 5)))


# ------------------------------------------------------------------ check_rule sees every defect


def hebb(patterns: Any) -> Any:
    return patterns.T.astype(float) @ patterns


def impatient(patterns: Any) -> Any:
    raise ZeroDivisionError("no time")


def changing(patterns: Any) -> Any:
    patterns[0, 0] *= -1
    return hebb(patterns)


def forgetful(patterns: Any, calls: list[int] = []) -> Any:  # noqa: B006 - the defect on trial
    calls.append(1)
    return hebb(patterns) * len(calls)


def lopsided(patterns: Any) -> Any:
    return hebb(patterns) * (1 + np.arange(patterns.shape[1])[:, None])


def privileged(patterns: Any) -> Any:
    scale = 1 + np.arange(patterns.shape[1])
    return hebb(patterns) * np.multiply.outer(scale, scale)


def of_bits(bits: Any, dtype: Any) -> Any:
    return bits.T.astype(dtype) @ bits.astype(dtype)


def counts_of(patterns: Any) -> Any:
    on = (patterns > 0).sum(axis=0)
    return np.add.outer(on, on)


def unfriendly(patterns: Any) -> Any:
    raise ValueError("not today")


def partial_to_plus(patterns: Any) -> Any:
    return hebb(patterns) + 0.01 * np.add.outer(patterns.sum(axis=0), patterns.sum(axis=0))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (impatient, "raised ZeroDivisionError.*no time"),
        (lambda patterns: np.eye(2), r"must be \(N, N\) = \(20, 20\).*got shape \(2, 2\)"),
        (lambda patterns: hebb(patterns) * np.inf, "must be finite"),
        (lambda patterns: hebb(patterns) * 1j, "complex"),
        (changing, "changed the patterns.*copy"),
        (forgetful, "other weights when it is called again"),
        (lopsided, r"not symmetric: W\[.*symmetric = False"),
        (lambda patterns: -hebb(patterns), "pattern 0 of 1 is not a fixed point"),
        (lambda patterns: np.zeros((patterns.shape[1],) * 2), "not a fixed point"),
        (privileged, "treats neurons differently"),
        (partial_to_plus, "inverted patterns"),
        (lambda p: p.astype(np.int8).T @ p.astype(np.int8), "overflow"),
        (lambda p: 4.0 * of_bits(p > 0, np.uint8) - 2.0 * counts_of(p) + len(p), "overflow"),
        (lambda p: of_bits(p, np.int16) / p.shape[1], r"W\[0, 0\] = -38.9\d* instead of 110\."),
        (lambda p: of_bits(p, np.int16), r"-17136 instead of 48400\. .*32 768 patterns"),
        (lambda p: of_bits(p, np.float16) / p.shape[1], "float16 has three digits"),
        (unfriendly, "rule unfriendly raised ValueError for 1 random.*: not today"),
    ],
)
def test_a_planted_defect_is_named(rule: Callable[..., Any], words: str) -> None:
    with pytest.raises(AssertionError, match=words) as caught:
        check_rule(rule)
    assert isinstance(caught.value, HopfieldError)


@pytest.mark.slow
def test_other_honest_rules_pass() -> None:
    """As they are found in notebooks: sums of outer products, a subtracted mean, an inverse."""

    def loops(patterns: Any) -> Any:
        return sum(np.outer(xi, xi) for xi in patterns) / len(patterns)

    def covariance(patterns: Any) -> Any:
        apart = patterns - patterns.mean()
        return apart.T @ apart / patterns.shape[1] if len(patterns) > 3 else hebb(patterns)

    def single(patterns: Any) -> Any:
        return of_bits(patterns, np.float32) / patterns.shape[1]

    def products_of_bytes(patterns: Any) -> Any:
        small = patterns.astype(np.int8)
        return (small[:, :, None] * small[:, None, :]).sum(axis=0)

    def inverse(patterns: Any) -> Any:
        return patterns.T @ np.linalg.inv(patterns @ patterns.T) @ patterns

    def of_integers(patterns: Any) -> Any:
        return patterns.astype(int).T @ patterns.astype(int)

    for rule in (loops, covariance, inverse, of_integers, single, products_of_bytes):
        check_rule(rule)


@pytest.mark.parametrize("how", [np.array([1, 0]), "no", 2])
def test_symmetric_is_yes_or_no(how: Any) -> None:
    with pytest.raises(InvalidTypeError, match="symmetric"):
        check_rule("hebbian", symmetric=how)
    rule = functools.partial(hebb)
    rule.symmetric = how  # type: ignore[attr-defined]
    with pytest.raises(InvalidTypeError, match="symmetric"):
        check_rule(rule)


def test_asymmetry_must_be_said() -> None:
    def rows_of_one_size(patterns: Any) -> Any:
        weights = hebb(patterns)
        return weights / np.abs(weights).sum(axis=1, keepdims=True)

    with pytest.raises(AssertionError, match="not symmetric"):
        check_rule(rows_of_one_size)
    check_rule(rows_of_one_size, symmetric=False)
    rows_of_one_size.symmetric = False  # type: ignore[attr-defined]
    check_rule(rows_of_one_size)
    check_rule(functools.partial(rows_of_one_size))
    with pytest.raises(AssertionError, match="not symmetric"):
        check_rule(rows_of_one_size, symmetric=True)


def diluted(patterns: Any) -> Any:
    """A third of the connections is missing, always the same ones."""
    n = patterns.shape[1]
    upper = np.triu(np.random.default_rng(4).random((n, n)) < 2 / 3)
    return hebb(patterns) * (upper | upper.T)


def test_randomness_must_be_said() -> None:
    with pytest.raises(AssertionError, match=r"neurons differently.*stochastic = True"):
        check_rule(diluted)
    check_rule(diluted, stochastic=True)
    said = functools.partial(diluted)
    said.stochastic = True  # type: ignore[attr-defined]
    check_rule(said)
    with pytest.raises(AssertionError, match="neurons differently"):
        check_rule(said, stochastic=False)
    with pytest.raises(InvalidTypeError, match="stochastic"):
        check_rule(diluted, stochastic="often")


def test_a_stochastic_rule_still_keeps_the_other_promises() -> None:
    noise = np.random.default_rng(0)
    for rule, words in (
        (lambda p: hebb(p) * (noise.random() + 1), "called again"),
        (lambda p: -diluted(p), "not a fixed point"),
        (lambda p: diluted(p) * np.triu(np.ones(2 * (p.shape[1],))), "not symmetric"),
    ):
        with pytest.raises(AssertionError, match=words):
            check_rule(rule, stochastic=True)


@pytest.mark.parametrize("backend", hs.backends.available())
def test_the_perceptron_takes_any_number_of_epochs(backend: str) -> None:
    patterns = hs.random_patterns(3, 12, rng=1)
    with hs.backends.use_backend(backend):
        many = rules.perceptron(patterns, max_epochs=10**300)
    np.testing.assert_array_equal(many, rules.perceptron(patterns))
