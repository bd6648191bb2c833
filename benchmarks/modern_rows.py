"""A step of modern networks against NumPy's three products."""

from __future__ import annotations

from functools import partial
from unittest.mock import patch

import numpy as np

import hopfield_sim as hs
from benchmarks.limits import Work
from benchmarks.measure import Contest
from benchmarks.modern import three_products
from benchmarks.row import Row, same
from hopfield_sim import backends

MEMORIES, N = 10_000, 784
SHARP = 200.0
"""A β at which a state's own memory has all of the weight; at 8 it has a quarter."""


def step(states: int, beta: float) -> Contest:
    """One step of states near one of as many random memories of length 1 each, in float32."""
    rng = np.random.default_rng(0)
    memories = rng.standard_normal((MEMORIES, N), np.float32) / np.float32(28)
    own = rng.permutation(MEMORIES)[:states]
    cues = memories[own] + rng.standard_normal((states, N), np.float32) / np.float32(56)
    net = hs.ModernHopfield(beta).store(memories)

    def ours() -> np.ndarray:
        with patch.object(backends, "threads", lambda _: 1):
            return net.recall(cues, max_steps=1, tol=0.0).states

    plain = three_products(memories, cues, beta)
    same(np.reshape(plain(), cues.shape), ours(), 1e-4)
    return Contest(ours, plain, states, states, "state")


def work(states: int, beta: float) -> Work:
    """Scores and weighted sums, of all memories or where weights are 0 of the own ones alone, and
    the memories from main memory.
    """
    summed = states if beta == SHARP else MEMORIES
    return Work(2 * N * (MEMORIES + summed), "float32", 4 * N * MEMORIES / states, "memory")


WHAT = "modern network, 10 000 memories of 784, float32"
ROWS = [
    Row(f"modern-{states}{'-sharp' if beta == SHARP else ''}",
        f"{WHAT}, {states} at once{f', β = {beta:g}' if beta == SHARP else ''}",
        "NumPy, three products", floor, stretch, partial(step, states, beta),
        work=partial(work, states, beta))
    for states, beta, floor, stretch in (
        (1, 8.0, 1.5, 3), (2, 8.0, 1.5, 3), (100, 8.0, None, None), (100, SHARP, 1.5, 2),
        (1000, SHARP, 1.5, 2),
    )
]  # fmt: skip
