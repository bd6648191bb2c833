"""How similarities become weights of the memories, one class per kind.

All are of one form: weights p ≥ 0 that sum to 1 and maximise β Σ p_μ s_μ + H(p) for an entropy H;
the largest value is β times the soft maximum of the scores s, whose slope they are. The energy of a
memory is made of it, so that a step goes down the energy whatever the kind (V. Hu et al.,
arXiv:2309.12673, 2023; S. Santos et al., arXiv:2402.13725, 2024).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.reference.attention import Attended, Attention, Memories
from hopfield_sim.checks.places import HERE, module_of, moved
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.modern.support import Support, Weighing, mean, supports

Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]

_NEWTON = 100
_NEWTONS_LAST = 1e-10
"""A step after which the next would be lost in rounding: each squares the error."""

_HALVINGS = 60

_NOTHING = 750.0
"""exp(−750) is 0 in float64."""


class Separation(ABC):
    """Weights of memories from their scores with queries (b, N), and the soft maximum of these."""

    name: ClassVar[str]
    label: ClassVar[str]

    @property
    def parameters(self) -> dict[str, Any]:
        """Arguments of the memory besides the name."""
        return {}

    @abstractmethod
    def attend(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Attended:
        """The weighted mean of the memories, with p_μ over the largest p as weights e_μ."""

    @abstractmethod
    def soft_maximum(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Doubles:
        """(max Σ p_μ s_μ + H(p)/β) − max H/β, (b,): from the mean score to the largest."""

    @abstractmethod
    def weights(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Floats:
        """Weights p, (b, P)."""

    @abstractmethod
    def evenness(self, n_patterns: int) -> float:
        """The largest entropy, that of all memories alike."""

    @abstractmethod
    def slopes(self, weights: Doubles) -> tuple[Doubles, Doubles | float]:
        """q, (b, P), and Σ q, with ∂p_μ/∂s_ν = β (q_μ δ_μν − q_μ q_ν/Σ q)."""

    @abstractmethod
    def betas(self, gaps: Doubles, nearest: Doubles, weight: float) -> Doubles:
        """The β at which a memory has this weight when the others score less by ``gaps`` (n, P),
        of which the smallest are ``nearest``; infinite for the memory itself.
        """


class Softmax(Separation):
    """p_μ ∝ exp(β s_μ): H is Shannon's entropy, and no weight is zero."""

    name, label = "softmax", "softmax"

    def attend(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Attended:
        """That of the engine."""
        return engine.attend(memories, queries, beta)

    def soft_maximum(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Doubles:
        """β⁻¹ log of the mean of exp(β s)."""
        return engine.soft_maximum(memories, queries, beta)

    def weights(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Floats:
        """That of the engine."""
        return engine.weights(memories, queries, beta)

    def evenness(self, n_patterns: int) -> float:
        """ln P."""
        return float(np.log(n_patterns))

    def slopes(self, weights: Doubles) -> tuple[Doubles, Doubles | float]:
        """p itself."""
        return weights, 1.0

    def betas(self, gaps: Doubles, nearest: Doubles, weight: float) -> Doubles:
        """Solve log Σ exp(−β gap) = log(1/weight − 1) row by row.

        The left side is convex and falls, so Newton's steps from the left never overshoot; the
        nearest memory alone gives a start there.
        """
        target = math.log(1 / weight - 1)
        beta = -target / nearest
        for _ in range(_NEWTON):
            e = np.exp(-beta[:, None] * (gaps - nearest[:, None]))  # 0 for the cue's own memory
            mass = e.sum(axis=1)
            slope = np.einsum("np,np->n", e, np.where(np.isfinite(gaps), gaps, 0)) / mass
            step = (np.log(mass) - beta * nearest - target) / slope
            beta += step
            if (np.abs(step) <= 1e-12 * beta).all():
                break
        return beta


class Sparse(Separation, Weighing):
    """All memories but a few have no weight, and are left out as soon as that is known."""

    @abstractmethod
    def rise(self, found: Support, beta: float, n_patterns: int) -> Doubles:
        """β (soft maximum − largest score), (b,)."""

    def attend(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Attended:
        """The mean of the few memories."""
        xp = module_of(queries)
        target = xp.empty(queries.shape, queries.dtype)
        mass, scaled = np.empty(len(queries)), np.empty(len(queries))
        for rows, found in supports(self, engine, memories, queries, beta):
            target[rows], scaled[rows] = mean(memories, found, queries.dtype)
            mass[rows] = 1 / found.weights.max(axis=1)
        place = xp.__name__
        return Attended(target, moved(mass, place), moved(scaled * mass, place))

    def soft_maximum(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Doubles:
        """From the few memories."""
        out = np.empty(len(queries))
        for rows, found in supports(self, engine, memories, queries, beta):
            rise = self.rise(found, beta, len(memories.patterns))
            out[rows] = found.scores.max(axis=1) + rise / beta
        soft: Doubles = moved(out, module_of(queries).__name__)
        return soft

    def weights(
        self, engine: Attention, memories: Memories, queries: Floats, beta: float
    ) -> Floats:
        """Zero but for the few memories."""
        xp = module_of(queries)
        out: Floats = xp.zeros((len(queries), len(memories.patterns)), queries.dtype)
        for rows, found in supports(self, engine, memories, queries, beta):
            row, column = np.nonzero(found.weights)
            weights = xp.asarray(found.weights[row, column].astype(queries.dtype))
            out[rows][xp.asarray(row), xp.asarray(found.index[row, column])] = weights
        return out


class Entmax(Sparse):
    """p_μ = [(α − 1) β s_μ − τ]₊^{1/(α − 1)}, with the τ for which they sum to 1.

    H = Σ (p_μ − p_μ^α) / (α (α − 1)) is Tsallis's entropy. A memory whose score is larger than all
    others by 1/((α − 1) β) has the weight 1 (B. Peters, V. Niculae, A. Martins, ACL 2019).
    """

    name, label = "entmax", "α-entmax"

    def __init__(self, alpha: float = 1.5) -> None:
        self.alpha = alpha

    @property
    def parameters(self) -> dict[str, Any]:
        """α."""
        return {"alpha": self.alpha}

    def floor(self, scores: Floats, beta: float, largest: Doubles | float = 1.0) -> Doubles:
        """Further below the largest score there is no weight, since τ only rises with others."""
        a = self.alpha - 1
        top: Doubles = moved(scores.max(axis=1, keepdims=True), HERE).astype(np.float64)
        with np.errstate(over="ignore"):
            return np.asarray(top - largest**a / (a * beta))

    def weigh(self, scores: Doubles, beta: float) -> Doubles:
        """With scores from the largest, where −1 and less has no weight."""
        a = self.alpha - 1
        with np.errstate(over="ignore"):
            z = np.maximum(a * beta * (scores - scores.max(axis=1, keepdims=True)), -1)
        p = np.where(z > -1, np.maximum(z - self._threshold(z), 0) ** (1 / a), 0)
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def _threshold(self, z: Doubles) -> Doubles:
        """τ, (b, 1), in [−1, 0), at which the norm of order 1/(α − 1) of [z − τ]₊ is 1.

        For α ≤ 2 the norm is a convex function of τ and falls, so Newton's steps from −1 never
        overshoot; for α = 2 they end after finitely many.
        """
        order = 1 / (self.alpha - 1)
        if order < 1:
            return self._bisected(z)
        tau = np.full((len(z), 1), -1.0)
        for _ in range(_NEWTON):
            above = np.maximum(z - tau, 0)
            slopes = (above > 0).astype(float) if order == 1 else above ** (order - 1)
            norm = np.einsum("bw,bw->b", slopes, above)[:, None] ** (1 / order)
            step = (norm - 1) * norm ** (order - 1) / slopes.sum(axis=1, keepdims=True)
            tau += step
            if (step <= _NEWTONS_LAST).all():
                break
        return tau

    def _bisected(self, z: Doubles) -> Doubles:
        """For α > 2, by bisection of log(−τ)."""
        power = 1 / (self.alpha - 1)
        low = np.full((len(z), 1), (1 - self.alpha) * math.log(z.shape[1]))
        high = np.zeros((len(z), 1))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            enough = (np.maximum(z + np.exp(middle), 0) ** power).sum(axis=1, keepdims=True) >= 1
            high, low = np.where(enough, middle, high), np.where(enough, low, middle)
        return -np.exp(high)

    def rise(self, found: Support, beta: float, n_patterns: int) -> Doubles:
        """Σ p_μ z_μ + H(p) − H(1/P); the entropies from r = P p − 1, so that they do not cancel
        when the weights are nearly even.
        """
        p, alpha = found.weights, self.alpha
        top = found.scores.max(axis=1, keepdims=True)
        z = np.where(p > 0, beta * (np.where(p > 0, found.scores, top) - top), 0)
        r = n_patterns * p - 1
        with np.errstate(divide="ignore"):  # a weight of zero
            bent = (np.expm1(alpha * np.log1p(r)) - alpha * r).sum(axis=1)
        bent += (n_patterns - p.shape[1]) * (alpha - 1)
        return np.asarray((p * z).sum(axis=1) - bent / n_patterns**alpha / (alpha * (alpha - 1)))

    def evenness(self, n_patterns: int) -> float:
        """(1 − P^{1 − α}) / (α (α − 1))."""
        alpha = self.alpha
        return -math.expm1((1 - alpha) * math.log(n_patterns)) / (alpha * (alpha - 1))

    def slopes(self, weights: Doubles) -> tuple[Doubles, Doubles | float]:
        """p^{2 − α} where there is a weight."""
        some = weights > 0
        q = np.where(some, np.where(some, weights, 1) ** (2 - self.alpha), 0)
        return q, q.sum(axis=1, keepdims=True)

    def betas(self, gaps: Doubles, nearest: Doubles, weight: float) -> Doubles:
        """Bisect Σ (w^{α−1} − (α−1) β gap)₊^{1/(α−1)} = 1 − w, which falls with β, row by row."""
        a = self.alpha - 1
        own = weight**a
        low, high = np.zeros(len(gaps)), own / (a * nearest)
        for _ in range(_HALVINGS):
            beta = (low + high) / 2
            others = np.maximum(own - a * beta[:, None] * gaps, 0) ** (1 / a)
            less = others.sum(axis=1) <= 1 - weight
            high, low = np.where(less, beta, high), np.where(less, low, beta)
        return high


class Sparsemax(Entmax):
    """The weights nearest to β s, p_μ = [β s_μ − τ]₊: α-entmax with α = 2 (A. Martins, R.
    Astudillo, ICML 2016).
    """

    name, label = "sparsemax", "sparsemax"

    def __init__(self) -> None:
        super().__init__(2.0)

    @property
    def parameters(self) -> dict[str, Any]:
        """None: α is known."""
        return {}


class TopK(Sparse):
    """Softmax of the k largest scores, of equal ones those stored first."""

    name, label = "top-k", "top k"

    def __init__(self, k: int) -> None:
        self.k = k

    @property
    def parameters(self) -> dict[str, Any]:
        """k."""
        return {"k": self.k}

    def floor(self, scores: Floats, beta: float, largest: Doubles | float = 1.0) -> Doubles:
        """The score number k, or where its exponential is zero."""
        xp, count = module_of(scores), scores.shape[1]
        top: Doubles = moved(scores.max(axis=1, keepdims=True), HERE).astype(np.float64)
        with np.errstate(over="ignore"):
            least = top - _NOTHING / beta
        if count < self.k:
            return np.asarray(least)
        last = xp.partition(scores, count - self.k, axis=1)[:, count - self.k, None]
        return np.asarray(np.maximum(moved(last, HERE), least))

    def weigh(self, scores: Doubles, beta: float) -> Doubles:
        """Softmax of the k largest."""
        order = np.argsort(-scores, axis=1, kind="stable")[:, : self.k]
        best = np.take_along_axis(scores, order, axis=1)
        with np.errstate(over="ignore"):
            e = np.exp(beta * (best - best[:, :1]))
        p = np.zeros(scores.shape)
        np.put_along_axis(p, order, e / e.sum(axis=1, keepdims=True), axis=1)
        return p

    def rise(self, found: Support, beta: float, n_patterns: int) -> Doubles:
        """log of the mean of k exponentials, from the mean of exp − 1 where that is small."""
        count, some = min(self.k, n_patterns), found.weights > 0
        top = found.scores.max(axis=1, keepdims=True)
        z = beta * (np.where(some, found.scores, top) - top)
        below = (np.where(some, np.expm1(z), 0).sum(axis=1) - count + some.sum(axis=1)) / count
        mean_of = np.where(some, np.exp(z), 0).sum(axis=1) / count
        return np.where(below > -0.5, np.log1p(below), np.log(mean_of))

    def evenness(self, n_patterns: int) -> float:
        """ln k, or ln P of fewer memories."""
        return math.log(min(self.k, n_patterns))

    def slopes(self, weights: Doubles) -> tuple[Doubles, Doubles | float]:
        """p itself, as long as the same k are the largest."""
        return weights, 1.0

    def betas(self, gaps: Doubles, nearest: Doubles, weight: float) -> Doubles:
        """Those of softmax with the k − 1 nearest memories."""
        if self.k == 1:
            raise InvalidInputError("with k=1 one memory has all weight at any beta")
        if self.k <= gaps.shape[1]:
            gaps = np.partition(gaps, self.k - 2, axis=1)[:, : self.k - 1]
        return Softmax().betas(gaps, nearest, weight)


SEPARATIONS: dict[str, type[Separation]] = {
    kind.name: kind for kind in (Softmax, Sparsemax, Entmax, TopK)
}


def get(word: Any, alpha: Any = None, k: Any = None) -> Separation:
    """The separation of that name, with its parameter validated."""
    name = checks.choice(word, SEPARATIONS, "separation")
    if alpha is not None and name != Entmax.name:
        raise InvalidInputError(f"alpha is for separation='entmax'; got separation={name!r}")
    if k is not None and name != TopK.name:
        raise InvalidInputError(f"k is for separation='top-k'; got separation={name!r}")
    if name == Entmax.name:
        alpha = checks.real(1.5 if alpha is None else alpha, "alpha", minimum=1, maximum=10)
        if alpha < 1.001:
            raise InvalidInputError(
                f"alpha must be 1.001 or more, 1 is separation='softmax'; got {alpha:g}"
            )
        return Entmax(alpha)
    if name == TopK.name:
        if k is None:
            raise InvalidInputError(
                "separation='top-k' needs k=, the number of memories that have a weight"
            )
        return TopK(checks.integer(k, "k", minimum=1))
    return SEPARATIONS[name]()
