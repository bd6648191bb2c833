"""The engine of theory: roots, Gaussian averages, coins."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("scipy")

from hopfield_sim.theory import _coins
from hopfield_sim.theory._gaussian_averages import log_cosh_average, tanh_averages
from hopfield_sim.theory._roots import find_root


def test_roots_of_many_functions_at_once():
    goal = np.array([1e-9, 0.3, 2.0, 1e6])
    calls = []

    def function(x, goal):
        calls.append(1)
        return x**3 - goal

    root = find_root(function, np.zeros(4), np.full(4, 1000.0), goal)
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


@pytest.mark.parametrize("n", [1, 2, 15, 16, 40, 1001])
def test_coin_masses_are_binomial(n):
    totals = np.arange(-n, n + 1, 2)
    exact = [math.comb(n, k) / 2**n for k in range(n + 1)]
    np.testing.assert_allclose(np.exp(_coins.log_coin_mass(n, totals)), exact, rtol=1e-12)
    assert _coins.coin_mass(n, n + 1) == 0.0
    assert _coins.coin_mass(n, n + 2) == 0.0
    for least in {n % 2 or 2, n}:
        heads = range((n + least) // 2, n + 1)
        tail = Fraction(sum(math.comb(n, k) for k in heads), 2**n)
        assert _coins.coin_tail(n, least) == pytest.approx(float(tail), rel=1e-13, abs=0)
    assert _coins.coin_tail(n, n) == pytest.approx(0.5**n, rel=1e-13, abs=0)
    assert _coins.coin_tail(n, n + 2) == 0.0


@pytest.mark.parametrize("n", [10**5, 10**7, 10**9, 10**9 + 2, 10**13, 10**30])
@pytest.mark.parametrize("x", [0.1, 3.0, 20.0, 35.0])
def test_tails_of_many_coins_add_up_their_masses(n, x):
    """P(S ≥ s), by s's mass times the integral under the next ones, which fall like a Gaussian.

    (n − k) ∫₀¹ (1 − u²)ᵏ (1 − u)^(s − 1) du with k = (n − s)/2, the incomplete beta function at ½.
    """
    least = round(x * n**0.5)
    least += (n - least) % 2
    k = (n - least) // 2
    nodes, weights = np.polynomial.legendre.leggauss(400)
    edge = min(1.0, 10.0 / math.sqrt(k), 45.0 / (least - 1))
    u = edge * (nodes + 1) / 2
    bump = np.exp(k * np.log1p(-u * u) + (least - 1) * np.log1p(-u))
    tail = float(np.exp(_coins.log_coin_mass(n, least))) * (n - k) * edge / 2 * (weights @ bump)
    assert _coins.coin_tail(n, least) == pytest.approx(float(tail), rel=3e-10, abs=0)


def test_log_masses_keep_their_digits():
    for n, heads in ((10**4, 3300), (10**5, 49_000), (10**5, 5)):
        exact = math.fsum([math.log(math.comb(n, heads)), -n * math.log(2)])
        found = float(_coins.log_coin_mass(n, 2 * heads - n))
        assert found == pytest.approx(exact, rel=1e-14, abs=2e-11)
