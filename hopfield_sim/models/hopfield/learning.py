"""Changes of couplings when patterns are added or removed.

Hebbian couplings are the patterns themselves, or those that a graph keeps; Storkey's rule is
incremental and needs the true diagonal, which is stored separately if that of the network is zero;
all other rules learn again from all patterns, and may bring thresholds; so does Storkey's where a
graph keeps only some couplings.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, rules
from hopfield_sim.backends.protocol import Couplings, Matrix
from hopfield_sim.backends.reference.pairs import Pairs
from hopfield_sim.checks import Compressed
from hopfield_sim.models.hopfield import couplings
from hopfield_sim.rules.storkey import grow

Patterns = NDArray[np.int8]
Learnt = tuple[Couplings, NDArray[np.float64] | None, NDArray[np.float64] | None]
"""Couplings, Storkey's true diagonal where the network's own is zero, and thresholds of the rule.
"""


def learn(
    rule: str | rules.Rule,
    zero_diagonal: bool,
    patterns: Patterns,
    new: Patterns,
    previous: Couplings | None,
    diagonal: NDArray[np.float64] | None,
    dtype: np.dtype[np.floating],
    kept: Compressed | None,
    backend: Pairs,
) -> Learnt:
    """Couplings of all ``patterns``, of which the last are ``new`` and the others in
    ``previous``; real ones in ``dtype``, only those ``kept`` in these columns, if given.
    """
    if rule == "hebbian" and kept is not None:
        return couplings.diluted(patterns, kept, backend), None, None
    if rule == "hebbian":
        return couplings.factors(patterns, zero_diagonal=zero_diagonal), None, None
    _refuse_too_large(patterns.shape[1])
    if rule == "storkey" and kept is None:
        return _storkey(zero_diagonal, new, previous, diagonal, dtype, backend)
    known = rules.RULES.get(rule) if isinstance(rule, str) else None
    function = rules.get(rule)
    if known is None or known.arrays is None:
        weights = function(patterns, zero_diagonal=zero_diagonal)
    else:
        (weights,) = backend.by_arrays(partial(known.arrays, zero_diagonal=zero_diagonal), patterns)
    if kept is not None:
        weights = couplings.masked(weights, kept)
    own = function if isinstance(function, rules.OwnRule) else rules.OwnRule(function)
    thresholds = own.thresholds(patterns, weights)
    if kept is not None:
        return couplings.sparse(couplings.entries(weights, kept), dtype), None, thresholds
    return couplings.real(checks.narrowed(weights, dtype, "weights")), None, thresholds


def _storkey(
    zero_diagonal: bool,
    new: Patterns,
    previous: Couplings | None,
    diagonal: NDArray[np.float64] | None,
    dtype: np.dtype[np.floating],
    backend: Pairs,
) -> Learnt:
    """Extend the current weights, with their true diagonal."""
    n = new.shape[1]
    assert previous is None or isinstance(previous, Matrix)
    weights = np.zeros((n, n), dtype) if previous is None else previous.columns.copy()
    diagonal = np.diagonal(weights).astype(np.float64) if diagonal is None else diagonal.copy()
    np.fill_diagonal(weights, 0.0)
    learnt = partial(grow, fresh=previous is None)
    weights, diagonal = backend.by_arrays(learnt, weights, diagonal, new)
    if not zero_diagonal:
        np.fill_diagonal(weights, diagonal)
    return couplings.real(weights, symmetric=True), diagonal if zero_diagonal else None, None


def _refuse_too_large(n: int) -> None:
    """Raise if a matrix of N² numbers, and as much temporary memory, do not fit into memory."""
    checks.memory(
        16 * n * n,
        f"a weight matrix of {n} x {n} neurons",
        "use fewer neurons, or rule='hebbian', which needs no matrix",
    )
