"""Values of memories: attention whose values differ from its keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.modern.attending import Attending
from hopfield_sim.recall.vectors import Floats
from hopfield_sim.support.products import product

Shape = tuple[int, ...]

_WEIGHTS = 1 << 24
"""Number of weights computed at a time."""


def joined(
    known: Floats | None, shape: Shape | None, new: Any, patterns: Floats
) -> tuple[Floats | None, Shape | None]:
    """The values of all ``patterns``, of which the last are those of ``new`` values; and the shape
    of each.
    """
    n_known = 0 if known is None else len(known)
    if new is None:
        if known is not None:
            raise InvalidInputError(
                f"values must be given for these patterns too, since the {n_known} stored before "
                "have values; pass store(patterns, values)"
            )
        return None, None
    width = None if known is None else known.shape[1]
    dtype = patterns.dtype
    values = checks.real_patterns(new, n_neurons=width, dtype=dtype, name="values")
    if n_known + len(values.array) != len(patterns):
        raise InvalidInputError(
            f"values must be one for each pattern; got {len(values.array)} values, and with these "
            f"patterns {len(patterns) - n_known} have none"
        )
    if known is None:
        return values.array, values.shape
    if values.shape not in (None, shape):
        raise InvalidInputError(
            f"values must be of shape {shape or (width,)} each, like those stored; "
            f"got {values.shape}"
        )
    return np.concatenate([known, values.array]), shape


def demanded(values: Floats | None) -> Floats:
    """The values, or an error if there are none."""
    if values is None:
        raise NotStoredError("the memories have no values; call store(patterns, values)")
    return values


def means(attending: Attending, states: Floats, values: Floats) -> Floats:
    """Means of the values, weighted by the attention of states (B, N): (B, M)."""
    found = places.module_of(states).empty((len(states), values.shape[1]), states.dtype)
    there = places.beside(values, states)
    step = max(1, _WEIGHTS // len(values))
    for start in range(0, len(states), step):
        rows = slice(start, start + step)
        found[rows] = product(attending.weights(states[rows]), there)
    return found
