"""A modern Hopfield step beside PyTorch's attention and beside NumPy's three products.

Run ``python -m benchmarks.modern``; it prints tables that belong into RESULTS.md. PyTorch takes
part where it is installed (``pip install torch``); nothing in the package needs it. All use the
processors that they are given: ``taskset -c 0 python -m benchmarks.modern`` compares one thread, by
processor time.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.measure import Comparison, Contest, machine, settle
from hopfield_sim import backends
from hopfield_sim.backends.reference.attention import Memories

BATCHES = (
    (100, 1_000, 3072),
    (100, 10_000, 64),
    (100, 10_000, 784),
    (100, 100_000, 64),
    (1000, 1_000, 1024),
    (1000, 10_000, 64),
)
SINGLES = ((10_000, 784), (30_000, 784), (100_000, 64), (100_000, 512), (1_000_000, 64))

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]


def problem(b: int, p: int, n: int) -> tuple[Floats, Floats, float]:
    """Random memories and queries in float32, β = 1/√N."""
    rng = np.random.default_rng(0)
    patterns = rng.standard_normal((p, n), dtype=np.float32)
    queries = rng.standard_normal((b, n), dtype=np.float32)
    return patterns, queries, float(1 / np.sqrt(n))


def three_products(patterns: Floats, queries: Floats, beta: float) -> Callable[[], Floats]:
    """softmax(β Q Ξᵀ) Ξ as it is written; for one query two products of a matrix and a vector."""
    single = queries[0] if len(queries) == 1 else None

    def many() -> Floats:
        z = queries @ patterns.T
        z *= beta
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        out = z @ patterns
        out /= z.sum(axis=1, keepdims=True)
        return out

    def one() -> Floats:
        z = patterns @ single
        z *= beta
        z -= z.max()
        np.exp(z, out=z)
        z /= z.sum()
        return z @ patterns

    return many if single is None else one


def torch_attention(patterns: Floats, queries: Floats) -> Callable[[], object] | None:
    """PyTorch's ``scaled_dot_product_attention``, whose scale is β = 1/√N."""
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        return None
    q, k = (torch.from_numpy(array)[None, None] for array in (queries, patterns))
    attend = torch.nn.functional.scaled_dot_product_attention
    return lambda: attend(q, k, k)


def main() -> None:
    """Print milliseconds and ratios: of processor time for one thread, else by the clock."""
    print(machine())
    names = [name for name in ("torch",) if importlib.util.find_spec(name)]
    print(f"{', '.join(names) or 'no PyTorch here'}; {backends.threads(None)} threads each\n")
    ours = backends.get().attention
    print("| B | P | N | ours, ms | PyTorch / ours | three products / ours |")
    print("|---|---|---|---|---|---|")
    for b, p, n in BATCHES:
        patterns, queries, beta = problem(b, p, n)
        _row((b, p, n), ours, patterns, queries, beta)
    for p, n in SINGLES:
        patterns, queries, beta = problem(1, p, n)
        _row((1, p, n), ours, patterns, queries, beta)


def _row(
    sizes: tuple[int, int, int],
    ours: Any,
    patterns: Floats,
    queries: Floats,
    beta: float,
) -> None:
    memories = Memories(patterns)

    def step() -> object:
        return ours.attend(memories, queries, beta)

    def beside(way: Callable[[], object]) -> Comparison:
        return settle(Contest(step, way, wall=backends.threads(None) > 1))

    plain = beside(three_products(patterns, queries, beta))
    attention = torch_attention(patterns, queries)
    other = None if attention is None else beside(attention)
    b, p, n = sizes
    print(
        f"| {b} | {p} | {n} | {1e3 * plain.ours:.2f} | {_ratio(other)} | {_ratio(plain)} |",
        flush=True,
    )


def _ratio(found: Comparison | None) -> str:
    if found is None:
        return "—"
    low, middle, high = found.quartiles
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


if __name__ == "__main__":
    main()
