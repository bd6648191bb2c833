"""Dense memories: the compiled walk beside NumPy with cached overlaps, for one state at a time.

Two baselines: the differences of F as a polynomial in every visit, which is how one would write it;
and the kernel's own algorithm, slopes that are cached and read again when a site flips. Run
``python -m benchmarks.dense``; it prints tables that belong into RESULTS.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import hopfield_sim as hs
from benchmarks.measure import machine
from hopfield_sim.models.dense import interactions

STATES, ROUNDS = 3, 9
Walk = Callable[[], Any]
Maker = Callable[[int, int], Walk]


def problem(n: int, n_patterns: int) -> tuple[Any, Any]:
    """Patterns, and some of them with 10 % of their bits flipped."""
    patterns = hs.random_patterns(n_patterns, n, rng=n)
    return patterns, hs.flip(patterns[:STATES], fraction=0.1, rng=0)


def compiled(kind: tuple[str, int], n: int, n_patterns: int) -> Walk:
    """The package's recall: a sweep that mends the cue, and a look that finds it at rest."""
    patterns, cues = problem(n, n_patterns)
    memory = hs.DenseMemory(*kind, backend="cython").store(patterns)
    return lambda: memory.recall(cues, n_threads=1, rng=0).states


def polynomial(n: int, n_patterns: int) -> Walk:
    """G(r) = 6 r² + 2 of all overlaps in every visit, by NumPy; the overlaps are cached."""
    patterns, cues = problem(n, n_patterns)
    columns = np.ascontiguousarray(patterns.T, np.float64)
    rng = np.random.default_rng(0)

    def walk() -> Any:
        ends = cues.astype(np.float64)
        for s in ends:
            m = columns.T @ s
            for _ in range(2):  # the sweep, and the look at the end
                for i in rng.permutation(n):
                    xi = columns[i]
                    r = m - s[i] * xi
                    d = xi @ (6.0 * r * r + 2.0)
                    if d * s[i] < 0:
                        s[i] = -s[i]
                        m += 2.0 * s[i] * xi
        return ends

    return walk


def cached_slopes(n: int, n_patterns: int) -> Walk:
    """D = ξ·slope − s Σ bend of x³: slopes 6 m² + 8 and bends 12 m are computed at a flip."""
    patterns, cues = problem(n, n_patterns)
    columns = np.ascontiguousarray(patterns.T, np.float64)
    rng = np.random.default_rng(0)

    def walk() -> Any:
        ends = cues.astype(np.float64)
        for s in ends:
            m = columns.T @ s
            slope, bend = 6.0 * m * m + 8.0, 12.0 * m.sum()
            for _ in range(2):
                for i in rng.permutation(n):
                    xi = columns[i]
                    if (xi @ slope - s[i] * bend) * s[i] < 0:
                        s[i] = -s[i]
                        m += 2.0 * s[i] * xi
                        slope, bend = 6.0 * m * m + 8.0, 12.0 * m.sum()
        return ends

    return walk


def seconds(*walks: Walk) -> Any:
    """Processor time of each in every round, (ROUNDS, walks): they take turns, after a warm-up."""

    def once(walk: Walk) -> float:
        start = time.process_time()
        walk()
        return time.process_time() - start

    return np.array([[once(walk) for walk in walks] for _ in range(ROUNDS + 1)])[1:]


def main() -> None:
    """Print microseconds a visit and ratios, one thread."""
    print(machine())
    print("\nF(x) = x³, recall from 10 % flips, one state after another, one thread; processor")
    print("time a visit in µs, flips and first overlaps included.\n")
    print("| N | P | baseline | compiled | NumPy | ratio, median (quartiles) |")
    print("|---|---|---|---|---|---|")
    baselines = {"polynomial in every visit": polynomial, "the same algorithm": cached_slopes}
    for n, n_patterns in ((100, 100), (400, 2000), (1000, 10_000)):
        patterns, _ = problem(n, n_patterns)
        for name, baseline in baselines.items():
            ours, theirs = compiled(("polynomial", 3), n, n_patterns), baseline(n, n_patterns)
            for walk in (ours, theirs):  # who does less does not count
                assert np.array_equal(walk(), patterns[:STATES])
            found = 1e6 * seconds(ours, theirs) / (2 * n * STATES)
            mine, its = np.median(found, axis=0)
            low, middle, high = np.quantile(found[:, 1] / found[:, 0], [0.25, 0.5, 0.75])
            print(
                f"| {n} | {n_patterns} | {name} | {mine:.2f} | {its:.1f} | "
                f"{middle:.1f} ({low:.1f}–{high:.1f}) |",
                flush=True,
            )
    print("\nThe compiled walk by interaction, N = 1000, P = 10 000.\n")
    print("| F | µs a visit |")
    print("|---|---|")
    for kind in (("polynomial", 3), ("polynomial", 20), ("rectified", 3), ("exponential", 3)):
        found = np.median(seconds(compiled(kind, 1000, 10_000))) / (2000 * STATES)
        print(f"| {interactions.get(*kind)} | {1e6 * found:.2f} |", flush=True)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
