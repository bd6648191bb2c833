"""Counter-based random numbers, Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC 2011).

A random word is a function of (key, purpose, state, sweep, position) and nothing else, so that
every backend, every split of a batch and every number of threads uses the same random numbers. The
kernels have it in ``philox.h``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

ORDER: Final = 0
"""Purpose of the words that determine the order of visits."""
ACCEPT: Final = 1
"""Purpose of the words that determine new spins in a heat bath."""
FLIP: Final = 2
"""Purpose of the words that determine the flipped sites of a cue."""
PATTERN: Final = 3
"""Purpose of the words whose bits are patterns; their number takes the place of a state's."""

ORDERS: Final = {"sequential": 0, "uniform": 1, "random": 2}
"""Orders of the sites of a sweep, with their numbers in kernels."""

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def philox(counter: NDArray[np.uint64], key: int) -> NDArray[np.uint64]:
    """Encrypt counters of four 32-bit words, shape (..., 4), with a 64-bit key.

    Examples
    --------
    >>> [hex(int(word)) for word in philox(np.zeros(4, np.uint64), 0)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    c0, c1, c2, c3 = (counter[..., i] for i in range(4))
    k0, k1 = np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32)
    for _ in range(10):
        low, high = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1 = (high >> _HALF) ^ c1 ^ k0, high & _LOW
        c2, c3 = (low >> _HALF) ^ c3 ^ k1, low & _LOW
        k0, k1 = (k0 + _WEYL[0]) & _LOW, (k1 + _WEYL[1]) & _LOW
    return np.stack([c0, c1, c2, c3], axis=-1)


def words(
    key: int, purpose: int, states: NDArray[np.int64], sweeps: NDArray[np.int64], n: int
) -> NDArray[np.uint64]:
    """Return the first n words (< 2^32) of each state's stream in its sweep, (B, n)."""
    blocks = -(-n // 4)
    counter = np.empty((len(states), blocks, 4), np.uint64)
    counter[..., 0] = np.arange(blocks)
    counter[..., 1] = sweeps[:, None]
    counter[..., 2] = states[:, None]
    counter[..., 3] = purpose
    return philox(counter, key).reshape(len(states), 4 * blocks)[:, :n]


def random_spins(key: int, n_patterns: int, n: int) -> NDArray[np.int8]:
    """Return a network's random patterns, (P, N): the bits of their words, lowest first."""
    numbers = np.arange(n_patterns)
    raw = words(key, PATTERN, numbers, np.zeros_like(numbers), -(-n // 32)).astype("<u4")
    bits = np.unpackbits(raw.view(np.uint8), axis=1, count=n, bitorder="little").view(np.int8)
    bits *= 2
    bits -= 1
    return bits


def visit_order(
    order: str, key: int, states: NDArray[np.int64], sweeps: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    """Return the site that each state visits at each position of its sweep, (B, n).

    "sequential": 0 … n−1. "uniform": independent picks. "random": a fresh permutation by Fisher and
    Yates' shuffle, inside out (Knuth, TAOCP 2, 3.4.2).
    """
    if order == "sequential":
        return np.broadcast_to(np.arange(n), (len(states), n))
    draws = words(key, ORDER, states, sweeps, n)
    if order == "uniform":
        return ((draws * np.uint64(n)) >> _HALF).astype(np.int64)
    # Each site takes the place of one before it, or its own, which moves to the end so far.
    places = ((draws * np.arange(1, n + 1).astype(np.uint64)) >> _HALF).astype(np.int64)
    sites = np.zeros((len(states), n), np.int64)
    rows = np.arange(len(states))
    for site in range(n):
        place = places[:, site]
        sites[:, site] = sites[rows, place]
        sites[rows, place] = site
    return sites


def distinct_sites(key: int, cues: NDArray[np.int64], n: int, count: int) -> NDArray[np.int64]:
    """Return ``count`` of n sites for each cue, (B, count): the first ones of a shuffle."""
    draws = words(key, FLIP, cues, np.zeros_like(cues), count)
    left = np.arange(n, n - count, -1).astype(np.uint64)
    places = ((draws * left) >> _HALF).astype(np.int64) + np.arange(count)
    sites = np.tile(np.arange(n), (len(cues), 1))
    rows = np.arange(len(cues))
    for position in range(count):
        place = places[:, position]
        chosen = sites[rows, place]
        sites[rows, place] = sites[:, position]
        sites[:, position] = chosen
    return sites[:, :count]
