"""One step of a dense memory on real states, and its derivative; see ``models.graded``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.models.dense.interactions import Interaction

Floats = NDArray[np.float64]


class DenseStep:
    """f_i = tanh(D_i/2T), D_i = Σ_μ [F(m_μi + ξ^μ_i) − F(m_μi − ξ^μ_i)], m_μi = Σ_{j≠i} ξ^μ_j x_j.

    With the energy −log Σ_μ F the difference of logarithms is D_i instead; F is e^x then.

    Parameters
    ----------
    patterns : (P, N) ndarray
        ξ; real ones will do.
    interaction : Interaction
        F.
    temperature : float
        T, in units of D/2.
    """

    def __init__(
        self, patterns: Floats, interaction: Interaction, temperature: float = 1.0
    ) -> None:
        self.patterns = np.asarray(patterns, np.float64)
        self.interaction = interaction
        self.temperature = temperature

    def step(self, x: Floats) -> Floats:
        """tanh(D/2T)."""
        return np.tanh(self.drive(x) / (2 * self.temperature))

    def drive(self, x: Floats) -> Floats:
        """D_i, (B, N)."""
        return self.interaction.drive(*self._overlaps(x))

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """Σ_i w_i ∂D_i/∂x with w = (1 − f²) v/2T; D_i does not depend on x_i."""
        up, down = self._overlaps(x)
        drive, bend = self.interaction.drive(up, down), self.interaction.bend(up, down)
        weight = (1 - np.tanh(drive / (2 * self.temperature)) ** 2) * v / (2 * self.temperature)
        everywhere = np.einsum("bpi,bi->bp", bend, weight) @ self.patterns
        own = np.einsum("bpi,pi->bi", bend, self.patterns) * weight
        return everywhere - own

    def _overlaps(self, x: Floats) -> tuple[Floats, Floats]:
        """m + ξ and m − ξ, (B, P, N)."""
        others = (x @ self.patterns.T)[:, :, None] - x[:, None, :] * self.patterns
        return others + self.patterns, others - self.patterns
