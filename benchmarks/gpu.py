"""How fast memories are on a GPU: ``python -m benchmarks.gpu``.

First what the card can do, by a kernel that does nothing else: copy memory that its cache does not
hold, and memory that it does. Then recalls, cold and asynchronous, of cues with a tenth of their
sites flipped, at a load of 5 %: on one thread, on all threads and on the card, with and without
what is copied there and back. Every answer is compared with that of the compiled kernels, bit by
bit. The last columns say how many bytes of couplings the flips read, a second and as a fraction of
what the card copies a second.

Then recalls of dense memories, whose answers are compared in the same way, and a step of modern
networks in float32, by states that lie on the card; "difference" is a relative one. "Of its limit"
is the time of the products alone, or of reading the memories once, whichever is longer, over that
taken.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.backends.cuda.source import text
from hopfield_sim.backends.protocol import Dynamics
from hopfield_sim.models.hopfield import couplings

SIZES = (1000, 3200, 10_000)
BATCHES = (1, 10, 100, 1000, 10_000)
CPU_MOST = 20_000_000
"""Of neurons times states, for one thread: more would take minutes."""

COPY = """
extern "C" __global__ void copy(const Pack<u32, 4> *from, Pack<u32, 4> *to, i64 count, i32 times) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i32 again = 0; again < times; again++)
        for (i64 k = (i64)blockIdx.x * blockDim.x + threadIdx.x; k < count; k += step)
            to[k] = from[k];
}
"""


def seconds(call: Callable[[], Any], times: int = 5) -> float:
    """The median of some calls, after one that is not counted."""
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def bandwidth(device: Any, n_bytes: int, times: int) -> float:
    """Bytes read and written a second when so many are copied, again and again."""
    kernel = text("common") + COPY
    arrays = device.zeros((n_bytes,), np.uint8), device.zeros((n_bytes,), np.uint8)
    count = np.int64(n_bytes // 16)

    def call() -> None:
        blocks = 8 * device.processors
        device.launch(kernel, "copy", blocks, 256, *arrays, count, np.int32(times))
        device.current.synchronize()

    return 2 * n_bytes * times / seconds(call)


def walks(n: int, n_states: int, speeds: dict[str, float], cached: int) -> str:
    """A row of the table."""
    patterns = hs.random_patterns(n // 20, n, rng=1)
    rng = np.random.default_rng(2)
    cues = patterns[np.arange(n_states) % len(patterns)].copy()
    cues[rng.random(cues.shape) < 0.1] *= -1
    gpu, cpu = backends.get("cupy").pairs, backends.get().pairs
    net = couplings.matrix(couplings.factors(patterns, zero_diagonal=True), cpu)
    rule = couplings.limits(net, np.zeros(n), "keep", None)
    until, threads = 100 * n, backends.threads(None)

    def recall(pairs: Any, n_threads: int) -> tuple[Any, float]:
        how = Dynamics("async", "random", 7, n_threads)
        batch = pairs.start(net, cues.copy(), how)
        start = time.perf_counter()
        pairs.advance(net, batch, rule, how, until)
        return batch.ended(), time.perf_counter() - start

    recall(gpu, 1)
    walk = float(np.median([recall(gpu, 1)[1] for _ in range(5)]))
    whole = seconds(lambda: recall(gpu, 1))
    found, (wanted, _) = recall(gpu, 1)[0], recall(cpu, threads)
    for name in ("states", "updates", "flips", "stop"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name)), name
    all_threads = seconds(lambda: recall(cpu, threads), 3)
    few = n * n_states <= CPU_MOST
    one = f"{1e3 * seconds(lambda: recall(cpu, 1), 1):.3g}" if few else "-"
    read = int(wanted.flips.sum()) * n * net.columns.itemsize
    place = "cache" if net.columns.nbytes <= cached else "memory"
    return (
        f"| {n} | {n_states} | {one} | {1e3 * all_threads:.3g} | {1e3 * walk:.3g} "
        f"| {1e3 * whole:.3g} | {all_threads / whole:.3g} | {read / walk / 1e9:.3g} "
        f"| {read / walk / speeds[place]:.0%} of {place} |"
    )


def dense(n: int, n_patterns: int, order: int, n_states: int) -> str:
    """A row of the table of dense memories."""
    patterns = hs.random_patterns(n_patterns, n, rng=1)
    cues = patterns[np.arange(n_states) % n_patterns].copy()
    cues[np.random.default_rng(2).random(cues.shape) < 0.2] *= -1
    times, runs = [], []
    for backend in ("auto", "cupy"):
        memory = hs.DenseMemory(order=order, backend=backend).store(patterns)
        runs.append(memory.recall(cues, rng=7))
        times.append(seconds(lambda memory=memory: memory.recall(cues, rng=7), 3))  # type: ignore[misc]
    for name in ("states", "sweeps", "flips", "stop"):
        assert np.array_equal(getattr(runs[0], name), getattr(runs[1], name)), name
    cells = [n, n_patterns, order, n_states, *(f"{1e3 * t:.3g}" for t in times)]
    return f"| {' | '.join(map(str, cells))} | {times[0] / times[1]:.3g} |"


def attention(device: Any, n: int, n_patterns: int, n_states: int, speed: float) -> str:
    """A row of the table of modern networks, in float32."""
    rng = np.random.default_rng(1)
    patterns = rng.normal(size=(n_patterns, n)).astype(np.float32)
    states = patterns[np.arange(n_states) % n_patterns] + np.float32(0.3) * rng.normal(
        size=(n_states, n)
    ).astype(np.float32)
    here = hs.ModernHopfield(0.1, backend="auto").store(patterns)
    there = hs.ModernHopfield(0.1, backend="cupy").store(patterns)
    on_device = device.upload(states)

    def step(memory: Any, given: Any) -> Any:
        run = memory.recall(given, max_steps=1, tol=0.0, advise=False)
        device.current.synchronize()
        return run.states

    wanted, found = step(here, states), step(there, on_device).get()
    wrong = float(np.abs(found - wanted).max() / np.abs(wanted).max())
    assert wrong < 1e-4, wrong
    times = seconds(lambda: step(here, states), 3), seconds(lambda: step(there, on_device))
    left, right = device.zeros((2048, 2048), np.float32), device.zeros((2048, 2048), np.float32)

    def multiply() -> None:
        left @ right
        device.current.synchronize()

    products = 2 * 2048**3 / seconds(multiply)
    least = max(4 * n * n_patterns * n_states / products, patterns.nbytes / speed)
    cells = [n, n_patterns, n_states, *(f"{1e3 * t:.3g}" for t in times)]
    return (
        f"| {' | '.join(map(str, cells))} | {times[0] / times[1]:.3g} | {wrong:.1g} "
        f"| {least / times[1]:.0%} |"
    )


DENSE = ((200, 2000, 3), (1000, 10_000, 3), (200, 2000, 30))
ATTENTION = ((784, 10_000), (12_288, 10_000))


def main(
    sizes: tuple[int, ...] = SIZES,
    batches: tuple[int, ...] = BATCHES,
    big: int = 1 << 30,
    dense_sizes: tuple[tuple[int, int, int], ...] = DENSE,
    attention_sizes: tuple[tuple[int, int], ...] = ATTENTION,
) -> None:
    """Measure and print the tables."""
    device = backends.get("cupy").pairs.device  # type: ignore[attr-defined]
    card = device.described()
    cached = card["bytes of cache"]
    speeds = {
        "memory": bandwidth(device, big, 1),
        "cache": bandwidth(device, max(16, min(cached, big) // 8 // 16 * 16), 50),
    }
    print(", ".join(f"{what} {value}" for what, value in card.items()))
    for place, speed in speeds.items():
        print(f"copies in its {place}: {speed / 1e9:.0f} GB/s, read and written")
    print(f"{backends.get().name} kernels on {os.cpu_count()} processors; times in ms; P = N/20\n")
    print(
        "| N | states | 1 thread | all threads | GPU, walk | GPU, with copies | all threads / GPU "
        "| GB/s | |\n|" + "---|" * 9
    )
    for n in sizes:
        for n_states in batches:
            print(walks(n, n_states, speeds, cached), flush=True)
    print("\n| N | P | order | states | all threads | GPU | ratio |\n|" + "---|" * 7)
    for n, n_patterns, order in dense_sizes:
        for n_states in batches[:4]:
            print(dense(n, n_patterns, order, n_states), flush=True)
    print(
        "\n| N | P | states | all threads | GPU | ratio | difference | of its limit |\n|"
        + "---|" * 8
    )
    for n, n_patterns in attention_sizes:
        for n_states in batches[:4]:
            print(attention(device, n, n_patterns, n_states, speeds["memory"]), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    given = parser.parse_args()
    main(tuple(given.sizes), tuple(given.batches))
