"""How far spoilt cues come back in one network, as it learns pattern after pattern.

A Hebbian network answers for all points of a curve in one compiled call; other rules learn the
patterns between two points, and recall a batch of cues at each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks, couplings
from hopfield_sim.experiment import arguments
from hopfield_sim.patterns import flip

__all__ = ["overlaps"]


def overlaps(
    rule: str,
    config: Mapping[str, Any],
    patterns: NDArray[np.int8],
    n_patterns: Sequence[int],
    flipped: Sequence[int],
    wanted: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """The overlap N·m of each end with the pattern wanted, (L, S), by the course's conventions.

    Parameters
    ----------
    rule : str
        The learning rule.
    config : mapping
        With the ``backend`` and ``max_sweeps`` of the study.
    patterns : (P, N) int8
        Of ±1.
    n_patterns, flipped : sequences of L int
        At each point, how many of them are stored (in rising order) and how many distinct bits of
        every cue are flipped.
    wanted : (L, S) int64
        Which patterns the cues were made of.
    rng : numpy.random.Generator
        Chooses the bits.
    """
    if rule == "hebbian":
        factors = couplings.factors(patterns, zero_diagonal=True)
        return backends.get(config["backend"]).retrieval(
            factors,
            couplings.limits(factors, np.zeros(factors.n_neurons), "plus", None),
            np.asarray(n_patterns, np.int64),
            np.asarray(flipped, np.int64),
            np.ascontiguousarray(wanted),
            checks.key(rng),
            config["max_sweeps"],
        )
    net = arguments.network(rule, config)
    out = np.empty_like(wanted)
    stored = 0
    for point, count in enumerate(n_patterns):
        if count > stored:
            net.store(patterns[stored:count])
            stored = count
        targets = patterns[wanted[point]]
        run = net.recall(
            flip(targets, count=flipped[point], rng=rng),
            update="sync",
            ties="plus",
            max_sweeps=config["max_sweeps"],
            n_threads=1,
            rng=rng,
        )
        out[point] = np.einsum("bi,bi->b", run.states, targets, dtype=np.int64)
    return out
