"""Checks of similarities: the properties that modern Hopfield networks rely on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.modern.attending import Attending
from hopfield_sim.models.modern.own import similarity as found
from hopfield_sim.patterns import flip, random_patterns
from hopfield_sim.testing.promises import BrokenPromise, require

__all__ = ["check_similarity"]

_PATTERNS, _COORDINATES, _FLIPPED = 4, 64, 6
# How far two computations of one similarity may differ, relative to the largest.
_ROUNDING = 1e-9


@checks.by_name
def check_similarity(similarity: Any) -> None:
    """Check that a similarity has the properties that all similarities of the package share.

    It is a finite real number for each state and memory, a memory itself among the states; the same
    whenever it is asked for, whatever the other states and, but for what all memories have in
    common, the other memories; and a memory, or one with a few coordinates inverted, is most
    similar to itself.

    Parameters
    ----------
    similarity : str or callable
        Name of a similarity, or a function of states (B, N) and memories (P, N), as
        ``ModernHopfield`` takes it.

    Raises
    ------
    BrokenPromise
        At the first property that does not hold; the message says which, where, and the
        consequence.
    InvalidInputError, InvalidTypeError
        If the name is unknown, or ``similarity`` is neither a string nor callable.

    Examples
    --------
    >>> check_similarity("euclidean")
    >>> check_similarity(lambda states, memories: -(states @ memories.T))
    Traceback (most recent call last):
    hopfield_sim.testing.promises.BrokenPromise: memory 0 is less similar to itself than to...
    """
    name, compare = found(similarity)
    memories = random_patterns(_PATTERNS, _COORDINATES, rng=0).astype(np.float64)
    cues = flip(memories, count=_FLIPPED, rng=1)

    def scores(states: Any, among: Any = memories) -> NDArray[np.float64]:
        return np.asarray(Attending(compare(among, None), 1.0).scores(states))

    try:
        values = scores(np.concatenate([memories, 0.9 * cues]))
        again = scores(np.concatenate([memories, 0.9 * cues]))
        alone, few = scores(memories[:1]), scores(memories, memories[:2])
        other = scores(memories, memories[::-1])[:, ::-1]
    except InvalidInputError as error:
        raise BrokenPromise(checks.message(error)) from error
    near = _ROUNDING * np.abs(values).max()
    require(
        np.array_equal(again, values),
        f"similarity {name} gives other values when it is called again with the same arrays.",
    )
    own = values[:_PATTERNS]
    require(
        np.allclose(alone, own[:1], rtol=0, atol=near),
        f"similarity {name} of a state depends on the other states: the states of a batch must be "
        "independent.",
    )
    require(
        np.allclose(other, own, rtol=0, atol=near)
        and np.allclose(few[:, 1] - few[:, 0], own[:, 1] - own[:, 0], rtol=0, atol=near),
        f"similarity {name} of a memory depends on the other memories; they are compared in "
        "blocks. What is common to all, such as a norm over memories, is the softmax's affair.",
    )
    for row, score in enumerate(values):
        best, mu = int(score.argmax()), row % _PATTERNS
        whose = f"memory {mu}" if row < _PATTERNS else f"memory {mu} with {_FLIPPED} bits inverted"
        require(
            best == mu,
            f"{whose} is less similar to itself than to memory {best}: {score[mu]:.6g} against "
            f"{score[best]:.6g}. The larger, the more alike: a distance needs a minus.",
        )
