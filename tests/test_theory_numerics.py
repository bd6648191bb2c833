"""The engine of theory: roots, Gaussian averages, error functions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hopfield_sim.theory import _special
from hopfield_sim.theory._gaussian_averages import log_cosh_average, tanh_averages
from hopfield_sim.theory._roots import find_root


def test_roots_of_many_functions_at_once():
    goal = np.array([1e-9, 0.3, 2.0, 1e6])
    calls = []

    def function(x):
        calls.append(1)
        return x**3 - goal

    root = find_root(function, np.zeros(4), np.full(4, 1000.0))
    np.testing.assert_allclose(root, np.cbrt(goal), rtol=1e-13)
    assert len(calls) < 60


@pytest.mark.parametrize(
    ("function", "low", "high", "root"),
    [
        (lambda x: np.tanh(1e3 * (x - 0.3)), 0.0, 1.0, 0.3),
        (lambda x: (x - 0.5) ** 5, 0.0, 2.0, 0.5),
        (lambda x: np.where(x < 0.7, -1.0, 1.0), 0.0, 1.0, 0.7),
        (lambda x: 1.0 - x, 1.0, 5.0, 1.0),
        (lambda x: 1.0 - x, -3.0, 1.0, 1.0),
        (lambda x: x + 1.0, 0.0, 1.0, 0.0),  # no change of sign: the better end
        (lambda x: x - 2.0, 0.0, 1.0, 1.0),
    ],
)
def test_hard_roots(function, low, high, root):
    found = find_root(function, np.array([low]), np.array([high]))
    # A fivefold root is flat: all of |x − ½| < 1e-3 is as good as zero there within rounding.
    assert found[0] == pytest.approx(root, abs=2e-12)


FIELD = np.linspace(-14, 14, 100_001)
MEASURE = np.exp(-(FIELD**2) / 2) / math.sqrt(2 * math.pi) * 28 / 100_000


@pytest.mark.parametrize("width", [1e-3, 0.4, 1.4999, 1.5, 3.0, 40.0])
@pytest.mark.parametrize("mean", [0.0, 0.02, 1.0, 7.0, 60.0])
def test_gaussian_averages(mean, width):
    u = width * FIELD + mean
    t = np.tanh(u)
    bend = 1 - t**2
    direct = [MEASURE @ values for values in (t, t**2, bend, -2 * t * bend, bend * (6 * t**2 - 2))]
    found = tanh_averages(np.array([mean]), np.array([width]))
    np.testing.assert_allclose(np.ravel(found), direct, atol=3e-14, rtol=1e-12)
    log_cosh = MEASURE @ (np.abs(u) + np.log1p(np.exp(-2 * np.abs(u))))
    assert log_cosh_average(np.array([mean]), np.array([width]))[0] == pytest.approx(
        log_cosh, rel=1e-13
    )


def test_averages_obey_the_heat_equation():
    a, b, step = np.array([0.8, 2.0]), np.array([0.6, 2.5]), 1e-4

    def slope(of):
        return (of(step) - of(-step)) / (2 * step)

    here = tanh_averages(a, b)
    np.testing.assert_allclose(slope(lambda e: tanh_averages(a + e, b).mean), here.first, atol=1e-7)
    np.testing.assert_allclose(
        slope(lambda e: tanh_averages(a + e, b).first), here.second, atol=1e-7
    )
    np.testing.assert_allclose(
        slope(lambda e: tanh_averages(a, b + e).mean), b * here.second, atol=1e-7
    )
    np.testing.assert_allclose(
        slope(lambda e: tanh_averages(a, b + e).first), b * here.third, atol=1e-7
    )


def test_averages_keep_their_digits_near_the_critical_temperature():
    a, b = np.array([1e-6]), np.array([2e-6])  # fields so weak that tanh(u) = u − u³/3
    found = tanh_averages(a, b)
    assert found.square[0] == pytest.approx(5e-12, rel=1e-10, abs=0)
    assert found.second[0] == pytest.approx(-2e-6, rel=1e-10, abs=0)


def test_averages_keep_their_digits_in_the_cold():
    b = 1e12  # T → 0: tanh is a step, and 1 − q its width, 2/b of the density at −a/b
    found = tanh_averages(np.array([1.2 * b]), np.array([b]))
    density = math.exp(-0.72) / math.sqrt(2 * math.pi)
    assert found.mean[0] == pytest.approx(math.erf(1.2 / math.sqrt(2)), rel=1e-14, abs=0)
    assert found.first[0] == pytest.approx(2 * density / b, rel=1e-11, abs=0)
    assert found.second[0] == pytest.approx(-2 * density * 1.2 / b**2, rel=1e-10, abs=0)
    assert found.third[0] == pytest.approx(2 * density * (1.2**2 - 1) / b**3, rel=1e-10, abs=0)


def test_error_functions():
    x = np.array([[0.0, 0.5], [-1.0, 5.0]])
    np.testing.assert_array_equal(_special.erf(x), [[math.erf(v) for v in row] for row in x])
    np.testing.assert_array_equal(_special.erfc(x), [[math.erfc(v) for v in row] for row in x])
    assert _special.normal_tail(0.0) == 0.5
    assert _special.normal_tail(10.0) == pytest.approx(7.619853024160527e-24, rel=1e-13, abs=0)
    assert [_special.odd_factorial(n) for n in (-1, 1, 3, 5, 7)] == [1, 1, 3, 15, 105]


@pytest.mark.parametrize("n", [1, 2, 15, 16, 40, 1001])
def test_coin_masses_are_binomial(n):
    totals = np.arange(-n, n + 1, 2)
    exact = [math.comb(n, k) / 2**n for k in range(n + 1)]
    np.testing.assert_allclose(np.exp(_special.log_coin_mass(n, totals)), exact, rtol=1e-12)
    assert _special.coin_mass(n, n + 1) == 0.0
    assert _special.coin_mass(n, n + 2) == 0.0
    assert _special.coin_tail(n, n) == pytest.approx(0.5**n, rel=1e-13, abs=0)
    assert _special.coin_tail(n, n + 2) == 0.0
