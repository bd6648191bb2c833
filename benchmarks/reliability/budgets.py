"""Equal bits for every budget of sweeps, number of threads, split of a batch, and engine."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability.tally import Tally

ROUNDS = (40, 2000)


def attack(rounds: int) -> Tally:
    """Recall in several ways, and compare with the reference in one thread."""
    warnings.simplefilter("ignore")
    tally = Tally()
    for number in range(rounds):
        rng = random.Random(number)
        n, states = rng.choice([9, 64, 65, 300]), rng.choice([1, 7, 400])
        patterns = hs.random_patterns(rng.randrange(1, n // 3), n, rng=number)
        memory: Any = hs.DenseMemory(order=3) if number % 3 == 2 else hs.HopfieldNetwork()
        memory.store(patterns)
        cues = hs.flip(patterns[np.arange(states) % len(patterns)], fraction=0.3, rng=number)
        how = {
            "update": rng.choice(["async", "sync"]),
            "max_sweeps": rng.choice([1, 2, 3, 50]),
            "rng": number,
        }
        with hs.use_backend("numpy"):
            right = memory.recall(cues, n_threads=1, **how)
        for backend in hs.backends.available():
            for threads in (1, 2, 5):
                with hs.use_backend(backend):
                    run = memory.recall(cues, n_threads=threads, **how)
                same = _equal(run, right)
                tally.judge(same, "the same bits", f"{number}: {backend}, {threads} threads, {how}")
    return tally


def _equal(run: Any, right: Any) -> bool:
    return all(
        np.array_equal(getattr(run, name), getattr(right, name))
        for name in ("states", "sweeps", "converged")
    )
