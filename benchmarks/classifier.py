"""An epoch of the dense classifier beside PyTorch, written in three ways, and beside NumPy.

Run ``python -m benchmarks.classifier``; it prints a table that belongs into RESULTS.md. PyTorch
takes part where it is installed (``pip install torch``); nothing in the package needs it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.measure import Contest, machine, settle
from benchmarks.row import NotMeasured, same
from hopfield_sim import backends
from hopfield_sim.models.classifier import rule
from hopfield_sim.models.classifier import training as learning
from hopfield_sim.models.classifier.state import Recipe, State
from hopfield_sim.models.descent import training

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
Epoch = Callable[[], Any]

IMAGES, PIXELS, CLASSES = 10_000, 784, 10
SETTINGS = ((100, 3, 10), (100, 20, 30), (1000, 20, 30))
"""Memories, the power n and that of the cost m."""
WAYS = ("autograd", "explicit gradient", "torch.compile")


@dataclass(frozen=True)
class Problem:
    """Examples like images in size, and memories half-way through learning."""

    recipe: Recipe
    examples: learning.Examples
    state: State

    @classmethod
    def of(cls, memories: int, order: int, cost: int) -> Problem:
        """An epoch of ten batches of 1000 images of 28 x 28."""
        rng = np.random.default_rng(0)
        codes = rng.integers(CLASSES, size=IMAGES)
        centres = rng.choice([-1.0, 1.0], (CLASSES, PIXELS), p=[0.8, 0.2])
        states = np.where(rng.random((IMAGES, PIXELS)) < 0.1, -centres[codes], centres[codes])
        examples = learning.Examples(states.astype(np.float32), codes)
        recipe = Recipe.validated(
            n_memories=memories, order=order, cost=cost, epochs=9, batch=1000, rate=0.04, damp=1.0,
            momentum=0.6, temperature=(0.7, 0.7), ramp=1, patience=None, dtype="float32", rng=0,
        )  # fmt: skip
        one = learning.Machine(backends.get("numpy").voting, 1, order, cost)
        state = learning.begin(recipe, one, examples, np.arange(CLASSES), None, 0)
        for _ in range(2):
            state = learning.epoch(recipe, one, examples, state)
        return cls(recipe, examples, state)

    def ours(self, name: str, n_threads: int) -> Epoch:
        """The package's epoch; the memories after it."""
        recipe = self.recipe
        one = learning.Machine(backends.get(name).voting, n_threads, recipe.order, recipe.cost)
        return lambda: learning.epoch(recipe, one, self.examples, self.state).memories

    def first_batch(self) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Floats]:
        """A batch, and the memories' gradient for it by the reference."""
        recipe, state = self.recipe, self.state
        one = learning.Machine(backends.get("numpy").voting, 1, recipe.order, recipe.cost)
        batch = next(training.batches(recipe.key, state.epoch, IMAGES, 1000))
        temperature = state.schedule[1] * PIXELS
        return batch, one.push(self.examples, batch, state.memories, temperature).gradient


class Torch:
    """The same epoch in PyTorch: overlaps by one product, powers by repeated squaring."""

    def __init__(self, problem: Problem) -> None:
        try:
            self.torch = importlib.import_module("torch")
        except ImportError as error:
            raise NotMeasured("torch is not installed") from error
        torch, recipe = self.torch, problem.recipe
        self.problem, self.order, self.cost = problem, recipe.order, recipe.cost
        self.states = torch.from_numpy(problem.examples.states)
        wanted = rule.targets(problem.examples.codes, CLASSES).astype(np.float32)
        self.targets = torch.from_numpy(wanted)
        self.scale = problem.state.schedule[1] * PIXELS

    def ways(self) -> dict[str, Epoch]:
        """Each way that works here, as an epoch whose result is the memories after it."""
        gradients = {"autograd": self.automatic, "explicit gradient": self.explicit}
        if importlib.util.find_spec("torch._inductor"):
            gradients["torch.compile"] = self.torch.compile(self.explicit)
        found = {}
        batch, wanted = self.problem.first_batch()
        memories = self.torch.from_numpy(self.problem.state.memories.copy())
        for name, gradient in gradients.items():
            try:
                got = gradient(memories, self.states[batch], self.targets[batch]).numpy()
            except Exception as error:  # a compiler may be missing, or fail in any way
                print(f"{name}: {' '.join(str(error).split())[:150]}")
                continue
            same(got / np.abs(got).max(), wanted / np.abs(wanted).max(), tolerance=1e-3)
            found[name] = self._epoch(gradient)
        return found

    def explicit(self, memories: Any, v: Any, t: Any) -> Any:
        """The gradient by its formula."""
        torch, d = self.torch, PIXELS
        xi = memories / self.scale
        low = v @ xi[:, :d].T - xi[:, d:].sum(1)
        x = torch.relu(low[:, None, :] + 2 * xi[:, d:].T)
        x0 = torch.relu(low)
        p, p0 = self._power(x, self.order - 1), self._power(x0, self.order - 1)
        c = torch.tanh((p * x - (p0 * x0)[:, None, :]).sum(2))
        g = self._power((t - c) / 2, 2 * self.cost - 1) * (1 - c * c)
        weighted = g[:, :, None] * p
        pulled = weighted.sum(1) - g.sum(1, keepdim=True) * p0
        classes = 2 * weighted.sum(0).T - pulled.sum(0)[:, None]
        return torch.cat([pulled.T @ v, classes], 1)

    def automatic(self, memories: Any, v: Any, t: Any) -> Any:
        """The gradient of the cost by reverse-mode differentiation."""
        torch, d = self.torch, PIXELS
        leaf = memories.detach().requires_grad_()
        xi = leaf / self.scale
        low = v @ xi[:, :d].T - xi[:, d:].sum(1)
        x = torch.relu(low[:, None, :] + 2 * xi[:, d:].T)
        power, power0 = self._power(x, self.order), self._power(torch.relu(low), self.order)
        c = torch.tanh((power - power0[:, None, :]).sum(2))
        self._power((t - c) / 2, 2 * self.cost).sum().backward()
        return -leaf.grad

    def _power(self, x: Any, exponent: int) -> Any:
        result = None
        while exponent:
            if exponent & 1:
                result = x if result is None else result * x
            exponent >>= 1
            if exponent:
                x = x * x
        return result

    def _epoch(self, gradient: Callable[[Any, Any, Any], Any]) -> Epoch:
        torch, recipe, state = self.torch, self.problem.recipe, self.problem.state
        start = torch.from_numpy(state.memories.copy())
        velocity = torch.from_numpy(state.velocity.copy())

        def epoch() -> Any:
            memories, v = start.clone(), velocity.clone()
            for batch in training.batches(recipe.key, state.epoch, IMAGES, 1000):
                index = torch.from_numpy(batch)
                g = gradient(memories, self.states[index], self.targets[index])
                v = recipe.momentum * v + g
                largest = v.abs().amax(1, keepdim=True).clamp_min(1e-30)
                memories = (memories + recipe.rate * v / largest).clamp(-1, 1)
            return memories

        return epoch


def fastest(ways: dict[str, Epoch]) -> tuple[str, Epoch]:
    """The quickest way by its name, each tried three times."""
    from time import perf_counter

    def seconds(way: Epoch) -> float:
        times = []
        for _ in range(3):
            start = perf_counter()
            way()
            times.append(perf_counter() - start)
        return min(times)

    name = min(ways, key=lambda name: seconds(ways[name]))
    return name, ways[name]


def contest() -> Contest:
    """A row of ``make bench-peers``: one thread each."""
    problem = Problem.of(*SETTINGS[1])
    torch = Torch(problem)
    torch.torch.set_num_threads(1)
    _, theirs = fastest(torch.ways())
    return Contest(problem.ours("cython", 1), theirs, unit="epoch")


@contextmanager
def threads(count: int) -> Any:
    """So many threads for PyTorch; BLAS alone would only slow ours down."""
    if importlib.util.find_spec("torch"):
        importlib.import_module("torch").set_num_threads(count)
    with threadpool_limits(1, user_api="blas"):
        yield


def main() -> None:
    """Print milliseconds and ratios."""
    print(machine("torch"))
    print(
        f"\nAn epoch of {IMAGES} images of {PIXELS} in batches of 1000, {CLASSES} classes, "
        "float32: ms of processor time, with several threads by the clock; theirs over ours.\n"
    )
    print(f"| threads | K | n | m | ours | {' | '.join(f'PyTorch, {w}' for w in WAYS)} | NumPy |")
    print("|---|---|---|---|---|---|---|---|---|")
    for count in sorted({1, backends.threads(None)}):
        for setting in SETTINGS:
            problem = Problem.of(*setting)
            with threads(count):
                ours = problem.ours("cython", count)
                try:
                    ways = Torch(problem).ways()
                except NotMeasured:
                    ways = {}
                ways["NumPy"] = problem.ours("numpy", count)
                found = {
                    name: settle(Contest(ours, way, wall=count > 1)) for name, way in ways.items()
                }
            shown = [_ratio(found[name].quartiles) if name in found else "—" for name in WAYS]
            plain = found["NumPy"]
            cells = [count, *setting, f"{1e3 * plain.ours:.1f}", *shown, _ratio(plain.quartiles)]
            print(f"| {' | '.join(map(str, cells))} |", flush=True)


def _ratio(quartiles: tuple[float, float, float]) -> str:
    low, middle, high = quartiles
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


if __name__ == "__main__":
    main()
