"""Lagrangians of layers: a convex L(x) whose gradient is what the units of a layer give, g = ∂L/∂x.

The energy of a layer is the Legendre transform, x·g − L(x): with the identity ½ x², with softmax
Σ g ln g / β, an entropy (Krotov & Hopfield, ICLR 2021, eq. 3 to 7; Krotov, arXiv 2107.06446).
To add one, add a class, and its place in ``LAGRANGIANS``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class Lagrangian(ABC):
    """L of potentials x (B, ...), and its gradient; one of your own derives from this class."""

    name: str = ""

    @abstractmethod
    def value(self, x: Doubles) -> Doubles:
        """L of each state, (B,)."""

    @abstractmethod
    def activation(self, x: Doubles) -> Doubles:
        """Activities g = ∂L/∂x, of the shape of x."""


def _sum(terms: Doubles) -> Doubles:
    total: Doubles = terms.reshape(len(terms), -1).sum(axis=1)
    return total


class Identity(Lagrangian):
    """L = ½ Σ x², g = x."""

    name = "identity"

    def value(self, x: Doubles) -> Doubles:
        """½ Σ x²."""
        return _sum(x * x) / 2

    def activation(self, x: Doubles) -> Doubles:
        """The potentials themselves."""
        return x


class Sign(Lagrangian):
    """L = Σ |x|, g = sign x: neurons of ±1; a potential of exactly 0 gives 0."""

    name = "sign"

    def value(self, x: Doubles) -> Doubles:
        """Σ |x|."""
        return _sum(abs(x))

    def activation(self, x: Doubles) -> Doubles:
        """Signs."""
        return np.sign(x)


class Tanh(Lagrangian):
    """L = Σ ln cosh(βx) / β, g = tanh(βx)."""

    name = "tanh"

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def value(self, x: Doubles) -> Doubles:
        """Σ ln cosh(βx) / β, without overflow."""
        z = abs(self.beta * x)
        return _sum(z + np.log1p(np.exp(-2 * z)) - np.log(2)) / self.beta

    def activation(self, x: Doubles) -> Doubles:
        """tanh(βx)."""
        return np.tanh(self.beta * x)


class Softmax(Lagrangian):
    """L = ln Σ exp(βx) / β, g = softmax(βx), over all units of the layer, or along one axis of its
    shape, as over the kernels at each place of a convolution.
    """

    name = "softmax"

    def __init__(self, beta: float = 1.0, axis: int | None = None) -> None:
        self.beta, self.axis = beta, axis

    def _axes(self, x: Doubles) -> tuple[int, ...]:
        return tuple(range(1, x.ndim)) if self.axis is None else (self.axis + 1,)

    def value(self, x: Doubles) -> Doubles:
        """ln Σ exp(βx) / β, summed over the groups of units."""
        axes = self._axes(x)
        top = x.max(axis=axes, keepdims=True)
        rest = np.log(np.exp(self.beta * (x - top)).sum(axis=axes, keepdims=True))
        return _sum(top + rest / self.beta)

    def activation(self, x: Doubles) -> Doubles:
        """softmax(βx)."""
        axes = self._axes(x)
        e = np.exp(self.beta * (x - x.max(axis=axes, keepdims=True)))
        p: Doubles = e / e.sum(axis=axes, keepdims=True)
        return p


class Relu(Lagrangian):
    """L = Σ max(x, 0)ⁿ / n, g = max(x, 0)ⁿ⁻¹; n = 2 is the rectifier."""

    name = "relu"  # high powers may exceed the range of floats: the network looks

    def __init__(self, power: float = 2.0) -> None:
        self.power = power

    def value(self, x: Doubles) -> Doubles:
        """Σ max(x, 0)ⁿ / n."""
        return _sum(np.maximum(x, 0) ** self.power) / self.power

    def activation(self, x: Doubles) -> Doubles:
        """max(x, 0)ⁿ⁻¹."""
        return np.maximum(x, 0) ** (self.power - 1)


LAGRANGIANS: Final = {one.name: one for one in (Identity, Sign, Tanh, Softmax, Relu)}
"""The Lagrangians of the package by name."""
