"""The formulas of a dense memory that learns to complete its own patterns.

Memories ξ are (K, N); each bit of a pattern x (B, N) of ±1 is predicted from the others. One
function per formula; arrays are validated elsewhere. With h_μ = ξ_μ·x, h^{i±} is the overlap with
site i at ±1: h with the bit unchanged, and h − 2 x_i ξ_{μi} with the bit flipped. So all N
predictions of a pattern need only the powers of B·N·K overlaps. Overlaps are divided by a scale S,
as in ``classifier.rule``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats, rectified
from hopfield_sim.checks.places import module_of
from hopfield_sim.models.classifier import rule as classifier_rule

_POWERS = 1 << 14
"""Number of powers computed at a time, 128 kB: memory for more is asked from the system, and
cleared by it, in every operation, which can take longer than the operation."""

_POWERS_THERE = 1 << 26
"""The same on a device, which wants many."""


class Answers(NamedTuple):
    """Powers n − 1 of the overlaps, in units of S^{n−1}, and the votes for each bit.

    ``kept`` (B, K) with all bits as they are, ``turned`` (B, N, K) with bit i flipped, and
    ``votes`` (B, N), D_i = Σ_μ [F(h^{i+}) − F(h^{i−})] in units of S^n.
    """

    kept: Floats
    turned: Floats
    votes: NDArray[np.float64]


def answers(patterns: Floats, memories: Floats, scale: float, order: int) -> Answers:
    """Prediction of every bit of every pattern by the memories.

    Examples
    --------
    A memory and a pattern that agree in 2 of 3 bits, F(x) = x²: with bit 0, 1, 2 flipped the
    overlap of 1 is −1, −1, 3.

    >>> answered = answers(np.array([[1.0, 1.0, -1.0]]), np.array([[1.0, 1.0, 1.0]]), 1.0, 2)
    >>> answered.votes
    array([[1., 1., 8.]])
    """
    xp, overlaps = module_of(patterns), patterns @ memories.T / scale
    turned = patterns[:, :, None] * (memories.T * (2 / scale))
    xp.subtract(overlaps[:, None, :], turned, out=turned)
    powers = rectified(turned, order - 1, order=order)
    kept = rectified(overlaps, order - 1, order=order)
    before = xp.einsum("bk,bk->b", kept, overlaps)
    votes = patterns * (before[:, None] - xp.einsum("bik,bik->bi", powers, turned))
    return Answers(kept, powers, votes.astype(np.float64, copy=False))


def gradient(patterns: Floats, answered: Answers, signal: Floats) -> Floats:
    """dξ = Σ_{i, batch} G_i [(h^{i+})_+^{n−1} x^{i+} − (h^{i−})_+^{n−1} x^{i−}], (K, N), up to a
    positive factor, which the step of momentum cancels.

    The first term has x itself, the second x with bit i flipped: the sum is Σ_batch x_j Σ_i G_i
    x_i (p − p^i), as if both had x, plus 2 Σ_batch G_j p^j.
    """
    xp, agreeing = module_of(patterns), signal * patterns
    pull = answered.kept * agreeing.sum(axis=1)[:, None]
    pull -= xp.einsum("bi,bik->bk", agreeing, answered.turned)
    own = xp.einsum("bj,bjk->kj", signal, answered.turned)
    d: Floats = pull.T @ patterns + 2 * own
    return d


def blocks(states: NDArray[Any], n_memories: int) -> Iterator[NDArray[Any]]:
    """The states (B, N), some at a time, so that the powers of their overlaps fit."""
    powers = _POWERS if module_of(states) is np else _POWERS_THERE
    size = max(1, powers // (states.shape[1] * n_memories))
    for start in range(0, len(states), size):
        yield states[start : start + size]


outputs, cost, signal = classifier_rule.outputs, classifier_rule.cost, classifier_rule.signal
