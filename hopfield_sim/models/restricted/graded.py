"""One step of a restricted network on real states, and its derivative; see ``models.graded``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class RestrictedStep:
    """f = tanh(tanh(x W) Wᵀ/T).

    Parameters
    ----------
    weights : (N, m) ndarray
        W.
    temperature : float
        T, in units of the fields of visible neurons.
    """

    def __init__(self, weights: Floats, temperature: float = 1.0) -> None:
        self.weights, self.temperature = weights, temperature

    def step(self, x: Floats) -> Floats:
        """f of the states x, (B, N)."""
        return np.tanh(self.fields(x) / self.temperature)

    def fields(self, x: Floats) -> Floats:
        """tanh(x W) Wᵀ, (B, N)."""
        return np.asarray(np.tanh(x @ self.weights) @ self.weights.T)

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """W ((1 − h²) ∘ Wᵀ ((1 − f²) ∘ v))/T, h = tanh(x W)."""
        hidden = np.tanh(x @ self.weights)
        visible = np.tanh(hidden @ self.weights.T / self.temperature)
        below = ((1 - visible**2) * v / self.temperature) @ self.weights
        return np.asarray(((1 - hidden**2) * below) @ self.weights.T)
