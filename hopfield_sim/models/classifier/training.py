"""A classifier's training, epoch by epoch: batches shared out in blocks between threads.

The partition into blocks depends only on shapes, and their results are added in order, so that the
result does not depend on the number of threads. BLAS must run single-threaded meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends import workers
from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.backends.reference.voting import Voting
from hopfield_sim.checks.places import HERE, beside, module_of, moved
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.classifier import rule
from hopfield_sim.models.classifier.state import Labels, Recipe, Row, State
from hopfield_sim.models.descent import training

_SAMPLE = 1000
"""Examples used to measure a temperature."""

_GAIN = 5.0
"""Median of |β Σ ΔF| in units of n at the last temperature if chosen automatically; 1 at the first.
"""

_FEATURES, _WHOLE = 5, 25
"""Up to this power memories are features, from that one on whole examples."""

_MEAN, _SPREAD = 0.3, 0.3
"""Mean and spread of new memories; the mean has the sign of the examples' mean."""


class Examples(NamedTuple):
    """States (n, d) in [−1, 1] and the index of the class of each, (n,)."""

    states: Floats
    codes: NDArray[np.int64]


class Pushed(NamedTuple):
    """Result of a block of examples: gradient, cost, and number of misclassified examples."""

    gradient: Floats
    cost: float
    errors: int


@dataclass(frozen=True)
class Machine:
    """Backend, number of threads, order n of the energy and exponent m of the cost; examples and
    memories are arrays of one module.
    """

    engine: Voting
    n_threads: int
    order: int
    cost: int

    def votes(self, states: Floats, memories: Floats, scale: float) -> rule.Doubles:
        """Σ_μ [F(h^{a+}) − F(h^−)] / S^n, (B, C)."""
        steps = rule.class_steps(memories, states.shape[1], scale)
        out: rule.Doubles = module_of(states).empty((len(states), len(steps)))

        def vote(part: slice) -> None:
            low = rule.overlaps(states[part], memories, scale)
            out[part] = self.engine.votes(low, steps, self.order)

        self._share(vote, len(states), steps)
        return out

    def push(
        self, examples: Examples, batch: NDArray[np.int64], memories: Floats, temperature: float
    ) -> Pushed:
        """Gradient dξ of a batch, its cost, and the number of misclassified examples."""
        steps = rule.class_steps(memories, examples.states.shape[1], temperature)
        parts: dict[int, Pushed] = {}

        def learn(part: slice) -> None:
            states, codes = examples.states[batch[part]], examples.codes[batch[part]]
            low = rule.overlaps(states, memories, temperature)
            votes = self.engine.votes(low, steps, self.order)
            outputs, wanted = rule.outputs(votes, 1.0), rule.targets(codes, len(steps))
            signal = rule.signal(outputs, wanted, self.cost).astype(states.dtype)
            pulled = self.engine.pull(low, steps, self.order, signal)
            parts[part.start] = Pushed(
                rule.gradient(states, pulled),
                rule.cost(outputs, wanted, self.cost),
                int((votes.argmax(axis=1) != codes).sum()),
            )

        self._share(learn, len(batch), steps)
        ordered = [parts[start] for start in sorted(parts)]
        total = ordered[0].gradient
        for part in ordered[1:]:
            total += part.gradient
        return Pushed(total, sum(p.cost for p in ordered), sum(p.errors for p in ordered))

    def _share(self, work: Callable[[slice], None], n: int, steps: Floats) -> None:
        """Let the threads do the work on n examples, a block at a time."""
        powers = (len(steps) + 1) * steps.shape[1]
        size = min(self.engine.block, max(1, self.engine.powers // powers))
        starts = np.arange(0, n, size)

        def walk(part: NDArray[np.int64]) -> None:
            for start in part.tolist():
                work(slice(start, min(start + size, n)))

        here = module_of(steps) is np  # a device is current in the thread that asked for it
        workers.share(walk, starts, len(starts), min(self.n_threads, len(starts)) if here else 1)


def begin(
    recipe: Recipe,
    machine: Machine,
    examples: Examples,
    classes: Labels,
    shape: tuple[int, ...] | None,
    digest: int,
) -> State:
    """New memories, N(±0.3, 0.3), and the temperatures between which to learn."""
    states, d = examples.states, examples.states.shape[1]
    checks.memory(
        (8 + 6 * recipe.dtype.itemsize) * recipe.n_memories * (d + len(classes)),
        f"{recipe.n_memories} memories of {d + len(classes)} neurons with what they learn by",
        "use fewer memories",
    )
    generator = checks.stream(recipe.key)
    memories = generator.normal(-_MEAN, _SPREAD, (recipe.n_memories, d + len(classes)))
    if states.mean(dtype=np.float64) > 0:  # else no overlap with a bright image would be positive
        memories[:, :d] += 2 * _MEAN
    memories = np.clip(memories, -1, 1).astype(recipe.dtype)
    smallest = smallest_temperature(recipe, states, len(classes)) / d
    if recipe.temperature is None:
        measured = _automatic(recipe, machine, examples, len(classes))
        schedule = max(measured[0], smallest), max(measured[1], smallest)
    else:
        schedule = recipe.temperature
        if min(schedule) < smallest:
            raise InvalidInputError(
                f"temperature must be {smallest:.3g} or more for powers of order {recipe.order} "
                f"to fit {recipe.dtype}; got {schedule}"
            )
    still, signed = np.zeros_like(memories), bool(states.min() < 0)
    return State(memories, still, classes, shape, digest, schedule, (), signed=signed)


def epoch(recipe: Recipe, machine: Machine, examples: Examples, state: State) -> State:
    """Learn from all examples once."""
    start = time.perf_counter()
    d, number = state.n_inputs, state.epoch
    rate = training.decayed(recipe.rate_for(state.schedule[0] * d), recipe.damp, number)
    temperature = training.ramped(*state.schedule, recipe.ramp, number)
    xp, cost, errors, n = module_of(examples.states), 0.0, 0, len(examples.states)
    memories, velocity = xp.asarray(state.memories), xp.asarray(state.velocity)
    for batch in training.batches(recipe.key, number, n, recipe.batch_for(n)):
        pushed = machine.push(examples, xp.asarray(batch), memories, temperature * d)
        memories, velocity = training.momentum_step(
            memories, velocity, pushed.gradient, rate, recipe.momentum
        )
        cost, errors = cost + pushed.cost, errors + pushed.errors
    row: Row = {"epoch": number + 1, "rate": rate, "temperature": temperature}
    row |= {"cost": cost / n, "train_error": errors / n, "seconds": time.perf_counter() - start}
    memories, velocity = (moved(array, HERE) for array in (memories, velocity))
    return replace(state, memories=memories, velocity=velocity, history=(*state.history, row))


def validated(recipe: Recipe, machine: Machine, held: Examples, state: State) -> State:
    """The state with its last epoch's error on other examples."""
    start = time.perf_counter()
    memories, row = state.memories, dict(state.history[-1])
    scale = scale_for(recipe, held.states, len(state.classes), row["temperature"])
    votes = machine.votes(held.states, beside(memories, held.states), scale)
    row["validation_error"] = float((votes.argmax(axis=1) != held.codes).mean())
    row["seconds"] += time.perf_counter() - start
    state = replace(state, history=(*state.history[:-1], row))
    if recipe.patience is not None and state.best_epoch == state.epoch - 1:
        state = replace(state, best=memories)
    return state


def silent(examples: Examples, memories: Floats) -> int:
    """Number of memories with F = 0 for all examples and classes; these have no gradient."""
    states = examples.states
    parts = [slice(start, start + 1000) for start in range(0, len(states), 1000)]
    xp, memories = module_of(states), beside(memories, states)
    low = [rule.overlaps(states[part], memories, 1.0).max(axis=0) for part in parts]
    steps = rule.class_steps(memories, states.shape[1], 1.0).max(axis=0)
    return int((xp.stack(low).max(axis=0) + xp.maximum(steps, 0) <= 0).sum())


def collapsed(silent: int, n_memories: int, n_classes: int) -> bool:
    """Whether most memories are silent, and fewer than classes are left."""
    return 2 * silent > n_memories and n_memories - silent < n_classes


def scale_for(recipe: Recipe, states: Floats, n_classes: int, temperature: float) -> float:
    """Scale S for these states: the temperature, or more if powers would overflow."""
    smallest = smallest_temperature(recipe, states, n_classes)
    return max(temperature * states.shape[1], smallest)


def smallest_temperature(recipe: Recipe, states: Floats, n_classes: int) -> float:
    """The smallest T at which no sum of powers overflows, as an overlap."""
    reach = rule.reach(states, n_classes)
    return rule.smallest_scale(reach, recipe.order, recipe.dtype, recipe.n_memories)


def _automatic(
    recipe: Recipe, machine: Machine, examples: Examples, n_classes: int
) -> tuple[float, float]:
    """T_in and T_f in units of the number of inputs, measured with some examples as memories and
    others as states.

    T_in is where the median of |β Σ ΔF| is 1, T_f where it is 5n. With large n memories become
    such examples; with small n they become features, differences from what all examples have in
    common, and overlaps are as small as those with examples less their mean. Between the two T_in
    is interpolated.

    The memories during training do not serve for this: a temperature that adapts to them lets them
    all become silent.
    """
    n, d = examples.states.shape
    chosen = checks.stream(recipe.key, 0, 0).permutation(n)
    count = min(recipe.n_memories, _SAMPLE, n // 2)
    xp = module_of(examples.states)
    stored, shown = xp.asarray(chosen[:count]), xp.asarray(chosen[count : count + _SAMPLE])
    states, labels = examples.states[shown], rule.targets(examples.codes[stored], n_classes)
    reach = rule.reach(states, n_classes)
    visible = examples.states[stored]

    def measured(visible: Floats) -> float:
        memories = xp.concatenate([visible, labels], axis=1)
        votes = machine.votes(states.astype(np.float64), memories, reach)
        votes *= recipe.n_memories / count
        return (rule.automatic(votes, reach, recipe.order) or reach / 2) / d

    whole = float(np.clip(np.log(recipe.order / _FEATURES) / np.log(_WHOLE / _FEATURES), 0, 1))
    share = 0.25 + 0.75 * whole
    features = measured(visible - examples.states.mean(axis=0, dtype=np.float64))
    first = features ** (1 - share) * measured(visible) ** share
    return first, first * (_GAIN * recipe.order) ** (-1 / recipe.order)
