"""Classification of states: stored pattern, inverse, mixture of patterns, or spurious state.

Symmetric mixtures sgn(±ξ¹ ± ξ² ± ξ³ …) of an odd number of patterns are attractors of the Hebbian
network at low load (Amit, Gutfreund & Sompolinsky, Phys. Rev. A 32, 1007, 1985, section III).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ORDERS = (3, 5, 7)
"""Numbers of patterns in a mixture; the sign of an even number is undefined at some sites."""

_CANDIDATES = {3: 16, 5: 9, 7: 8}
"""Number of patterns, those with the largest overlaps |m|, among which mixtures are searched."""

_OWN = 0.125
"""A state with at most this fraction of wrong bits is nearer to its pattern than to any mixture,
which differs from each of its patterns at a quarter of the sites or more (random patterns).
"""

_BLOCK_SITES = 512

Part = tuple[int, int]


@dataclass(frozen=True)
class Classification:
    """The kind of each state; for a single state the attributes are a str, a tuple and a float.

    Attributes
    ----------
    kind : (B,) ndarray of str
        "stored", "inverse", "mixture" or "spurious".
    patterns : list of tuples of (index, sign)
        Indices and signs of the patterns in the nearest pattern, inverse or mixture; empty for
        spurious states.
    overlap : (B,) ndarray of float64
        Overlap with the nearest pattern, inverse or mixture; 1 for equality.
    """

    kind: Any
    patterns: Any
    overlap: Any


def classify(states: NDArray[np.int8], patterns: NDArray[np.int8], within: float) -> Classification:
    """The nearest of ±ξ and of the signs of sums of 3, 5 or 7 signed patterns; spurious if more
    than a fraction ``within`` of the bits differs from it.
    """
    n = states.shape[1]
    least = n - 2 * math.floor(within * n + 1e-9)
    nearest = [_nearest(state, patterns, least) for state in states]
    named = [parts if overlap >= least else () for parts, overlap in nearest]
    overlaps = np.array([overlap / n for _, overlap in nearest])
    return Classification(np.array([_kind(parts) for parts in named]), named, overlaps)


def _kind(parts: tuple[Part, ...]) -> str:
    if len(parts) == 1:
        return "stored" if parts[0][1] > 0 else "inverse"
    return "mixture" if parts else "spurious"


def _nearest(
    state: NDArray[np.int8], patterns: NDArray[np.int8], least: int
) -> tuple[tuple[Part, ...], int]:
    """The signed patterns whose sum has the nearest sign to a state, and N times its overlap; of
    equally near ones that of the fewest patterns.
    """
    n = len(state)
    sums = patterns.astype(np.int64) @ state
    nearest = np.argsort(-np.abs(sums), kind="stable")
    first = int(nearest[0])
    parts: tuple[Part, ...] = ((first, 1 if sums[first] > 0 else -1),)
    overlap = abs(int(sums[first]))
    if overlap >= max(least, (1 - 2 * _OWN) * n):
        return parts, overlap
    for order in _ORDERS:
        if overlap == n or len(patterns) < order:
            break
        mixed, mixed_overlap = _mixture(state, patterns, nearest[: _CANDIDATES[order]], order)
        if mixed_overlap > overlap:
            parts, overlap = mixed, mixed_overlap
    return parts, overlap


def _mixture(
    state: NDArray[np.int8], patterns: NDArray[np.int8], candidates: NDArray[np.int64], order: int
) -> tuple[tuple[Part, ...], int]:
    """The set of ``order`` candidates with the signs whose majority is nearest to the state."""
    n = len(state)
    sets = np.array(list(combinations(range(len(candidates)), order)))
    signs = np.array(list(product((1, -1), repeat=order)), np.int8)
    # Where s_i (±ξ_i ± …) > 0 the majority agrees: only products with the state matter.
    aligned = patterns[candidates] * state
    agree = np.zeros((len(sets), len(signs) // 2), np.int64)
    for start in range(0, n, _BLOCK_SITES):
        terms = aligned[:, start : start + _BLOCK_SITES][sets]
        sums = terms[:, :1]
        for term in np.split(terms[:, 1:], order - 1, axis=1):
            sums = np.stack([sums + term, sums - term], axis=2).reshape(
                len(sets), -1, term.shape[2]
            )
        agree += np.count_nonzero(sums > 0, axis=2)
    # The other half of the signs are the opposites, in reverse order.
    agree = np.concatenate([agree, n - agree[:, ::-1]], axis=1)
    best, how = np.unravel_index(agree.argmax(), agree.shape)
    parts = sorted(zip(candidates[sets[best]].tolist(), signs[how].tolist(), strict=True))
    return tuple(parts), 2 * int(agree[best, how]) - n
