"""Interactions of dense memories: F(x) = xⁿ, max(x, 0)ⁿ or eˣ (Krotov & Hopfield, NeurIPS 29,
2016; Demircigil et al., J. Stat. Phys. 168, 288, 2017). One class per interaction, with all that
follows from its F: tables, energies, slopes.

Overlaps are whole numbers from −N to N, so that F and its differences are tables: exact integers
where they and their sums stay below 2⁵³, else rounded ones with F in Python's integers beside them,
for what rounding leaves in doubt.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.dense_protocol import Memories
from hopfield_sim.checks.places import module_of
from hopfield_sim.errors import InvalidInputError

Floats = NDArray[np.float64]
Overlaps = NDArray[np.int64]

ENERGIES = ("sum", "log")

HIGHEST_ORDER = 64
"""Up to here the differences of any overlaps, divided by Nⁿ, stay inside the range of a float."""

_EXACT = 2**53
_PLACES = 240
"""Bits of e^x over that of the largest overlap: smaller values count as 0."""


@dataclass(frozen=True)
class Interaction(ABC):
    """An interaction F with all quantities derived from it; subclasses define F and its slope.

    F takes whole numbers to whole numbers, and its values are largest at the largest overlaps; a
    class whose F does not brings ``values`` and ``memories`` of its own.

    Parameters
    ----------
    order : int
        n.
    """

    order: int

    name: ClassVar[str]
    """Name, as passed to ``DenseMemory``."""
    label: ClassVar[str]
    """Name in sentences, tables and legends."""
    formula: ClassVar[str]
    """F, as written in figures."""
    orders: ClassVar[tuple[int, int]] = (1, HIGHEST_ORDER)
    """The lowest and the highest order."""
    energies: ClassVar[tuple[str, ...]] = ("sum",)
    """Supported ``ENERGIES``, the default first."""
    instead: ClassVar[str] = "use a lower order"
    """Advice if an energy exceeds all floats."""

    @abstractmethod
    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """F of integers, including Python's own, or of real numbers."""

    @abstractmethod
    def slope(self, x: Floats) -> Floats:
        """F′ of real numbers."""

    @property
    def word(self) -> str:
        """What a memory calls it: its name, or that of a user's function."""
        return self.name

    def __str__(self) -> str:
        return f"F(x) = {self.formula.replace('ⁿ', f'^{self.order}')}"

    # ------------------------------------------------------------------ energies

    def energy(self, overlaps: Overlaps, *, logarithmic: bool = False) -> Floats:
        """E = −Σ_μ F(m_μ), or −log Σ_μ F(m_μ), of states with the overlaps m = ξ·s, (B, P) → (B,)
        (Krotov & Hopfield, NeurIPS 29, 2016, eq. 1).

        Powers are summed exactly and rounded once: the higher of two energies is never the lower
        float.

        Raises
        ------
        InvalidInputError
            If the sum overflows.

        Examples
        --------
        >>> Polynomial(3).energy(np.array([[3, -1], [1, 1]])).tolist()
        [-26.0, -2.0]
        """
        with np.errstate(over="ignore", invalid="ignore"):
            total = self.values(overlaps, overlaps.shape[1]).sum(axis=1)
        try:
            total = total.astype(np.float64)
        except OverflowError:  # of integers beyond every float
            total = np.array([np.inf])
        self.refuse_overflow(total)
        return 0.0 - total

    def refuse_overflow(self, energies: Floats) -> None:
        """Raise if an energy overflows.

        Raises
        ------
        InvalidInputError
            If an energy is not finite.
        """
        if not module_of(energies).isfinite(energies).all():
            raise InvalidInputError(
                f"the energy, a sum of {self}, exceeds every float for these states; {self.instead}"
            )

    def values(self, overlaps: Overlaps, n_patterns: int = 1) -> NDArray[Any]:
        """F of overlaps: in integers, Python's own where P of them might reach 2⁵³.

        Examples
        --------
        >>> Rectified(3).values(np.array([-2, 2, 3])).tolist()
        [0, 8, 27]
        """
        top = int(abs(overlaps).max(initial=0))
        if n_patterns * max(abs(self(np.array([-top, top], object)))) >= _EXACT:
            overlaps = overlaps.astype(object)
        return self(overlaps)

    # ------------------------------------------------------------------ what an engine takes

    def memories(self, patterns: NDArray[np.int8]) -> tuple[Memories, float]:
        """What an engine needs to know of patterns (P, N), and the log of the tables' unit.

        Differences are taken between whole numbers of any size and rounded once. The unit is 1
        where P of them sum up exactly, else the largest power of 2 in F(N).

        Examples
        --------
        The slope of x² is 4x and its bend 4: D = 4 Σ ξ_i (m − ξ_i s_i), the Hebbian field times 4.

        >>> found, log_unit = Polynomial(2).memories(np.array([[1, 1, -1]], np.int8))
        >>> found.slope[[2, 4]].tolist(), found.bend[[2, 4]].tolist()  # m = −1 and 1
        ([-4.0, 4.0], [4.0, 4.0])
        """
        n_patterns, n = patterns.shape
        whole, unit = self.whole(n)
        exact = sums_exactly(whole, n_patterns)
        exponent = 0 if exact else unit
        table = ((whole[2:] - whole[:-2]) / (1 << exponent)).astype(np.float64)
        # |r| ≤ N − 1: beside an overlap of ±N the table has a value that no site ever meets.
        below = np.concatenate([table[:1], table[:1], table])
        above = np.concatenate([table, table[-1:], table[-1:]])
        tables = (above + below) / 2, (above - below) / 2
        doubtful = () if exact else (whole, unit)
        return Memories(patterns, *tables, False, *doubtful), exponent * math.log(2.0)

    def whole(self, n_neurons: int) -> tuple[NDArray[np.object_], int]:
        """F of the overlaps −N … N in Python's integers, and the log₂ of the unit of D among them.

        Examples
        --------
        >>> Polynomial(3).whole(2)
        (array([-8, -1, 0, 1, 8], dtype=object), 3)
        """
        values = self(np.arange(-n_neurons, n_neurons + 1).astype(object))
        return values, values[-1].bit_length() - 1

    def pulls(self, n_neurons: int) -> NDArray[np.object_]:
        """F(m + 1) − F(m − 1) of the overlaps m = −N … N, whole numbers in any unit: how much a
        memory pulls at one more neuron, which is not among the N.

        Examples
        --------
        >>> Polynomial(3).pulls(2)
        array([26, 8, 2, 8, 26], dtype=object)
        """
        whole, _ = self.whole(n_neurons + 1)
        return np.asarray(whole[2:] - whole[:-2])

    # ------------------------------------------------------------------ real overlaps

    def drive(self, up: Floats, down: Floats) -> Floats:
        """What pulls at a site whose overlaps are ``up`` with it at +1 and ``down`` with it at −1,
        (B, P, N) → (B, N): Σ_μ [F(up) − F(down)].
        """
        return np.asarray((self(up) - self(down)).sum(axis=1))

    def bend(self, up: Floats, down: Floats) -> Floats:
        """The derivative of ``drive`` by an overlap that both have in common, (B, P, N)."""
        return self.slope(up) - self.slope(down)


class Polynomial(Interaction):
    """F(x) = xⁿ."""

    name, label, formula = "polynomial", "polynomial", "xⁿ"

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """xⁿ."""
        return np.asarray(x**self.order)

    def slope(self, x: Floats) -> Floats:
        """n xⁿ⁻¹."""
        return np.asarray(self.order * x ** (self.order - 1))


class Rectified(Interaction):
    """F(x) = max(x, 0)ⁿ."""

    name, label, formula = "rectified", "rectified", "max(x, 0)ⁿ"

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """max(x, 0)ⁿ."""
        return np.asarray(np.maximum(x, 0) ** self.order)

    def slope(self, x: Floats) -> Floats:
        """n xⁿ⁻¹ above 0; that of max(x, 0) itself is a step."""
        return self.order * np.where(x > 0, np.maximum(x, 0) ** (self.order - 1), 0.0)


class Exponential(Interaction):
    """F(x) = eˣ, which has no order; in the logarithm of its sums nothing overflows."""

    name, label, formula = "exponential", "exponential", "exp(x)"
    energies = "log", "sum"
    instead = 'use energy="log"'

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """eˣ, inf where it exceeds all floats."""
        with np.errstate(over="ignore"):
            return np.exp(x.astype(np.float64))

    def slope(self, x: Floats) -> Floats:
        """eˣ."""
        return self(x)

    def values(self, overlaps: Overlaps, n_patterns: int = 1) -> NDArray[Any]:
        """e^m in floats."""
        return self(overlaps)

    def energy(self, overlaps: Overlaps, *, logarithmic: bool = False) -> Floats:
        """−Σ_μ e^m, or −log Σ_μ e^m."""
        return -soft_maximum(overlaps) if logarithmic else super().energy(overlaps)

    def memories(self, patterns: NDArray[np.int8]) -> tuple[Memories, float]:
        """Tables by how far an overlap is below the largest of a state, ``relative``."""
        n = patterns.shape[1]
        decay = np.exp(np.arange(-2.0 * n, 1.0))
        tables = math.cosh(1.0) * decay, math.sinh(1.0) * decay
        found = Memories(patterns, *tables, True, *self.whole(n))
        return found, math.log(2.0 * math.sinh(1.0))

    def whole(self, n_neurons: int) -> tuple[NDArray[np.object_], int]:
        """e^x in Python's integers of how far overlaps are from the largest, −2N … 2."""
        from decimal import Context, Decimal, localcontext  # takes a moment to load

        with localcontext(Context(prec=90)):
            scale = 2**_PLACES / (Decimal(1).exp() - Decimal(-1).exp())
            steps = range(-2 * n_neurons, 3)
            values = [int(Decimal(x).exp() * scale) if x > -_PLACES else 0 for x in steps]
        return np.array(values, object), _PLACES

    def pulls(self, n_neurons: int) -> NDArray[np.object_]:
        """e^x of how far overlaps are from the largest, −2N … 0; pulls are proportional to it."""
        return self.whole(n_neurons)[0][: 2 * n_neurons + 1]

    def drive(self, up: Floats, down: Floats) -> Floats:
        """The difference of logarithms, which has the same sign."""
        return soft_maximum(up) - soft_maximum(down)

    def bend(self, up: Floats, down: Floats) -> Floats:
        """softmax(up) − softmax(down) over the patterns.

        Its sum is 0: the leader's share, near 1 in both, is what the others lose.
        """
        found = _softmax(up) - _softmax(down)
        leader = (up + down).argmax(axis=1)[:, None]
        np.put_along_axis(found, leader, 0.0, axis=1)
        np.put_along_axis(found, leader, -found.sum(axis=1, keepdims=True), axis=1)
        return found


INTERACTIONS: dict[str, type[Interaction]] = {
    kind.name: kind for kind in (Polynomial, Rectified, Exponential)
}
"""All interactions by name."""


def get(name: Any, order: Any) -> Interaction:
    """Validate the name and the order of an interaction.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the name is unknown, or the interaction does not have this order.

    Examples
    --------
    >>> print(get("rectified", 3))
    F(x) = max(x, 0)^3
    """
    kind = INTERACTIONS[checks.choice(name, INTERACTIONS, "interaction")]
    lowest, highest = kind.orders
    return kind(checks.integer(order, "order", minimum=lowest, maximum=highest))


def sums_exactly(whole: NDArray[np.object_], n_patterns: int) -> bool:
    """Do P differences of F, whole numbers by overlap −N … N, sum up without rounding? Of some F
    and N slope and bend come in halves.
    """
    steps = whole[2::2] - whole[:-2:2]  # of overlaps that there are: they have the parity of N
    most = n_patterns * max(abs(steps).max(), 1)
    return 2 * most < _EXACT or (most < _EXACT and not ((steps[1:] + steps[:-1]) % 2).any())


def soft_maximum(m: NDArray[Any]) -> Floats:
    """log Σ_μ e^m over the patterns, (B, P, …) → (B, …)."""
    top = m.max(axis=1)
    return np.asarray(top + np.log(np.exp((m - top[:, None]).astype(np.float64)).sum(axis=1)))


def _softmax(m: Floats) -> Floats:
    """Softmax over the patterns, (B, P, N)."""
    grown = np.exp(m - m.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))
