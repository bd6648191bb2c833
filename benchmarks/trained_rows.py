"""Memories that learn: one rotation of a subspace, and one step of a trained dense memory."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

import hopfield_sim as hs
from benchmarks.limits import Work
from benchmarks.measure import Contest
from benchmarks.row import Row, same
from hopfield_sim.models.restricted.rotation import orthonormal, rotate
from hopfield_sim.models.trained import rule as trained_rule

Floats = NDArray[np.float64]


def plain_rotation(patterns: Floats, weights: Floats) -> Floats:
    """The algorithm word by word: an N × N decomposition."""
    left, _, right = np.linalg.svd(patterns.T @ (np.tanh(patterns @ weights) @ weights.T))
    return left @ right @ weights


def rotation(n: int, n_hidden: int, n_patterns: int) -> Contest:
    """A rotation beside the plain one; what the patterns see of both must be the same."""
    patterns = hs.random_patterns(n_patterns, n, rng=1).astype(np.float64)
    weights = orthonormal(n, n_hidden, np.random.default_rng(2))
    same(patterns @ plain_rotation(patterns, weights), patterns @ rotate(patterns, weights), 1e-9)
    return Contest(lambda: rotate(patterns, weights), lambda: plain_rotation(patterns, weights))


def rotation_work(n: int, n_hidden: int, n_patterns: int) -> Work:
    """Three thin products and a thin singular value decomposition, of 6 N m² + 20 m³ operations (G.
    Golub, C. Van Loan, Matrix Computations, 1996, 5.4.5); what no pattern sees takes another, of
    m - P columns, a QR decomposition, of 4 N m², and four products.
    """
    m, seen = n_hidden, min(n_hidden, n_patterns)
    idle = m - seen
    operations = 4 * n_patterns * n * m + 2 * n * seen * m + 6 * n * m**2 + 20 * m**3
    if idle:
        operations += 4 * n * m**2 + 4 * n * idle * m + 4 * n * idle**2 + 20 * idle**3
    return Work(operations, "float64")


def site_by_site(patterns: Floats, memories: Floats, order: int) -> Floats:
    """D_i of every bit, each pattern with the bit at +1 and at −1: the overlaps by a product."""
    n, out = patterns.shape[1], np.empty_like(patterns)
    for site in range(n):
        up, down = patterns.copy(), patterns.copy()
        up[:, site], down[:, site] = 1, -1
        above, below = (np.maximum(some @ memories.T / n, 0) ** order for some in (up, down))
        out[:, site] = (above - below).sum(axis=1)
    return out


def answers(n: int, n_memories: int, n_patterns: int) -> Contest:
    """What memories say of every bit of some patterns, F(x) = max(x, 0)³."""
    patterns = hs.random_patterns(n_patterns, n, rng=1).astype(np.float64)
    memories = np.random.default_rng(2).uniform(-1, 1, (n_memories, n))

    def ours() -> Floats:
        voting = hs.backends.get().voting
        blocks = trained_rule.blocks(patterns, n_memories, voting)
        return np.concatenate(
            [trained_rule.answers(some, memories, n, 3, voting).votes for some in blocks]
        )

    same(site_by_site(patterns, memories, 3), ours(), 1e-9)
    return Contest(ours, lambda: site_by_site(patterns, memories, 3))


def answers_work(n: int, n_memories: int, n_patterns: int) -> Work:
    """The overlaps, and for every bit x³ twice and the difference of a memory's two."""
    return Work((2 + 6) * n * n_memories * n_patterns, "float64")


PLAIN = "NumPy, the N × N decomposition"
ROWS = [
    Row("rotation-full", "a rotation, N = 1000, m = P = 100", PLAIN, 20, 60,
        lambda: rotation(1000, 100, 100), compiled=False,
        work=partial(rotation_work, 1000, 100, 100)),
    Row("rotation-idle", "a rotation, N = 1000, m = 100, P = 50", PLAIN, 20, 60,
        lambda: rotation(1000, 100, 50), compiled=False,
        work=partial(rotation_work, 1000, 100, 50)),
    Row("trained-answers", "every bit from the others, N = 100, K = P = 50",
        "NumPy, a product a bit", 15, 30, lambda: answers(100, 50, 50),
        work=partial(answers_work, 100, 50, 50)),
]  # fmt: skip
