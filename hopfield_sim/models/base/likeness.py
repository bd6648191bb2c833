"""Detection of patterns that are too similar for a memory, whose common part dominates."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks

_LOOKED_AT = 32
_CHANCE = 20.0
"""Random patterns are classified as similar with a probability below e^−20."""

WRONG = 0.002
"""Fewer unstable bits than this, beyond twice the number explained by the load, are no warning."""

SOME = 0.01
"""The same for memories that are the advice where patterns are only a little alike."""


def overlap(patterns: NDArray[np.int8]) -> float:
    r"""Root mean square of the overlaps m of patterns (P, N), if it is more than chance; else 0.

    It is of different ones, among at most 32 of the patterns. For random patterns N m² is χ² with
    one degree of freedom: the mean over M pairs is above :math:`1 + 2\sqrt{x/M} + 2x/M` with a
    probability of at most :math:`e^{-x}` (B. Laurent, P. Massart, Ann. Statist. 28, 1302, 2000,
    lemma 1).
    """
    count, n = patterns.shape
    if count < 2:
        return 0.0
    some = _some(patterns)
    pairs = len(some) * (len(some) - 1) // 2
    real = some.astype(np.float32)
    products = (real @ real.T).astype(np.float64)
    # Each pair stands there twice, and each pattern with itself.
    square = (float(np.vdot(products, products)) - len(some) * n**2) / (2 * pairs * n**2)
    by_chance = 1 + 2 * math.sqrt(_CHANCE / pairs) + 2 * _CHANCE / pairs
    return math.sqrt(square) if n * square > by_chance else 0.0


def warn(
    patterns: NDArray[np.int8],
    alike: float,
    unstable: Callable[[NDArray[np.int8]], NDArray[np.bool_]],
    holder: str,
    remedy: str,
    worth: float = WRONG,
) -> bool:
    r"""Warn if a memory does not store patterns (P, N) that are too similar.

    Two conditions must hold, among at most 32 of the patterns: bits are unstable, and their
    fraction is more than twice :math:`Q(\sqrt{N/P})`, which the load explains in a Hebbian network;
    it explains less in others.

    Parameters
    ----------
    patterns : (P, N) ndarray of int8
        All stored patterns.
    alike : float
        Their ``overlap``.
    unstable : callable
        Which bits (B, N) of states (B, N) would change.
    holder, remedy : str
        What stores them, and what would store them, for the message.
    worth : float
        Fraction of unstable bits, beyond what the load explains, that is worth a warning.

    Returns
    -------
    bool
        Whether it warned.
    """
    count, n = patterns.shape
    some = _some(patterns)
    from statistics import NormalDist  # takes a moment to load

    wrong = float(unstable(some).mean())
    explained = NormalDist().cdf(-math.sqrt(n / (count - 1)))
    if wrong <= worth + 2 * explained:
        return False
    checks.warn(
        f"{holder} does not hold these {count} patterns: {wrong:.1%} of their bits are unstable "
        f"(of as many random ones {explained:.1g}), because they are alike: they overlap by "
        f"{alike:.2f}, by chance it were {1 / math.sqrt(n):.2f}, "
        f"and {float((some > 0).mean()):.0%} of the bits are +1. {remedy}; "
        "advise=False keeps this quiet.",
    )
    return True


def _some(patterns: NDArray[np.int8]) -> NDArray[np.int8]:
    """At most 32 of the patterns, from first to last."""
    count = len(patterns)
    if count <= _LOOKED_AT:
        return patterns
    return patterns[np.linspace(0, count - 1, _LOOKED_AT).round().astype(np.int64)]
