"""One step of a memory from real states, and its derivative: what a perturbation of a cue can do.

For binary neurons the step is what a heat bath makes of a site on average,

    f_i(x) = ⟨s_i⟩ = tanh(D_i(x) / 2T),    D_i = E(s_i = −1) − E(s_i = +1),

in which the other sites take the real values x. Its sign is the synchronous step at zero
temperature, so that x ← sign f(x) from a state of ±1 is ``recall(update="sync")``. A continuous
memory moves by its own rule. Each kind of memory has a class with two formulas in its own folder,
``graded.py``: f, and Jᵀv, the gradient of v·f(x).
"""

from __future__ import annotations

from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.errors import InvalidInputError

__all__ = ["Affine", "Graded", "graded", "steep"]

Floats = NDArray[np.float64]

_STEEPNESS = 4.0
"""D/2T at the patterns stored, on average."""


class Graded(Protocol):
    """One step from real states, and its derivative."""

    def step(self, x: Floats) -> Floats:
        """f(x), (B, N)."""

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """Σ_i v_i ∂f_i/∂x, (B, N): the gradient of v·f at x."""


class Affine:
    """Another memory's step in other units: it knows u = (x + shift)·scale where we say x.

    Parameters
    ----------
    inner : Graded
        In its own units.
    shift, scale : float
        Between the two.
    """

    def __init__(self, inner: Graded, shift: float, scale: float) -> None:
        self.inner, self.shift, self.scale = inner, shift, scale

    def inside(self, x: Floats) -> Floats:
        """x in the units of the memory."""
        return (x + self.shift) * self.scale

    def outside(self, u: Floats) -> Floats:
        """u in ours."""
        return u / self.scale - self.shift

    def step(self, x: Floats) -> Floats:
        """f between the two changes of units."""
        return self.outside(self.inner.step(self.inside(x)))

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """The scales cancel."""
        return self.inner.pulled(self.inside(x), v)


def graded(memory: Any) -> Graded:
    """The step of a memory that has stored patterns.

    The temperature of binary memories is such that D/2T is 4 on average at the patterns stored: f
    is steep where signs are decided. (With a flat one its largest errors are in how far f is from
    ±1. They grow when x shrinks, which turns no sign, and that is what an attack would do.)

    Raises
    ------
    InvalidInputError
        For a memory, or a kind of it, whose step is not known here.

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
    """The temperature for what stored patterns feel: a quarter of its mean size, 1 if that is 0."""
    return float(np.abs(fields).mean()) / _STEEPNESS or 1.0
