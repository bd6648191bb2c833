"""What a state is: a stored pattern, its inverse, a mixture of patterns, or something of the
network's own making.

Symmetric mixtures sgn(±ξ¹ ± ξ² ± ξ³ …) of an odd number of patterns are attractors of the Hebbian
network at low load (Amit, Gutfreund & Sompolinsky, Phys. Rev. A 32, 1007, 1985, section III).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ORDERS = (3, 5, 7)
"""How many patterns a mixture is looked for in; even mixtures are undecided at some sites."""

_CANDIDATES = {3: 16, 5: 9, 7: 8}
"""Among how many of the patterns with the largest overlaps |m|."""

Part = tuple[int, int]


@dataclass(frozen=True)
class Classification:
    """What each state is; for a single state ``kind`` is a str and ``patterns`` its one tuple.

    Attributes
    ----------
    kind : (B,) str
        "stored", "inverse", "mixture" or "spurious".
    patterns : list of tuples of (index, sign)
        The patterns that the state is made of; empty when spurious.
    """

    kind: Any
    patterns: Any


def classify(states: NDArray[np.int8], patterns: NDArray[np.int8]) -> Classification:
    """Exact equality with ±ξ, or with the sign of a sum of 3, 5 or 7 patterns with signs;
    else spurious.
    """
    found = [_parts(state, patterns) for state in states]
    kinds = [_kind(parts) for parts in found]
    return Classification(np.array(kinds), found)


def _kind(parts: tuple[Part, ...]) -> str:
    if len(parts) == 1:
        return "stored" if parts[0][1] > 0 else "inverse"
    return "mixture" if parts else "spurious"


def _parts(state: NDArray[np.int8], patterns: NDArray[np.int8]) -> tuple[Part, ...]:
    """The patterns, with signs, that make up a state."""
    n = len(state)
    sums = patterns.astype(np.int64) @ state
    for sign in (1, -1):
        equal = np.flatnonzero(sums == sign * n)
        if equal.size:
            return ((int(equal[0]), sign),)
    nearest = np.argsort(-np.abs(sums), kind="stable")
    for order in _ORDERS:
        parts = _mixture(state, patterns, nearest[: _CANDIDATES[order]], order)
        if parts:
            return parts
    return ()


def _mixture(
    state: NDArray[np.int8], patterns: NDArray[np.int8], candidates: NDArray[np.int64], order: int
) -> tuple[Part, ...]:
    """The first set of ``order`` candidates, with signs, whose majority is the state."""
    if len(candidates) < order:
        return ()
    # s_i (±ξ_i ± …) > 0 at every site: only sums with the state matter.
    aligned = patterns[candidates] * state
    signs = np.array(list(product((1, -1), repeat=order)), np.int8)
    for chosen in combinations(range(len(candidates)), order):
        agrees = (signs @ aligned[list(chosen)] > 0).all(axis=1)
        if agrees.any():
            winner = signs[np.argmax(agrees)]
            parts = (
                (int(candidates[k]), int(sign)) for k, sign in zip(chosen, winner, strict=True)
            )
            return tuple(sorted(parts))
    return ()
