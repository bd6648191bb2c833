"""One network recalled by eight threads at once, and by processes that are forked, spawned, or
served by a fork server, after threads of the package have run: the same bits, and no hang.
"""

from __future__ import annotations

import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability.tally import Tally

ROUNDS = (30, 1000)

THREADS = 8

LONGEST = 60.0
"""Seconds after which a pool counts as hanging; a spawned process imports the package first."""

_PROCESSES = 10
"""Rounds of threads for one of processes, which take a second to start."""


def attack(rounds: int) -> Tally:
    """Recall by every pool, and compare with the recall of one thread alone."""
    tally = Tally()
    ways = multiprocessing.get_all_start_methods()
    for number in range(rounds):
        memory, cues = _setting(number)
        wanted = recalled(memory, cues, 0, 1)
        if number % _PROCESSES:
            with ThreadPoolExecutor(THREADS) as pool:
                way = f"{THREADS} threads"
                _judge(tally, pool, memory, cues, wanted, f"{number}: {way}", THREADS)
            continue
        recalled(memory, cues, 0, 4)  # so that there are threads to fork beside
        way = ways[number // _PROCESSES % len(ways)]
        executor = ProcessPoolExecutor(2, multiprocessing.get_context(way))
        try:
            _judge(tally, executor, memory, cues, wanted, f"{number}: {way}", 2)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
    return tally


def recalled(memory: Any, cues: Any, _: int, n_threads: int) -> Any:
    """The final states; a new process has no other name for it."""
    return memory.recall(cues, temperature=0.3, max_sweeps=4, n_threads=n_threads, rng=7).states


def _setting(number: int) -> tuple[Any, Any]:
    """A network of one of several kinds, and cues that are work for threads."""
    rng = random.Random(number)
    n = rng.choice([64, 300, 1000])
    patterns = hs.random_patterns(8, n, rng=number)
    memory: Any = hs.DenseMemory() if number % 3 == 2 else hs.HopfieldNetwork()
    cues = hs.flip(patterns[np.arange(200) % 8], fraction=0.2, rng=number)
    return memory.store(patterns), cues


def _judge(
    tally: Tally, pool: Any, memory: Any, cues: Any, wanted: Any, where: str, workers: int
) -> None:
    futures = [
        pool.submit(recalled, memory, cues, worker, 1 + worker % 3) for worker in range(workers)
    ]
    try:
        same = all(np.array_equal(future.result(LONGEST), wanted) for future in futures)
    except TooLate:
        tally.lost(f"{where}: no answer in {LONGEST:g} s")
        return
    except Exception as error:
        tally.lost(f"{where}: {type(error).__name__}: {error}")
        return
    tally.judge(same, f"{where.partition(': ')[2]}: the same bits", f"{where}: other bits")
