"""The formulas of a dense memory that learns to complete its own patterns.

Memories ξ are (K, N); each bit of a pattern x (B, N) of ±1 is predicted from the others. One
function per formula; arrays are validated elsewhere. With h_μ = ξ_μ·x, h^{i±} is the overlap with
site i at ±1: h with the bit unchanged, and h − 2 x_i ξ_{μi} with the bit flipped. So all N
predictions of a pattern need only the powers of B·N·K overlaps. Overlaps are divided by a scale S,
as in ``classifier.rule``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.backends.reference.voting import Answers, Voting
from hopfield_sim.models.classifier import rule as classifier_rule


def answers(
    patterns: Floats, memories: Floats, scale: float, order: int, voting: Voting
) -> Answers:
    """Prediction of every bit of every pattern by the memories: its ``votes`` (B, N) are D_i =
    Σ_μ [F(h^{i+}) − F(h^{i−})] in units of S^n.

    Examples
    --------
    A memory and a pattern that agree in 2 of 3 bits, F(x) = x²: with bit 0, 1, 2 flipped the
    overlap of 1 is −1, −1, 3.

    >>> import numpy as np
    >>> patterns, memories = np.array([[1.0, 1.0, -1.0]]), np.array([[1.0, 1.0, 1.0]])
    >>> answers(patterns, memories, 1.0, 2, Voting()).votes
    array([[1., 1., 8.]])
    """
    steps = memories.T * (2 / scale)
    return voting.answers(patterns @ memories.T / scale, steps, patterns, order)


def gradient(patterns: Floats, answered: Answers, signal: Floats) -> Floats:
    """dξ = Σ_{i, batch} G_i [(h^{i+})_+^{n−1} x^{i+} − (h^{i−})_+^{n−1} x^{i−}], (K, N), up to a
    positive factor, which the step of momentum cancels.

    The first term has x itself, the second x with bit i flipped: the sum is Σ_batch x_j Σ_i G_i
    x_i (p − p^i), as if both had x, plus 2 Σ_batch G_j p^j.
    """
    pull, own = answered.pull(signal)
    d: Floats = pull.T @ patterns + 2 * own.T
    return d


def blocks(states: NDArray[Any], n_memories: int, voting: Voting) -> Iterator[NDArray[Any]]:
    """The states (B, N), some at a time, so that the powers of their overlaps fit."""
    size = max(1, voting.turned(states) // (states.shape[1] * n_memories))
    for start in range(0, len(states), size):
        yield states[start : start + size]


outputs, cost, signal = classifier_rule.outputs, classifier_rule.cost, classifier_rule.signal
