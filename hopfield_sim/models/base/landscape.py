"""The complete landscape of a small network: all 2^N states, attractors and sizes of basins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Landscape:
    """The attractors of a network, sorted by energy.

    Attributes
    ----------
    states : (A, N) ndarray of int8
        The attractors; for a cycle, its first state in binary order (−1 < +1, first site most
        significant).
    energy : (A,) ndarray of float64
        Energy of that state; nan for a memory without an energy.
    basin : (A,) ndarray of int64
        Size of the basin, the number of states that reach the attractor; the sum is 2^N.
    period : (A,) ndarray of int64
        1 for a fixed point, 2 or more for a cycle.
    """

    states: NDArray[np.int8]
    energy: NDArray[np.float64]
    basin: NDArray[np.int64]
    period: NDArray[np.int64]


def all_states(n: int) -> NDArray[np.int8]:
    """All states of n spins, (2^n, n), in binary order.

    Examples
    --------
    >>> all_states(2).tolist()
    [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    """
    codes = np.arange(2**n, dtype=np.int64)[:, None]
    return (((codes >> np.arange(n - 1, -1, -1)) & 1) * 2 - 1).astype(np.int8)


def codes(states: NDArray[np.int8]) -> NDArray[np.int64]:
    """Index of each state in ``all_states``."""
    return (states > 0) @ (1 << np.arange(states.shape[1] - 1, -1, -1, dtype=np.int64))


def cycles(successor: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Attractors of a map on 0 … M−1: representatives, basin sizes and periods.

    Examples
    --------
    0 ↔ 1 is a cycle that 2 runs into, 3 a fixed point:

    >>> [part.tolist() for part in cycles(np.array([1, 0, 0, 3]))]
    [[0, 3], [3, 1], [2, 1]]
    """
    # After M or more steps every state is on its cycle; squaring the map gets there in log M
    # products.
    arrived = successor
    for _ in range(max(1, int(len(successor) - 1).bit_length())):
        arrived = arrived[arrived]
    least, here = arrived, successor[arrived]
    period = np.ones(len(successor), np.int64)
    while (going := here != arrived).any():
        least = np.where(going, np.minimum(least, here), least)
        period += going
        here = np.where(going, successor[here], here)
    found, first, basin = np.unique(least, return_index=True, return_counts=True)
    return found, basin, period[first]
