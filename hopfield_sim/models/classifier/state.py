"""State of a classifier between two epochs: parameters and progress of training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

Labels = NDArray[np.int64] | NDArray[np.str_] | NDArray[np.bool_]
Row = dict[str, float]

COLUMNS = ("epoch", "rate", "temperature", "cost", "train_error", "validation_error", "seconds")
"""Columns of a history; epochs count from 1, and there may be no validation."""

_COST = 4
"""Default m; suitable for every power."""

_LAST_RATE = 0.2
"""Default ratio of the last to the first learning rate."""

_RATE = 0.15
"""Learning rate ε if class neurons contribute little to an overlap."""

_SWAY, _LEAST = 7.5, 0.02
"""The rate is half of that where n/h is one in so many, and never less than this. A class neuron
changes h by 2, and the n-th power by one part in h/2n.
"""


@dataclass(frozen=True)
class Recipe:
    """Parameters of training; all but ``epochs`` are fixed once it has started."""

    n_memories: int
    order: int
    cost: int
    epochs: int
    batch: int | None
    rate: float | None
    damp: float
    momentum: float
    temperature: tuple[float, float] | None
    ramp: int
    patience: int | None
    dtype: np.dtype[np.floating]
    key: int

    @classmethod
    def validated(
        cls,
        *,
        n_memories: Any,
        order: Any,
        cost: Any,
        epochs: Any,
        batch: Any,
        rate: Any,
        damp: Any,
        momentum: Any,
        temperature: Any,
        ramp: Any,
        patience: Any,
        dtype: Any,
        rng: Any,
    ) -> Recipe:
        """Validate the arguments of the constructor."""
        order = checks.integer(order, "order", minimum=2, maximum=64)
        epochs = checks.integer(epochs, "epochs", minimum=1, maximum=10**9)
        if rate is not None:
            rate = checks.real(rate, "rate", minimum=0, maximum=2)
        if damp is None:
            damp = _LAST_RATE ** (1 / epochs)
        damp = checks.real(damp, "damp", minimum=0, maximum=1)
        if rate == 0 or damp == 0:
            raise InvalidInputError("rate and damp must be greater than 0, or nothing is learnt")
        momentum = checks.real(momentum, "momentum", minimum=0, maximum=1)
        if momentum == 1:
            raise InvalidInputError("momentum must be less than 1, or it never fades; got 1")
        return cls(
            n_memories=checks.integer(n_memories, "n_memories", minimum=1, maximum=2**40),
            order=order,
            cost=_COST if cost is None else checks.integer(cost, "cost", minimum=1, maximum=40),
            epochs=epochs,
            batch=None if batch is None else checks.integer(batch, "batch", minimum=1),
            rate=rate,
            damp=damp,
            momentum=momentum,
            temperature=_temperature(temperature),
            ramp=epochs // 2
            if ramp is None
            else checks.integer(ramp, "ramp", minimum=0, maximum=10**9),
            patience=_patience(patience),
            dtype=checks.float_type(dtype),
            key=checks.key(rng),
        )

    def with_epochs(self, epochs: Any) -> Recipe:
        """Return a copy with another number of epochs."""
        return replace(self, epochs=checks.integer(epochs, "epochs", minimum=1, maximum=10**9))

    def with_key(self, key: int) -> Recipe:
        """Return a copy with another key of the random numbers."""
        return replace(self, key=key)

    def batch_for(self, n_examples: int) -> int:
        """Number of examples of a step; by default twenty steps an epoch, at most 1000 examples."""
        return self.batch or max(1, min(1000, n_examples // 20))

    def rate_for(self, overlap: float) -> float:
        """Initial ε; by default the smaller, the more a class neuron changes the n-th power of an
        overlap of this size.
        """
        return self.rate or max(_RATE / (1 + (_SWAY * self.order / overlap) ** 2), _LEAST)

    def differences(self, other: Recipe) -> list[str]:
        """Names of the parameters that differ and must not, to continue training."""
        free = ("epochs", "key")
        names = [name for name in self.__dataclass_fields__ if name not in free]
        return [name for name in names if getattr(self, name) != getattr(other, name)]


@dataclass(frozen=True)
class State:
    """Parameters and progress at the end of an epoch.

    Parameters
    ----------
    memories, velocity : (K, d + C) ndarray of float
        ξ and its momentum V.
    classes : (C,) ndarray
        The labels, sorted.
    shape : tuple of int or None
        That of an image, where images are learnt from.
    digest : int
        Checksum of the examples and labels: training continues with the same ones only.
    schedule : (float, float)
        T_in and T_f, in units of the number of inputs.
    history : tuple of dict
        A row an epoch.
    best : (K, d + C) ndarray or None
        The memories after the epoch with the smallest validation error, where there is a patience.
    signed : bool or None
        Whether any input was below 0; None where a file does not say.
    """

    memories: Floats
    velocity: Floats
    classes: Labels
    shape: tuple[int, ...] | None
    digest: int
    schedule: tuple[float, float]
    history: tuple[Row, ...]
    best: Floats | None = None
    signed: bool | None = None

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)

    @property
    def n_inputs(self) -> int:
        """Number of inputs, d."""
        return self.memories.shape[1] - len(self.classes)

    @property
    def best_epoch(self) -> int:
        """Index of the epoch with the smallest validation error, the first of equals."""
        return int(np.argmin([row["validation_error"] for row in self.history]))

    @property
    def result(self) -> Floats:
        """The memories in use: the best ones if there is a patience, else the last."""
        return self.memories if self.best is None else self.best

    @property
    def temperature(self) -> float:
        """Temperature of the memories in use, in units of the number of inputs."""
        if not self.history:
            return self.schedule[0]
        return self.history[-1 if self.best is None else self.best_epoch]["temperature"]

    def finished(self, recipe: Recipe) -> bool:
        """Whether all epochs are done, or the validation error has not fallen for too long."""
        if recipe.patience is None or not self.history:
            return self.epoch >= recipe.epochs
        idle = self.epoch - 1 - self.best_epoch
        return self.epoch >= recipe.epochs or idle >= recipe.patience


def _patience(value: Any) -> int | None:
    return None if value is None else checks.integer(value, "patience", minimum=1)


def _temperature(value: Any) -> tuple[float, float] | None:
    """None for "auto", or two positive numbers."""
    if isinstance(value, str):
        checks.choice(value, ("auto",), "temperature")
        return None
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise InvalidTypeError(
            'temperature must be "auto" or two numbers (T_in, T_f), in units of the number of '
            f"inputs, such as (0.9, 0.5); got {checks.show(value)}"
        )
    first, last = (checks.real(t, "temperature", minimum=1e-6, maximum=1e3) for t in value)
    return first, last
