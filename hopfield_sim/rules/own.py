"""User-defined learning rules, with checks of what they return."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, InvalidInputError

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
        rule = f"rule {self.name}"
        try:
            answer = self.function(array.astype(np.float64), **options)
        except HopfieldError:
            raise
        except MemoryError as error:
            raise InsufficientMemoryError(
                f"{rule} ran out of memory for patterns of shape {array.shape}"
            ) from error
        except Exception as error:
            raise InvalidInputError(
                f"{rule} raised {type(error).__name__} for patterns of shape {array.shape}, a "
                f"float64 array (P, N) of -1 and +1: {error}"
            ) from error
        name = f"the weights of {rule}"
        weights = checks.weights(answer, name=name)
        if len(weights) != n_neurons:
            raise InvalidInputError(
                f"{name} must be ({n_neurons}, {n_neurons}), as the patterns have {n_neurons} "
                f"neurons; got shape {weights.shape}"
            )
        if zero_diagonal:
            np.fill_diagonal(weights, 0.0)
        return weights

    @property
    def name(self) -> str:
        """Name of the function, or its ``repr``."""
        return checks.show(getattr(self.function, "__name__", self.function)).strip("'")

    def _takes_zero_diagonal(self) -> bool:
        try:
            return "zero_diagonal" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):  # some compiled callables have no signature
            return False
