"""Choice of β, and diagnosis of states that all converge to the same memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.modern.attending import Attending
from hopfield_sim.models.modern.separation import Separation, Softmax
from hopfield_sim.models.modern.similarity import Euclidean, Floats

_CUES = 256
_SCORES = 1 << 22

_EVEN = 0.9
"""Σ exp(β (score − largest)) is about the number of memories that a state is the mean of; this
fraction of all of them counts as all.
"""


def share(value: Any, name: str) -> float:
    """Validate a fraction between 0 and 1, both excluded."""
    number = checks.real(value, name)
    if not 0 < number < 1:
        raise InvalidInputError(f"{name} must be between 0 and 1; got {number}")
    return number


def sample(n_patterns: int) -> NDArray[np.int64]:
    """Indices of at most 256 memories, evenly spread, fewer of very many."""
    count = min(n_patterns, _few(n_patterns))
    return np.linspace(0, n_patterns - 1, count).round().astype(np.int64)


def some(cues: Floats, n_patterns: int) -> Floats:
    """At most 256 cues, evenly spread, fewer against very many memories."""
    return cues[:: -(-len(cues) // _few(n_patterns))]


def suggest_beta(attending: Attending, cues: Floats | None, weight: Any, fraction: Any) -> float:
    """The smallest β for these cues, or for the memories themselves."""
    patterns, own = attending.compared.memories.patterns, None
    if cues is None:
        own = sample(len(patterns))
        cues = patterns[places.module_of(patterns).asarray(own)]
    else:
        cues = some(cues, len(patterns))
    scores = places.moved(attending.scores(cues), places.HERE).astype(np.float64)
    parts = share(weight, "weight"), share(fraction, "fraction")
    return smallest_beta(scores, own, *parts, attending.compared.name, attending.separation)


def smallest_beta(
    scores: NDArray[np.float64],
    own: NDArray[np.int64] | None,
    weight: float,
    fraction: float,
    similarity: str,
    separation: Separation | None = None,
) -> float:
    """The smallest β at which a fraction of the cues have at least ``weight`` on their own memory.

    1/(1 + Σ_{μ≠own} exp(−β (score_own − score_μ))) = weight, for every cue by itself.

    Parameters
    ----------
    scores : (n, P) ndarray of float
        Similarities of every cue with every memory.
    own : (n,) int, optional
        Index of each cue's memory; by default the one with the largest score.
    separation : Separation, optional
        How weights follow from scores; by default softmax, as in the formula.

    Raises
    ------
    InvalidInputError
        If there is no such β.
    """
    if weight <= 0.5:
        raise InvalidInputError(f"weight must be greater than 0.5, to single out one; got {weight}")
    n, n_patterns = scores.shape
    if n_patterns < 2:
        raise InvalidInputError("suggest_beta() tells memories apart; only one is stored")
    if own is None:
        own = scores.argmax(axis=1)
    rows = np.arange(n)
    gaps = scores[rows, own][:, None] - scores
    gaps[rows, own] = np.inf
    nearest = gaps.min(axis=1)
    distinct = nearest > 1e-290  # β must be a number
    wanted = math.ceil(fraction * n - 1e-9)
    if distinct.sum() < wanted:
        raise InvalidInputError(
            f"no beta tells the memories apart: {n - distinct.sum()} of {n} cues are as similar to "
            f"another memory as to their own, or more; {_remedy(similarity)}"
        )
    betas = np.sort((separation or Softmax()).betas(gaps[distinct], nearest[distinct], weight))
    return float(betas[wanted - 1])


def warn_of_collapse(attending: Attending, starts: Floats, ends: Floats) -> None:
    """Warn, with the reason, if several states converged to one place that is not their own."""
    compared = attending.compared
    patterns, n = compared.memories.patterns, len(ends)
    if n < 2 or len(patterns) < 3 or not _same(ends):
        return
    shared = float(attending.attend(ends[:1]).mass[0])  # by about so many memories
    cues = some(starts, len(patterns))
    near = Attending(Euclidean(patterns, compared.observed), attending.beta, attending.engine)
    own = near.scores(cues).argmax(axis=1)
    xp = places.module_of(ends)
    scores = attending.scores(xp.concatenate([ends[:1], cues]))
    place = int(scores[0].argmax())
    others = int((own != place).sum())
    if 2 * others <= len(own):
        return
    if shared >= 1.5:
        which = "all" if shared > _EVEN * len(patterns) else f"about {shared:.0f} of the"
        spread = float(xp.median(scores[1:].max(axis=1) - scores[1:].min(axis=1)))
        what = f"one mean of {which} {len(patterns)} memories"
        reason = (
            f"beta = {attending.beta:g} is small for similarities that differ by {spread:.2g}; "
            "try beta = suggest_beta()"
        )
    else:
        what = f"memory {place}, though {others} of {len(own)} started nearer to others"
        reason = _remedy(compared.name)
        if compared.name == "dot":
            lengths = xp.sqrt(xp.einsum("pi,pi->p", patterns, patterns, dtype=np.float64))
            own_length, median = float(lengths[place]), float(xp.median(lengths))
            reason = f"its length is {own_length:.3g}, the median {median:.3g}, and {reason}"
    checks.warn(f"all {n} states ended at {what}: {reason}")


def _same(ends: Floats) -> bool:
    """Whether all states are one, next to their own size."""
    return bool((abs(ends - ends[0]) <= 1e-3 * abs(ends[0]).max()).all())


def _few(n_patterns: int) -> int:
    return max(8, min(_CUES, _SCORES // n_patterns))


def _remedy(similarity: str) -> str:
    if similarity == "dot":
        return (
            "with 'dot' a long memory is similar to everything; use 'cosine' or 'euclidean', or "
            "scale the memories to one length"
        )
    return (
        "leave coordinates that are unknown or filled in out of the comparison with observed=, and "
        "see whether some memories are alike"
    )
