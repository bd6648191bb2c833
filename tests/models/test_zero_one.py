"""Networks of 0 and 1 against their own definition: fields, energies, probabilities, patterns."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, NotStoredError


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("diagonal", [False, True])
def test_a_converted_network_has_the_same_fields_and_energies(seed: int, diagonal: bool) -> None:
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=(7, 7)), rng.normal(size=7)
    w = w + w.T if diagonal else np.triu(w, 1) + np.triu(w, 1).T
    net = hs.from_binary_network(w, b)
    bits = np.array(list(itertools.product((0, 1), repeat=7)))
    states = hs.from_binary(bits)
    np.testing.assert_allclose(2 * net.fields(states), bits @ w.T + b, atol=1e-12)
    energies = np.array([-0.5 * n @ w @ n - b @ n for n in bits])
    difference = net.energy(states) - energies
    np.testing.assert_allclose(difference, difference[0], atol=1e-12)
    back = hs.to_binary_network(net)
    np.testing.assert_allclose(back[0], w, atol=1e-12)
    np.testing.assert_allclose(back[1], b, atol=1e-12)


def test_whole_numbers_come_back_exactly() -> None:
    rng = np.random.default_rng(5)
    w, b = rng.integers(-9, 9, (30, 30)), rng.integers(-9, 9, 30)  # not symmetric
    weights, biases = hs.to_binary_network(hs.from_binary_network(w, b))
    np.testing.assert_array_equal(weights, w)
    np.testing.assert_array_equal(biases, b)
    net = hs.HopfieldNetwork(thresholds=0.25).store(hs.random_patterns(3, 16, rng=1))
    again = hs.from_binary_network(*hs.to_binary_network(net))
    np.testing.assert_array_equal(again.weights, net.weights)
    np.testing.assert_array_equal(again.thresholds, net.thresholds)


def test_the_synchronous_map_is_that_of_zeros_and_ones() -> None:
    rng = np.random.default_rng(6)
    w, b = rng.normal(size=(40, 40)), rng.normal(size=40)
    bits = rng.integers(0, 2, (50, 40))
    run = hs.from_binary_network(w, b).recall(hs.from_binary(bits), update="sync", max_sweeps=1)
    np.testing.assert_array_equal(run.states > 0, bits @ w.T + b > 0)


@pytest.mark.parametrize("biases", [[1.0, 2.0], "x", np.nan])
def test_biases_that_do_not_fit(biases: object) -> None:
    with pytest.raises(HopfieldError, match="biases"):
        hs.from_binary_network(np.eye(3), biases)


def test_an_empty_network_has_no_other_form() -> None:
    with pytest.raises(NotStoredError):
        hs.to_binary_network(hs.HopfieldNetwork())
    with pytest.raises(HopfieldError, match="HopfieldNetwork"):
        hs.to_binary_network(hs.DenseMemory())  # type: ignore[arg-type]
