"""How a dense memory counts an overlap: F(x) = xⁿ, max(x, 0)ⁿ or eˣ (Krotov & Hopfield, NeurIPS 29,
2016; Demircigil et al., J. Stat. Phys. 168, 288, 2017).

Overlaps are whole numbers from −N to N, so that F and its differences are tables: exact integers
where they and their sums stay below 2⁵³, else rounded ones in which nothing has cancelled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.dense_protocol import Memories

INTERACTIONS = ("polynomial", "rectified", "exponential")
HIGHEST_ORDER = 64
"""Up to here the differences of any overlaps, divided by Nⁿ, stay inside the range of a float."""

_EXACT = 2**53
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Interaction:
    """F, by its word and its order n (which e^x has not)."""

    word: str
    order: int

    @property
    def exponential(self) -> bool:
        """Whether F(x) = eˣ."""
        return self.word == "exponential"

    def __str__(self) -> str:
        if self.exponential:
            return "F(x) = exp(x)"
        return f"F(x) = {'x' if self.word == 'polynomial' else 'max(x, 0)'}^{self.order}"

    @np.errstate(under="ignore")
    def values(self, overlaps: NDArray[np.int64], n_patterns: int = 1) -> NDArray[np.float64]:
        """F of overlaps, inf where it exceeds all floats; exact where P of them sum up exactly.

        Examples
        --------
        >>> Interaction("rectified", 3).values(np.array([-2, 2, 3])).tolist()
        [0.0, 8.0, 27.0]
        """
        with np.errstate(over="ignore"):
            if self.exponential:
                return np.exp(overlaps.astype(np.float64))
            x = overlaps if self.word == "polynomial" else np.maximum(overlaps, 0)
            largest = int(np.abs(x).max(initial=0))
            if n_patterns * largest**self.order < _EXACT:
                return (x**self.order).astype(np.float64)
            return x.astype(np.float64) ** self.order

    def differences(self, n_neurons: int, n_patterns: int) -> tuple[NDArray[np.float64], float]:
        """G(x) = F(x+1) − F(x−1) of a power, for x = −N+1 … N−1, and the log of its unit.

        Each is taken between whole numbers of any size and rounded once. The unit is 1 where P of
        them sum up exactly, else the largest power of 2 in Nⁿ.

        Examples
        --------
        >>> Interaction("polynomial", 3).differences(3, 1)
        (array([26.,  8.,  2.,  8., 26.]), 0.0)
        """
        up = [x**self.order for x in range(n_neurons + 1)]
        sign = 0 if self.word == "rectified" else (-1) ** self.order
        powers = [sign * power for power in up[:0:-1]] + up
        whole = self.exact(n_neurons, n_patterns)
        exponent = 0 if whole else up[-1].bit_length() - 1
        table = [(high - low) / 2**exponent for low, high in zip(powers, powers[2:], strict=False)]
        return np.array(table), exponent * math.log(2.0)

    def exact(self, n_neurons: int, n_patterns: int) -> bool:
        """Do P differences of any overlaps sum up without rounding? Rectified ones of an odd N
        come in halves.
        """
        if self.exponential:
            return False
        largest = n_neurons**self.order - max(n_neurons - 2, 0) ** self.order
        halves = 1 + (self.word == "rectified" and n_neurons % 2)
        return n_patterns * max(largest, 1) * halves < _EXACT


@np.errstate(under="ignore")  # e^x far from the largest overlap vanishes
def memories(interaction: Interaction, patterns: NDArray[np.int8]) -> tuple[Memories, float]:
    """What an engine needs to know of patterns (P, N), and the log of the tables' unit.

    Examples
    --------
    The slope of x² is 4x and its bend 4: D = 4 Σ ξ_i (m − ξ_i s_i), the Hebbian field times 4.

    >>> found, log_unit = memories(Interaction("polynomial", 2), np.array([[1, 1, -1]], np.int8))
    >>> found.slope[[2, 4]].tolist(), found.bend[[2, 4]].tolist(), found.tie  # m = −1 and 1
    ([-4.0, 4.0], [4.0, 4.0], 0.0)
    """
    n_patterns, n = patterns.shape
    rounding = 4 * n_patterns * _EPS
    if interaction.exponential:
        decay = np.exp(np.arange(-2.0 * n, 1.0))
        tables = math.cosh(1.0) * decay, math.sinh(1.0) * decay
        return Memories(patterns, *tables, True, rounding), math.log(2.0 * math.sinh(1.0))
    table, log_unit = interaction.differences(n, n_patterns)
    # |r| ≤ N − 1: beside an overlap of ±N the table has a value that no site ever meets.
    below = np.concatenate([table[:1], table[:1], table])
    above = np.concatenate([table, table[-1:], table[-1:]])
    if interaction.exact(n, n_patterns):
        return Memories(patterns, (above + below) / 2, (above - below) / 2, False, 0.0), log_unit
    return Memories(patterns, below, above, False, rounding, picked=True), log_unit
