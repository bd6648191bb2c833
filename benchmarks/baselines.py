"""What a good NumPy programmer would write; ours must return the same and be faster.

Fields are float32 sums of integers below 2²⁴, so they are exact, and end states can be compared bit
by bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

States = NDArray[np.int8]
Orders = Callable[[int, NDArray[np.int64]], NDArray[np.integer[Any]]]
"""(sweep, which states) → the sites each of them visits, (B, N)."""


def weights(patterns: States, dtype: Any = np.float32) -> NDArray[Any]:
    """N·W of Hebb's rule."""
    xi = patterns.astype(dtype)
    product = xi.T @ xi
    np.fill_diagonal(product, 0)
    return product


def shuffled(n: int, rng: np.random.Generator | None = None) -> Orders:
    """A fresh permutation for every state and sweep."""
    rng = np.random.default_rng(0) if rng is None else rng
    return lambda sweep, rows: rng.permuted(np.tile(np.arange(n), (len(rows), 1)), axis=1)


def first_fields(patterns: States, states: States) -> NDArray[np.float32]:
    """N·W s by way of the overlaps: (S Ξᵀ) Ξ − P S."""
    xi, spins = patterns.astype(np.float32), states.astype(np.float32)
    return (spins @ xi.T) @ xi - np.float32(len(xi)) * spins


def cached_in_step(
    w: NDArray[np.float32], patterns: States, states: States, orders: Orders
) -> States:
    """Asynchronous recall with cached fields, all states visiting their next site together."""
    n = len(w)
    spins, fields = states.astype(np.float32), first_fields(patterns, states)
    flat_spins, flat_fields = spins.ravel(), fields.ravel()
    rows = np.flatnonzero((fields * spins < 0).any(axis=1))
    sweep = 0
    while rows.size:
        sites = np.ascontiguousarray(orders(sweep, rows).T)
        places = sites + rows * n
        for site, place in zip(sites, places, strict=True):
            spin = flat_spins[place]
            flip = np.flatnonzero(flat_fields[place] * spin < 0)
            if flip.size:
                flat_spins[place[flip]] = -spin[flip]
                fields[rows[flip]] -= (2 * spin[flip])[:, None] * w[site[flip]]
        rows = rows[(fields[rows] * spins[rows] < 0).any(axis=1)]
        sweep += 1
    return spins.astype(np.int8)


def cached_one_by_one(
    w: NDArray[np.float32], patterns: States, states: States, orders: Orders
) -> States:
    """The same, state after state: each leaps to the next unstable site of its sweep."""
    n = len(w)
    every, rank = np.arange(n), np.empty(n, np.int64)
    out, all_fields = states.astype(np.float32), first_fields(patterns, states)
    for row, (spins, fields) in enumerate(zip(out, all_fields, strict=True)):
        unstable = np.flatnonzero(fields * spins < 0)
        sweep = 0
        while unstable.size:
            order = orders(sweep, np.array([row]))[0]
            rank[order] = every
            position = -1
            while True:
                ahead = rank[unstable]
                ahead = ahead[ahead > position]
                if not ahead.size:
                    break
                position = ahead.min()
                site = order[position]
                spins[site] = -spins[site]
                fields += (2 * spins[site]) * w[site]
                unstable = np.flatnonzero(fields * spins < 0)
            sweep += 1
    return out.astype(np.int8)


def dot_products(w: NDArray[np.float32], states: States, orders: Orders) -> States:
    """Asynchronous recall as a textbook says it: one dot product a visit."""
    out = states.astype(np.float32)
    for row, spins in enumerate(out):
        changed, sweep = True, 0
        while changed:
            changed = False
            for site in orders(sweep, np.array([row]))[0]:
                if (w[site] @ spins) * spins[site] < 0:
                    spins[site] = -spins[site]
                    changed = True
            sweep += 1
    return out.astype(np.int8)


def gemm_every_step(w: NDArray[Any], states: States, most_steps: int = 100) -> States:
    """Synchronous recall: one matrix product of all states a step, until all rest or cycle."""
    spins, before = states.astype(w.dtype), np.zeros(states.shape, w.dtype)
    moving = np.ones(len(spins), bool)
    for _ in range(most_steps):
        fields = spins @ w
        new = np.where(fields == 0, spins, np.sign(fields))
        new[~moving] = spins[~moving]
        moving &= ~(new == spins).all(axis=1) & ~(new == before).all(axis=1)
        before, spins = spins, new
        if not moving.any():
            break
    return spins.astype(np.int8)


def heat_bath_in_step(
    w: NDArray[np.float32],
    patterns: States,
    states: States,
    sweeps: int,
    gain: float,
    orders: Orders,
    words: Callable[[int], NDArray[Any]],
) -> States:
    """Glauber's dynamics with cached fields, all states visiting their next site together."""
    n, rows = len(w), np.arange(len(states))
    spins, fields = states.astype(np.float32), first_fields(patterns, states)
    flat_spins, flat_fields = spins.ravel(), fields.ravel()
    for sweep in range(sweeps):
        sites = np.ascontiguousarray(orders(sweep, rows).T)
        places = sites + rows * n
        # u < 1 / (1 + exp(−gain h)) where gain h > log(u / (1 − u)): one logarithm a sweep.
        u = (words(sweep) + 0.5) * 2.0**-32
        needed = np.ascontiguousarray((np.log(u / (1 - u)) / gain).T)
        for site, place, least in zip(sites, places, needed, strict=True):
            spin = flat_spins[place]
            up = flat_fields[place] > least
            flip = np.flatnonzero(up != (spin > 0))
            if flip.size:
                flat_spins[place[flip]] = -spin[flip]
                fields[flip] -= (2 * spin[flip])[:, None] * w[site[flip]]
    return spins.astype(np.int8)


def storkey_rank_two(patterns: States, dtype: Any = np.float64) -> NDArray[Any]:
    """Storkey's rule, a change of rank two a pattern, off the diagonal (which is set to zero)."""
    xi = patterns.astype(dtype)
    n = xi.shape[1]
    w = np.zeros((n, n), dtype)
    for pattern in xi:
        u = (pattern / 2 - w @ pattern) / n
        w *= 1 + 2 / n
        change = np.outer(u, pattern)
        w += change
        w += change.T
        np.fill_diagonal(w, 0)
    return w


def pinv_projection(patterns: States) -> NDArray[np.float64]:
    """The pseudo-inverse rule from ``numpy.linalg.pinv``."""
    xi = patterns.astype(np.float64)
    w = np.linalg.pinv(xi) @ xi
    np.fill_diagonal(w, 0)
    return w
