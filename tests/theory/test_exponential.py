"""The one-step error of exponential memories, against enumeration and measurement."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import hopfield_sim as hs

pytest.importorskip("scipy")

from hopfield_sim.theory import exponential_error


@pytest.mark.parametrize(("n", "p"), [(1, 2), (2, 2), (2, 3), (3, 2), (3, 3), (4, 3), (2, 5)])
def test_every_set_of_patterns_is_counted(n, p):
    """All sets of p − 1 others, the pattern itself being all +1; whole sums decide in fractions."""
    others = list(itertools.product((-1, 1), repeat=n))
    wrong = ties = 0
    for chosen in itertools.product(others, repeat=p - 1):
        d = math.exp(n - 1) + math.fsum(xi[0] * math.exp(sum(xi) - xi[0]) for xi in chosen)
        ties += abs(d) < 1e-12
        wrong += d <= -1e-12
    assert exponential_error(n, p) == pytest.approx(wrong / len(others) ** (p - 1), abs=2e-5)


def test_the_error_is_in_proportion_to_the_patterns_and_not_gaussian():
    few, many = exponential_error(30, [2**10, 2**15])
    assert many / few == pytest.approx(32, rel=0.05)
    gaussian = math.exp(29) / math.sqrt(2**15 * math.cosh(2) ** 29)
    assert 0.5 * math.erfc(gaussian / math.sqrt(2)) < 1e-3 * many


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p", "networks"), [(9, 16, 2000), (20, 1024, 30)])
def test_the_law_against_measurement(n, p, networks):
    found = []
    rng = np.random.default_rng(n)
    for _ in range(networks):
        patterns = hs.random_patterns(p, n, rng=rng)
        memory = hs.DenseMemory("exponential").store(patterns)
        step = memory.recall(patterns, update="sync", max_sweeps=1, n_threads=1).states
        found.append((step != patterns).mean())
    error = np.std(found, ddof=1) / math.sqrt(networks)
    assert abs(np.mean(found) - exponential_error(n, p)) < 4 * error


def test_arguments():
    assert exponential_error([5, 6], [[1], [1]]).tolist() == [[0.0, 0.0]] * 2
    for n, p, said in ((0, 2, "n_neurons"), (5, 0, "n_patterns"), (5, 10**10, "n_patterns")):
        with pytest.raises(hs.errors.InvalidInputError, match=said):
            exponential_error(n, p)
