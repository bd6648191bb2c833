"""Capacities: where a curve crosses a level, on any grid, with an error that is one."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError
from hopfield_sim.support.crossing import crossing

CDF = np.vectorize(NormalDist().cdf)


@pytest.mark.parametrize(
    ("points", "fractions", "expected"),
    [
        # On the scale of the normal law: quantiles 1.6449, 1.0364 around 1.2816.
        ([1, 2, 3], [1.0, 0.95, 0.85], (2.0, 2 + (1.644854 - 1.281552) / 0.608420, 3.0)),
        ([3, 1, 2], [0.85, 1.0, 0.95], (2.0, 2.597123, 3.0)),  # in any order
        ([1, 2, 3, 4], [1.0, 0.8, 0.9, 0.0], (1.0, 1 + 1.808681 / 2.053799, 2.0)),  # to .85 .85
        ([1, 2, 3, 4], [1.0, 0.85, 0.95, 0.0], (3.0, 3.0, 4.0)),  # to .9 .9, which is reached
        ([1, 2, 3, 4], [1.0, 0.65, 0.75, 0.0], (1.0, 1.7049101, 2.0)),  # .7, below it
        ([1, 1, 2], [1.0, 0.9, 0.85], (1.0, 1.597123, 2.0)),  # the same t twice: their mean
        ([4, 5], [0.5, 0.4], (0.0, math.nan, 4.0)),
        ([4, 5], [1.0, 1.0], (5.0, math.nan, math.inf)),
    ],
)
def test_by_hand(points: list[int], fractions: list[float], expected: tuple[float, ...]) -> None:
    np.testing.assert_allclose(crossing(points, fractions, 0.9)[:3], expected, rtol=1e-6)


@pytest.mark.parametrize("count", [4, 5, 7, 10, 33, 200])
def test_a_normal_law_is_met_exactly_on_any_grid(count: int) -> None:
    points = np.linspace(60, 240, count)
    fractions = CDF((200 - points) / 25)
    found = crossing(points, fractions, 0.9, resolution=1e-9)
    assert found.value == pytest.approx(200 - 25 * 1.2815515655, rel=1e-9)
    assert found.low <= found.value <= found.high


@pytest.mark.slow
@pytest.mark.parametrize("count", [8, 9, 10, 12, 25, 100])
def test_noise_neither_moves_it_nor_hides_from_its_error(count: int) -> None:
    """A hundred studies of eight networks, whose own curves lie N(0, 6) patterns apart."""
    rng = np.random.default_rng(count)
    points = np.linspace(80, 320, count)
    found = []
    for _ in range(100):
        shift = rng.normal(0, 6, size=(8, 1))
        curves = rng.binomial(100, CDF((205 + shift - points) / 32)) / 100
        found.append(crossing(points, curves, 0.9))
    values = np.array([f.value for f in found])
    # The mean of curves that lie apart: a normal law with variance 32² + 6².
    true = 205 - 1.2815515655 * math.hypot(32, 6)
    assert abs(values.mean() - true) < 4 * values.std(ddof=1) / 10 + 0.5
    scatter = (values - values.mean()) / np.array([f.error for f in found])
    # Student's t with 7 degrees of freedom has 1.18; a curve pooled from noise adds some.
    assert 0.9 < scatter.std() < 1.6


def test_beyond_the_resolution_the_line_is_straight() -> None:
    """Ten cues cannot tell .99 from .96 of them: half-way between is half-way."""
    found = crossing([2, 4], [0.99, 0.96], 0.975, resolution=0.05)
    assert found.value == pytest.approx(3.0)


def test_one_network_has_no_error_and_none_no_crossing() -> None:
    assert math.isnan(crossing([1, 2], [[1.0, 0.0]], 0.9).error)
    for none in (np.empty((0, 2)), []):
        assert all(math.isnan(value) for value in crossing([1, 2], none, 0.9))
    assert math.isnan(crossing([1, 2], [[1.0, 0.0], [1.0, 1.0]], 0.4).error)  # one never crosses


@pytest.mark.slow
def test_the_capacity_does_not_depend_on_the_loads() -> None:
    """At N = 2500 the courses' ten loads hold ⌊C⌋ = 159 as a point: no answer may be one."""
    found = {}
    for loads in (8, 9, 10, 12, 30):
        result = hs.experiment.capacity([2500], ["hebbian"], 8, loads=loads, rng=3, workers=1)
        [found[loads]] = result.summary["capacity"]
    values = [row["capacity"] for row in found.values()]
    errors = [row["capacity_se"] for row in found.values()]
    assert max(values) - min(values) < 2 * max(errors)
    assert 0.5 < min(errors) < max(errors) < 4
    # 163.97 ± 1.24 from 32 networks at 61 loads, of another generator, read off by eye.
    assert abs(found[30]["capacity"] - 164) < 4 * math.hypot(errors[-1], 1.24)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"points": "all"}, "points must be an array of real numbers"),
        ({"points": 3, "fractions": 0.5}, r"\(L,\) or \(K, L\); got shapes \(\) and \(\)"),
        ({"points": 0, "fractions": np.zeros((0, 3))}, r"got shapes \(\) and \(0, 3\)"),
        ({"points": [1, 2, 3]}, r"got shapes \(3,\) and \(2,\)"),
        ({"points": [1, math.inf]}, "points must be finite"),
        ({"fractions": [1.0, math.nan]}, "fractions must be finite"),
        ({"fractions": np.ones((1, 1, 2))}, r"got shapes \(2,\) and \(1, 1, 2\)"),
        ({"level": 1j}, "level must be a real number"),
        ({"level": 2}, "level must be from 0 to 1"),
        ({"resolution": 1e-16}, "resolution must be from 1e-15"),
        ({"resolution": 0.6}, "resolution must be from 1e-15 to 0.5"),
    ],
)
def test_what_is_no_curve_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(HopfieldError, match=words):
        crossing(**{"points": [1, 2], "fractions": [1.0, 0.5], "level": 0.9} | given)
