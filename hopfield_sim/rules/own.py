"""A rule of the caller's own, held to what every rule promises."""

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
"""``rule(patterns, *, zero_diagonal=True)``: patterns (P, N) of ±1 to weights (N, N)."""


@dataclass(frozen=True)
class OwnRule:
    """A callable whose weights are checked, and whose diagonal is zeroed where that is wanted.

    Parameters
    ----------
    function : callable
        Takes patterns, a fresh float64 array (P, N) of ±1, in which no sum over patterns wraps
        around, and returns an array_like (N, N). It may have a keyword ``zero_diagonal``, and is
        told then.
    """

    function: Callable[..., Any]

    def __call__(self, patterns: Any, *, zero_diagonal: bool = True) -> NDArray[np.float64]:
        """Weights (N, N) of patterns (P, N); what the function raises is said with its name."""
        array, _ = checks.patterns(patterns)
        zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
        n_neurons = array.shape[1]
        told = {"zero_diagonal": zero_diagonal} if self._listens() else {}
        rule = f"rule {self.name}"
        try:
            answer = self.function(array.astype(np.float64), **told)
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
        """The function's own name, or what Python shows of it."""
        return checks.show(getattr(self.function, "__name__", self.function)).strip("'")

    def _listens(self) -> bool:
        try:
            return "zero_diagonal" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):  # some compiled callables do not tell
            return False
