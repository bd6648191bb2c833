"""Theory at the ends of all floats: a number, inf where it is documented, or a HopfieldError."""

from __future__ import annotations

import dataclasses
import inspect
import math
import pickle
import random
import warnings
from typing import Any

import numpy as np
import pytest

from hopfield_sim import theory
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, InvalidInputError

REALS = (0, 5e-324, 1e-300, 1e-30, 1e-9, 0.01, 0.3, 1, 1.5, 3.0, 100.0, 1e9, 1e30, 1e154, 1e200)
REALS += (1e300, 1.7e308, -1.0, -1e300)
COUNTS = (-1, 0, 1, 2, 3, 5, 20, 100, 10**4, 10**6, 2**53, 10**15, 10**18, 10**30, 10**5000)
WHOLE = {"n_patterns", "n_features", "n_neurons", "dim", "order", "steps", "active"}
SLOW = {"retrieval_overlap", "phase_lines", "exponential_error", "modern_nearest", "one_step_error"}
SLOW |= {"retrieval"}
MAY_BE_INF = {"dense_capacity", "features_needed", "feature_error", "feature_variance"}
MAY_BE_INF |= {"modern_capacity", "modern_constant", "modern_error"}
FUNCTIONS = sorted(set(theory.__all__) - {"PhaseLines", "Retrieval"})


def drawn(name: str, parameter: inspect.Parameter, rng: random.Random) -> Any:
    """Something that fits the parameter, or not."""
    if name in ("states", "patterns"):
        return [[rng.choice(REALS) for _ in range(2)] for _ in range(2)]
    if name == "kernel":
        return rng.choice(["sincos", "cos", "exp", "expexp"])
    if name == "criterion":
        return rng.choice(["most", "all", "storkey"])
    if name == "ties":
        return rng.choice(["keep", "plus"])
    if isinstance(parameter.default, bool):
        return rng.random() < 0.5
    return rng.choice(COUNTS if name in WHOLE else REALS)


def values(answer: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if isinstance(answer, theory.PhaseLines):
        return np.array([answer.glass])
    if isinstance(answer, theory.Retrieval):
        return np.array(dataclasses.astuple(answer))
    return np.atleast_1d(np.asarray(answer, np.float64))


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_numbers(name: str) -> None:
    function, rng = getattr(theory, name), random.Random(name)
    parameters = inspect.signature(function).parameters
    before = set()
    for _ in range(60 if name in SLOW else 1500):
        asked = {key: drawn(key, parameter, rng) for key, parameter in parameters.items()}
        if (words := pickle.dumps(asked)) in before:
            continue  # the same again, of which functions of few arguments have most
        before.add(words)
        if name == "one_step_error" and asked["exact"]:
            asked["n_neurons"] = min(asked["n_neurons"], 500)
        with np.errstate(all="raise"), warnings.catch_warnings(action="error"):
            try:
                found = values(function(**asked))
            except HopfieldError:
                continue
        assert not np.isnan(found).any(), asked
        assert name in MAY_BE_INF or np.isfinite(found).all(), asked


def test_settings_of_numpy_change_nothing() -> None:
    def asked() -> list[float]:
        return [
            theory.retrieval_overlap(0.0, 1e-9),
            theory.retrieval_overlap(0.05, 0.2),
            theory.gardner_load(1e30),
            theory.exponential_error(100, 3),
            theory.modern_weight(2.0, 100.0, 5, 10**6),
            theory.one_step_error(50, 5, order=3),
            theory.phase_lines(0.03).thermodynamic,
            theory.features_needed(10, 0.0, 1e300),
        ]

    with np.errstate(all="raise"):
        raising = asked()
    assert raising == asked()
    assert raising[-1] == 50.0


def test_values_where_the_formula_itself_overflows() -> None:
    # c = b/W(e^(a + ln b)) with b = 0.4 K²: W is about y − ln y for a large y.
    assert theory.modern_constant(1.0, 1e200, 10, 0.5) == math.inf  # 10^397
    y = math.log(0.4) + 300 * math.log(10) + 2 / 9 * (1 + math.log(9) + 300 * math.log(10))
    expected = math.log(0.4) + 300 * math.log(10) - math.log(y - math.log(y))
    assert math.log(theory.modern_constant(1.0, 1e150, 10, 0.5)) == pytest.approx(expected, 1e-4)
    # W of a tiny argument is the argument: c = e^(−a).
    assert theory.modern_constant(1e-200, 1.0, 3, 0.5) == pytest.approx(
        math.exp(-1) / (2e-200), rel=1e-9
    )
    assert theory.modern_weight(1e30, 1.0, 10**30, 3) == 1.0
    # ⟨e^{−κ(1 − t)}⟩ of t ~ N(0, 1/d): e^{−κ + κ²/2d}, κ = βd small against d.
    for dim in (10**5, 10**7, 10**12):
        kappa = 5.0
        weight = theory.modern_weight(kappa / (dim - 1), 1.0, dim, 101)
        assert 1 / weight - 1 == pytest.approx(
            100 * math.exp(-kappa + kappa**2 / 2 / dim), rel=1e-5
        )
    assert theory.modern_error(10.0, 100, 4.0, 1e30) == 0.0
    assert theory.modern_error(10.0, 100, 4.0, 0.0, 1.7e308) == pytest.approx(2 * 99 * 4.0)
    # For one pattern and k = e^(−βr²/2) → 0 the variance of "sincos" is ½, the mean k.
    for beta in (50.0, 1e4, 1e5):
        found = theory.feature_error([0.1, 0.0], [[0.0, 0.0]], beta, 100)
        log_k = -beta * 0.01 / 2
        assert math.log(found) == pytest.approx(
            0.5 * math.log(2 / math.pi / 2 / 100)
            + math.log(-math.expm1(2 * log_k))
            - math.log(beta)
            - log_k
        )
    assert theory.feature_error([0.1, 0.0], [[0.0, 0.0]], 1e30, 100) == math.inf
    assert theory.feature_error([0.0, 0.0], [[0.0, 0.0]], 1e30, 100) == 0.0
    assert theory.feature_variance([0.1, 0.0], [[0.0, 0.0]], 1e30) == 0.5
    # At order 1000 and N = 3 the noise is beyond all floats: a bit is a coin.
    assert theory.one_step_error(3, 20, order=1000, exact=False) == pytest.approx(0.5)
    assert theory.one_step_error(2**53, 5, order=30, exact=False) == 0.0


def test_a_rule_is_no_criterion() -> None:
    with pytest.raises(InvalidInputError, match='did you mean "most"'):
        theory.capacity(100, "hebbian")


@pytest.mark.slow
def test_too_many_points() -> None:
    many = np.broadcast_to(np.float64(0.1), (10**7,))
    with pytest.raises(InsufficientMemoryError, match="points"):
        theory.features_needed(np.ones((10**7, 1)), many)
    with pytest.raises(InsufficientMemoryError, match="pairs of 1000000 patterns"):
        theory.modern_separation(np.zeros((10**6, 1)))
