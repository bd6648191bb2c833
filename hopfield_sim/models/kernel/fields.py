"""Fields of neurons that are kernel machines, each of the states of all others.

Neuron i does not see itself. With m the number of neurons in which a state and a pattern agree, the
others agree in m − 1 of them if s_i = ξ_i, else in m. So with the table k of the kernel

    K_i(ξ, s) = even(m) + ξ_i s_i odd(m),   even = [k(m − 1) + k(m)]/2,   odd = [k(m − 1) − k(m)]/2,

and the fields of all neurons are two products of matrices:

    h_i = Σ_μ c_iμ K_i(ξ^μ, s) = Σ_μ c_iμ even(m_μ) + s_i Σ_μ c_iμ ξ_i^μ odd(m_μ).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.support.products import product

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]
Rows = NDArray[np.int64]

_BLOCK = 1 << 22
"""Number of table entries of states computed at a time."""


@dataclass(frozen=True)
class Halves:
    """The table of a kernel as two, by the number m of all N neurons that agree, (N + 1,) each."""

    even: Floats
    odd: Floats

    @classmethod
    def of(cls, table: Floats) -> Halves:
        """Those of the table (N,) of the N − 1 others; at m = 0 and N only one of k is met.

        Examples
        --------
        >>> halves = Halves.of(np.array([-1.0, 1.0]))  # linear, N = 2
        >>> halves.even.tolist(), halves.odd.tolist()
        ([-1.0, 0.0, 1.0], [0.0, -1.0, 0.0])
        """
        without = np.concatenate([table[:1], table])
        with_it = np.concatenate([table, table[-1:]])
        return cls((without + with_it) / 2, (without - with_it) / 2)

    def at(self, agreements: Rows) -> tuple[Floats, Floats]:
        """Both at these m."""
        return self.even[agreements], self.odd[agreements]


def agreements(states: Spins, patterns: Spins) -> Rows:
    """Number of neurons in which states and patterns agree, (B, P)."""
    overlaps = product(states.astype(np.float64), patterns.T.astype(np.float64))
    return (overlaps.astype(np.int64) + states.shape[1]) // 2


@dataclass(frozen=True, eq=False)
class Fields:
    """Kernel machines: patterns (P, N), coefficients c (N, P), the table of a kernel, (N,)."""

    patterns: Spins
    coefficients: Floats
    table: Floats

    @cached_property
    def halves(self) -> Halves:
        """The table by all neurons that agree."""
        return Halves.of(self.table)

    @cached_property
    def signed(self) -> Floats:
        """c_iμ ξ_i^μ, (N, P)."""
        return self.coefficients * self.patterns.T

    @cached_property
    def width(self) -> Floats:
        """Fields up to this times Σ_μ |even| + |odd| are ties: rounding may decide them, (N,)."""
        largest = np.abs(self.coefficients).max(axis=1)
        return np.asarray(4 * np.finfo(np.float64).eps * len(self.patterns) * largest)

    @property
    def rows_at_once(self) -> int:
        """Number of states whose fields are computed at a time."""
        return max(1, _BLOCK // max(self.patterns.shape))

    def of(self, states: Spins) -> Floats:
        """h of all neurons, (B, N); 0 where rounding decides its sign."""
        found = np.empty(states.shape)
        for start in range(0, len(states), self.rows_at_once):
            some = states[start : start + self.rows_at_once]
            even, odd = self.halves.at(agreements(some, self.patterns))
            h = product(even, self.coefficients.T) + some * product(odd, self.signed.T)
            size = (np.abs(even) + np.abs(odd)).sum(axis=1)
            h[np.abs(h) <= size[:, None] * self.width] = 0.0
            found[start : start + len(some)] = h
        return found

    def at(self, agreeing: Rows, sites: Rows, spins: Spins) -> Floats:
        """h of one neuron of each state, (B,), from its agreements with the patterns, (B, P)."""
        even, odd = self.halves.at(agreeing)
        h = np.einsum("bp,bp->b", even, self.coefficients[sites])
        h += spins * np.einsum("bp,bp->b", odd, self.signed[sites])
        size = (np.abs(even) + np.abs(odd)).sum(axis=1)
        h[np.abs(h) <= size * self.width[sites]] = 0.0
        return h
