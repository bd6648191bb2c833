"""One step of a memory from real states, and its derivative, for perturbations of cues.

For binary neurons the step is the mean of a site in a heat bath,

    f_i(x) = ⟨s_i⟩ = tanh(D_i(x) / 2T),    D_i = E(s_i = −1) − E(s_i = +1),

in which the other sites have the real values x. Its sign is the synchronous step at zero
temperature, so that x ← sign f(x) from a state of ±1 is ``recall(update="sync")``. A continuous
memory uses its own update rule. Each kind of memory has a class with two formulas in the file
``graded.py`` of its folder: f, and Jᵀv, the gradient of v·f(x).
"""

from __future__ import annotations

from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.errors import InvalidInputError

__all__ = ["Affine", "Graded", "graded", "steep"]

Floats = NDArray[np.float64]

_STEEPNESS = 4.0
"""Mean of |D|/2T at the stored patterns."""


class Graded(Protocol):
    """One step from real states, and its derivative."""

    def step(self, x: Floats) -> Floats:
        """f(x), (B, N)."""

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """Σ_i v_i ∂f_i/∂x, (B, N): the gradient of v·f at x."""


class Affine:
    """The step of another memory in other units, u = (x + shift)·scale.

    Parameters
    ----------
    inner : Graded
        The step in its own units, u.
    shift, scale : float
        Conversion from x to u.
    """

    def __init__(self, inner: Graded, shift: float, scale: float) -> None:
        self.inner, self.shift, self.scale = inner, shift, scale

    def inside(self, x: Floats) -> Floats:
        """Convert x to the units of the memory."""
        return (x + self.shift) * self.scale

    def outside(self, u: Floats) -> Floats:
        """Convert u to the units of x."""
        return u / self.scale - self.shift

    def step(self, x: Floats) -> Floats:
        """f between the two conversions of units."""
        return self.outside(self.inner.step(self.inside(x)))

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """The scales cancel."""
        return self.inner.pulled(self.inside(x), v)


def graded(memory: Any) -> Graded:
    """The step of a memory with stored patterns.

    The temperature of binary memories is chosen such that |D|/2T is 4 on average at the stored
    patterns: f is steep where signs are decided. (For a flat f the loss is dominated by the
    distance of f from ±1. It increases if x shrinks, which changes no sign, and that is what an
    attack would do.)

    Raises
    ------
    InvalidInputError
        If the step of this kind of memory is not known.

    Examples
    --------
    >>> from hopfield_sim.models import HopfieldNetwork
    >>> step = graded(HopfieldNetwork().store([[1, 1, -1, -1]]))
    >>> step.step(np.array([[0.1, 0.0, -0.1, 0.0]])).round(2)
    array([[ 0.13,  0.26, -0.13, -0.26]])
    """
    step = getattr(memory, "_graded", None)
    if step is None:
        raise InvalidInputError(f"one step of {type(memory).__name__} is not known here")
    return cast(Graded, step())


def steep(fields: Floats) -> float:
    """Temperature for the fields at stored patterns: a quarter of their mean size, 1 if it is 0."""
    return float(np.abs(fields).mean()) / _STEEPNESS or 1.0
