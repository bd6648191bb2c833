"""The law of strongly diluted networks, and of one step with few inputs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

pytest.importorskip("scipy")


def test_overlap_is_the_papers():
    law = hs.theory.diluted_overlap([0.1, 0.2, 0.3, 0.5])
    np.testing.assert_allclose(law, [0.9984, 0.9699, 0.8994, 0.6174], atol=5e-5)
    assert hs.theory.diluted_critical_load() == pytest.approx(2 / math.pi, rel=1e-15)


def test_overlap_solves_its_equation_up_to_the_critical_load():
    loads = np.array([1e-9, 0.01, 0.2, 0.45, 0.6, 0.636, 0.63661977])
    for load, overlap in zip(loads, hs.theory.diluted_overlap(loads), strict=True):
        assert overlap > 0
        assert overlap == pytest.approx(math.erf(overlap / math.sqrt(2 * load)), rel=1e-12)
    # Near the critical load erf(x)/x = 2/√π (1 − x²/3), and m = 2x/√π.
    below = 1e-7
    near = hs.theory.diluted_overlap(2 / math.pi - below)
    assert near == pytest.approx(math.sqrt(12 / math.pi * math.pi / 4 * below), rel=1e-3)
    np.testing.assert_array_equal(
        hs.theory.diluted_overlap([0, 2 / math.pi, 0.7, 1e9]), [1, 0, 0, 0]
    )


def step_by_enumeration(overlap, n_inputs, n_patterns, ties):
    """All inputs and coins, each with its probability."""
    total = 0.0
    coins = n_inputs * (n_patterns - 1)
    for bits in itertools.product((1, -1), repeat=n_inputs):
        chance = math.prod((1 + bit * overlap) / 2 for bit in bits)
        for noise in itertools.product((1, -1), repeat=coins):
            field = sum(bits) + sum(noise)
            kept = overlap if ties == "keep" else 0
            total += chance * 0.5**coins * (np.sign(field) if field else kept)
    return total


@pytest.mark.parametrize("ties", ["keep", "plus"])
@pytest.mark.parametrize(
    ("n_inputs", "n_patterns", "overlap"),
    [(1, 1, 0.3), (2, 1, -0.3), (3, 2, 0.5), (2, 4, 0.4), (1, 5, 1), (3, 3, 0)],
)
def test_a_step_is_the_sum_over_all_coins(n_inputs, n_patterns, overlap, ties):
    law = hs.theory.diluted_step(overlap, n_inputs, n_patterns, ties=ties)
    expected = step_by_enumeration(overlap, n_inputs, n_patterns, ties)
    assert law == pytest.approx(expected, abs=1e-14)


def test_the_map_of_many_inputs_ends_at_the_overlap():
    overlap = 1.0
    for _ in range(100):
        overlap = hs.theory.diluted_step(overlap, 4001, 1201)
    assert overlap == pytest.approx(hs.theory.diluted_overlap(1200 / 4001), abs=3e-4)


def test_a_step_of_many_inputs_is_gaussian():
    overlaps = np.array([0.1, 0.5, 1.0])
    law = hs.theory.diluted_step(overlaps, 20_000, 10_001)
    gauss = [math.erf(m / math.sqrt(2 * 0.5)) for m in overlaps]
    np.testing.assert_allclose(law, gauss, atol=2e-4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: hs.theory.diluted_overlap(-0.1), InvalidInputError, "load"),
        (lambda: hs.theory.diluted_overlap("x"), InvalidTypeError, "load"),
        (lambda: hs.theory.diluted_step(1.5, 3, 2), InvalidInputError, "overlap.*-1 to 1"),
        (lambda: hs.theory.diluted_step(1, 0, 2), InvalidInputError, "n_inputs"),
        (lambda: hs.theory.diluted_step(1, 3, 0), InvalidInputError, "n_patterns"),
        (lambda: hs.theory.diluted_step(1, 3, 2, ties="kep"), InvalidInputError, "keep"),
    ],
)
def test_bad_arguments_are_told(call, error, words):
    with pytest.raises(error, match=words):
        call()
