"""How a dense memory counts an overlap: F(x) = xⁿ, max(x, 0)ⁿ or eˣ (Krotov & Hopfield, NeurIPS 29,
2016; Demircigil et al., J. Stat. Phys. 168, 288, 2017).

Overlaps are whole numbers from −N to N, so that F and its differences are tables: exact integers
where they and their sums stay below 2⁵³, else rounded ones with F in Python's integers beside them,
for what rounding leaves in doubt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.dense_protocol import Memories

INTERACTIONS = ("polynomial", "rectified", "exponential")
HIGHEST_ORDER = 64
"""Up to here the differences of any overlaps, divided by Nⁿ, stay inside the range of a float."""

_EXACT = 2**53
_PLACES = 240
"""Bits of e^x over that of the largest overlap: what is below them counts as 0."""


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

    def values(self, overlaps: NDArray[np.int64], n_patterns: int = 1) -> NDArray[Any]:
        """F of overlaps: powers in integers, Python's own where P of them might reach 2⁵³; e^x in
        floats, inf where it exceeds them all.

        Examples
        --------
        >>> Interaction("rectified", 3).values(np.array([-2, 2, 3])).tolist()
        [0, 8, 27]
        """
        with np.errstate(over="ignore"):
            if self.exponential:
                return np.exp(overlaps.astype(np.float64))
        x: NDArray[Any] = overlaps if self.word == "polynomial" else np.maximum(overlaps, 0)
        if n_patterns * int(np.abs(x).max(initial=0)) ** self.order >= _EXACT:
            x = x.astype(object)
        return x**self.order

    def differences(self, n_neurons: int, n_patterns: int) -> tuple[NDArray[np.float64], float]:
        """G(x) = F(x+1) − F(x−1) of a power, for x = −N+1 … N−1, and the log of its unit.

        Each is taken between whole numbers of any size and rounded once. The unit is 1 where P of
        them sum up exactly, else the largest power of 2 in Nⁿ.

        Examples
        --------
        >>> Interaction("polynomial", 3).differences(3, 1)
        (array([26.,  8.,  2.,  8., 26.]), 0.0)
        """
        powers, exponent = self.whole(n_neurons)
        if self.exact(n_neurons, n_patterns):
            exponent = 0
        table = (powers[2:] - powers[:-2]) / (1 << exponent)
        return table.astype(np.float64), exponent * math.log(2.0)

    def whole(self, n_neurons: int) -> tuple[NDArray[np.object_], int]:
        """F in Python's integers, and the log₂ of the unit of D among them: of overlaps −N … N, or,
        of e^x, of how far they are from the largest, −2N … 2.

        Examples
        --------
        >>> Interaction("polynomial", 3).whole(2)
        (array([-8, -1, 0, 1, 8], dtype=object), 3)
        """
        if not self.exponential:
            powers = self.values(np.arange(-n_neurons, n_neurons + 1).astype(object))
            return powers, powers[-1].bit_length() - 1
        with localcontext(Context(prec=90)):
            scale = 2**_PLACES / (Decimal(1).exp() - Decimal(-1).exp())
            steps = range(-2 * n_neurons, 3)
            values = [int(Decimal(x).exp() * scale) if x > -_PLACES else 0 for x in steps]
        return np.array(values, object), _PLACES

    def exact(self, n_neurons: int, n_patterns: int) -> bool:
        """Do P differences of any overlaps sum up without rounding? Rectified ones of an odd N
        come in halves.
        """
        if self.exponential:
            return False
        largest = n_neurons**self.order - max(n_neurons - 2, 0) ** self.order
        halves = 1 + (self.word == "rectified" and n_neurons % 2)
        return n_patterns * max(largest, 1) * halves < _EXACT


def memories(interaction: Interaction, patterns: NDArray[np.int8]) -> tuple[Memories, float]:
    """What an engine needs to know of patterns (P, N), and the log of the tables' unit.

    Examples
    --------
    The slope of x² is 4x and its bend 4: D = 4 Σ ξ_i (m − ξ_i s_i), the Hebbian field times 4.

    >>> found, log_unit = memories(Interaction("polynomial", 2), np.array([[1, 1, -1]], np.int8))
    >>> found.slope[[2, 4]].tolist(), found.bend[[2, 4]].tolist()  # m = −1 and 1
    ([-4.0, 4.0], [4.0, 4.0])
    """
    n_patterns, n = patterns.shape
    if interaction.exponential:
        decay = np.exp(np.arange(-2.0 * n, 1.0))
        tables = math.cosh(1.0) * decay, math.sinh(1.0) * decay
        log_unit = math.log(2.0 * math.sinh(1.0))
        return Memories(patterns, *tables, True, *interaction.whole(n)), log_unit
    table, log_unit = interaction.differences(n, n_patterns)
    # |r| ≤ N − 1: beside an overlap of ±N the table has a value that no site ever meets.
    below = np.concatenate([table[:1], table[:1], table])
    above = np.concatenate([table, table[-1:], table[-1:]])
    tables = (above + below) / 2, (above - below) / 2
    if interaction.exact(n, n_patterns):
        return Memories(patterns, *tables, False), log_unit
    return Memories(patterns, *tables, False, *interaction.whole(n)), log_unit
