"""Common parts of the training of memories: the order of examples, decreasing schedules, and the
momentum step, which moves each memory by the same maximum amount.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.checks.places import module_of

_NOTHING = 1e-30
"""A momentum of this size or less counts as zero."""


def decayed(rate: float, damp: float, epoch: int) -> float:
    """Learning rate ε = ε₀ f^epoch; the first epoch is number 0.

    Examples
    --------
    >>> decayed(0.5, 0.9, 0), decayed(0.5, 0.9, 2)
    (0.5, 0.405)
    """
    return rate * damp**epoch


def ramped(first: float, last: float, ramp: int, epoch: int) -> float:
    """Temperature from T_in in epoch 0 to T_f from epoch ``ramp`` on, in equal steps.

    Examples
    --------
    >>> [ramped(8.0, 4.0, 4, epoch) for epoch in range(6)]
    [8.0, 7.0, 6.0, 5.0, 4.0, 4.0]
    """
    return last if epoch >= ramp else first + (last - first) * epoch / ramp


def batches(key: int, epoch: int, n_examples: int, batch: int) -> Iterator[NDArray[np.int64]]:
    """All examples in a random order, in as few batches of at most ``batch`` as possible, whose
    sizes differ by at most one.

    The order is a function of (key, epoch) alone, so that an interrupted fit is resumed exactly.
    """
    order = checks.stream(key, epoch).permutation(n_examples)
    yield from np.array_split(order, -(-n_examples // batch))


def momentum_step(
    memories: Floats, velocity: Floats, gradient: Floats, rate: float, momentum: float
) -> tuple[Floats, Floats]:
    """V ← p V + dξ, ξ ← clip(ξ + ε V / max_j |V_j|, −1, 1), memory by memory (rows).

    Returns the memories and momenta after the step; the arguments are not modified.

    Examples
    --------
    >>> ones = np.zeros((1, 2)), np.zeros((1, 2))
    >>> memories, velocity = momentum_step(*ones, np.array([[2.0, -8.0]]), rate=0.5, momentum=0.6)
    >>> memories, velocity
    (array([[ 0.125, -0.5 ]]), array([[ 2., -8.]]))
    """
    velocity = momentum * velocity + gradient
    xp, largest = module_of(velocity), abs(velocity).max(axis=1, keepdims=True)
    step = rate * velocity / xp.maximum(largest, _NOTHING)
    return xp.clip(memories + step, -1, 1), velocity
