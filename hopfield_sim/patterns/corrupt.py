"""Cues: patterns corrupted by flipped or masked sites."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks.reals import slabs
from hopfield_sim.errors import InvalidInputError

# Random keys are drawn for about this many sites at a time, so that memory stays bounded. Results
# for a given seed depend on it.
_BLOCK_SITES = 2**20


@checks.by_name
def flip(
    states: Any,
    *,
    count: int | None = None,
    fraction: float | None = None,
    rng: int | np.random.Generator | None = None,
) -> NDArray[np.int8]:
    """Flip a fixed number of distinct random sites of every state, independently for each state.

    Every set of ``count`` sites is equally likely. (Sites drawn one by one with replacement would
    repeat: k draws select only about N (1 - exp(-k/N)) different sites.)

    Parameters
    ----------
    states : (N,), (B, N) or (B, H, W) array_like
        States of ±1; not modified. A single image (H, W) is read as H states: pass image[None].
    count : int
        Number of sites to flip, from 0 to N.
    fraction : float
        Fraction of sites to flip, from 0 to 1, in place of ``count``:
        count = ⌊fraction·N + 1e-9⌋, so that 0.7·10 is 7.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    ndarray of int8
        The corrupted states, in the shape of ``states``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        Unless exactly one of ``count`` and ``fraction`` is specified and in range, and ``states``
        are ±1.

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
    """Set all sites outside ``keep`` to one value.

    Parameters
    ----------
    states : (N,), (B, N) or (B, H, W) array_like
        States of ±1; not modified.
    keep : (N,) array_like of bool
        True for sites that remain; may be (H, W) for images.
    fill : {-1, 1}
        Value of all other sites.

    Returns
    -------
    ndarray of int8
        The masked states, in the shape of ``states``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``keep`` is not a boolean mask of N sites, or ``fill`` is not ±1.

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
    """A random set of ``count`` sites for each state, (B, count): those with the smallest keys."""
    if count == 0 or count == n_neurons:  # nothing is random
        return np.broadcast_to(np.arange(count), (n_states, count))
    keys = source.random((n_states, n_neurons))
    return np.argpartition(keys, count - 1, axis=1)[:, :count]
