"""Recall against honest baselines: the rows for one neuron after another, all at once, Glauber."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hopfield_sim as hs
from benchmarks import baselines, plain
from benchmarks.limits import Work
from benchmarks.measure import Contest
from benchmarks.row import NotMeasured, Row, same
from hopfield_sim.backends.reference import philox as counter_rng

Way = Callable[..., Any]

TEMPERATURE = 0.3
SWEEPS = 10
KEY = int(np.random.SeedSequence(0).generate_state(1, np.uint64)[0])
"""What every draw of ``rng=0`` is made of."""


@dataclass(frozen=True)
class Task:
    """A stored network and cues of which a tenth of the bits is flipped."""

    patterns: NDArray[np.int8]
    cues: NDArray[np.int8]

    @property
    def n(self) -> int:
        """N."""
        return self.patterns.shape[1]

    def net(self, rule: str = "hebbian") -> hs.HopfieldNetwork:
        """A network that has stored the patterns."""
        return hs.HopfieldNetwork(rule).store(self.patterns)

    def orders(self) -> baselines.Orders:
        """The visits that ``recall(rng=0)`` makes, for baselines to repeat."""
        return lambda sweep, rows: counter_rng.visit_order(
            "random", KEY, rows, np.full(len(rows), sweep), self.n
        )

    def words(self, rows: NDArray[np.int64]) -> Callable[[int], NDArray[np.uint64]]:
        """The random words by which ``recall(rng=0, temperature=…)`` accepts, (B, N) a sweep."""
        return lambda sweep: counter_rng.words(
            KEY, counter_rng.ACCEPT, rows, np.full(len(rows), sweep), self.n
        )

    def orders_of(self, rows: NDArray[np.int64], sweeps: int) -> NDArray[np.int32]:
        """The same visits as one array, (B, sweeps, N)."""
        orders = [self.orders()(sweep, rows) for sweep in range(sweeps)]
        return np.ascontiguousarray(np.stack(orders, axis=1).astype(np.int32))


def task(n: int, n_patterns: int, states: int, seed: int = 1) -> Task:
    """Random patterns, and cues from them in turn."""
    patterns = hs.random_patterns(n_patterns, n, rng=seed)
    cues = hs.flip(np.resize(patterns, (states, n)), fraction=0.1, rng=0)
    return Task(patterns, cues)


def against_cached_fields(n: int, way: Way, states: int = 200) -> Contest:
    """Asynchronous recall of a batch beside NumPy with the same algorithm."""
    t = task(n, n // 20, states)
    net, w = t.net(), baselines.weights(t.patterns)
    few = slice(0, 20)
    same(way(w, t.patterns, t.cues[few], t.orders()), net.recall(t.cues, rng=0).states[few])
    free = baselines.shuffled(n)
    return _batch(t, net, lambda: way(w, t.patterns, t.cues, free), states)


def walk_work(n: int, states: int, source: str = "L2") -> Work:
    """The columns of flipped spins, added to fields of 16 bits, and a look at every field."""
    t = task(n, n // 20, states)
    run = t.net().recall(t.cues, rng=0)
    flips, sweeps = float(run.flips.mean()), float(run.sweeps.mean())
    return Work(2 * n * (flips + sweeps), "int8", n * flips, source)


def shared_work(n: int, states: int, threads: int = 2) -> Work:
    """The same where each of several threads does its part of the states."""
    alone = walk_work(n, states)
    return replace(alone, operations=alone.operations / threads, reads=alone.reads / threads)


def real_work(n: int, n_patterns: int, update: str, states: int = 200) -> Work:
    """First fields by a product, and the columns of flipped spins, all in float64."""
    t = task(n, n_patterns, states)
    run = t.net("storkey").recall(t.cues, update=update, rng=0)
    flips, sweeps = float(run.flips.mean()), float(run.sweeps.mean())
    return Work(n * (2 * n + flips + sweeps), "float64", 8 * n * (flips + n / states), "L3")


def sync_work(n: int, n_patterns: int, states: int = 200) -> Work:
    """All sites at once, to the end."""
    t = task(n, n_patterns, states)
    return bits_work(n, n_patterns, float(t.net().recall(t.cues, update="sync").sweeps.mean()))


def bits_work(n: int, n_patterns: int, steps: float) -> Work:
    """Bits that are compared, counted and added, eight at a time: for overlaps, and for fields."""
    return Work(steps * 2 * 3 * n * n_patterns / 8)


def glauber_work(n: int, states: int = 200) -> Work:
    """The column of a flipped spin, for the fraction of visits that flip one."""
    t = task(n, n // 20, states)
    flips = float(recall_warm(t.net(), t.cues)().flips.mean()) / (SWEEPS * n)
    return Work(2 * n * flips, "int8", n * flips)


def against_dot_products(n: int, *, compiled: bool, states: int = 200) -> Contest:
    """The same beside a dot product a visit, in NumPy's loop or a plain compiled one."""
    t = task(n, n // 20, states)
    net = t.net()
    few = t.cues[: 20 if compiled else 2]
    run = net.recall(t.cues, rng=0)
    ends = run.states[: len(few)]
    if compiled:
        w = baselines.weights(t.patterns, np.float64)
        orders = t.orders_of(np.arange(len(few)), int(run.sweeps.max()) + 1)
        same(plain.asynchronous(w, few, orders), ends)
        return _batch(t, net, lambda: plain.asynchronous(w, few), len(few))
    single = baselines.weights(t.patterns)
    same(baselines.dot_products(single, few, t.orders()), ends)
    free = baselines.shuffled(n)
    return _batch(t, net, lambda: baselines.dot_products(single, few, free), len(few))


def _batch(t: Task, net: hs.HopfieldNetwork, baseline: Any, count: int) -> Contest:
    return Contest(
        lambda: net.recall(t.cues, n_threads=1, rng=0), baseline, len(t.cues), count, "state"
    )


def against_gemm(n: int, n_patterns: int, states: int = 200) -> Contest:
    """Synchronous recall to the end beside a matrix product of all states every step."""
    t = task(n, n_patterns, states)
    net, w = t.net(), baselines.weights(t.patterns)
    same(baselines.gemm_every_step(w, t.cues), net.recall(t.cues, update="sync").states)
    return Contest(
        lambda: net.recall(t.cues, update="sync", n_threads=1),
        lambda: baselines.gemm_every_step(w, t.cues),
        states,
        states,
        "state",
    )


def of_real_weights(n: int, n_patterns: int, update: str, states: int = 200) -> Contest:
    """Recall by Storkey's weights: beside plain compiled dot products, or a product every step."""
    t = task(n, n_patterns, states)
    net = t.net("storkey")
    w, few = np.ascontiguousarray(net.weights), t.cues if update == "sync" else t.cues[:20]
    run = net.recall(t.cues, update=update, rng=0)
    if update == "sync":
        same(baselines.gemm_every_step(w, few), run.states)
        baseline: Callable[[], Any] = partial(baselines.gemm_every_step, w, few)
    else:
        orders = t.orders_of(np.arange(len(few)), int(run.sweeps.max()) + 1)
        same(plain.asynchronous(w, few, orders), run.states[: len(few)])
        baseline = partial(plain.asynchronous, w, few)
    return Contest(
        lambda: net.recall(t.cues, update=update, n_threads=1, rng=0),
        baseline,
        states,
        len(few),
        "state",
    )


def glauber_against_exp(n: int, states: int = 200) -> Contest:
    """The heat bath, a visit, beside a compiled dot product with exp."""
    t = task(n, n // 20, states)
    net, w, few = t.net(), baselines.weights(t.patterns, np.float64), 5
    gain = 2 / (TEMPERATURE * n)
    rows = np.arange(few)
    ends = recall_warm(net, t.cues)().states
    words = np.stack([t.words(rows)(sweep) for sweep in range(SWEEPS)], axis=1).astype(np.uint32)
    orders = t.orders_of(rows, SWEEPS)
    same(plain.glauber(w, t.cues[:few], SWEEPS, gain, orders, words), ends[:few])
    return Contest(
        recall_warm(net, t.cues),
        lambda: plain.glauber(w, t.cues[:few], SWEEPS, gain),
        states * SWEEPS * n,
        few * SWEEPS * n,
        "visit",
    )


def recall_warm(
    net: hs.HopfieldNetwork, cues: NDArray[np.int8], sweeps: int = SWEEPS
) -> Callable[[], Any]:
    """Some sweeps of the heat bath."""
    return lambda: net.recall(cues, temperature=TEMPERATURE, max_sweeps=sweeps, n_threads=1, rng=0)


def two_threads(n: int, states: int = 2000) -> Contest:
    """A batch on two threads beside the same on one."""
    if (os.cpu_count() or 1) < 2:
        raise NotMeasured("this machine has one processor")
    t = task(n, n // 20, states)
    net = t.net()

    def recall(threads: int) -> Any:
        return net.recall(t.cues, n_threads=threads, rng=0)

    same(recall(2).states, recall(1).states)
    return Contest(lambda: recall(2), lambda: recall(1), states, states, "state", wall=True)


GEMM = "matrix product of all states every step"
WAYS = (
    ("states", "NumPy, cached fields, state after state", baselines.cached_one_by_one),
    ("step", "NumPy, cached fields, all states in step", baselines.cached_in_step),
)
ROWS = [
    *(
        Row(f"async-{n}-{name}", f"asynchronous, N = {n}", against, floor, stretch,
            lambda n=n, way=way, states=states: against_cached_fields(n, way, states),
            work=partial(walk_work, n, states, "L2" if n < 1000 else "L3"))
        for n, floor, stretch, states in ((400, 15, 35, 200), (800, 10, 20, 200), (3200, 4, 9, 100))
        for name, against, way in WAYS
    ),
    Row("async-numpy-dot", "asynchronous, N = 800", "NumPy loop of dot products", 35, 74,
        lambda: against_dot_products(800, compiled=False), work=partial(walk_work, 800, 200)),
    Row("async-compiled-dot", "asynchronous, N = 800", "plain compiled dot products", 20, 41,
        lambda: against_dot_products(800, compiled=True), work=partial(walk_work, 800, 200)),
    Row("sync-50", "synchronous to the end, N = 1000, P = 50", GEMM, 2.5, 6,
        lambda: against_gemm(1000, 50), wide=(10, 22), work=partial(sync_work, 1000, 50)),
    Row("sync-100", "synchronous to the end, N = 1000, P = 100", GEMM, 2.5, 6,
        lambda: against_gemm(1000, 100), wide=(10, 22), work=partial(sync_work, 1000, 100)),
    Row("real-async", "asynchronous, Storkey's weights, N = 1000, P = 100",
        "plain compiled dot products", 15, 30, lambda: of_real_weights(1000, 100, "async"),
        work=partial(real_work, 1000, 100, "async")),
    Row("real-sync", "synchronous to the end, Storkey's weights, N = 1000, P = 100",
        f"{GEMM}, float64", 1.8, 3, lambda: of_real_weights(1000, 100, "sync"),
        work=partial(real_work, 1000, 100, "sync")),
    Row("glauber", f"Glauber, T = {TEMPERATURE}, N = 1000", "compiled dot product with exp",
        100, 300, lambda: glauber_against_exp(1000), work=partial(glauber_work, 1000)),
    Row("two-threads", "asynchronous, N = 1000, two threads", "one thread", 1.5, 1.9,
        lambda: two_threads(1000), work=partial(shared_work, 1000, 2000)),
]  # fmt: skip
