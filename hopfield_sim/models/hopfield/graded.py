"""One step of pair couplings on real states, and its derivative; see ``models.graded``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class PairStep:
    """f = tanh((W x − θ)/T).

    Parameters
    ----------
    weights : (N, N) ndarray
        W, with its diagonal.
    thresholds : (N,) ndarray
        θ.
    temperature : float
        T, in units of a field.
    """

    def __init__(self, weights: Floats, thresholds: Floats, temperature: float = 1.0) -> None:
        self.weights, self.thresholds = weights, thresholds
        self.temperature = temperature

    def step(self, x: Floats) -> Floats:
        """tanh(h/T)."""
        return np.tanh((x @ self.weights.T - self.thresholds) / self.temperature)

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """Wᵀ ((1 − f²) v)/T."""
        return ((1 - self.step(x) ** 2) * v) @ self.weights / self.temperature
