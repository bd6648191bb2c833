"""Large products in pieces, between which a Ctrl-C is heard: what one call would give."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import rules
from hopfield_sim.backends.compiled import attention as compiled_attention
from hopfield_sim.backends.compiled import pairs as cython_backend
from hopfield_sim.backends.reference import attention
from hopfield_sim.models.hopfield import pairs
from hopfield_sim.support import independent, products


@pytest.fixture
def small_pieces(monkeypatch):
    """Pieces so small that everything here takes several."""
    compare = importlib.import_module("hopfield_sim.patterns.compare")
    for room, name, value in [
        (products, "_WORK", 64),
        (products, "_ROWS", 3),
        (products, "_LEAST", 2),
        (pairs, "_ROWS", 5),
        (compare, "_BLOCK", 7),
        (independent, "_WHOLE", 4),
        (independent, "_BLOCK_ROWS", 2),
        (attention, "_SOFTMAX", 5),
        (compiled_attention, "_SPAN", 64),
        (cython_backend, "_BUDGET", 9),
    ]:
        monkeypatch.setattr(room, name, value)


@pytest.mark.parametrize("shape", [(1, 1, 1), (7, 9, 5), (3, 40, 2), (13, 1, 17)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pieces_make_the_product(shape, dtype, small_pieces):
    """Whole numbers: the sums are exact, whatever their order."""
    rng, (m, k, n) = np.random.default_rng(1), shape
    left = rng.integers(-9, 9, (m, k)).astype(dtype)
    right = rng.integers(-9, 9, (n, k)).astype(dtype)
    found = products.product(left, right.T)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, [[sum(a * b) for b in right] for a in left])
    real = rng.normal(size=(k, m)).astype(dtype)
    square = products.gram(real)
    np.testing.assert_array_equal(square, square.T)
    np.testing.assert_allclose(square, real.T @ real, rtol=1e-5, atol=1e-5)


def test_no_call_of_blas_is_longer_than_its_share(small_pieces, monkeypatch):
    calls, matmul = [], np.matmul

    def counted(left, right, out):
        calls.append(left.shape[0] * left.shape[1] * right.shape[1])
        return matmul(left, right, out=out)

    monkeypatch.setattr(np, "matmul", counted)
    products.product(np.ones((20, 5)), np.ones((5, 30)))
    assert len(calls) > 20 * 5 * 30 / 64
    assert max(calls) <= 64


SIGNS, CUES = hs.random_patterns(9, 23, rng=1), hs.random_patterns(11, 23, rng=2)
REALS = np.random.default_rng(3).normal(size=(9, 23))


def network(rule):
    return hs.HopfieldNetwork(rule).store(SIGNS)


def modern(similarity):
    return hs.ModernHopfield(2.0, similarity=similarity).store(REALS)


EXACT = {
    "overlap": lambda: hs.overlap(CUES, SIGNS),
    "hebbian": lambda: rules.hebbian(SIGNS),
    "perceptron": lambda: rules.perceptron(SIGNS),
    "dense energy": lambda: hs.DenseMemory(backend="numpy").store(SIGNS).energy(CUES),
    "dense gap": lambda: hs.DenseMemory().store(SIGNS).energy_gap(CUES),
    "fields": lambda: hs.HopfieldNetwork(backend="numpy").store(SIGNS).fields(CUES),
}
REAL = {
    "storkey": lambda: rules.storkey(np.concatenate([SIGNS] * 40)),
    "pseudoinverse": lambda: rules.pseudoinverse(SIGNS),
    "dreaming": lambda: rules.dreaming(SIGNS, time=3.0),
    "energy": lambda: network("storkey").energy(CUES),
    "gap": lambda: network(tilted).energy_gap(CUES),
    "recall": lambda: network("storkey").recall(CUES, rng=1).states,
    "restricted": lambda: hs.RestrictedHopfield(9, rng=0).store(SIGNS).fields(CUES),
    "trained": lambda: hs.TrainedDenseMemory(9, rng=0).store(SIGNS).energy(CUES),
    "attention": lambda: modern("dot").attention(CUES.astype(float)),
    "gradient": lambda: modern("cosine").gradient(CUES.astype(float)),
    "modern energy": lambda: modern("euclidean").energy(CUES.astype(float)),
}
KERNELS = {
    "weights": lambda: network("hebbian").weights,
    "hebbian energy": lambda: network("hebbian").energy(CUES),
    "hebbian fields": lambda: network("hebbian").fields(CUES),
    "manhattan": lambda: modern("manhattan").attention(CUES.astype(float)),
}


def tilted(patterns):
    """A rule whose weights are not symmetric."""
    return np.triu(patterns.T @ patterns / patterns.shape[1]) * np.arange(1, 24)


@pytest.mark.filterwarnings("ignore:these weights are not symmetric")
@pytest.mark.parametrize("name", [*EXACT, *REAL, *KERNELS])
def test_pieces_change_no_answer(name, request, monkeypatch):
    """Everything that has a large product takes it in pieces, and whole numbers keep their bits."""
    ask = (EXACT | REAL | KERNELS)[name]
    wanted = ask()
    request.getfixturevalue("small_pieces")
    calls, matmul = [], np.matmul
    with monkeypatch.context() as counted:
        counted.setattr(
            np, "matmul", lambda *args, **kw: calls.append("out" in kw) or matmul(*args, **kw)
        )
        found = ask()
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
    if name not in REAL:
        np.testing.assert_array_equal(found, wanted)
    if name not in KERNELS:
        assert sum(calls) > 1
    if name in ("pseudoinverse", "dreaming", "storkey"):
        np.testing.assert_array_equal(found, found.T)
