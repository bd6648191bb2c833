"""Rules that make fields what they should be: Diederich and Opper's two, and the descent L2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import rules
from hopfield_sim.errors import HopfieldError, NotConverged

Array = np.ndarray[Any, Any]


def shown(patterns: Array, epochs: int, lack: Callable[[Array], Array], own: bool) -> Array:
    """Weights after learning one pattern after the other, by what each field lacks of 1."""
    n = patterns.shape[1]
    weights = np.zeros((n, n))
    for _ in range(epochs):
        for xi in patterns.astype(float):
            weights += np.outer(lack(1 - xi * (weights @ xi)) * xi, xi) / n
            if not own:
                np.fill_diagonal(weights, 0)
    return weights


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(("p", "n"), [(5, 30), (25, 40), (32, 32)])
def test_the_first_rule_is_its_definition(p: int, n: int, own: bool) -> None:
    patterns = hs.random_patterns(p, n, rng=p)
    weights = rules.diederich_opper_1(patterns, zero_diagonal=not own)
    expected = shown(patterns, 300, lambda lack: lack > 1e-9, own)
    np.testing.assert_allclose(weights, expected, atol=1e-12)
    assert (patterns * (patterns @ weights.T)).min() >= 1 - 1e-9


def test_the_first_rule_holds_more_than_n_and_says_when_it_does_not() -> None:
    patterns = hs.random_patterns(72, 60, rng=1)  # below Gardner's 2 N, beyond the pseudo-inverse
    weights = rules.diederich_opper_1(patterns)
    assert (patterns * (patterns @ weights.T)).min() >= 1 - 1e-9
    with pytest.raises(NotConverged, match=r"in 20 epochs: \d+ of 60 neurons") as caught:
        rules.diederich_opper_1(hs.random_patterns(200, 60, rng=2), max_epochs=20)
    assert caught.value.weights is not None
    assert caught.value.weights.shape == (60, 60)


@pytest.mark.parametrize("own", [False, True])
def test_the_second_rule_is_the_end_of_its_learning(own: bool) -> None:
    patterns = hs.random_patterns(20, 60, rng=3)
    weights = rules.diederich_opper_2(patterns, zero_diagonal=not own)
    np.testing.assert_allclose(weights, shown(patterns, 400, lambda x: x, own), atol=1e-10)
    np.testing.assert_allclose(patterns @ weights.T, patterns, atol=1e-10)  # every field is ±1
    if own:
        projection = rules.pseudoinverse(patterns, zero_diagonal=False)
        np.testing.assert_allclose(weights, projection, atol=1e-12)


def test_similar_patterns_are_held_and_what_nobody_knows_is_not() -> None:
    patterns = hs.random_patterns(30, 80, correlation=0.6, rng=4)
    for name in ("diederich_opper_1", "diederich_opper_2"):
        net = hs.HopfieldNetwork(name).store(patterns)  # without a warning
        np.testing.assert_array_equal(net.recall(patterns).sweeps, 0)
    # Two patterns that differ in neuron 0 alone.
    pair = np.array([[1, 1, -1, 1, 1], [-1, 1, -1, 1, 1]])
    weights = rules.diederich_opper_2(pair)
    np.testing.assert_array_equal(weights[0], 0)
    np.testing.assert_allclose((pair @ weights.T)[:, 1:], pair[:, 1:], atol=1e-12)


@pytest.mark.parametrize("penalty", [1e-3, 0.1, 5.0])
@pytest.mark.parametrize(("p", "n"), [(12, 30), (30, 30), (70, 30)])
def test_the_descent_ends_in_the_minimum(p: int, n: int, penalty: float) -> None:
    xi = hs.random_patterns(p, n, rng=p).astype(float)
    weights = rules.descent_l2(xi, penalty=penalty)
    whole = rules.descent_l2(xi, penalty=penalty, zero_diagonal=False)
    for i in range(0, n, 7):
        others = np.delete(xi, i, axis=1)  # ridge regression, one neuron at a time
        square = others.T @ others / n + penalty * np.eye(n - 1)
        expected = np.linalg.solve(square, others.T @ xi[:, i] / n)
        np.testing.assert_allclose(np.delete(weights[i], i), expected, atol=1e-9)
        square = xi.T @ xi / n + penalty * np.eye(n)
        expected = np.linalg.solve(square, xi.T @ xi[:, i] / n)
        np.testing.assert_allclose(whole[i], expected, atol=1e-9)


def test_a_descent_is_a_long_sleep_and_without_a_penalty_the_pseudo_inverse() -> None:
    patterns = hs.random_patterns(20, 60, rng=5)
    limit = rules.diederich_opper_2(patterns)
    np.testing.assert_allclose(rules.descent_l2(patterns, penalty=1e-9), limit, atol=1e-6)
    weights, asleep = rules.descent_l2(patterns, penalty=0.2), rules.dreaming(patterns, time=5.0)
    ratio = weights[:, 1:].sum(axis=1) / asleep[:, 1:].sum(axis=1)
    np.testing.assert_allclose(weights[1:], ratio[1:, None] * asleep[1:], atol=1e-12)
    assert (ratio > 0).all()


def test_arguments_of_descents() -> None:
    for penalty in (0, -1, np.nan, "small"):
        with pytest.raises(HopfieldError, match="penalty"):
            rules.descent_l2([[1, -1]], penalty=penalty)
    for epochs in (0, 1.5, "many"):
        with pytest.raises(HopfieldError, match="max_epochs"):
            rules.diederich_opper_1([[1, -1]], max_epochs=epochs)
