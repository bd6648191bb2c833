"""Cues: patterns spoilt by flipped or covered sites."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks.reals import slabs
from hopfield_sim.errors import InvalidInputError

# Random keys are drawn for about this many sites at a time, so that memory stays bounded. It is
# part of what a seed means.
_BLOCK_SITES = 2**20


@checks.by_name
def flip(
    states: Any,
    *,
    count: int | None = None,
    fraction: float | None = None,
    rng: int | np.random.Generator | None = None,
) -> NDArray[np.int8]:
    """Flip a given number of distinct sites of every state, chosen independently for each.

    Every set of ``count`` sites is equally likely. (Sites drawn one by one with replacement would
    meet again: k draws change only about N (1 - exp(-k/N)) of N.)

    Parameters
    ----------
    states : array_like (N,), (B, N) or (B, H, W)
        Of ±1; not changed. A single image (H, W) would be taken for H states: pass image[None].
    count : int
        Number of sites to flip, from 0 to N.
    fraction : float
        Share of the sites instead, from 0 to 1: count = ⌊fraction·N + 1e-9⌋, so that 0.7·10 is 7.
    rng : None, int or numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of int8, in the shape of ``states``

    Raises
    ------
    InvalidInputError
        Unless exactly one of ``count`` and ``fraction`` is given, and in range.

    Examples
    --------
    >>> start = [[1, 1, 1, 1, 1, 1], [-1, -1, -1, -1, -1, -1]]
    >>> (flip(start, count=2, rng=0) != start).sum(axis=1)
    array([2, 2])
    >>> flip([1, -1, 1], fraction=1.0)
    array([-1,  1, -1], dtype=int8)
    """
    batch = checks.states(states, None)
    n_neurons = batch.array.shape[1]
    if (count is None) == (fraction is None):
        raise InvalidInputError(
            "flip needs exactly one of count= (sites) and fraction= (share of the sites); "
            f"got {'neither' if count is None else 'both'}"
        )
    if fraction is not None:
        fraction = checks.real(fraction, "fraction", minimum=0, maximum=1)
        count = int(np.floor(fraction * n_neurons + 1e-9))
    count = checks.integer(count, "count", minimum=0, maximum=n_neurons)
    source = checks.generator(rng)
    out = batch.array
    step = max(1, _BLOCK_SITES // n_neurons)
    for start in range(0, len(out), step):
        block = out[start : start + step]
        sites = _distinct(len(block), n_neurons, count, source)
        rows = np.arange(len(block))[:, None]
        block[rows, sites] = -block[rows, sites]
    flipped: NDArray[np.int8] = batch.restore(out)
    return flipped


@checks.by_name
def mask(states: Any, keep: Any, *, fill: int = -1) -> NDArray[np.int8]:
    """Cover the sites outside ``keep`` with one value.

    Parameters
    ----------
    states : array_like (N,), (B, N) or (B, H, W)
        Of ±1; not changed.
    keep : array_like (N,) of bool
        True where the state stays visible; (H, W) will do for images.
    fill : {-1, 1}
        What the covered sites show.

    Returns
    -------
    ndarray of int8, in the shape of ``states``

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For a mask of another length or kind, or a fill other than ±1.

    Examples
    --------
    >>> mask([[1, 1, -1], [1, -1, 1]], [True, False, False])
    array([[ 1, -1, -1],
           [ 1, -1, -1]], dtype=int8)
    """
    batch = checks.states(states, None)
    visible = checks.site_mask(keep, batch.array.shape[1], "keep", shape=batch.shape)
    fill = checks.integer(fill, "fill", minimum=-1, maximum=1)
    if fill == 0:
        raise InvalidInputError("fill must be -1 or +1; got 0")
    for rows in slabs(batch.array):
        batch.array[rows, ~visible] = fill
    covered: NDArray[np.int8] = batch.restore(batch.array)
    return covered


def _distinct(
    n_states: int, n_neurons: int, count: int, source: np.random.Generator
) -> NDArray[np.intp]:
    """A random set of ``count`` sites for each state, (B, count): where its smallest keys lie."""
    if count == 0 or count == n_neurons:  # nothing is random
        return np.broadcast_to(np.arange(count), (n_states, count))
    keys = source.random((n_states, n_neurons))
    return np.argpartition(keys, count - 1, axis=1)[:, :count]
