"""Retrieval by dense memories at finite load: equations solved otherwise, and networks."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError

pytest.importorskip("scipy")

from hopfield_sim.theory import (
    critical_load,
    dense_critical_load,
    dense_retrieval_overlap,
    retrieval_overlap,
)


def odd_factorial(order):
    """(2n − 3)!!, the sixth, tenth ... moments of a normal variable."""
    return math.prod(range(1, 2 * order - 2, 2))


@pytest.mark.parametrize(("order", "load"), [(3, 0.02), (3, 0.08), (4, 0.012), (6, 1e-4)])
def test_iteration_from_the_pattern_ends_there(order, load):
    m = 1.0
    for _ in range(5000):
        m = math.erf(m ** (order - 1) / math.sqrt(2 * odd_factorial(order) * load))
    assert dense_retrieval_overlap(load, order) == pytest.approx(m, abs=1e-10)


def test_third_order_has_the_known_critical_point():
    # m = erf(m²/√(6g)): g_c = .0841 with m_c = .839 to the digits quoted.
    assert dense_critical_load(3) == pytest.approx(0.0841, abs=1e-4)
    assert dense_retrieval_overlap(dense_critical_load(3), 3) == pytest.approx(0.839, abs=1e-3)


@pytest.mark.parametrize("order", [3, 4, 7, 30])
def test_critical_load_is_the_largest(order):
    # Every m has one load; a plain scan finds the largest.
    x = np.linspace(0.5, 4, 200_001)
    erf = np.array([math.erf(v) for v in x])
    loads = erf ** (2 * order - 2) / (2 * odd_factorial(order) * x**2)
    critical = dense_critical_load(order)
    assert critical == pytest.approx(loads.max(), rel=1e-8)
    around = dense_retrieval_overlap(critical * np.array([1 - 1e-9, 1 + 1e-9, 5]), order)
    assert around[0] == pytest.approx(erf[loads.argmax()], abs=1e-3)
    np.testing.assert_array_equal(around[1:], 0.0)


def test_second_order_is_the_hebbian_network():
    assert dense_critical_load(2) == critical_load()
    loads = [0.0, 0.1, 0.13, 0.2]
    np.testing.assert_array_equal(dense_retrieval_overlap(loads, 2), retrieval_overlap(loads))


def test_ends():
    assert dense_retrieval_overlap(0.0, 3) == 1.0
    assert dense_retrieval_overlap(5e-324, 3) == 1.0
    assert dense_retrieval_overlap(1e300, 3) == 0.0
    assert dense_retrieval_overlap([[0.01], [0.1]], 4).shape == (2, 1)
    for wrong in (1, 2.5, "three"):
        with pytest.raises(HopfieldError, match="order"):
            dense_critical_load(wrong)
    with pytest.raises(HopfieldError, match="load"):
        dense_retrieval_overlap(-0.1, 3)


@pytest.mark.parametrize("load", [0.04, 0.06])
def test_networks_keep_this_overlap(load):
    n, networks = 200, 5
    means = []
    for seed in range(networks):
        patterns = hs.random_patterns(round(load * n**2), n, rng=seed)
        memory = hs.DenseMemory("polynomial", order=3).store(patterns)
        means.append(memory.recall(patterns[:40], rng=seed).overlap()[range(40), range(40)].mean())
    error = np.std(means, ddof=1) / math.sqrt(networks)
    assert error < 0.003
    # A finite network has fewer coins in the noise, of relative order 1/N.
    assert abs(np.mean(means) - dense_retrieval_overlap(load, 3)) < 4 * error + 2 / n
