"""A distributed memory beside the formula in a line of NumPy, and beside its matrix product alone.

Run ``python -m benchmarks.distributed``; it prints tables that belong into RESULTS.md.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import hopfield_sim as hs
from benchmarks.measure import Contest, machine, settle
from hopfield_sim.models.distributed.features import Projection

BETA, STATES, MEMORIES = 10.0, 100, 50

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]


class OneShot:
    """The formulas as they are written, with S in memory and all features at once."""

    def __init__(self, directions: Floats, patterns: Floats) -> None:
        self.s = directions
        self.t = self.features(patterns).sum(axis=0)

    def features(self, x: Floats) -> Floats:
        """Sines and cosines of √β S x, (B, 2Y)."""
        h = x.dtype.type(np.sqrt(BETA)) * x @ self.s.T
        return np.hstack([np.cos(h), np.sin(h)]) / x.dtype.type(np.sqrt(len(self.s)))

    def energy(self, x: Floats) -> Floats:
        """The log energy."""
        return -np.log(np.maximum(self.features(x) @ self.t, 1e-5)) / BETA

    def gradient(self, x: Floats) -> Floats:
        """Its gradient, with J = [−sin h, cos h] √β S."""
        count = len(self.s)
        wave = self.features(x)
        cosine, sine = wave[:, :count], wave[:, count:]
        weights = cosine * self.t[count:] - sine * self.t[:count]
        return -np.sqrt(BETA) * (weights @ self.s) / (BETA * (wave @ self.t))[:, None]


def main() -> None:
    """Print milliseconds of processor time and ratios, one BLAS thread."""
    print(machine())
    print(
        f"\nEnergy and gradient of {STATES} states, kernel sincos, S kept; ms of processor "
        "time a call. The limit is "
        "the matrix product X Sᵀ (for the gradient twice that) without any sine.\n"
    )
    print("| what | dtype | D | Y | ours | one line of NumPy | ratio (quartiles) | product alone |")
    print("|---|---|---|---|---|---|---|---|")
    for dtype, (n, count) in product(
        ("float64", "float32"), [(100, 10_000), (100, 100_000), (1000, 20_000)]
    ):
        rng = np.random.default_rng(0)
        patterns = ((rng.random((MEMORIES, n)) < 0.5) / np.sqrt(n)).astype(dtype)
        x = ((rng.random((STATES, n)) < 0.5) / np.sqrt(n)).astype(dtype)
        memory = hs.DistributedMemory(count, BETA, rng=0).store(patterns)
        drawn = Projection(0, count, n, dtype=np.dtype(dtype))
        s = np.concatenate([block.directions for block in drawn.blocks()])
        plain = OneShot(s, patterns)
        for what, factor in (("energy", 1), ("gradient", 2)):
            found = settle(Contest(call(memory, what, x), call(plain, what, x)), 3.0)
            limit = settle(
                Contest(partial(np.matmul, x, s.T), partial(np.matmul, x, s.T)), 1.0
            ).ours
            low, middle, high = found.quartiles
            print(
                f"| {what} | {dtype} | {n} | {count} | {1e3 * found.ours:.0f} | "
                f"{1e3 * found.baseline:.0f} | {middle:.2f} ({low:.2f}–{high:.2f}) | "
                f"{1e3 * factor * limit:.1f} |",
                flush=True,
            )
    _drawing()


def _drawing() -> None:
    """How fast directions are drawn again, where they are too many to keep."""
    print("\nDirections drawn again, D = 12 288, a block of 85 rows.\n")
    drawn = Projection(0, 10**6, 12288)
    rng = np.random.default_rng(0)
    size = drawn.block_rows * drawn.n_neurons
    found = settle(Contest(lambda: drawn.block(7), lambda: rng.standard_normal(size)), 2.0)
    print("| ours, ns a number | one call of standard_normal |\n|---|---|")
    print(f"| {1e9 * found.ours / size:.1f} | {1e9 * found.baseline / size:.1f} |")


def call(model: Any, what: str, x: Floats) -> Callable[[], object]:
    """One call of a method."""
    return lambda: getattr(model, what)(x)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
