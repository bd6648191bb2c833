"""User-defined learning rules, with checks of what they return, and the thresholds of a rule."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
)

Rule = Callable[..., NDArray[Any]]
"""``rule(patterns, *, zero_diagonal=True)``, from patterns (P, N) of ±1 to weights (N, N)."""


@dataclass(frozen=True)
class OwnRule:
    """A user-defined rule whose weights are checked, and their diagonal set to zero on request.

    Parameters
    ----------
    function : callable
        Takes patterns, a new (P, N) ndarray of float64 with entries ±1 (so that sums over patterns
        cannot overflow as in int8), and returns an (N, N) array_like. If it has a keyword
        ``zero_diagonal``, that is passed to it.
    """

    function: Callable[..., Any]

    def __call__(self, patterns: Any, *, zero_diagonal: bool = True) -> NDArray[np.float64]:
        """Weights (N, N) of patterns (P, N); errors of the function are raised with its name."""
        array, _ = checks.patterns(patterns)
        zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
        n_neurons = array.shape[1]
        options = {"zero_diagonal": zero_diagonal} if self._takes_zero_diagonal() else {}
        answer = self._answer(partial(self.function, **options), array)
        name = f"the weights of rule {self.name}"
        weights = checks.weights(answer, name=name)
        if len(weights) != n_neurons:
            raise InvalidInputError(
                f"{name} must be ({n_neurons}, {n_neurons}), as the patterns have {n_neurons} "
                f"neurons; got shape {weights.shape}"
            )
        if zero_diagonal:
            np.fill_diagonal(weights, 0.0)
        return weights

    def thresholds(
        self, patterns: NDArray[np.int8], weights: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """The thresholds (N,) that the function brings with these weights; None if it has none.

        They are what its attribute ``thresholds`` returns for patterns, weights and the arguments
        that ``functools.partial`` has filled in.
        """
        function: Any = self.function
        options: dict[str, Any] = {}
        while isinstance(function, partial) and not hasattr(function, "thresholds"):
            options = function.keywords | options
            function = function.func
        options.pop("zero_diagonal", None)  # seen in the weights
        made = getattr(function, "thresholds", None)
        if made is None:
            return None
        name = f"the thresholds of rule {self.name}"
        if not callable(made):
            raise InvalidTypeError(
                f"{name} must be a function of patterns (P, N) and weights (N, N) that returns "
                f"thresholds (N,); got {checks.show(made)}"
            )
        array, _ = checks.patterns(patterns)
        shown = checks.weights(weights, name="weights")
        if len(shown) != array.shape[1]:
            raise InvalidInputError(
                f"weights must be ({array.shape[1]}, {array.shape[1]}), as the patterns have "
                f"{array.shape[1]} neurons; got shape {shown.shape}"
            )
        shown.flags.writeable = False
        answer = self._answer(partial(made, **options), array, shown)
        return checks.thresholds(answer, len(shown), name=name)

    def _answer(
        self, function: Callable[..., Any], patterns: NDArray[np.int8], *further: NDArray[Any]
    ) -> Any:
        """What the function returns for patterns; its errors are raised with the rule's name."""
        rule = f"rule {self.name}"
        try:
            return function(patterns.astype(np.float64), *further)
        except HopfieldError:
            raise
        except MemoryError as error:
            raise InsufficientMemoryError(
                f"{rule} ran out of memory for patterns of shape {patterns.shape}"
            ) from error
        except Exception as error:
            raise InvalidInputError(
                f"{rule} raised {type(error).__name__} for patterns of shape {patterns.shape}, a "
                f"float64 array (P, N) of -1 and +1: {error}"
            ) from error

    @property
    def name(self) -> str:
        """Name of the function, or its ``repr``."""
        return checks.show(getattr(self.function, "__name__", self.function)).strip("'")

    def _takes_zero_diagonal(self) -> bool:
        try:
            return "zero_diagonal" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):  # some compiled callables have no signature
            return False
