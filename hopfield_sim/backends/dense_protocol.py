"""Arguments of engines of dense memories: the contract of all backends, in arrays only.

The cache of a state holds its overlaps m_μ = ξ^μ·s, (P,). The energy difference of site i is

    D_i = E(s_i = −1) − E(s_i = +1) = Σ_μ ξ_i^μ slope(m_μ) − s_i Σ_μ bend(m_μ),

with the slope (F(m+2) − F(m−2))/2 and the bend (F(m+2) − 2F(m) + F(m−2))/2. Both are tabulated for
the 2N + 1 values of an overlap: a flip looks up the tables, and a visit computes one sum.

If the tables are rounded, as for high powers and e^x, rounding may decide the sign of a sum that is
close to 0. If |D_i| is at most ``doubt`` times Σ_μ (|slope| + |bend|), it is therefore computed
again in integers,

    s_i D_i = Σ_μ [F(m_μ) − F(m_μ − 2 ξ_i^μ s_i)],

so that D_i is 0 only at a tie, and its sign does not depend on the order of summation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import packed

_BLOCK: Final = 512
"""Number of patterns in a block; see ``signs``."""

_LIMB_BITS: Final = 31
"""Bits of a digit of ``limbs``: an int64 holds the sum of 2³² of them."""

_PACKED = 1 << 24
"""Number of signs packed at a time, which limits memory."""

SMALLEST_LOG: Final = -700.0
LARGEST_LOG: Final = 700.0
"""Range of the logarithm of a gain: beyond it results stay the same, and floats would overflow."""


@dataclass(frozen=True)
class Memories:
    """The stored patterns and the tables of their interaction F.

    Parameters
    ----------
    patterns : (P, N) ndarray of int8
        ξ.
    slope, bend : (2N + 1,) ndarray of float64
        Tables for overlaps −N … N or, if ``relative``, for the difference between an overlap and
        the largest one of the state, −2N … 0, in units that grow with the largest.
    relative : bool
        True for e^x, whose values at all overlaps do not fit into one table of floats.
    whole : (2N + 1,) or (2N + 3,) ndarray of object, optional
        F as Python integers for overlaps −N … N or, if ``relative``, differences −2N … 2; None if
        sums of table entries are exact.
    unit : int
        The unit of the tables is 2^unit units of ``whole``.
    """

    patterns: NDArray[np.int8]
    slope: NDArray[np.float64]
    bend: NDArray[np.float64]
    relative: bool
    whole: NDArray[np.object_] | None = None
    unit: int = 0

    @cached_property
    def n_neurons(self) -> int:
        """Number of neurons, N."""
        return self.patterns.shape[1]

    @cached_property
    def n_patterns(self) -> int:
        """Number of patterns, P."""
        return len(self.patterns)

    @cached_property
    def by_site(self) -> NDArray[np.int8]:
        """Patterns by site, (N, P)."""
        return np.ascontiguousarray(self.patterns.T)

    @cached_property
    def bits(self) -> NDArray[np.uint64]:
        """Patterns with one bit for each site, (P, ⌈N/64⌉), zero-padded."""
        return packed(self.patterns, 8)

    @cached_property
    def columns(self) -> NDArray[np.uint64]:
        """Signs of the patterns by site for sums of doubles, eight 64-bit words for each block."""
        return signs(self.patterns, np.uint64)

    @cached_property
    def narrow_columns(self) -> NDArray[np.uint32] | None:
        """Signs for sums of 32-bit integers, sixteen 32-bit words for each block; None if slopes
        are not integers.
        """
        met = self.slope[::2]  # overlaps have the parity of N
        if self.whole is not None or (met != np.rint(met)).any():
            return None
        return signs(self.patterns, np.uint32)

    @cached_property
    def pairs(self) -> NDArray[np.int64] | None:
        """Slope in the lower and bend in the upper 32 bits, (2N + 1,); None if slopes are not
        integers. Where one does not fit, the slope is −2³¹, which alone is too large for a sum.
        """
        if self.narrow_columns is None:
            return None
        large = np.maximum(np.abs(self.slope), np.abs(self.bend)) >= 1 << 31
        slope = np.where(large, -(1 << 31), self.slope).astype(np.int64)
        bend = np.where(large, 0, self.bend).astype(np.int64)
        return (bend << 32) + (slope & (1 << 32) - 1)

    @cached_property
    def doubt(self) -> float:
        """Relative size of D up to which it is computed again in integers.

        It is far above the relative rounding error of a sum, (P + 8) 2⁻⁵³, and far below the
        typical size of a sum of P numbers with random signs, so that few are computed again.
        """
        return 2.0**-10 / math.sqrt(self.n_patterns)

    @cached_property
    def limbs(self) -> NDArray[np.int32] | None:
        """``whole`` in digits of 31 bits, a row each, the lowest first; the highest is signed."""
        if self.whole is None:
            return None
        count = 1 + max(number.bit_length() for number in self.whole) // _LIMB_BITS
        rest, rows = self.whole, []
        for _ in range(count - 1):
            rows.append(rest & (1 << _LIMB_BITS) - 1)
            rest = rest >> _LIMB_BITS
        return np.array([*rows, rest]).astype(np.int32)


def signs(patterns: NDArray[np.int8], word: type[Any]) -> NDArray[Any]:
    """Return bits of patterns by site, (N, words), set for −1.

    A block of 512 patterns is 512/w words of w bits. Pattern (512/w) b + j of it is bit w − 1 − b
    of word j: shifting all words by b brings the signs of 512/w patterns to the top.

    Examples
    --------
    >>> found = signs(np.array([[-1], [1], [-1]], np.int8), np.uint32)
    >>> found.shape, [hex(word) for word in found[0, :4].tolist()]
    ((1, 16), ['0x80000000', '0x0', '0x80000000', '0x0'])
    """
    n_patterns, n = patterns.shape
    kind = np.dtype(word)
    depth = 8 * kind.itemsize
    lanes, blocks = _BLOCK // depth, -(-n_patterns // _BLOCK)
    out = np.empty((n, blocks * lanes), kind)
    step = max(1, _PACKED // (blocks * _BLOCK))
    for start in range(0, n, step):  # bounds what is made on the way
        some = patterns[:, start : start + step].T < 0
        down = np.zeros((len(some), blocks * _BLOCK), bool)
        down[:, :n_patterns] = some
        by_word = down.reshape(-1, blocks, depth, lanes).swapaxes(2, 3)
        packed = np.ascontiguousarray(np.packbits(by_word, axis=3)).view(kind.newbyteorder(">"))
        out[start : start + step] = packed.reshape(len(some), -1)
    return out


@dataclass(frozen=True)
class Descent:
    """Zero temperature: a spin becomes the sign of D.

    Parameters
    ----------
    ties_up : bool
        Whether a tie, D = 0, sets the spin to +1; otherwise the spin is kept.
    clamped : (N,) ndarray of uint8
        1 where a site never changes.
    """

    ties_up: bool
    clamped: NDArray[np.uint8]


@dataclass(frozen=True)
class DenseHeatBath:
    """Positive temperature: +1 with probability 1/(1 + e^(−D/T)).

    Parameters
    ----------
    temperature : float
        T.
    log_gain : float
        Logarithm of the unit of the tables divided by T; if they are ``relative``, the largest
        overlap of the state is added to it.
    logarithmic : bool
        Whether the energy is −log Σ e^x instead of −Σ F; D is then another function of the same
        sums.
    clamped : (N,) ndarray of uint8
        1 where a site never changes.
    """

    temperature: float
    log_gain: float
    logarithmic: bool
    clamped: NDArray[np.uint8]

    @property
    def gain(self) -> float:
        """The unit of the tables divided by T, finite, if they are not ``relative``."""
        return math.exp(min(max(self.log_gain, SMALLEST_LOG), LARGEST_LOG))


DenseRule = Descent | DenseHeatBath
