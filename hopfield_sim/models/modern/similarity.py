"""Similarities of states and memories with their energies, one class per similarity.

All but Manhattan have a score of the form scale_μ (q·ξ^μ) + bias_μ with a query q computed from the
state; this is all that the engine needs. If memories are further from the origin than from each
other, products are computed relative to an origin amid them: otherwise their differences would be
lost in the rounding of their common part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.reference.attention import Attended, Memories
from hopfield_sim.checks.places import module_of
from hopfield_sim.checks.reals import first
from hopfield_sim.errors import InvalidInputError

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]

_BLOCK = 1 << 20


class Similarity:
    """Scores, energy and gradient of memories, compared over the ``observed`` coordinates.

    Parameters
    ----------
    patterns : (P, N) ndarray of float
        The memories.
    observed : (N,) array_like of bool, optional
        Coordinates to compare; by default all.
    """

    name: str
    energetic: ClassVar[bool] = True
    """Whether there is an energy, which a step lowers."""

    def __init__(self, patterns: Floats, observed: Mask | None) -> None:
        self.observed = observed
        self.n_patterns = len(patterns)
        self.memories = self.compare(patterns)

    def compare(self, patterns: Floats) -> Memories:
        """The representation of the memories for the engine."""
        raise TypeError("a similarity says how it compares")

    def over(self, patterns: Floats, observed: Mask | None) -> Similarity:
        """The same similarity for other memories or coordinates."""
        return type(self)(patterns, observed)

    def queries(self, states: Floats) -> Floats:
        """Queries, which are compared with the memories, (B, N)."""
        return self._seen(states)

    def largest_score(self, queries: Floats) -> float:
        """Approximate size of the terms of a score of these queries."""
        return 1.0

    def energy(self, states: Floats, soft: NDArray[np.float64], even: float) -> NDArray[np.float64]:
        """E of each state, (B,), from the soft maximum of its scores, for softmax β⁻¹ log of the
        mean of exp(β score), and what it lacks from that of the sum, β⁻¹ ln P.
        """
        raise TypeError("a similarity says what its energy is")

    def gradient(self, states: Floats, attended: Attended) -> Floats:
        """∂E/∂x, (B, N); zero where nothing is observed."""
        return self._seen(states - attended.target)

    def _seen(self, rows: Floats) -> Floats:
        """Rows (B, N) with zeros where nothing is observed."""
        if self.observed is None:
            return rows
        seen = module_of(rows).where(self.observed, rows, rows.dtype.type(0))
        return seen

    def _blocks(self, patterns: Floats) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """The observed part of some patterns at a time, in float64."""
        step = max(1, _BLOCK // patterns.shape[1])
        for start in range(0, len(patterns), step):
            rows = slice(start, start + step)
            part = patterns[rows] if self.observed is None else patterns[rows][:, self.observed]
            yield rows, part.astype(np.float64)

    def _squares(self, patterns: Floats) -> NDArray[np.float64]:
        """‖ξ‖² of each pattern over what is observed, (P,)."""
        xp = module_of(patterns)
        squares = xp.empty(len(patterns))
        for rows, part in self._blocks(patterns):
            squares[rows] = xp.einsum("pi,pi->p", part, part)
        return squares


class Centred(Similarity):
    """Scores from products with the memories as they are, or less an ``origin`` (N,) amid them."""

    def compare(self, patterns: Floats) -> Memories:
        """Find the origin; with the largest ‖ξ‖² from it."""
        self.origin, keys = self._amid(patterns)
        self.squares = self._squares(patterns if keys is None else keys)
        return Memories(patterns, keys=keys)

    def largest_score(self, queries: Floats) -> float:
        """‖q‖ ‖ξ‖, and ‖ξ‖² for the bias."""
        longest = math.sqrt(self.squares.max())
        largest = math.sqrt(2 * _half_square(queries).max())
        return longest * max(longest, largest)

    def queries(self, states: Floats) -> Floats:
        """From the same origin as the keys."""
        return self._seen(states if self.origin is None else states - self.origin)

    def _amid(self, patterns: Floats) -> tuple[Floats | None, Floats | None]:
        """Their mean and the patterns less it, if that is shorter than they are by half."""
        origin = patterns.mean(axis=0, dtype=np.float64).astype(patterns.dtype)
        origin = self._seen(origin[None])[0]
        mean = 2 * float(_half_square(origin[None])[0])
        if 2 * mean <= float(self._squares(patterns).mean()):
            return None, None
        checks.memory(
            2 * patterns.nbytes, "the memories from an origin amid them", "store fewer, as float32"
        )
        return origin, patterns - origin


class Dot(Centred):
    """x·ξ, and E = −β⁻¹ log Σ_μ exp(β ξ^μ·x) + ½ x·x + β⁻¹ ln P + ½ M², M = max‖ξ‖.

    Scores are x·(ξ − c) from an origin c, the same but for x·c that is common to all memories.
    Ramsauer et al., ICLR 2021 (arXiv:2008.02217), eqs. 2 and 3.
    """

    name = "dot"

    def compare(self, patterns: Floats) -> Memories:
        """Represent the memories as they are, or relative to the origin."""
        memories = super().compare(patterns)
        self.largest = float(self._squares(patterns).max())
        return memories

    def queries(self, states: Floats) -> Floats:
        """Queries are the states; only the keys are relative to the origin."""
        return self._seen(states)

    def energy(self, states: Floats, soft: NDArray[np.float64], even: float) -> NDArray[np.float64]:
        """½‖x‖² + ½M² − the soft maximum of x·ξ."""
        if self.origin is not None:
            soft = soft + self._seen(states) @ self.origin.astype(np.float64)
        return _half_square(self._seen(states)) + 0.5 * self.largest - soft


class Euclidean(Centred):
    """−½‖x − ξ‖², and E = −β⁻¹ log Σ_μ exp(−½β ‖x − ξ^μ‖²).

    The term ½‖x‖² is the same for every memory: it is left out of the score and put into E.
    """

    name = "euclidean"

    def compare(self, patterns: Floats) -> Memories:
        """With the bias −½‖ξ‖²."""
        memories = super().compare(patterns)
        return replace(memories, bias=-0.5 * self.squares)

    def energy(self, states: Floats, soft: NDArray[np.float64], even: float) -> NDArray[np.float64]:
        """−β⁻¹ log of the sum, not of the mean, so that it is 0 at a memory that is alone."""
        return _half_square(self.queries(states)) - soft - even


class Cosine(Similarity):
    """x̂·ξ̂, both centred on their own mean and of length 1, and E = 1 + β⁻¹ ln P − β⁻¹ log Σ_μ
    exp(β x̂·ξ̂^μ).

    A step leads to the mean of the memories with weights p_μ/σ_μ, σ_μ the length of the centred
    memory: centred, that is the direction of Σ p_μ ξ̂^μ, towards which E falls. A state without
    contrast has no direction; its x̂ is 0.
    """

    name = "cosine"

    def compare(self, patterns: Floats) -> Memories:
        """Scaled by 1/σ; a query that is centred needs centred memories only where their means are
        larger than σ, or 1/σ leaves the range of the dtype.
        """
        n_patterns, count, xp = len(patterns), self._count(patterns), module_of(patterns)
        lengths, means = xp.empty(n_patterns), xp.empty(n_patterns)
        for rows, part in self._blocks(patterns):
            size = abs(part).max(axis=1)
            means[rows] = abs(part.mean(axis=1))
            lengths[rows] = _lengths(_less_mean(part))
            # What is left of a constant pattern after centring is rounding.
            lengths[rows][lengths[rows] <= _flat(part.shape[1], patterns.dtype) * size] = 0
        if not lengths.all():
            raise InvalidInputError(
                f"patterns must not be constant for similarity 'cosine', which compares what is "
                f"left when the mean is taken away; pattern {first(lengths == 0)[0]} is, in the "
                "coordinates that are compared"
            )
        least, most = float(lengths.min()), float(lengths.max())
        bound = float(np.finfo(patterns.dtype).max) ** 0.25
        if most / least > bound:
            raise InvalidInputError(
                f"patterns must have contrasts of like size for similarity 'cosine'; the largest "
                f"is {most:.3g}, the least {least:.3g}; scale them one by one"
            )
        self.unit, keys = 1.0, None
        if (means * math.sqrt(count) > lengths).any() or not 1 / bound < least < most < bound:
            self.unit = least
            checks.memory(2 * patterns.nbytes, "the memories less their means", "store fewer")
            keys = xp.zeros_like(patterns)
            where = slice(None) if self.observed is None else self.observed
            for rows, part in self._blocks(patterns):
                keys[rows, where] = _less_mean(part) / self.unit
        return Memories(patterns, scale=self.unit / lengths, keys=keys)

    def queries(self, states: Floats) -> Floats:
        """x̂, (B, N)."""
        return self._directions(states)[0]

    def energy(self, states: Floats, soft: NDArray[np.float64], even: float) -> NDArray[np.float64]:
        """The energy of ``Dot`` for vectors of length 1."""
        return 1 - soft

    def gradient(self, states: Floats, attended: Attended) -> Floats:
        """−(g − (g·x̂) x̂)/‖x centred‖, g = Σ p_μ ξ̂^μ; 0 for a state without contrast."""
        unit, length = self._directions(states)
        with np.errstate(over="ignore", invalid="ignore"):  # raises below
            weight = attended.scaled / attended.mass / self.unit
            pull = self._centred(attended.target) * weight[:, None]
            along = module_of(pull).einsum("bi,bi->b", pull, unit)[:, None] * unit
            slope = _divided(along - pull, length)
            steepest = float(abs(slope).max())
        if not steepest <= float(np.finfo(states.dtype).max):
            raise InvalidInputError(
                "the gradient of similarity 'cosine' is for these states one that no "
                f"{states.dtype} holds: their contrast is {float(length[length > 0].min()):.3g}; "
                "scale them"
            )
        return slope.astype(states.dtype)

    def _directions(self, states: Floats) -> tuple[Floats, NDArray[np.float64]]:
        """x̂ (B, N), and the length (B, 1) of the centred states."""
        centred = self._centred(states)
        length = _lengths(centred)[:, None]
        size = abs(self._seen(states)).max(axis=1, keepdims=True)
        length[length <= _flat(self._count(states), states.dtype) * size] = 0
        return _divided(centred, length).astype(states.dtype), length

    def _centred(self, states: Floats) -> NDArray[np.float64]:
        """Less their mean over what is observed, 0 elsewhere."""
        if self.observed is None:
            return _less_mean(states.astype(np.float64))
        out = module_of(states).zeros(states.shape)
        out[:, self.observed] = _less_mean(states[:, self.observed].astype(np.float64))
        return out

    def _count(self, states: Floats) -> int:
        return states.shape[1] if self.observed is None else int(self.observed.sum())


class Manhattan(Similarity):
    """1 / (1 + Σ_i |x_i − ξ_i|): a rule without an energy.

    B. Millidge et al., "Universal Hopfield Networks", ICML 2022.
    """

    name = "manhattan"
    energetic = False

    def compare(self, patterns: Floats) -> Memories:
        """With the mask of what is observed."""
        ones = module_of(patterns).ones
        mask = ones(patterns.shape[1]) if self.observed is None else self.observed
        return Memories(patterns, mask=mask.astype(patterns.dtype))


SIMILARITIES: dict[str, type[Similarity]] = {
    kind.name: kind for kind in (Dot, Cosine, Euclidean, Manhattan)
}


def demand_energy(compared: Similarity, what: str) -> None:
    """Raise if the similarity has no energy, which ``what`` needs."""
    if not compared.energetic:
        raise InvalidInputError(
            f"{what}: the similarity '{compared.name}' has no energy, it is a rule without one; "
            "use 'euclidean', 'cosine' or 'dot'"
        )


def _half_square(rows: Floats) -> NDArray[np.float64]:
    """½‖x‖² of each row."""
    squares = module_of(rows).einsum("bi,bi->b", rows, rows, dtype=np.float64)
    return 0.5 * squares


def _divided(rows: NDArray[np.float64], length: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows by their lengths (B, 1); 0 where that is 0."""
    where = module_of(rows).where
    found = where(length > 0, rows / where(length > 0, length, 1.0), 0.0)
    return found


def _less_mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows less their mean, which is known to rounding, and less what that has left; in place."""
    for _ in range(2):
        rows -= rows.mean(axis=1, keepdims=True)
    return rows


def _lengths(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """‖x‖ of each row; squares of it may be too small, or too large, for a float."""
    xp = module_of(rows)
    size = abs(rows).max(axis=1)
    size[size == 0] = 1
    scaled = rows / size[:, None]
    return size * xp.sqrt(xp.einsum("bi,bi->b", scaled, scaled))


def _flat(n: int, dtype: np.dtype[Any]) -> float:
    """Of its largest number, the length that a row of n equal numbers has after centring."""
    return 4 * float(np.finfo(dtype).eps) * float(np.sqrt(n))
