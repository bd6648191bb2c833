"""Time a state against N, with what memory and arithmetic allow drawn in.

One picture, ``docs/_static/speed.png``: asynchronous, synchronous and Glauber recall; ours, NumPy
with the same algorithm, and a plain compiled dot product.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from benchmarks import baselines, plain
from benchmarks.measure import machine
from benchmarks.recall_rows import SWEEPS, TEMPERATURE, Task, recall_warm, task
from benchmarks.row import same

PICTURE = Path(__file__).parents[1] / "docs" / "_static" / "speed.png"
SIZES = (100, 200, 400, 800, 1600, 3200)
STATES, FEW = 200, 5

Ways = Mapping[str, tuple[Callable[[], object], int]]
"""Competitor → what to time, and how many states it recalls."""

COLOURS = {"ours": "#0b6e4f", "NumPy": "#c7762b", "compiled dot product": "#5b5b8c"}


def asynchronous(t: Task) -> Ways:
    """Zero temperature, one neuron after another."""
    net, w = t.net(), baselines.weights(t.patterns)
    double, free, few = w.astype(np.float64), baselines.shuffled(t.n), t.cues[:FEW]
    run = net.recall(few, rng=0)
    orders = t.orders_of(np.arange(FEW), int(run.sweeps.max()) + 1)
    same(plain.asynchronous(double, few, orders), run.states)
    same(baselines.cached_in_step(w, t.patterns, few, t.orders()), run.states)
    return {
        "ours": (lambda: net.recall(t.cues, n_threads=1, rng=0), STATES),
        "NumPy": (lambda: baselines.cached_in_step(w, t.patterns, t.cues, free), STATES),
        "compiled dot product": (lambda: plain.asynchronous(double, few), FEW),
    }


def synchronous(t: Task) -> Ways:
    """Zero temperature, all neurons at once."""
    net, w = t.net(), baselines.weights(t.patterns)
    double, few = w.astype(np.float64), t.cues[:FEW]
    ends = net.recall(t.cues, update="sync", n_threads=1).states
    same(baselines.gemm_every_step(w, t.cues), ends)
    same(plain.synchronous(double, few), ends[:FEW])
    return {
        "ours": (lambda: net.recall(t.cues, update="sync", n_threads=1), STATES),
        "NumPy": (lambda: baselines.gemm_every_step(w, t.cues), STATES),
        "compiled dot product": (lambda: plain.synchronous(double, few), FEW),
    }


def glauber(t: Task) -> Ways:
    """The heat bath, ten sweeps."""
    net, w = t.net(), baselines.weights(t.patterns)
    double, free = w.astype(np.float64), baselines.shuffled(t.n)
    gain, few, rows = 2 / (TEMPERATURE * t.n), t.cues[:2], np.arange(2)
    words = np.stack([t.words(rows)(sweep) for sweep in range(SWEEPS)], axis=1).astype(np.uint32)
    ends = recall_warm(net, t.cues)().states[:2]
    same(plain.glauber(double, few, SWEEPS, gain, t.orders_of(rows, SWEEPS), words), ends)
    rng = np.random.default_rng(0)

    def numpy() -> Any:
        return baselines.heat_bath_in_step(
            w, t.patterns, t.cues, SWEEPS, gain, free,
            lambda _: rng.integers(2**32, size=t.cues.shape),
        )  # fmt: skip

    return {
        "ours": (recall_warm(net, t.cues), STATES),
        "NumPy": (numpy, STATES),
        "compiled dot product": (lambda: plain.glauber(double, few, SWEEPS, gain), 2),
    }


PANELS = {
    "asynchronous": (asynchronous, 1),
    "synchronous": (synchronous, 1),
    f"Glauber, T = {TEMPERATURE}, {SWEEPS} sweeps": (glauber, SWEEPS),
}
"""Each with how many sweeps a way that needs all of W in every one of them makes at least."""


def bandwidth() -> float:
    """Bytes a second that one processor reads from memory: a sum of squares of 256 MB."""
    numbers = np.ones(1 << 26, np.float32)
    return numbers.nbytes / _seconds(lambda: numbers @ numbers, 7)


def multiplications() -> float:
    """Floating-point operations a second of one processor in a product of float32 matrices."""
    a = np.ones((1536, 1536), np.float32)
    return 2 * 1536**3 / _seconds(lambda: a @ a, 7)


def draw(path: Path = PICTURE) -> None:
    """Measure and draw; prints the table of what is drawn."""
    with threadpool_limits(1):
        bytes_a_second, flops = bandwidth(), multiplications()
        print(f"{bytes_a_second / 1e9:.1f} GB/s read, {flops / 1e9:.0f} Gflop/s in sgemm")
        times = {title: _panel(title, make) for title, (make, _) in PANELS.items()}
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    axes = figure.subplots(1, len(PANELS), sharex=True, sharey=True)
    n = np.array(SIZES, float)
    for axis, (title, (_, passes)) in zip(axes, PANELS.items(), strict=True):
        for name, colour in COLOURS.items():
            axis.loglog(SIZES, times[title][name], "o-", ms=4, color=colour, label=name)
        # They bound a way that needs all of W in every sweep; ours reads flipped columns only.
        axis.loglog(SIZES, passes * 8 * n**2 / bytes_a_second, "--", lw=1, color="#888888",
                    label="limit: W read once a sweep, float64")  # fmt: skip
        axis.loglog(SIZES, passes * 2 * n**2 / flops, ":", lw=1, color="#888888",
                    label="limit: W s once a sweep, by sgemm")  # fmt: skip
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("neurons N")
        axis.set_xticks(SIZES, [str(size) for size in SIZES])
        axis.minorticks_off()
        axis.grid(alpha=0.25)
    axes[0].set_ylabel("seconds a state")
    axes[0].legend(fontsize=8, loc="upper left", frameon=False)
    figure.suptitle(
        "Recall at load 0.05 from cues with 10 % of the bits flipped, one thread, processor time; "
        f"{bytes_a_second / 1e9:.0f} GB/s, {flops / 1e9:.0f} Gflop/s",
        fontsize=10,
    )
    figure.savefig(path, dpi=90, metadata={"Software": None})
    print(f"{machine()}\ndrawn: {path}, {path.stat().st_size / 1000:.0f} kB")


def _panel(title: str, make: Callable[[Task], Ways]) -> dict[str, list[float]]:
    """Seconds a state, by competitor and size."""
    found: dict[str, list[float]] = {name: [] for name in COLOURS}
    for n in SIZES:
        for name, (call, states) in make(task(n, n // 20, STATES)).items():
            found[name].append(_seconds(call, 5) / states)
        print(title, n, *(f"{name} {found[name][-1]:.3g}" for name in COLOURS), flush=True)
    return found


def _seconds(call: Callable[[], object], repeats: int) -> float:
    """The median processor time of a call, after one to warm up."""
    call()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return float(np.median(times))
