"""Honest timing on a noisy machine: competitors take turns, and their ratios are compared.

A ratio is taken within a round, in which every competitor has its turn, seconds apart; its median
over rounds is what the machine's moods leave standing. Short calls are repeated within a turn, so
that none of them is all about the caches that the one before left.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import hopfield_sim

LEAST_ROUNDS, MOST_ROUNDS = 5, 25
TURN = 0.02
"""Seconds that a turn lasts at least."""


@dataclass(frozen=True)
class Contest:
    """Two ways to the same result, ready to run, each with how many things it makes a call.

    ``spare`` and ``ours_spare`` are a part of the work whose time is taken off: a slope needs two
    points.
    ``wall`` is for threads: otherwise this process's processor time counts, which other jobs on the
    machine do not lengthen.
    """

    ours: Callable[[], object]
    baseline: Callable[[], object]
    ours_count: float = 1
    baseline_count: float = 1
    unit: str = "call"
    spare: Callable[[], object] | None = None
    ours_spare: Callable[[], object] | None = None
    wall: bool = False


@dataclass(frozen=True)
class Comparison:
    """Median seconds of each, for one thing, and the quartiles of baseline over ours."""

    ours: float
    baseline: float
    quartiles: tuple[float, float, float]


def settle(contest: Contest, seconds: float = 4.0) -> Comparison:
    """Time a contest in turns for about that long, after one warm-up each."""
    rounds = int(np.clip(seconds / sum(_round(contest)), LEAST_ROUNDS, MOST_ROUNDS))
    return _summary(contest, rounds)


def quicker(*ways: Callable[[], object]) -> Callable[[], object]:
    """The one that takes least time, each tried twice: an honest baseline is the best one."""
    clock = time.process_time
    return min(ways, key=lambda way: min(_seconds(way, clock), _seconds(way, clock)))


def duration(seconds: float) -> str:
    """Three figures and a unit.

    >>> [duration(t) for t in (3.21e-9, 4.567e-5, 0.0123, 7.5)]
    ['3.21 ns', '45.7 µs', '12.3 ms', '7.50 s']
    """
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= factor:
            return f"{_figures(seconds / factor)} {unit}"
    return f"{_figures(seconds / 1e-9)} ns"


def ratio(value: float) -> str:
    """Three figures, no exponent.

    >>> [ratio(r) for r in (1.234, 12.34, 123.4, 1234.5)]
    ['1.23', '12.3', '123', '1234']
    """
    return _figures(value)


def machine(*packages: str) -> str:
    """One line: processor, cores, load, versions."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    known = ", ".join(f"{name} {_version(name)}" for name in ("numpy", *packages))
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {load} at the start; {platform.system()}, "
        f"Python {platform.python_version()}, {known}, hopfield_sim {hopfield_sim.__version__}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    """Its name and, since one name may stand for several generations, its family and model."""
    info = Path("/proc/cpuinfo")
    known: dict[str, str] = {}
    if info.exists():
        for line in info.read_text().splitlines():
            key, _, value = line.partition(":")
            known.setdefault(key.strip(), value.strip())
    name = known.get("model name") or platform.processor() or platform.machine()
    if "cpu family" in known and "model" in known:
        name += f" (family {known['cpu family']} model {known['model']})"
    return name


def _figures(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"


def _round(contest: Contest) -> list[float]:
    """Seconds of ours, of the baseline and of what is spare in each."""
    clock = time.perf_counter if contest.wall else time.process_time
    calls = (contest.ours, contest.baseline, contest.ours_spare, contest.spare)
    return [0.0 if call is None else _seconds(call, clock) for call in calls]


def _summary(contest: Contest, rounds: int) -> Comparison:
    ours, baseline, *spare = np.array([_round(contest) for _ in range(rounds)]).T
    ours = (ours - spare[0]) / contest.ours_count
    baseline = (baseline - spare[1]) / contest.baseline_count
    low, middle, high = np.quantile(baseline / ours, [0.25, 0.5, 0.75])
    quartiles = (float(low), float(middle), float(high))
    return Comparison(float(np.median(ours)), float(np.median(baseline)), quartiles)


def _seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds a call, in one turn."""
    start, calls, passed = clock(), 0, 0.0
    while passed < TURN:
        work()
        calls += 1
        passed = clock() - start
    return passed / calls
