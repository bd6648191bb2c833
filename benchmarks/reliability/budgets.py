"""Equal bits for every budget of sweeps, number of threads, split of a batch, engine, and layout,
byte order and kind of the array of cues.
"""

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
            for threads in (1, 2, 8):
                with hs.use_backend(backend):
                    run = memory.recall(cues, n_threads=threads, **how)
                same = _equal(run, right)
                tally.judge(same, "the same bits", f"{number}: {backend}, {threads} threads, {how}")
            with hs.use_backend(backend):
                for name, form in FORMS.items():
                    same = _equal(memory.recall(form(cues), **how), right)
                    tally.judge(same, "the same bits", f"{number}: {backend}, {name}, {how}")
                steady = how | {"order": "sequential"}  # else a place in the batch is a seed
                whole, half = memory.recall(cues, **steady).states, len(cues) // 2 + 1
                parts = [memory.recall(part, **steady).states for part in (cues[:half], cues[half:])
                         if len(part)]  # fmt: skip
                same = np.array_equal(np.concatenate(parts), whole)
                tally.judge(same, "the same bits", f"{number}: {backend}, in parts, {steady}")
    return tally


def _read_only(cues: Any) -> Any:
    view = cues.view()
    view.flags.writeable = False
    return view


FORMS = {
    "columns first": np.asfortranarray,
    "backwards": lambda cues: cues[::-1].copy()[::-1],
    "every other": lambda cues: np.repeat(cues, 2, axis=1)[:, ::2],
    "big-endian": lambda cues: cues.astype(">i4"),
    "little-endian": lambda cues: cues.astype("<f8"),
    "read-only": _read_only,
}
"""The same cues in other arrays."""


def _equal(run: Any, right: Any) -> bool:
    return all(
        np.array_equal(getattr(run, name), getattr(right, name))
        for name in ("states", "sweeps", "converged")
    )
