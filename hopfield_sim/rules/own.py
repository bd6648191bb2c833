"""A rule of the caller's own, held to what every rule promises."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

Rule = Callable[..., NDArray[Any]]
"""``rule(patterns, *, zero_diagonal=True)``: patterns (P, N) of ±1 to weights (N, N)."""


@dataclass(frozen=True)
class OwnRule:
    """A callable whose weights are checked, and whose diagonal is zeroed where that is wanted.

    Parameters
    ----------
    function : callable
        Takes patterns (P, N) and returns an array_like (N, N). It may have a keyword
        ``zero_diagonal``, and is told then.
    """

    function: Callable[..., Any]

    def __call__(self, patterns: Any, *, zero_diagonal: bool = True) -> NDArray[np.float64]:
        """Weights (N, N) of patterns (P, N); the function gets a copy of its own."""
        array, _ = checks.patterns(patterns)
        zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
        n_neurons = array.shape[1]
        told = {"zero_diagonal": zero_diagonal} if self._listens() else {}
        name = f"the weights of rule {getattr(self.function, '__name__', self.function)}"
        weights = checks.weights(self.function(array, **told), name=name)
        if len(weights) != n_neurons:
            raise InvalidInputError(
                f"{name} must be ({n_neurons}, {n_neurons}), as the patterns have {n_neurons} "
                f"neurons; got shape {weights.shape}"
            )
        if zero_diagonal:
            np.fill_diagonal(weights, 0.0)
        return weights

    def _listens(self) -> bool:
        try:
            return "zero_diagonal" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):  # some compiled callables do not tell
            return False
