"""How a network's couplings change when patterns come and go.

Hebbian couplings are exact integers and add up; Storkey's rule is incremental by nature and needs
the true diagonal, which is kept apart when the network's own is zero; every other rule learns anew
from all patterns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, couplings, rules
from hopfield_sim.backends.protocol import Couplings
from hopfield_sim.rules.storkey import grow

Patterns = NDArray[np.int8]
Learnt = tuple[Couplings, NDArray[np.float64] | None]
"""Couplings, and Storkey's true diagonal where the network's own is zero."""


def learn(
    rule: str | rules.Rule,
    zero_diagonal: bool,
    patterns: Patterns,
    new: Patterns,
    previous: Couplings | None,
    diagonal: NDArray[np.float64] | None,
) -> Learnt:
    """Couplings of all ``patterns``, of which the last are ``new`` and the others in
    ``previous``.
    """
    _refuse_too_large(rule, patterns.shape[1])
    if rule == "hebbian":
        return couplings.change_hebbian(
            previous, patterns, new, 1, zero_diagonal=zero_diagonal
        ), None
    if rule == "storkey":
        return _storkey(zero_diagonal, new, previous, diagonal)
    return couplings.real(rules.get(rule)(patterns, zero_diagonal=zero_diagonal)), None


def unlearn(
    rule: str | rules.Rule,
    zero_diagonal: bool,
    left: Patterns,
    gone: Patterns,
    previous: Couplings | None,
) -> Learnt:
    """Couplings of the patterns ``left`` when ``gone`` are removed from ``previous``."""
    if rule == "hebbian":
        return couplings.change_hebbian(previous, left, gone, -1, zero_diagonal=zero_diagonal), None
    return learn(rule, zero_diagonal, left, left, None, None)


def _storkey(
    zero_diagonal: bool,
    new: Patterns,
    previous: Couplings | None,
    diagonal: NDArray[np.float64] | None,
) -> Learnt:
    """Go on from the weights so far, with their true diagonal."""
    n = new.shape[1]
    weights = np.zeros((n, n)) if previous is None else previous.columns.copy()
    diagonal = np.diagonal(weights).copy() if diagonal is None else diagonal.copy()
    np.fill_diagonal(weights, 0.0)
    grow(weights, diagonal, new)
    if not zero_diagonal:
        np.fill_diagonal(weights, diagonal)
    return couplings.real(weights, symmetric=True), diagonal if zero_diagonal else None


def _refuse_too_large(rule: str | rules.Rule, n: int) -> None:
    """Tell before allocating: a matrix of N² numbers, and as much again to make it."""
    size = 4 if rule == "hebbian" else 16
    checks.memory(
        size * n * n,
        f"a weight matrix of {n} x {n} neurons",
        "use fewer neurons, or a machine with more memory",
    )
