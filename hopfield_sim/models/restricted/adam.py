"""The baseline that restricted networks are compared with: gradient descent on the mean squared
error, with Adam's steps (D. P. Kingma, J. Ba, ICLR 2015, arXiv:1412.6980, algorithm 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FORGET, _FORGET_SQUARE, _FLOOR = 0.9, 0.999, 1e-8
"""β₁, β₂ and ε of the paper, at its values."""


def slope(patterns: Floats, weights: Floats) -> Floats:
    """∂C/∂W, (N, m), of the cost C = ⟨(f(x) − x)²⟩ over all bits of all patterns X (P, N), with
    f(x) = tanh(tanh(x W) Wᵀ).

    W stands in f twice, and both paths count.
    """
    hidden = np.tanh(patterns @ weights)
    output = np.tanh(hidden @ weights.T)
    error = (output - patterns) * (1 - output**2) * (2 / patterns.size)
    back = (error @ weights) * (1 - hidden**2)
    return error.T @ hidden + patterns.T @ back


class Adam:
    """Steps of about ``rate`` for every weight, whatever the size of its gradient."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.steps = 0
        self.mean: Floats | float = 0.0
        self.square: Floats | float = 0.0

    def __call__(self, patterns: Floats, weights: Floats) -> Floats:
        """W after one step, (N, m)."""
        gradient = slope(patterns, weights)
        self.steps += 1
        self.mean = _FORGET * self.mean + (1 - _FORGET) * gradient
        self.square = _FORGET_SQUARE * self.square + (1 - _FORGET_SQUARE) * gradient**2
        mean = self.mean / (1 - _FORGET**self.steps)
        square = self.square / (1 - _FORGET_SQUARE**self.steps)
        return weights - self.rate * mean / (np.sqrt(square) + _FLOOR)
