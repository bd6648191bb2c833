"""The capacity study against a plain compiled one."""

from __future__ import annotations

from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks import plain
from benchmarks.limits import Work
from benchmarks.measure import Contest
from benchmarks.recall_rows import bits_work
from benchmarks.row import Row

SIZES = (100, 200, 400, 800)
LOADS = 16
NETWORKS = 20
STATES = 20
FLIPPED = 0.2


def capacity() -> Contest:
    """The study of four sizes on one thread, beside one network of each size in plain C.

    The plain one uses its own random numbers: its curve must agree with ours within five standard
    errors at every load.
    """
    rows = _ours(NETWORKS)
    loads = {n: [row["n_patterns"] for row in rows if row["n_neurons"] == n] for n in SIZES}
    for n in SIZES:
        _agree([row for row in rows if row["n_neurons"] == n], n, loads[n])
    return Contest(
        lambda: _ours(NETWORKS),
        lambda: [_plain(n, loads[n], 1) for n in SIZES],
        NETWORKS,
        1,
        "network of each size",
    )


def _ours(networks: int) -> list[Any]:
    study = hs.experiment.capacity(
        SIZES, ["hebbian"], networks, loads=LOADS, states=STATES, flipped=FLIPPED, workers=1, rng=0
    )
    return study.rows


def _plain(n: int, loads: list[int], networks: int) -> Any:
    return plain.study(n, loads, networks, STATES, int(FLIPPED * n + 1e-9))


def _agree(rows: list[Any], n: int, loads: list[int]) -> None:
    networks = 4
    theirs = _plain(n, loads, networks)
    ours = np.array([row["retrieved"] for row in rows])
    spread = np.sqrt(ours * (1 - ours) / (NETWORKS * STATES) * (1 + NETWORKS / networks))
    errors = np.hypot(spread, [2 * row["retrieved_se"] for row in rows]) + 0.02
    worst = np.abs(theirs - ours) / errors
    assert (worst < 5).all(), f"the plain study disagrees with ours by {worst.max():.1f} errors"


def work() -> Work:
    """For each network of the four sizes, and each cue: bits compared, counted and added."""
    operations = 0.0
    for row in _ours(1):
        n, p = row["n_neurons"], row["n_patterns"]
        patterns = hs.random_patterns(p, n, rng=1)
        cues = hs.flip(np.resize(patterns, (STATES, n)), fraction=FLIPPED, rng=0)
        run = hs.HopfieldNetwork().store(patterns).recall(cues, update="sync")
        operations += STATES * bits_work(n, p, float(run.sweeps.mean())).operations
    return Work(operations)


WHAT = f"capacity study, N = 100 to 800, {LOADS} loads, {NETWORKS} networks, {STATES} cues"
ROWS = [Row("capacity", WHAT, "plain compiled study", 30, 64, capacity, work=work)]
