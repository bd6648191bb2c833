"""Storage laws, Gardner's bound, and the bad input of every function of theory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hopfield_sim import theory
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

pytest.importorskip("scipy")

from hopfield_sim.theory import capacity, dense_capacity, gardner_load, one_step_error


def test_capacity_laws():
    n = 1000
    assert capacity(n) == capacity(n, "most") == pytest.approx(1000 / (2 * math.log(1000)))
    assert capacity(n, "all") == pytest.approx(1000 / (4 * math.log(1000)))
    assert capacity(n, "storkey") == pytest.approx(1000 / math.sqrt(2 * math.log(1000)))
    np.testing.assert_allclose(capacity([100, 2500.5]), [10.857362, 159.79176], rtol=1e-5)
    assert isinstance(capacity(2), float)


@pytest.mark.parametrize("n", [10**4, 10**6])
def test_patterns_begin_to_lose_bits_at_the_capacity(n):
    # Wrong bits in one pattern, and in all: with p ≈ √(P/2πN) exp(−N/2P) the power of N cancels
    # there, and only logarithms are left.
    log = math.log(n)
    count = round(capacity(n))
    assert n * one_step_error(n, count) == pytest.approx(
        (4 * math.pi * log) ** -0.5, rel=0.1, abs=0
    )
    count = round(capacity(n, "all"))
    wrong = n * count * one_step_error(n, count)
    assert wrong == pytest.approx((8 * math.pi * log) ** -0.5 / (4 * log), rel=0.15, abs=0)


def test_dense_capacity_published_values():
    exact = [dense_capacity(100, n) for n in (2, 3, 4)]
    np.testing.assert_allclose(exact, [10.9, 362, 7238], rtol=5e-3)
    few = [dense_capacity(100, n, error=0.005) / 100 ** (n - 1) for n in (2, 3, 4)]
    np.testing.assert_allclose(few, [0.1507, 0.0502, 0.01005], rtol=1e-3)
    assert dense_capacity(1000, 2) == pytest.approx(capacity(1000, "most"))
    assert dense_capacity([100, 200], 3).shape == (2,)
    assert dense_capacity(10**300, 30) == math.inf


@pytest.mark.parametrize("order", [2, 3, 5])
@pytest.mark.parametrize("error", [0.3, 0.01, 1e-6])
def test_dense_capacity_inverts_the_gaussian_limit(order, error):
    n = 10**4
    count = dense_capacity(n, order, error=error)
    limit = one_step_error(n, round(count), order=order, exact=False)
    assert limit == pytest.approx(error, rel=0.02, abs=0)  # the count is rounded


def test_gardner_known_values():
    assert gardner_load(0) == 2.0
    np.testing.assert_allclose(gardner_load([0.5, 1.0]), [0.961, 0.520], atol=5e-4)
    assert gardner_load(1e200) == 0.0
    kappa = 40.0  # all of the normal law lies above −κ: 1/α = κ² + 1
    assert gardner_load(kappa) == pytest.approx(1 / (kappa**2 + 1), rel=1e-14, abs=0)


@pytest.mark.parametrize("kappa", [0.0, 0.3, 1.0, 2.5])
def test_gardner_integral(kappa):
    nodes, weights = np.polynomial.legendre.leggauss(200)
    z = -kappa + (nodes + 1) * (12 + kappa) / 2
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    integral = weights @ (density * (z + kappa) ** 2) * (12 + kappa) / 2
    assert gardner_load(kappa) == pytest.approx(1 / integral, rel=1e-12, abs=0)


CALLS = {
    "one_step_error.n_neurons": lambda x: theory.one_step_error(x, 3),
    "one_step_error.n_patterns": lambda x: theory.one_step_error(10, x),
    "one_step_error.order": lambda x: theory.one_step_error(10, 3, order=x),
    "one_step_error.rectified": lambda x: theory.one_step_error(10, 3, rectified=x),
    "one_step_error.zero_diagonal": lambda x: theory.one_step_error(10, 3, zero_diagonal=x),
    "one_step_error.ties": lambda x: theory.one_step_error(10, 3, ties=x),
    "one_step_error.exact": lambda x: theory.one_step_error(10, 3, exact=x),
    "retrieval_overlap.load": lambda x: theory.retrieval_overlap(x),
    "retrieval_overlap.temperature": lambda x: theory.retrieval_overlap(0.1, x),
    "phase_lines.loads": lambda x: theory.phase_lines(x),
    "capacity.n_neurons": lambda x: theory.capacity(x),
    "capacity.criterion": lambda x: theory.capacity(10, x),
    "gardner_load.stability": lambda x: theory.gardner_load(x),
    "dense_capacity.n_neurons": lambda x: theory.dense_capacity(x, 3),
    "dense_capacity.order": lambda x: theory.dense_capacity(10, x),
    "dense_capacity.error": lambda x: theory.dense_capacity(10, 3, error=x),
}

UNUSABLE = [
    "3",
    b"3",
    1j,
    object(),
    {},
    {1: 2},
    {1},
    lambda: 1,
    [[1, 2], [3]],
    ["a", "b"],
    np.array([1 + 1j]),
    np.array([object()]),
    np.ma.masked_array([0, 1], mask=[0, 1]),
    np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
    math.nan,
    math.inf,
    [0.1, math.nan],
    [0.1, math.inf],
    -1,
    [3, -1],
    -0.5,
    10**400,
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", UNUSABLE, ids=lambda value: type(value).__name__)
def test_bad_input_is_named(call, value):
    name = call.split(".")[1]
    with pytest.raises((InvalidInputError, InvalidTypeError), match=name):
        CALLS[call](value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.one_step_error(0, 1), r"n_neurons must be from 1 to 10+; got 0"),
        (
            lambda: theory.one_step_error([5, 0], 1),
            r"n_neurons must be 1 or more; found 0 at \[1\]",
        ),
        (lambda: theory.one_step_error(10**19, 1), r"n_neurons must be from 1 to 10+; got 10+$"),
        (lambda: theory.one_step_error(1, [1, 2 * 10**18]), r"1000000000000000000 or less; found"),
        (lambda: theory.one_step_error(10**7, 5, order=3), r"or less for the exact law .* exact=F"),
        (lambda: theory.one_step_error(5.0, 1), r"n_neurons must be an integer"),
        (lambda: theory.one_step_error([5.0], 1), r"array of integers; got dtype float64"),
        (lambda: theory.one_step_error(True, 1), r"n_neurons must be an integer; got True"),
        (lambda: theory.one_step_error([1, 2], [1, 2, 3]), r"broadcast .* \(2,\) and \(3,\)"),
        (lambda: theory.one_step_error(5, 2, order=0), r"order must be from 1 to 1000; got 0"),
        (lambda: theory.one_step_error(5, 2, ties="keeps"), r'did you mean "keep"'),
        (lambda: theory.one_step_error(5, 2, order=3, zero_diagonal=False), r"zero_diagonal=False"),
        (
            lambda: theory.one_step_error(5, 2, rectified=True, zero_diagonal=False),
            r"zero_diagonal=False",
        ),
        (
            lambda: theory.retrieval_overlap([0.1, -1]),
            r"load must be 0 or more; found -1.0 at \[1\]",
        ),
        (lambda: theory.retrieval_overlap(0.1, [[0.1, np.nan]]), r"temperature .* at \[0, 1\]"),
        (lambda: theory.retrieval_overlap([0.1] * 2, [0.1] * 3), r"load and temperature"),
        (lambda: theory.capacity(1.5), r"n_neurons must be 2 or more; got 1.5"),
        (lambda: theory.capacity(10, "hebbian"), r'did you mean "most"'),
        (lambda: theory.gardner_load(-1e-9), r"stability must be 0 or more"),
        (lambda: theory.dense_capacity(10, 1), r"order must be from 2 to 1000; got 1"),
        (lambda: theory.dense_capacity(10, 2, error=0.0), r"above 0 and below 0.5; got 0.0"),
        (lambda: theory.dense_capacity(10, 2, error=0.5), r"above 0 and below 0.5; got 0.5"),
    ],
)
def test_messages(call, message):
    with pytest.raises((InvalidInputError, InvalidTypeError), match=message):
        call()


def test_arguments_are_not_changed():
    loads = np.array([0.0, 0.05, 0.2])
    temperatures = np.array([0.1, 0.2, 0.3])
    before = loads.copy(), temperatures.copy()
    lines = theory.phase_lines(loads)
    theory.retrieval_overlap(loads, temperatures)
    lines.loads[0] = 7.0
    np.testing.assert_array_equal((loads, temperatures), before)


def test_public_names():
    assert set(theory.__all__) <= set(dir(theory))
    assert callable(theory.capacity)
