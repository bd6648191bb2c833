"""Networks of 0 and 1 against their own definition: fields, energies, probabilities, patterns."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, NotStoredError

BITS = np.array(list(itertools.product((0, 1), repeat=7)))
STATES = hs.from_binary(BITS)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("diagonal", [False, True])
def test_a_converted_network_has_the_same_fields_and_energies(seed: int, diagonal: bool) -> None:
    rng = np.random.default_rng(seed)
    w, theta = rng.normal(size=(7, 7)), rng.normal(size=7)
    w = w + w.T if diagonal else np.triu(w, 1) + np.triu(w, 1).T
    weights, thresholds = hs.from_binary_network(w, theta)
    net = hs.HopfieldNetwork.from_weights(weights, thresholds=thresholds)
    np.testing.assert_allclose(2 * net.fields(STATES), BITS @ w.T - theta, atol=1e-12)
    energies = np.array([-0.5 * v @ w @ v + theta @ v for v in BITS])
    np.testing.assert_allclose(np.ptp(net.energy(STATES) - energies), 0, atol=1e-12)
    for back in (hs.to_binary_network(weights, thresholds), hs.to_binary_network(net)):
        np.testing.assert_array_equal(back.weights, w)
        np.testing.assert_allclose(back.thresholds, theta, atol=1e-12)


def test_energies_of_spins_are_those_of_zeros_and_ones() -> None:
    rng = np.random.default_rng(8)
    w = rng.normal(size=(7, 7))
    w, theta = w + w.T, rng.normal(size=7)
    weights, thresholds = hs.to_binary_network(w, theta)
    ours = np.array([-0.5 * s @ w @ s + theta @ s for s in STATES.astype(float)])
    other = np.array([-0.5 * v @ weights @ v + thresholds @ v for v in BITS])
    np.testing.assert_allclose(np.ptp(ours - other), 0, atol=1e-12)


def test_whole_numbers_come_back_exactly() -> None:
    rng = np.random.default_rng(5)
    w, theta = rng.integers(-9, 9, (30, 30)), rng.integers(-9, 9, 30)  # not symmetric
    for there, back in (
        (hs.from_binary_network, hs.to_binary_network),
        (hs.to_binary_network, hs.from_binary_network),
    ):
        weights, thresholds = back(*there(w, theta))
        np.testing.assert_array_equal(weights, w)
        np.testing.assert_array_equal(thresholds, theta)
    net = hs.HopfieldNetwork(thresholds=0.25).store(hs.random_patterns(3, 16, rng=1))
    weights, thresholds = hs.from_binary_network(*hs.to_binary_network(net))
    np.testing.assert_array_equal(weights, net.weights)
    np.testing.assert_array_equal(thresholds, net.thresholds)


def test_one_threshold_is_that_of_all_and_none_is_zero() -> None:
    w = np.arange(9.0).reshape(3, 3)
    for convert in (hs.from_binary_network, hs.to_binary_network):
        for short, long in ((None, np.zeros(3)), (2, np.full(3, 2.0))):
            np.testing.assert_array_equal(convert(w, short)[1], convert(w, long)[1])


def test_the_synchronous_map_is_that_of_zeros_and_ones() -> None:
    rng = np.random.default_rng(6)
    w, theta = rng.normal(size=(40, 40)), rng.normal(size=40)
    bits = rng.integers(0, 2, (50, 40))
    weights, thresholds = hs.from_binary_network(w, theta)
    net = hs.HopfieldNetwork.from_weights(weights, thresholds=thresholds)
    run = net.recall(hs.from_binary(bits), update="sync", max_sweeps=1)
    np.testing.assert_array_equal(run.states > 0, bits @ w.T > theta)


@pytest.mark.parametrize("form", ["csr_array", "csc_matrix", "coo_array", "lil_matrix", "Graph"])
@pytest.mark.parametrize("name", ["from_binary_network", "to_binary_network"])
def test_sparse_weights_stay_sparse(form: str, name: str) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(7)
    dense = rng.integers(-9, 9, (30, 30)) * (rng.random((30, 30)) < 0.2)
    theta = rng.normal(size=30)
    rows = sparse.csr_array(dense)
    graph = hs.Graph(rows.indptr, rows.indices, rows.data)
    given: Any = graph if form == "Graph" else getattr(sparse, form)(dense)
    convert = getattr(hs, name)
    weights, thresholds = convert(given, theta)
    assert type(weights) is type(given)
    whole = convert(dense, theta)
    np.testing.assert_allclose(thresholds, whole.thresholds, atol=1e-12)
    net = hs.HopfieldNetwork.from_weights(weights, thresholds=thresholds)
    np.testing.assert_array_equal(net.weights, whole.weights)
    if form != "Graph":
        assert (given.toarray() == dense).all()
    np.testing.assert_array_equal(graph.weights, rows.data)


def test_a_diluted_network_is_converted_without_its_matrix() -> None:
    graph = hs.random_graph(60, 9, kind="symmetric", rng=1)
    net = hs.HopfieldNetwork(connectivity=graph, thresholds=0.1).store(
        hs.random_patterns(3, 60, rng=2)
    )
    weights, thresholds = hs.to_binary_network(net)
    assert isinstance(weights, hs.Graph)
    again, back = hs.from_binary_network(weights, thresholds)
    np.testing.assert_array_equal(again.weights, net.graph.weights)
    np.testing.assert_allclose(back, net.thresholds, atol=1e-12)


@pytest.mark.parametrize("name", ["from_binary_network", "to_binary_network"])
@pytest.mark.parametrize(
    ("weights", "thresholds", "words"),
    [
        (np.eye(3), [1.0, 2.0], "thresholds must be a number or"),
        (np.eye(3), "x", "thresholds"),
        (np.eye(3), np.nan, "thresholds must be finite"),
        (np.eye(3), 1e308, "thresholds must be at most"),
        (1e307 * np.eye(3), None, "weights must be at most"),
        (np.ones((2, 3)), None, "weights must be a square matrix"),
        ([[np.inf]], None, "weights must be finite"),
        (hs.Graph([0, 1], [0]), None, "Graph with weights"),
        (hs.DenseMemory(), None, "weights"),
    ],
)
def test_what_cannot_be_converted_is_told(
    name: str, weights: Any, thresholds: Any, words: str
) -> None:
    with pytest.raises(HopfieldError, match=words):
        getattr(hs, name)(weights, thresholds)


def test_a_network_is_converted_alone() -> None:
    with pytest.raises(NotStoredError):
        hs.to_binary_network(hs.HopfieldNetwork())
    net = hs.HopfieldNetwork().store(hs.random_patterns(1, 9, rng=1))
    with pytest.raises(InvalidInputError, match="the network alone"):
        hs.to_binary_network(net, 1.0)
