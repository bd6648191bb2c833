"""Learning rules and network forms against honest baselines."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

import hopfield_sim as hs
from benchmarks import baselines
from benchmarks.limits import Work
from benchmarks.measure import Contest
from benchmarks.row import Row, same
from hopfield_sim.backends.reference.perceptron import Learning
from hopfield_sim.models.hopfield import couplings


def storkey(dtype: Any) -> Contest:
    """Storkey's rule beside a change of rank two a pattern, both in this precision."""
    patterns = hs.random_patterns(100, 1000, rng=1)
    options = {} if dtype is np.float64 else {"dtype": dtype}
    tolerance = 1e-12 if dtype is np.float64 else 1e-4
    same(
        baselines.storkey_rank_two(patterns, dtype),
        hs.rules.storkey(patterns, **options),
        tolerance,
    )
    return Contest(
        lambda: hs.rules.storkey(patterns, **options),
        lambda: baselines.storkey_rank_two(patterns, dtype),
    )


def pseudoinverse() -> Contest:
    """The projection rule beside ``numpy.linalg.pinv``."""
    patterns = hs.random_patterns(500, 1000, rng=1)
    same(baselines.pinv_projection(patterns), hs.rules.pseudoinverse(patterns), 1e-10)
    return Contest(
        lambda: hs.rules.pseudoinverse(patterns), lambda: baselines.pinv_projection(patterns)
    )


def perceptron() -> Contest:
    """The perceptron rule where it has no solution and takes all of its steps."""
    patterns = hs.random_patterns(35, 21, rng=0)

    def learn(backend: str) -> Any:
        try:
            with hs.use_backend(backend):
                return hs.rules.perceptron(patterns)
        except hs.errors.NotConverged as error:
            return error.weights

    same(learn("numpy"), learn("cython"))
    return Contest(lambda: learn("cython"), lambda: learn("numpy"))


def matrix_free(n: int, n_patterns: int, states: int, *, bytes_too: bool = True) -> Contest:
    """Asynchronous recall of a Hebbian network without its matrix, beside the same with it: kept as
    it is, in bytes where they suffice, or in whole numbers of 16 bits at least.
    """
    patterns = hs.random_patterns(n_patterns, n, rng=1)
    cues = hs.flip(np.resize(patterns, (states, n)), fraction=0.1, rng=0)
    net = hs.HopfieldNetwork().store(patterns)

    def recall(*, matrix: bool) -> Any:
        with patch.object(couplings, "prefers_matrix", lambda *_, **__: matrix):
            return net.recall(cues, n_threads=1, rng=0)

    ends = recall(matrix=False).states
    assert net._state.derived.matrix is None
    wide = couplings._narrowest if bytes_too else lambda *_: (np.int16, np.int32)
    with patch.object(couplings, "_narrowest", wide):
        same(recall(matrix=True).states, ends)
    assert net._state.derived.matrix is not None
    return Contest(
        lambda: recall(matrix=False), lambda: recall(matrix=True), states, states, "state"
    )


def storkey_work(kind: str, n: int = 1000, n_patterns: int = 100) -> Work:
    """For each pattern its fields, and a change of rank two of one triangle: 2 N² each."""
    return Work(4 * n * n * n_patterns, kind)


def projection_work(n: int = 1000, n_patterns: int = 500) -> Work:
    """One triangle of ΞΞᵀ, its Cholesky factor, the solution for Ξ, and one triangle of W."""
    p = n_patterns
    return Work(p * p * n + p**3 / 3 + p * p * n + n * n * p, "float64")


def matrix_free_work(n: int, n_patterns: int, states: int) -> Work:
    """In every visit the overlaps, of 16 bits, added with the signs of the site's bits."""
    patterns = hs.random_patterns(n_patterns, n, rng=1)
    cues = hs.flip(np.resize(patterns, (states, n)), fraction=0.1, rng=0)
    run = hs.HopfieldNetwork().store(patterns).recall(cues, rng=0)
    visits = n * float(run.sweeps.mean())
    return Work(2 * n_patterns * (visits + float(run.flips.mean())))


def perceptron_work() -> Work:
    """In every step the smallest of P numbers of 32 bits is found, and P are added to them."""
    patterns = hs.random_patterns(35, 21, rng=0)
    learning = Learning(patterns, stability=0.0, max_epochs=1000, zero_diagonal=True)
    hs.backends.get("cython").perceptron.learn(learning)
    steps = float((learning.times - 1).sum())
    return Work(steps * 2 * 4 * len(patterns))


RANK_TWO = "NumPy, rank two a pattern"
ROWS = [
    Row("storkey-64", "Storkey, N = 1000, P = 100, float64", RANK_TWO, 15, 33,
        lambda: storkey(np.float64), compiled=False, work=partial(storkey_work, "float64")),
    Row("storkey-32", "Storkey, N = 1000, P = 100, float32", RANK_TWO, 20, 50,
        lambda: storkey(np.float32), compiled=False, work=partial(storkey_work, "float32")),
    Row("pinv", "pseudo-inverse, N = 1000, P = 500", "numpy.linalg.pinv", 2.5, 4.3, pseudoinverse,
        compiled=False, work=projection_work),
    Row("perceptron", "perceptron, N = 21, P = 35, without a solution",
        "NumPy, all neurons at once", None, None, perceptron, work=perceptron_work),
    Row("matrix-free-5000", "asynchronous without the matrix, N = 5000, P = 500",
        "our own matrix form", 1.3, 2.2, lambda: matrix_free(5000, 500, 50),
        work=partial(matrix_free_work, 5000, 500, 50)),
    Row("matrix-free-5000-16", "asynchronous without the matrix, N = 5000, P = 500",
        "our own matrix form, of 16 bits", 1.3, 2.2,
        lambda: matrix_free(5000, 500, 50, bytes_too=False),
        work=partial(matrix_free_work, 5000, 500, 50)),
    Row("matrix-free-10000", "asynchronous without the matrix, N = 10 000, P = 200",
        "our own matrix form", 5, 20, lambda: matrix_free(10_000, 200, 50),
        work=partial(matrix_free_work, 10_000, 200, 50)),
]  # fmt: skip
