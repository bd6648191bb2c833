"""Perceptron learning: every backend learns the reference's integers, however the work is split."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.backends.compiled import perceptron as compiled
from hopfield_sim.backends.reference.perceptron import Learning

OTHERS = [name for name in backends.available() if name != "numpy"]
CASES = [  # N, P, κ, epochs, whether self-couplings are left out
    (1, 1, 0.0, 3, True),
    (7, 1, 2.0, 9, True),
    (20, 10, 0.5, 100, True),
    (21, 35, 0.0, 40, True),
    (33, 70, 0.1, 5, False),
    (64, 64, 0.0, 20, True),
    (65, 130, 0.2, 3, False),
    (40, 20, 0.0, 10**8, True),  # in 64 bits
]
needs_kernels = pytest.mark.skipif(not OTHERS, reason="the compiled kernels are not built here")


def learnt(backend, n, p, stability, epochs, zero_diagonal):
    learning = Learning(hs.random_patterns(p, n, rng=n * p), stability, epochs, zero_diagonal)
    backends.get(backend).perceptron.learn(learning)
    return learning


def assert_same(found, wanted):
    for name in ("best", "reached", "stable"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), name)
        assert getattr(found, name).dtype == getattr(wanted, name).dtype


@needs_kernels
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("backend", OTHERS)
def test_same_integers(backend, case):
    wanted = learnt("numpy", *case)
    assert_same(learnt(backend, *case), wanted)
    if case[3] == 10**8:
        assert wanted.best.dtype == np.int64
        assert wanted.stable.all()


@needs_kernels
@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("budget", [1, 300, 20_000])
def test_threads_and_work_budget_change_nothing(threads, budget, monkeypatch):
    monkeypatch.setattr(compiled, "_BUDGET", budget)
    monkeypatch.setattr(compiled, "_SHARE", 1)
    monkeypatch.setattr(backends, "threads", lambda wish: threads)
    for case in CASES[:4]:
        assert_same(learnt("cython", *case), learnt("numpy", *case))


@needs_kernels
def test_one_call_is_short(monkeypatch):
    """No more steps in a call than the budget pays, so that a Ctrl-C is heard."""
    calls = []
    kernels = backends.get("cython").perceptron._kernels

    class Counted:
        def learn(*arguments):
            before = arguments[-6].sum()
            done = kernels.learn(*arguments[1:])
            calls.append(arguments[-6].sum() - before)
            return done

    monkeypatch.setattr(compiled, "_BUDGET", 99 * 100)  # a step costs P + 64
    monkeypatch.setattr(backends, "threads", lambda wish: 1)
    monkeypatch.setattr(backends.get("cython").perceptron, "_kernels", Counted())
    learnt("cython", 21, 35, 0.0, 40, True)
    assert len(calls) > 1
    assert max(calls) == 100


@pytest.mark.parametrize("backend", backends.available())
def test_two_neurons_by_hand(backend):
    """ξ¹ = (1, 1), ξ² = (1, −1), so G = 2·1. Without self-couplings N·W_01 = x_1 − x_2 is 0 by
    Hebb's rule, and no weight gives both patterns a positive field. Neurons learn the first of the
    tied patterns, then the other: after an epoch of two steps γ is as undefined as before.
    """
    learning = Learning(np.array([[1, 1], [1, -1]], np.int8), 0.0, 1, zero_diagonal=True)
    backends.get(backend).perceptron.learn(learning)
    assert not learning.stable.any()
    np.testing.assert_array_equal(learning.best, [[1, 1], [1, 1]])
    np.testing.assert_array_equal(learning.reached, [-np.inf, -np.inf])
    # With self-couplings N·W of neuron 0 is x_1 (1, 1) + x_2 (1, −1) = (2, 0), and γ = 2/2.
    learning = Learning(np.array([[1, 1], [1, -1]], np.int8), 0.7, 1, zero_diagonal=False)
    backends.get(backend).perceptron.learn(learning)
    assert learning.stable.all()
    np.testing.assert_array_equal(learning.reached, [1.0, 1.0])
