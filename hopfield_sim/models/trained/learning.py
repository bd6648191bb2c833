"""Training of a dense memory to complete its patterns: initialisation, steps and evaluation."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.backends.reference.voting import Voting
from hopfield_sim.checks.places import module_of
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.classifier.rule import smallest_scale
from hopfield_sim.models.descent import training
from hopfield_sim.models.trained import rule

_SHARE, _SPREAD = 0.3, 0.3
"""Memories start as 0.3 times a pattern and noise of this spread."""

_GAIN = 3.0
"""Median of |β Σ ΔF| if the patterns are the memories."""

_SAMPLE = 100
"""Number of patterns from which a temperature is chosen."""

_LARGEST_LOG = 460.0
"""Maximum logarithm of a factor, so that nothing overflows."""


@dataclass(frozen=True)
class Recipe:
    """Parameters of the training; ``temperature`` is None if it is chosen automatically."""

    n_memories: int
    order: int
    cost: int
    rate: float
    damp: float
    momentum: float
    temperature: float | None
    key: int

    @classmethod
    def validated(
        cls,
        n_memories: Any,
        order: Any,
        cost: Any,
        rate: Any,
        damp: Any,
        momentum: Any,
        temperature: Any,
        rng: Any,
    ) -> Recipe:
        """Validate the arguments of the constructor.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If an argument is out of range or of a wrong type.
        """
        rate = checks.real(rate, "rate", minimum=0, maximum=2)
        damp = checks.real(damp, "damp", minimum=0, maximum=1)
        if rate == 0 or damp == 0:
            raise InvalidInputError("rate and damp must be greater than 0, or nothing is learnt")
        momentum = checks.real(momentum, "momentum", minimum=0, maximum=1)
        if momentum == 1:
            raise InvalidInputError("momentum must be less than 1, or it never fades; got 1")
        if isinstance(temperature, str):
            checks.choice(temperature, ("auto",), "temperature")
            fixed = None
        else:
            fixed = checks.real(temperature, "temperature", minimum=1e-6, maximum=1e6)
        return cls(
            checks.integer(n_memories, "n_memories", minimum=1, maximum=2**40),
            checks.integer(order, "order", minimum=2, maximum=64),
            checks.integer(cost, "cost", minimum=1, maximum=40),
            rate,
            damp,
            momentum,
            fixed,
            checks.key(rng),
        )

    def with_key(self, key: int) -> Recipe:
        """Return a copy with another key of the random numbers."""
        return replace(self, key=key)


class Learner:
    """Training on patterns (P, N), where these are; ``temperature`` in units of N, so that
    β = (T·N)^−n.

    The gradient is computed together with the cost: a step uses that of the last ``evaluate``.
    """

    def __init__(self, recipe: Recipe, patterns: NDArray[np.int8], voting: Voting) -> None:
        self._recipe, self._patterns = recipe, patterns.astype(np.float64)
        self._voting = voting
        n = patterns.shape[1]
        least = smallest_scale(n, recipe.order, np.dtype(np.float64), recipe.n_memories) / n
        wanted = recipe.temperature
        if wanted is not None and wanted < least:
            raise InvalidInputError(
                f"temperature must be {least:.3g} or more for powers of order {recipe.order} to "
                f"fit a float; got {wanted}"
            )
        generator = checks.stream(recipe.key)
        self.temperature = max(self._automatic(generator), least) if wanted is None else wanted
        # One over (h/S)^{n−1} where learning starts: gradients are about 1 then, for any order. A
        # step cancels the factor, but takes a gradient near 1e-30 for none.
        log_unit = (recipe.order - 1) * math.log(self.temperature / _SHARE)
        self._unit = math.exp(min(log_unit, _LARGEST_LOG))
        xp = module_of(patterns)
        self._noise: Floats = xp.asarray(generator.normal(0, _SPREAD, (recipe.n_memories, n)))
        self._velocity: Floats = xp.zeros((recipe.n_memories, n), np.float64)
        self._gradient: Floats | None = None
        self._steps, self._rate = 0, recipe.rate

    def start(self) -> Floats:
        """Initial memories (K, N), each biased towards one of the patterns. Otherwise the first to
        grow would represent all patterns, and with a high order remain the only one.
        """
        xp = module_of(self._noise)
        turn = xp.arange(len(self._noise)) % len(self._patterns)
        memories: Floats = xp.clip(_SHARE * self._patterns[turn] + self._noise, -1, 1)
        return memories

    def step(self, memories: Floats) -> Floats:
        """The memories after a step down the gradient, all patterns taken together."""
        if self._gradient is None:
            self.evaluate(memories)
        assert self._gradient is not None
        self._rate = training.decayed(self._recipe.rate, self._recipe.damp, self._steps)
        gradient, momentum = self._unit * self._gradient, self._recipe.momentum
        memories, velocity = training.momentum_step(
            memories, self._velocity, gradient, self._rate, momentum
        )
        self._velocity, self._gradient = velocity, None
        self._steps += 1
        return memories

    def evaluate(self, memories: Floats) -> dict[str, Any]:
        """Evaluation of the memories: ``errors`` counts the bits predicted wrongly or not at all,
        ``cost`` is the mean of (Y_i − x_i)^{2m}; ``rate`` is that of the step that led to them.
        """
        power, order, n = self._recipe.cost, self._recipe.order, self._patterns.shape[1]
        errors, cost, gradient = 0, 0.0, module_of(memories).zeros_like(memories)
        for some in rule.blocks(self._patterns, len(memories), self._voting):
            answered = rule.answers(some, memories, self.temperature * n, order, self._voting)
            y = rule.outputs(answered.votes, 1.0)
            gradient += rule.gradient(some, answered, rule.signal(y, some, power))
            cost += rule.cost(y, some, power)
            errors += int((answered.votes * some <= 0).sum())
        self._gradient = gradient
        return {"rate": self._rate, "errors": errors, "cost": cost / self._patterns.size}

    def _automatic(self, generator: np.random.Generator) -> float:
        """T at which the median output is tanh(3) if the patterns are the memories.

        Memories during training are no measure, as in ``classifier.training``.
        """
        n, xp = self._patterns.shape[1], module_of(self._patterns)
        chosen = self._patterns[xp.asarray(generator.permutation(len(self._patterns))[:_SAMPLE])]
        order = self._recipe.order
        votes = [
            rule.answers(some, chosen[: self._recipe.n_memories], n, order, self._voting).votes
            for some in rule.blocks(chosen, len(chosen), self._voting)
        ]
        median = float(xp.median(abs(xp.concatenate(votes))))
        return (median / _GAIN) ** (1 / order) if median > 0 else 0.5
