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
taken. Then gradients of distributed memories, whose directions are drawn by the processor, and
epochs of classifiers.

At last results: the phase diagram of Hebb's rule, each fraction that of the cues that come to an
overlap of 0.95 with their pattern, and the error of a classifier of MNIST, where that is found.
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


def distributed(device: Any, n: int, n_features: int, n_states: int) -> str:
    """A row of the table of distributed memories, in float32."""
    rng = np.random.default_rng(1)
    patterns = rng.uniform(0, n**-0.5, (20, n)).astype(np.float32)
    states = patterns[np.arange(n_states) % 20]
    times, found = [], []
    for backend in ("auto", "cupy"):
        memory = hs.DistributedMemory(n_features, 10.0, rng=1, backend=backend)
        memory.quiet = True
        memory.store(patterns)
        given = states if backend == "auto" else device.upload(states)

        def gradient(memory: Any = memory, given: Any = given) -> Any:
            slope = memory.gradient(given)
            device.current.synchronize()
            return slope

        times.append(seconds(gradient, 1))
        found.append(gradient())
    wrong = float(np.abs(found[1].get() - found[0]).max() / np.abs(found[0]).max())
    assert wrong < 1e-3, wrong
    cells = [n, n_features, n_states, *(f"{1e3 * t:.3g}" for t in times)]
    return f"| {' | '.join(map(str, cells))} | {times[0] / times[1]:.3g} | {wrong:.1g} |"


def classifier(n_memories: int, order: int, n_images: int) -> str:
    """A row of the table of classifiers: an epoch on images of 28 x 28, of ten classes."""
    rng = np.random.default_rng(1)
    codes = rng.integers(10, size=n_images)
    images = np.clip(rng.normal(size=(10, 784))[codes] + rng.normal(size=(n_images, 784)), -1, 1)
    times, errors = [], []
    for backend in ("auto", "cupy"):
        learner = hs.DenseClassifier(n_memories, order, epochs=3, rng=1, backend=backend)
        history = learner.fit(images, codes).history_
        times.append(float(np.median([row["seconds"] for row in history])))
        errors.append(history[-1]["train_error"])
    assert abs(errors[0] - errors[1]) < 0.02, errors
    cells = [n_memories, order, n_images, *(f"{1e3 * t:.3g}" for t in times)]
    return f"| {' | '.join(map(str, cells))} | {times[0] / times[1]:.3g} |"


def phases(n: int, loads: tuple[float, ...], flips: tuple[float, ...], n_states: int) -> list[str]:
    """The table of the phase diagram, a line a load; the answers are the processor's to the last
    bit.
    """
    points = [(max(1, round(load * n)), round(flip * n)) for load in loads for flip in flips]
    counts, flipped = (np.array(column, np.int64) for column in zip(*points, strict=True))
    given = n, counts, flipped, n_states, np.array([1, 2], np.uint64), 100
    times, scores = [], []
    for backend in ("cupy", "auto"):
        pairs = backends.get(backend).pairs
        start = time.perf_counter()
        scores.append(pairs.retrieval(*given, backends.threads(None)))
        times.append(time.perf_counter() - start)
    assert np.array_equal(*scores)
    kept = (scores[0] >= 0.95 * n).mean(axis=(0, 2)).reshape(len(loads), len(flips))
    lines = [
        f"N = {n}, 2 networks, {n_states} cues a point: {times[0]:.3g} s on the GPU, "
        f"{times[1]:.3g} s on all threads",
        f"| P/N | {' | '.join(f'{flip:g} flipped' for flip in flips)} |\n|"
        + "---|" * (1 + len(flips)),
    ]
    for load, row in zip(loads, kept, strict=True):
        lines.append(f"| {load:g} | {' | '.join(f'{share:.2f}' for share in row)} |")
    return lines


def digits(data: Any, n_memories: int, order: int, epochs: int) -> str:
    """The error of a classifier of images, learnt on the card."""
    learner = hs.DenseClassifier(n_memories, order, epochs=epochs, rng=1, backend="cupy")
    start = time.perf_counter()
    learner.fit(data.train_images, data.train_labels)
    taken = time.perf_counter() - start
    error = 1 - learner.score(data.test_images, data.test_labels)
    return (
        f"{data.name}, K = {n_memories}, order {order}, {epochs} epochs: {error:.2%} of the test "
        f"images wrong, after {taken:.3g} s"
    )


DENSE = ((200, 2000, 3), (1000, 10_000, 3), (200, 2000, 30))
ATTENTION = ((784, 10_000), (12_288, 10_000))
DISTRIBUTED = ((784, 20_000, 100), (12_288, 180_000, 10))
CLASSIFIERS = ((100, 3, 10_000), (2000, 20, 10_000))
PHASES = (20_000, (0.02, 0.05, 0.08, 0.1, 0.12, 0.138, 0.15), (0.0, 0.1, 0.2, 0.3, 0.4), 20)
DIGITS = (2000, 20, 100)


def main(
    sizes: tuple[int, ...] = SIZES,
    batches: tuple[int, ...] = BATCHES,
    big: int = 1 << 30,
    dense_sizes: tuple[tuple[int, int, int], ...] = DENSE,
    attention_sizes: tuple[tuple[int, int], ...] = ATTENTION,
    distributed_sizes: tuple[tuple[int, int, int], ...] = DISTRIBUTED,
    classifiers: tuple[tuple[int, int, int], ...] = CLASSIFIERS,
    diagram: tuple[int, tuple[float, ...], tuple[float, ...], int] = PHASES,
    learnt: tuple[int, int, int] = DIGITS,
    images: Callable[[], Any] = hs.datasets.mnist,
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
    print("\n| D | Y | states | all threads | GPU | ratio | difference |\n|" + "---|" * 7)
    for distributed_size in distributed_sizes:
        print(distributed(device, *distributed_size), flush=True)
    print("\n| K | order | images | all threads | GPU | ratio |\n|" + "---|" * 6)
    for size in classifiers:
        print(classifier(*size), flush=True)
    print("", *phases(*diagram), "", sep="\n", flush=True)
    try:
        print(digits(images(), *learnt))
    except hs.errors.MissingDataError as error:
        print(str(error).partition(":")[0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    given = parser.parse_args()
    main(tuple(given.sizes), tuple(given.batches))
