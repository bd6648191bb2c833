"""One step of a modern network, and its derivative; see ``models.graded``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class AttentionStep:
    """f = Ξᵀ p, p = softmax(β similarity): x − ∇E(x) of a modern network, "dot" or "euclidean".

    Parameters
    ----------
    attention : callable
        Attention weights p of states, (B, N) → (B, P).
    patterns : (P, N) ndarray
        Ξ.
    beta : float
        β.
    """

    def __init__(
        self, attention: Callable[[Floats], Any], patterns: NDArray[np.floating], beta: float
    ) -> None:
        self.attention, self.patterns, self.beta = attention, patterns, beta

    def step(self, x: Floats) -> Floats:
        """The weighted mean of the memories."""
        return np.asarray(self.attention(x) @ self.patterns)

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """J = β (Σ_μ p_μ ξ^μ ξ^μᵀ − f fᵀ), the covariance of the memories as x weighs them."""
        p, xi = self.attention(x), self.patterns
        xi = xi - xi.mean(axis=0)  # a covariance, whatever the origin
        along = v @ xi.T
        centred = along - (p * along).sum(axis=1, keepdims=True)
        return np.asarray(self.beta * (p * centred) @ xi)
