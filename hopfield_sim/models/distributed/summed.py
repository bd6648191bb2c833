"""Energy, gradient and curvature of patterns summed into one vector of random features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.reference.waves import Waves
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.distributed import validity
from hopfield_sim.models.distributed.features import (
    KERNELS,
    Comparison,
    Kernel,
    Projection,
    compare,
    curve,
    features,
    total,
)
from hopfield_sim.recall.vectors import Floats

ENERGIES = ("log", "plain")
_MOST_FEATURES = 2**40


@dataclass(frozen=True)
class Recipe:
    """Settings of the random features and of the energy.

    Attributes
    ----------
    n_features : int
        Y.
    beta : float
        β.
    kernel, energy : str
        Name of the random features; "log" or "plain".
    orthogonal : bool
        Whether random directions are orthogonal in groups of D.
    key : int
        The seed of the random directions.
    backend : str
        Implementation of the features.
    budget : int, optional
        Largest size in bytes of random directions that are kept in memory.
    """

    n_features: int
    beta: float
    kernel: str
    energy: str
    orthogonal: bool
    key: int
    backend: str
    budget: int | None = None

    @property
    def kind(self) -> Kernel:
        """Kernel of the random features."""
        return KERNELS[self.kernel]

    @property
    def n_numbers(self) -> int:
        """Length of T: Y or 2Y."""
        return self.kind.parts * self.n_features

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """Required dtype of patterns: float64 for exponentials (float32 overflows); else None."""
        return np.dtype(np.float64) if self.kind.positive else None

    @classmethod
    def validated(
        cls,
        n_features: Any,
        beta: float,
        kernel: Any,
        energy: Any,
        orthogonal: Any,
        rng: Any,
        backend: str,
    ) -> Recipe:
        """Validate the arguments of the constructor, except ``beta`` and ``backend``."""
        return cls(
            checks.integer(n_features, "n_features", minimum=1, maximum=_MOST_FEATURES),
            beta,
            checks.choice(kernel, KERNELS, "kernel"),
            checks.choice(energy, ENERGIES, "energy"),
            checks.flag(orthogonal, "orthogonal"),
            checks.key(rng),
            backend,
        )

    # ------------------------------------------------------------------ features and their sum

    def draw(self, n_neurons: int, dtype: np.dtype[Any]) -> Projection:
        """The random directions for patterns of this length; the size of T is checked first."""
        checks.memory(
            24 * self.n_numbers, f"a memory of {self.n_numbers} numbers", "use fewer features"
        )
        if self.orthogonal:
            checks.memory(
                32 * n_neurons**2,
                f"orthogonal directions of {n_neurons} numbers",
                "use orthogonal=False",
            )
        return Projection(self.key, self.n_features, n_neurons, self.orthogonal, dtype, self.budget)

    def features(self, drawn: Projection, states: Floats) -> Floats:
        """Return φ of each state, (B, Y) or (B, 2Y)."""
        checks.memory(
            states.dtype.itemsize * self.n_numbers * len(states),
            f"{self.n_numbers} features of {len(states)} states",
            "pass fewer states at a time",
        )
        return features(self.kind, drawn, self.beta, states, self._engine())

    def total(self, drawn: Projection, patterns: Floats) -> NDArray[np.float64]:
        """Σ φ(ξ), (parts, Y)."""
        return total(self.kind, drawn, self.beta, patterns, self._engine())

    # ------------------------------------------------------------------ energy and derivatives

    def compare(
        self,
        drawn: Projection,
        memory: NDArray[np.float64],
        states: Floats,
        *,
        gradient: bool = False,
    ) -> Comparison:
        """⟨φ(x), T⟩ of each state, and its gradient."""
        return compare(
            self.kind, drawn, self.beta, states, memory, self._engine(), gradient=gradient
        )

    def downhill(
        self, drawn: Projection, memory: NDArray[np.float64], states: Floats, step: float
    ) -> Floats:
        """Return x − step · ∇E(x), (B, D); raise an error for states that diverge."""
        slope = self.gradients(self.compare(drawn, memory, states, gradient=True))
        with np.errstate(over="ignore", invalid="ignore"):  # told below
            after = (states - step * slope).astype(states.dtype, copy=False)
        validity.still_near(after, self.beta, step)
        return after

    def energies(self, comparison: Comparison) -> NDArray[np.float64]:
        """−log max(⟨φ, T⟩, ε)/β, or −⟨φ, T⟩/β."""
        xp: Any = places.module_of(comparison.product)
        found: NDArray[np.float64]
        if self.energy == "plain":
            found = -xp.exp(comparison.log_scale) * comparison.product / self.beta
            return found
        least = self.kind.floor
        with np.errstate(divide="ignore"):  # nothing at all of the memory: an infinite energy
            logs = xp.log(xp.maximum(comparison.product, least))
        found = -(logs + comparison.log_scale) / self.beta
        return found

    def gradients(self, comparison: Comparison) -> NDArray[np.float64]:
        """Return the gradients of the energy; 0 where the logarithm is clipped."""
        assert comparison.gradient is not None
        xp: Any = places.module_of(comparison.product)
        if self.energy == "plain":
            out: NDArray[np.float64] = -xp.exp(comparison.log_scale)[:, None] * comparison.gradient
            return out / self.beta
        dead = validity.dead(self.kernel, comparison)
        below = xp.where(dead, 1.0, comparison.product)
        out = -comparison.gradient / (self.beta * below)[:, None]
        out[dead] = 0.0
        return out

    def curved(
        self,
        drawn: Projection,
        memory: NDArray[np.float64],
        states: Floats,
        directions: Floats,
    ) -> NDArray[np.float64]:
        """∇²E v: with K = ⟨φ, T⟩ it is −(∇²K v − ∇K (∇K·v)/K)/(βK), or −∇²K v/β."""
        if self.kind.positive:
            raise InvalidInputError(
                "the curvature is known for features that are waves, kernel 'sincos' or 'cos'; "
                f"got {self.kernel!r}"
            )
        bend = curve(self.kind, drawn, self.beta, states, directions, memory, self._engine())
        if self.energy == "plain":
            return -bend / self.beta
        comparison = self.compare(drawn, memory, states, gradient=True)
        assert comparison.gradient is not None
        dead = validity.dead(self.kernel, comparison)
        below = np.where(dead, 1.0, comparison.product)[:, None]
        along = np.einsum("bi,bi->b", comparison.gradient, directions)[:, None]
        out = -(bend - comparison.gradient * along / below) / (self.beta * below)
        out[dead] = 0.0
        return out

    @property
    def xp(self) -> Any:
        """Array module of the implementation."""
        return backends.get(self.backend).xp

    def _engine(self) -> Waves:
        return backends.get(self.backend).waves
