"""Kernel memories: perceptrons, support vector machines and regression of other neurons' states."""

from __future__ import annotations

import warnings
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError, NotConverged, NotStoredError
from hopfield_sim.models.kernel.kernels import kernel
from hopfield_sim.models.kernel.learning import Task, margin, regression

KERNELS: dict[str, dict[str, Any]] = {
    "linear": {"kernel": "linear"},
    "polynomial": {"kernel": "polynomial", "order": 3},
    "rbf": {"kernel": "rbf"},
    "wide": {"kernel": "rbf", "width": 5.0},
    "own": {"kernel": np.exp},
}


def compared(name: str, x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """K of rows of x and of y, by their definitions."""
    x, y = x.astype(float)[:, None], y.astype(float)[None]
    n = x.shape[2]
    if name == "linear":
        return (x * y).sum(axis=2)
    if name == "polynomial":
        return (1 + (x * y).sum(axis=2) / n) ** 3
    if name == "own":
        return np.exp((x * y).sum(axis=2) / n)
    width = 5.0 if name == "wide" else np.sqrt(n + 1) / 3
    return np.exp(-((x - y) ** 2).sum(axis=2) / (2 * width**2))


# ---------------------------------------------------------------------- fields


@pytest.mark.parametrize("name", KERNELS)
def test_fields_are_sums_of_kernels_of_the_other_neurons(name: str) -> None:
    patterns, states = hs.random_patterns(6, 21, rng=0), hs.random_patterns(5, 21, rng=1)
    memory = hs.KernelMemory(**KERNELS[name]).store(patterns)
    c = memory.coefficients
    for i in range(21):
        others = np.arange(21) != i
        wanted = compared(name, states[:, others], patterns[:, others]) @ c[i]
        np.testing.assert_allclose(memory.fields(states)[:, i], wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("update", ["async", "sync"])
def test_neurons_follow_the_signs_of_their_fields(name: str, update: str) -> None:
    memory = hs.KernelMemory(**KERNELS[name]).store(hs.random_patterns(20, 25, rng=0))
    states = hs.random_patterns(7, 25, rng=1)
    got = memory.recall(states, update=update, order="sequential", max_sweeps=1).states
    wanted = states.copy()
    if update == "sync":
        h = memory.fields(states)
        wanted = np.where(h == 0, states, np.sign(h)).astype(np.int8)
    else:
        for i in range(25):
            h = memory.fields(wanted)[:, i]
            wanted[:, i] = np.where(h == 0, wanted[:, i], np.sign(h))
    np.testing.assert_array_equal(got, wanted)


# ---------------------------------------------------------------------- a linear kernel


@pytest.mark.parametrize("load", [0.3, 1.0, 1.5])
def test_a_linear_kernel_is_the_perceptron_rule_state_for_state(load: float) -> None:
    patterns = hs.random_patterns(int(60 * load), 60, rng=2)
    network = hs.HopfieldNetwork("perceptron").store(patterns)
    memory = hs.KernelMemory("linear", method="perceptron").store(patterns)
    weights = memory.coefficients @ patterns
    np.fill_diagonal(weights, 0)
    np.testing.assert_allclose(weights, network.weights, rtol=0, atol=1e-12)
    cues = np.concatenate([hs.flip(patterns, count=6, rng=3), hs.random_patterns(20, 60, rng=4)])
    for update in ("async", "sync"):
        for temperature in (0.0, 0.3):
            for order in ("random", "sequential", "uniform"):
                settings: dict[str, Any] = {
                    "update": update,
                    "temperature": temperature,
                    "order": order,
                    "max_sweeps": 15,
                    "rng": 5,
                }
                mine, theirs = memory.recall(cues, **settings), network.recall(cues, **settings)
                np.testing.assert_array_equal(mine.states, theirs.states)
                np.testing.assert_array_equal(mine.stop, theirs.stop)
                np.testing.assert_array_equal(mine.flips, theirs.flips)


def test_perceptrons_of_any_kernel_are_those_of_the_rule_in_dual_form() -> None:
    """With 32 others q = x·y/32 is exact, so that its perceptrons take the very same steps."""
    patterns = hs.random_patterns(33, 33, rng=0)
    rule = hs.KernelMemory("linear", method="perceptron", stability=0.21).store(patterns)
    own = hs.KernelMemory(lambda q: q, method="perceptron", stability=0.21).store(patterns)
    np.testing.assert_array_equal(own.coefficients, rule.coefficients)
    np.testing.assert_allclose(own.stabilities, rule.stabilities, rtol=1e-12)
    weights = hs.rules.perceptron(patterns, stability=0.21)
    gamma = patterns * (patterns @ weights.T) / np.linalg.norm(weights, axis=1)
    np.testing.assert_allclose(rule.stabilities, gamma, rtol=1e-10)
    assert gamma.min() >= 0.21


def test_linear_regression_is_the_projection_rule_without_diagonal() -> None:
    """Σ_j≠i P_ij ξ_j = (1 − P_ii) ξ_i, P projecting: the smallest weights are P_ij/(1 − P_ii)."""
    patterns = hs.random_patterns(25, 60, rng=1)
    projection = hs.rules.pseudoinverse(patterns, zero_diagonal=False)
    memory = hs.KernelMemory("linear", method="regression").store(patterns)
    weights = memory.coefficients @ patterns
    wanted = projection / (1 - projection.diagonal())[:, None]
    off = ~np.eye(60, dtype=bool)
    np.testing.assert_allclose(weights[off], wanted[off], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(memory.fields(patterns), patterns, rtol=0, atol=1e-9)
    cues = hs.flip(patterns, count=6, rng=2)
    network = hs.HopfieldNetwork("pseudoinverse").store(patterns)
    np.testing.assert_array_equal(
        memory.recall(cues, rng=3).states, network.recall(cues, rng=3).states
    )


# ---------------------------------------------------------------------- the largest margin


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("n_patterns", [8, 30])
def test_no_machine_has_a_larger_margin(name: str, n_patterns: int) -> None:
    """Duality: with x ≥ 0 no |w| for which all aligned fields are ≥ 1 is below √(2 Σx − x·Qx)."""
    patterns = hs.random_patterns(n_patterns, 31, rng=3)
    memory = hs.KernelMemory(**KERNELS[name]).store(patterns)
    for i in range(31):
        others = np.arange(31) != i
        bits = patterns[:, i].astype(float)
        q = compared(name, patterns[:, others], patterns[:, others]) * np.outer(bits, bits)
        x = memory.coefficients[i] * bits
        assert (x >= 0).all()
        size, aligned = np.sqrt(x @ q @ x), q @ x
        reached, bound = aligned.min() / size, 1 / np.sqrt(2 * x.sum() - size**2)
        assert 0.999 * bound <= reached * (1 + 1e-9) <= bound * (1 + 1e-8)
        unit = np.sqrt(q[0, 0] / 30)
        np.testing.assert_allclose(memory.stabilities[:, i], aligned / size / unit, rtol=1e-8)


def test_margins_of_linear_machines_exist_where_linear_programming_says_so() -> None:
    scipy = pytest.importorskip("scipy.optimize")
    patterns = hs.random_patterns(50, 25, rng=0)
    task = Task.of(patterns, kernel("linear", 1, None).table(24), 1000, 0.0)
    found = task.stabilities(margin(task)).min(axis=1) > 0
    for i in range(25):
        a = patterns[:, [i]] * np.delete(patterns, i, axis=1)
        answer = scipy.linprog(np.zeros(24), -a, -np.ones(50), bounds=(None, None))
        assert found[i] == (answer.status == 0)
    assert 0 < found.sum() < 25


@pytest.mark.slow
def test_margins_of_linear_machines_are_gardners() -> None:
    """At α = 0.5 and 1, in the mean over neurons; what finite N changes is of order 1/N."""
    for n_patterns in (60, 120):
        means = []
        for seed in range(4):
            patterns = hs.random_patterns(n_patterns, 120, rng=seed)
            memory = hs.KernelMemory("linear").store(patterns)
            means.append(memory.stabilities.min(axis=0).mean())
        kappa = np.linspace(0, 3, 3001)
        wanted = np.interp(-n_patterns / 119, -hs.theory.gardner_load(kappa), kappa)
        se = np.std(means, ddof=1) / 2
        assert abs(np.mean(means) - wanted) <= 3 * se + 1.5 / 119


# ---------------------------------------------------------------------- how many patterns


@pytest.mark.parametrize("n_patterns", [100, 200])
@pytest.mark.parametrize("method", ["margin", "perceptron", "regression"])
def test_rbf_keeps_all_patterns_at_p_equal_n_and_beyond(n_patterns: int, method: str) -> None:
    patterns = hs.random_patterns(n_patterns, 100, rng=n_patterns)
    memory = hs.KernelMemory(method=method).store(patterns)
    for update in ("async", "sync"):
        run = memory.recall(patterns, update=update, rng=0)
        assert run.converged.all()
        assert (run.sweeps == 0).all()
        np.testing.assert_array_equal(run.states, patterns)
    cues = hs.flip(patterns, count=15, rng=1)
    assert (memory.recall(cues, rng=2).states == patterns).all()


def test_a_linear_kernel_does_not() -> None:
    with pytest.raises(NotConverged, match="do not hold 110 patterns by the kernel linear"):
        hs.KernelMemory("linear").store(hs.random_patterns(110, 40, rng=0))
    memory = hs.KernelMemory("linear", method="perceptron", max_epochs=20)
    memory.store(np.ones((1, 40)))
    with pytest.raises(NotConverged, match="max_epochs"):
        memory.store(hs.random_patterns(110, 40, rng=0))
    assert memory.patterns.shape == (1, 40)  # what fails changes nothing


@pytest.mark.slow
@pytest.mark.parametrize(("order", "features"), [(1, 12), (2, 67)])
def test_twice_as_many_points_as_features_are_told_apart_in_every_second_case(
    order: int, features: int
) -> None:
    """Cover's theorem: of P points 2^(1-P) Σ_k<D C(P − 1, k) of all dichotomies are linear."""
    rng, n, trials = np.random.default_rng(0), 11, 100
    for factor in (1.75, 2.0, 2.25):
        count = round(factor * features)
        points = 1 - 2 * ((rng.permutation(2**n)[:count, None] >> np.arange(n)) & 1)
        table = kernel("polynomial", order, None).table(n)
        even = table[(points @ points.T + n) // 2]
        labels = rng.choice([-1.0, 1.0], (trials, count))
        task = Task(labels, even, np.zeros_like(even), table, 1000, 0.0)
        found = (task.stabilities(margin(task)).min(axis=1) > 0).mean()
        wanted = sum(comb(count - 1, k) for k in range(features)) / 2 ** (count - 1)
        assert abs(found - wanted) < 3 * np.sqrt(wanted * (1 - wanted) / trials)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_polynomial_has_as_many_features_as_products_of_its_order(order: int) -> None:
    """Σ_k≤p C(n, k) products of up to p of n others: so many patterns regression takes, no more."""
    n = 11
    features = sum(comb(n, k) for k in range(order + 1))
    for n_patterns, fits in ((features - 3, True), (features + 3, False)):
        rng = np.random.default_rng(order)
        others = 1 - 2 * ((rng.permutation(2**n)[:n_patterns, None] >> np.arange(n)) & 1)
        patterns = np.hstack([rng.choice([-1, 1], (n_patterns, 1)), others]).astype(np.int8)
        task = Task.of(patterns, kernel("polynomial", order, None).table(n), 1, 0.0)
        q = task.square(0)
        assert np.linalg.matrix_rank(q, tol=1e-9 * q[0, 0]) == min(n_patterns, features)
        aligned = q @ regression(task)[0]
        assert (np.abs(aligned - 1).max() < 1e-6) == fits


def test_a_narrow_kernel_is_an_exponential_dense_memory() -> None:
    """Patterns that hardly see each other have equal coefficients: σ = 1 is F = e^x."""
    patterns = hs.random_patterns(40, 80, rng=0)
    memory = hs.KernelMemory("rbf", width=1.0).store(patterns)
    dense = hs.DenseMemory("exponential").store(patterns)
    for count in (8, 24, 30):
        cues = hs.flip(patterns, count=count, rng=count)
        for update in ("async", "sync"):
            mine = memory.recall(cues, update=update, rng=1).states
            np.testing.assert_array_equal(mine, dense.recall(cues, update=update, rng=1).states)


# ---------------------------------------------------------------------- a memory like the others


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("method", ["margin", "perceptron", "regression"])
def test_it_keeps_its_promises(name: str, method: str) -> None:
    hs.testing.check_memory(hs.KernelMemory(method=method, **KERNELS[name]))


def test_it_has_no_energy_and_says_so() -> None:
    memory = hs.KernelMemory().store(hs.random_patterns(3, 12, rng=0))
    cue = memory.patterns[0]
    with pytest.raises(InvalidInputError, match="has no energy"):
        memory.energy(cue)
    with pytest.raises(InvalidInputError, match="has no energy"):
        memory.recall(cue, record="energy")
    with pytest.raises(NotStoredError):
        hs.KernelMemory().energy(cue)
    found = memory.attractors()
    assert np.isnan(found.energy).all()
    assert found.basin.sum() == 2**12
    assert all((found.states == pattern).all(axis=1).any() for pattern in memory.patterns)
    result = hs.basins(memory, trials=4, rng=0)
    assert result.recovered.max() == 1


def test_temperature_is_a_heat_bath_of_the_field() -> None:
    """One sweep from 20 000 copies: P(s_i = +1) = 1/(1 + exp(−2 h_i/T)) for the first site."""
    memory = hs.KernelMemory("polynomial").store(hs.random_patterns(5, 12, rng=0))
    state = hs.random_patterns(1, 12, rng=1)
    held = np.arange(12) > 0
    run = memory.recall(
        np.repeat(state, 20_000, axis=0), temperature=0.7, max_sweeps=1, clamp=held, rng=2
    )
    p = 1 / (1 + np.exp(-2 * memory.fields(state)[0, 0] / 0.7))
    se = np.sqrt(p * (1 - p) / 20_000)
    assert abs((run.states[:, 0] == 1).mean() - p) < 4 * se
    assert (run.states[:, 1:] == state[:, 1:]).all()


def test_clamped_sites_images_and_recorded_rows() -> None:
    images = hs.random_patterns(4, 30, rng=0).reshape(4, 5, 6)
    memory = hs.KernelMemory().store(images)
    cue = hs.flip(images[0].ravel(), count=4, rng=1)
    wrong = (cue != images[0].ravel()).reshape(5, 6)
    run = memory.recall(cue.reshape(5, 6), clamp=wrong, record=["overlap", "states"], rng=0)
    np.testing.assert_array_equal(run.states != images[0], wrong)
    assert run.overlaps.shape[1] == 4
    assert run.trajectory.shape[1:] == (5, 6)
    masks = np.stack([wrong.ravel(), ~wrong.ravel()])
    each = memory.recall(np.stack([cue, cue]), clamp=masks, rng=0).states.reshape(2, 5, 6)
    np.testing.assert_array_equal(each, [run.states, images[0]])
    free = memory.recall(cue.reshape(5, 6), rng=0)
    np.testing.assert_array_equal(free.states, images[0])


def test_states_do_not_depend_on_their_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = hs.KernelMemory("linear").store(hs.random_patterns(30, 40, rng=0))
    cues = hs.random_patterns(50, 40, rng=1)
    whole = {
        update: memory.recall(cues, update=update, rng=0).states for update in ("async", "sync")
    }
    monkeypatch.setattr("hopfield_sim.models.kernel.fields._BLOCK", 120)
    for update, states in whole.items():
        np.testing.assert_array_equal(memory.recall(cues, update=update, rng=0).states, states)


def test_patterns_are_added_and_forgotten_by_learning_again() -> None:
    patterns = hs.random_patterns(6, 30, rng=0)
    once = hs.KernelMemory().store(patterns)
    twice = hs.KernelMemory().store(patterns[:4]).store(patterns[4:])
    np.testing.assert_array_equal(once.coefficients, twice.coefficients)
    less = once.forget(2)
    assert less is once
    again = hs.KernelMemory().store(np.delete(patterns, 2, axis=0))
    np.testing.assert_array_equal(less.coefficients, again.coefficients)
    assert repr(again) == "<KernelMemory rbf, method='margin', N=30, P=5>"
    alone = hs.KernelMemory("polynomial").store(patterns[:1]).forget(0)
    assert repr(alone) == "<KernelMemory polynomial, order=2, method='margin', nothing stored>"
    both = hs.KernelMemory("rbf", width=2).store(np.vstack([patterns, patterns]))
    assert (both.fields(patterns) * patterns > 0).all()


def test_patterns_that_differ_in_one_neuron_cannot_be_held() -> None:
    pattern = hs.random_patterns(1, 20, rng=0)
    both = np.vstack([pattern, hs.flip(pattern, count=1, rng=1)])
    for method in ("margin", "perceptron", "regression"):
        with pytest.raises(NotConverged, match="1 of 20 neurons do not hold 2 patterns"):
            hs.KernelMemory(method=method, max_epochs=50).store(both)


# ---------------------------------------------------------------------- files and bad input


@pytest.mark.parametrize("name", KERNELS)
def test_files(name: str, tmp_path: Path) -> None:
    settings = KERNELS[name]
    images = hs.random_patterns(4, 30, rng=0).reshape(4, 5, 6)
    memory = hs.KernelMemory(method="perceptron", stability=0.1, max_epochs=500, **settings)
    memory.store(images).save(tmp_path / "memory.npz")
    again = hs.load(tmp_path / "memory.npz")
    assert repr(again) == repr(memory)
    np.testing.assert_array_equal(again.coefficients, memory.coefficients)
    cues = hs.flip(images, count=5, rng=1)
    np.testing.assert_array_equal(
        again.recall(cues, rng=2).states, memory.recall(cues, rng=2).states
    )
    more = hs.random_patterns(1, 30, rng=5)
    np.testing.assert_array_equal(again.store(more).coefficients, memory.store(more).coefficients)
    again.clear()
    if name == "own":
        with pytest.raises(InvalidInputError, match="knows the kernel exp of 30 neurons only"):
            again.store(np.ones((1, 31)))
    else:
        again.store(np.ones((1, 31)))
    with pytest.raises(NotStoredError):
        hs.KernelMemory().save(tmp_path / "empty.npz")


def nothing(q: NDArray[Any]) -> None:
    return None


def bad(q: NDArray[Any]) -> NDArray[Any]:
    raise ZeroDivisionError("by nothing")


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (nothing, "kernel nothing must return one real number for each overlap"),
        (bad, "kernel bad raised ZeroDivisionError"),
        (np.log, "kernel log must be finite"),
        (np.negative, "above 0 at an overlap of 1"),
    ],
)
def test_bad_kernels(own: Any, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        hs.KernelMemory(own).store(np.ones((1, 6)))


def test_a_kernel_that_is_none_does_not_converge() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NotConverged):
            hs.KernelMemory(lambda q: 1.1 - q, max_epochs=30).store(
                hs.random_patterns(9, 12, rng=0)
            )


def test_bad_arguments() -> None:
    with pytest.raises(InvalidInputError, match='did you mean "rbf"'):
        hs.KernelMemory("rbff")
    with pytest.raises(InvalidTypeError, match="a function of an array of overlaps"):
        hs.KernelMemory(3)
    for settings in ({"order": 0}, {"width": 0.1}, {"stability": -1.0}, {"max_epochs": 0}):
        with pytest.raises(InvalidInputError, match=next(iter(settings))):
            hs.KernelMemory(**settings)
    with pytest.raises(InvalidInputError, match="at least two neurons"):
        hs.KernelMemory().store([[1], [-1]])
    with pytest.raises(InvalidInputError, match="field is for networks with pair couplings"):
        hs.KernelMemory().store(np.ones((1, 6))).recall(np.ones(6), field=1.0)
