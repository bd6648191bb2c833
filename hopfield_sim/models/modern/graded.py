"""One step of a modern network, and its derivative; see ``models.graded``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class AttentionStep:
    """f = Ξᵀ p, p the attention weights: x − ∇E(x) of a modern network, "dot" or "euclidean".

    Parameters
    ----------
    attention : callable
        Attention weights p of states, (B, N) → (B, P).
    patterns : (P, N) ndarray
        Ξ.
    beta : float
        β.
    slopes : callable
        q of the weights p, and Σ q, with ∂p_μ/∂s_ν = β (q_μ δ_μν − q_μ q_ν/Σ q): p itself for
        softmax.
    """

    def __init__(
        self,
        attention: Callable[[Floats], Any],
        patterns: NDArray[np.floating],
        beta: float,
        slopes: Callable[[Floats], tuple[Floats, Any]],
    ) -> None:
        self.attention, self.patterns, self.beta = attention, patterns, beta
        self.slopes = slopes

    def step(self, x: Floats) -> Floats:
        """The weighted mean of the memories."""
        return np.asarray(self.attention(x) @ self.patterns)

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """J = β (Σ_μ q_μ ξ^μ ξ^μᵀ − g gᵀ/Σ q), g = Σ_μ q_μ ξ^μ: for softmax the covariance of the
        memories as x weighs them.
        """
        (q, total), xi = self.slopes(self.attention(x)), self.patterns
        xi = xi - xi.mean(axis=0)  # a covariance, whatever the origin
        along = v @ xi.T
        mean = (q * along).sum(axis=1, keepdims=True) / total
        return np.asarray(self.beta * (q * (along - mean)) @ xi)
