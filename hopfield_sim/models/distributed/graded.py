"""One step of a distributed memory, and its derivative; see ``models.graded``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class SummedStep:
    """f = x − ∇E(x) of a distributed memory: about the mean of the memories that x goes to.

    Parameters
    ----------
    gradient, curvature : callable
        ∇E of states, and ∇²E v of states and v; features that are waves have them.
    """

    def __init__(
        self, gradient: Callable[[Floats], Floats], curvature: Callable[[Floats, Floats], Floats]
    ) -> None:
        self.gradient, self.curvature = gradient, curvature

    def step(self, x: Floats) -> Floats:
        """x − ∇E(x)."""
        return x - np.asarray(self.gradient(x))

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """v − ∇²E v."""
        return v - np.asarray(self.curvature(x, v))
