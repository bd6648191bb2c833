"""Honest timing on a noisy machine: competitors take turns, and their ratios are compared.

A ratio is taken within a round, in which every competitor ran once, seconds apart; its median over
rounds is what the machine's moods leave standing.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

import hopfield_sim


@dataclass(frozen=True)
class Comparison:
    """Two competitors: median seconds of each, and quartiles of baseline over ours."""

    ours: float
    baseline: float
    quartiles: tuple[float, float, float]


def compare(
    ours: Callable[[], object], baseline: Callable[[], object], rounds: int = 7
) -> Comparison:
    """Time both in turns, after one warm-up each."""
    ours()
    baseline()
    times = np.array([[_seconds(ours), _seconds(baseline)] for _ in range(rounds)])
    low, middle, high = np.quantile(times[:, 1] / times[:, 0], [0.25, 0.5, 0.75])
    ours_median, baseline_median = np.median(times, axis=0)
    return Comparison(
        float(ours_median), float(baseline_median), (float(low), float(middle), float(high))
    )


def machine() -> str:
    """One line: processor, cores, load, versions."""
    try:
        with open("/proc/cpuinfo") as lines:
            names = [
                line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
            ]
    except OSError:
        names = [platform.processor() or platform.machine()]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "threadpoolctl"))
    return (
        f"{names[0]}, {os.cpu_count()} cores, load {load:.1f}, {platform.system()}; "
        f"Python {platform.python_version()}, {versions}, hopfield_sim {hopfield_sim.__version__}"
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
