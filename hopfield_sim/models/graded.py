"""One step of a memory from real states, and its derivative: what a perturbation of a cue can do.

For binary neurons the step is what a heat bath makes of a site on average,

    f_i(x) = ⟨s_i⟩ = tanh(D_i(x) / 2T),    D_i = E(s_i = −1) − E(s_i = +1),

in which the other sites take the real values x. Its sign is the synchronous step at zero
temperature, so that x ← sign f(x) from a state of ±1 is ``recall(update="sync")``. A continuous
memory moves by its own rule. Each class has two formulas: f, and Jᵀv, the gradient of v·f(x).
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.dense.interactions import Interaction
from hopfield_sim.models.dense.memory import DenseMemory
from hopfield_sim.models.distributed.memory import DistributedMemory
from hopfield_sim.models.hopfield.pairs import PairNetwork
from hopfield_sim.models.modern.memory import ModernHopfield
from hopfield_sim.models.restricted.memory import RestrictedHopfield
from hopfield_sim.models.trained.memory import TrainedDenseMemory

__all__ = ["Affine", "Attending", "Dense", "Graded", "Pairs", "Restricted", "Summed", "graded"]

Floats = NDArray[np.float64]

_STEEPNESS = 4.0
"""D/2T at the patterns stored, on average."""


class Graded(Protocol):
    """One step from real states, and its derivative."""

    def step(self, x: Floats) -> Floats:
        """f(x), (B, N)."""

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """Σ_i v_i ∂f_i/∂x, (B, N): the gradient of v·f at x."""


class Pairs:
    """f = tanh((W x − θ)/T).

    Parameters
    ----------
    weights : (N, N)
        W, with its diagonal.
    thresholds : (N,)
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


class Dense:
    """f_i = tanh(D_i/2T), D_i = Σ_μ [F(m_μi + ξ^μ_i) − F(m_μi − ξ^μ_i)], m_μi = Σ_{j≠i} ξ^μ_j x_j.

    With the energy −log Σ_μ F the difference of logarithms is D_i instead; F is e^x then.

    Parameters
    ----------
    patterns : (P, N)
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
        up, down = self._overlaps(x)
        if self.interaction.exponential:
            return _soft_maximum(up) - _soft_maximum(down)
        return (self._power(up) - self._power(down)).sum(axis=1)

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """Σ_i w_i ∂D_i/∂x with w = (1 − f²) v/2T; D_i does not depend on x_i."""
        up, down = self._overlaps(x)
        if self.interaction.exponential:
            drive = _soft_maximum(up) - _soft_maximum(down)
            bend = _shifted(up, down)
        else:
            drive = (self._power(up) - self._power(down)).sum(axis=1)
            bend = self._slope(up) - self._slope(down)
        weight = (1 - np.tanh(drive / (2 * self.temperature)) ** 2) * v / (2 * self.temperature)
        everywhere = np.einsum("bpi,bi->bp", bend, weight) @ self.patterns
        own = np.einsum("bpi,pi->bi", bend, self.patterns) * weight
        return everywhere - own

    def _overlaps(self, x: Floats) -> tuple[Floats, Floats]:
        """M + ξ and m − ξ, (B, P, N)."""
        others = (x @ self.patterns.T)[:, :, None] - x[:, None, :] * self.patterns
        return others + self.patterns, others - self.patterns

    def _power(self, m: Floats) -> Floats:
        found: Floats = self._base(m) ** self.interaction.order
        return found

    def _slope(self, m: Floats) -> Floats:
        n = self.interaction.order
        # The slope of max(x, 0) itself is a step.
        below = self._base(m) ** (n - 1) if n > 1 else np.ones_like(m)
        if self.interaction.word == "rectified":
            below = np.where(m > 0, below, 0.0)
        return n * below

    def _base(self, m: Floats) -> Floats:
        return np.maximum(m, 0.0) if self.interaction.word == "rectified" else m


class Restricted:
    """f = tanh(tanh(x W) Wᵀ/T).

    Parameters
    ----------
    weights : (N, m)
        W.
    temperature : float
        T, in units of what visible neurons feel.
    """

    def __init__(self, weights: Floats, temperature: float = 1.0) -> None:
        self.weights, self.temperature = weights, temperature

    def step(self, x: Floats) -> Floats:
        """There and back."""
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


class Attending:
    """f = Ξᵀ p, p = softmax(β similarity): x − ∇E(x) of a modern network, "dot" or "euclidean".

    Parameters
    ----------
    memory : ModernHopfield
        With patterns.
    """

    def __init__(self, memory: ModernHopfield) -> None:
        if memory.similarity not in ("dot", "euclidean"):
            raise InvalidInputError(
                "the derivative of a step is known for similarity 'dot' and 'euclidean'; "
                f"got {memory.similarity!r}"
            )
        self.memory = memory

    def step(self, x: Floats) -> Floats:
        """The mean of the memories that x goes to."""
        return np.asarray(self.memory.attention(x) @ self.memory.patterns)

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """J = β (Σ_μ p_μ ξ^μ ξ^μᵀ − f fᵀ), the covariance of the memories as x weighs them."""
        p, xi = self.memory.attention(x), self.memory.patterns
        xi = xi - xi.mean(axis=0)  # a covariance, whatever the origin
        along = v @ xi.T
        centred = along - (p * along).sum(axis=1, keepdims=True)
        return np.asarray(self.memory.beta * (p * centred) @ xi)


class Summed:
    """f = x − ∇E(x) of a distributed memory: about the mean of the memories that x goes to.

    Parameters
    ----------
    memory : DistributedMemory
        With patterns, and features that are waves.
    """

    def __init__(self, memory: DistributedMemory) -> None:
        self.memory = memory

    def step(self, x: Floats) -> Floats:
        """X − ∇E(x)."""
        return x - np.asarray(self.memory.gradient(x))

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """V − ∇²E v."""
        return v - np.asarray(self.memory.curvature(x, v))


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
        """X in the units of the memory."""
        return (x + self.shift) * self.scale

    def outside(self, u: Floats) -> Floats:
        """U in ours."""
        return u / self.scale - self.shift

    def step(self, x: Floats) -> Floats:
        """F between the two changes of units."""
        return self.outside(self.inner.step(self.inside(x)))

    def pulled(self, x: Floats, v: Floats) -> Floats:
        """The scales cancel."""
        return self.inner.pulled(self.inside(x), v)


@singledispatch
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
    raise InvalidInputError(f"one step of {type(memory).__name__} is not known here")


@graded.register
def _(memory: PairNetwork) -> Graded:
    patterns = memory.patterns.astype(np.float64)
    fields = patterns @ memory.weights.T - memory.thresholds
    return Pairs(memory.weights, memory.thresholds, _cold(fields))


@graded.register
def _(memory: DenseMemory) -> Graded:
    patterns = memory.patterns.astype(np.float64)
    step = Dense(patterns, Interaction(memory.interaction, memory.order))
    step.temperature = _cold(step.drive(patterns) / 2)
    return step


@graded.register
def _(memory: TrainedDenseMemory) -> Graded:
    step = Dense(memory.memories.astype(np.float64), Interaction("rectified", memory.order))
    step.temperature = _cold(step.drive(memory.patterns.astype(np.float64)) / 2)
    return step


@graded.register
def _(memory: RestrictedHopfield) -> Graded:
    step = Restricted(memory.weights)
    step.temperature = _cold(step.fields(memory.patterns.astype(np.float64)))
    return step


@graded.register
def _(memory: ModernHopfield) -> Graded:
    return Attending(memory)


@graded.register
def _(memory: DistributedMemory) -> Graded:
    return Summed(memory)


def _cold(fields: Floats) -> float:
    """A quarter of the mean size of what stored patterns feel; 1 where that is nothing."""
    return float(np.abs(fields).mean()) / _STEEPNESS or 1.0


def _soft_maximum(m: Floats) -> Floats:
    """Log Σ_μ e^m over the patterns, (B, P, N) → (B, N)."""
    top = m.max(axis=1)
    return np.asarray(top + np.log(np.exp(m - top[:, None]).sum(axis=1)))


def _shifted(up: Floats, down: Floats) -> Floats:
    """softmax(up) − softmax(down) over the patterns, (B, P, N).

    Its sum is 0: the leader's share, near 1 in both, is what the others lose.
    """
    found = _softmax(up) - _softmax(down)
    leader = (up + down).argmax(axis=1)[:, None]
    np.put_along_axis(found, leader, 0.0, axis=1)
    np.put_along_axis(found, leader, -found.sum(axis=1, keepdims=True), axis=1)
    return found


def _softmax(m: Floats) -> Floats:
    """e^m as shares of the patterns, (B, P, N)."""
    grown = np.exp(m - m.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))
