"""The compiled engine beside the NumPy reference: the same algorithm, cached fields and all.

Run ``python -m benchmarks.recall``; it prints a table that belongs into RESULTS.md.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import hopfield_sim as hs
from benchmarks.measure import compare, machine

SETTINGS: dict[str, dict[str, Any]] = {
    "asynchronous": {"update": "async"},
    "synchronous": {"update": "sync"},
    "Glauber, T = 0.3, 10 sweeps": {"temperature": 0.3, "max_sweeps": 10},
}
STATES = 200


def recall(n: int, backend: str, options: dict[str, Any]) -> Callable[[], object]:
    """One call that recalls a batch in a network at load 0.05."""
    patterns = hs.random_patterns(n // 20, n, rng=n)
    cues = hs.flip(np.resize(patterns, (STATES, n)), fraction=0.1, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(patterns)
    return lambda: net.recall(cues, n_threads=1, rng=0, **options)


def main() -> None:
    """Print microseconds a state and ratios, one thread."""
    print(machine())
    print(f"\nRecall from 10 % flips, load 0.05, {STATES} states a call, one thread; µs a state.\n")
    print("| dynamics | N | compiled | NumPy, same algorithm | ratio, median (quartiles) |")
    print("|---|---|---|---|---|")
    for (name, options), n in product(SETTINGS.items(), (100, 400, 1000, 2500)):
        found = compare(recall(n, "cython", options), recall(n, "numpy", options))
        ours, baseline = (1e6 * seconds / STATES for seconds in (found.ours, found.baseline))
        low, middle, high = found.quartiles
        print(
            f"| {name} | {n} | {ours:.1f} | {baseline:.1f} | {middle:.1f} ({low:.1f}–{high:.1f}) |",
            flush=True,
        )


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
