"""Arguments and results of engines of pair couplings: the contract of all backends, in arrays only.

A *field* here is W s in units of the engine: integers N·W s for Hebbian couplings, W s for real
ones. Ties, thresholds and clamping are part of the limits of a site: it becomes +1 if its field is
greater than ``above`` and −1 if it is less than ``below``, and keeps its spin otherwise. The limits
of a clamped site lie beyond all fields.

Besides its spins each state has a *cache*, to which a flip of site i to s_i adds 2 s_i times row i
of ``columns``: its N fields if the couplings are a :class:`Matrix`, its P overlaps with the
patterns if they are :class:`Factors`. The cache of :class:`Sparse` couplings are the fields, too,
of which a flip changes those of the neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import HERE, module_of, moved
from hopfield_sim.support.compressed import most_terms, transposed

RUNNING: Final = 0
FIXED: Final = 1
CYCLE: Final = 2
"""Reasons why a state stopped."""

CACHED: Final = 0
FRESH: Final = 1
STALE: Final = 2
"""State of a cache: updated by flips; computed for this state; to be recomputed before use."""

INT32_SAFE: Final = 2**29
"""Largest size of fields for int32, with thresholds beyond all of them."""

_PACKED_ROWS = 4096


@dataclass(frozen=True)
class Dynamics:
    """How spins are updated, whatever their energy.

    Parameters
    ----------
    update : {"async", "sync"}
        One site after another, or all sites at once.
    order : {"random", "sequential", "uniform"}
        Order of the sites of an asynchronous sweep.
    key : int
        Key of the random numbers.
    n_threads : int
        Number of threads.
    """

    update: str
    order: str
    key: int
    n_threads: int


class FieldsCached:
    """Couplings whose caches are the fields of states, in the dtype of their diagonal."""

    diagonal: NDArray[Any]
    wide: ClassVar[bool] = False

    @property
    def numbers(self) -> NDArray[Any]:
        """All weights times ``scale``, in any shape."""
        raise NotImplementedError

    @cached_property
    def largest(self) -> float:
        """Largest absolute value of them."""
        return largest(self.numbers)

    @cached_property
    def n_neurons(self) -> int:
        """Number of neurons, N."""
        return len(self.diagonal)

    @cached_property
    def width(self) -> int:
        """Length of a cache."""
        return len(self.diagonal)

    @cached_property
    def cache_type(self) -> np.dtype[Any]:
        """dtype of a cache."""
        return self.diagonal.dtype


@dataclass(frozen=True)
class Matrix(FieldsCached):
    """Weights as a matrix; the cache of a state holds its fields.

    Parameters
    ----------
    columns : (N, N) ndarray of int8, int16, int32, float32 or float64
        ``columns[i]`` is W[:, i] times ``scale``.
    diagonal : (N,) ndarray of int16, int32, float32 or float64
        The self couplings, in the dtype of the fields.
    scale : float
        Field = scale · W s: N for Hebbian integers, 1 for real weights.
    reach : int
        Bound of the absolute values of fields of an integer matrix.
    factors : Factors, optional
        Factors of Hebbian integers, if the matrix has any.
    outer : ((K, N) ndarray of int8, (K, N) ndarray of int8), optional
        Factors L, R of another integer matrix, with entries of −1, 0 and 1, where they are less
        work than it: ``columns`` is RᵀL.
    """

    columns: NDArray[Any]
    diagonal: NDArray[Any]
    scale: float
    reach: int = 0
    factors: Factors | None = None
    outer: tuple[NDArray[np.int8], NDArray[np.int8]] | None = None

    @cached_property
    def exact(self) -> bool:
        """Whether fields are exact in any order of summation, and need no recomputation."""
        return self.factors is not None or self.columns.dtype.kind == "i"

    @property
    def numbers(self) -> NDArray[Any]:
        """All weights times ``scale``, in any shape."""
        return self.columns

    @property
    def most_terms(self) -> int:
        """Largest number of weights in the sum that is a field."""
        return len(self.diagonal)


@dataclass(frozen=True)
class Factors:
    """Hebbian couplings without their matrix, N·W = ΞᵀΞ with another diagonal; the cache of a state
    holds its overlaps Ξ s.

    Parameters
    ----------
    patterns : (P, N) ndarray of int8
        Ξ, of ±1.
    diagonal : (N,) ndarray of int32 or float64
        The self couplings N·W_ii, in a dtype that holds every field.
    """

    patterns: NDArray[np.int8]
    diagonal: NDArray[Any]
    exact: ClassVar[bool] = True

    @cached_property
    def n_neurons(self) -> int:
        """Number of neurons, N."""
        return len(self.diagonal)

    @cached_property
    def wide(self) -> bool:
        """Whether fields may exceed 32 bits; kernels have no such fields."""
        return self.diagonal.dtype.kind != "i"

    @cached_property
    def scale(self) -> float:
        """Field = N · W s."""
        return float(self.n_neurons)

    @cached_property
    def reach(self) -> int:
        """Bound of the absolute values of fields."""
        return self.patterns.size

    @cached_property
    def width(self) -> int:
        """Length of a cache."""
        return len(self.patterns)

    @cached_property
    def cache_type(self) -> np.dtype[Any]:
        """dtype of a cache; overlaps lie from −N to N."""
        return np.dtype(np.int16 if self.n_neurons < 2**15 else np.int32)

    @property
    def columns(self) -> NDArray[np.int8]:
        """Change of the overlaps by a flip of each site, Ξᵀ, (N, P)."""
        return self.patterns.T

    @cached_property
    def own(self) -> Any:
        """Diagonal of ΞᵀΞ minus that of the couplings, P or 0, in the dtype of fields."""
        return self.diagonal.dtype.type(len(self.patterns)) - self.diagonal[0]

    @cached_property
    def pattern_bits(self) -> NDArray[np.uint64]:
        """Patterns with one bit for each site, (P, words), zero-padded to 256 bits."""
        return packed(self.patterns, 32)

    @cached_property
    def site_bits(self) -> NDArray[np.uint64]:
        """Sites with one bit for each pattern, (N, ⌈P/64⌉), zero-padded."""
        return packed(self.patterns.T, 8)


@dataclass(frozen=True)
class Sparse(FieldsCached):
    """Weights of which most are zero, as compressed columns; the cache of a state holds its fields.

    Parameters
    ----------
    starts : (N + 1,) ndarray of int64
        Site i has the entries ``starts[i]`` to ``starts[i + 1] - 1``.
    targets : (K,) ndarray of int32
        The neurons whose fields it changes, ascending for each site.
    values : (K,) ndarray of int8, int16, int32, float32 or float64
        W[target, i] times ``scale``.
    diagonal : (N,) ndarray of int16, int32, float32 or float64
        The self couplings, which are among the values, too, in the dtype of the fields.
    scale : float
        Field = scale · W s: N for Hebbian integers, 1 for real weights.
    exact : bool
        Whether the values are integers, so that fields are exact in any order of summation.
    reach : int
        Bound of the absolute values of fields of integers.
    """

    starts: NDArray[np.int64]
    targets: NDArray[np.int32]
    values: NDArray[Any]
    diagonal: NDArray[Any]
    scale: float
    exact: bool
    reach: int = 0

    @property
    def numbers(self) -> NDArray[Any]:
        """All weights times ``scale``, in any shape."""
        return self.values

    @cached_property
    def most_terms(self) -> int:
        """Largest number of weights in the sum that is a field."""
        return most_terms(self.targets)

    def transposed(self) -> Sparse:
        """The couplings with the weights Wᵀ: compressed columns of W are rows of these."""
        starts, targets, order = transposed(self.starts, self.targets)
        return replace(self, starts=starts, targets=targets, values=self.values[order])


Couplings = Matrix | Factors | Sparse


def largest(values: NDArray[Any]) -> float:
    """Largest absolute value; 0 if there are none, nan if one is nan.

    Examples
    --------
    >>> largest(np.array([1.0, -2.0]))
    2.0
    """
    return max(float(values.max(initial=0)), -float(values.min(initial=0)))


def packed(signs: NDArray[np.int8], n_bytes: int) -> NDArray[np.uint64]:
    """Bits of each row, 1 for +1, the first site lowest, zero-padded to a multiple of ``n_bytes``.

    Examples
    --------
    >>> packed(np.array([[1, 1, -1, 1]], np.int8), 8).tolist()
    [[11]]
    """
    rows, length = signs.shape
    out = np.zeros((rows, -(-length // (8 * n_bytes)) * n_bytes), np.uint8)
    for start in range(0, rows, _PACKED_ROWS):  # limits the memory
        some = np.packbits(signs[start : start + _PACKED_ROWS] > 0, axis=1, bitorder="little")
        out[start : start + _PACKED_ROWS, : some.shape[1]] = some
    return out.view("<u8").astype(np.uint64, copy=False)


@dataclass(frozen=True)
class Limits:
    """Zero temperature: +1 above, −1 below, unchanged between.

    Parameters
    ----------
    above, below : (N,) ndarray
        Limits of the fields, in their dtype.
    rounding : float
        Bound of twice the rounding error of an addition to a field: 0 for integers, infinite where
        it is not known. A state is at rest, whatever the order of summation, if fields are farther
        from their limits than additions can have moved them.
    """

    above: NDArray[Any]
    below: NDArray[Any]
    rounding: float = np.inf


@dataclass(frozen=True)
class HeatBath:
    """Positive temperature: +1 with probability 1/(1 + exp(−gain · (x − fraction))).

    Here x = field − diagonal · s − offset leaves the self coupling out.

    Parameters
    ----------
    gain : float
        2 / (T · scale).
    offset : (N,) ndarray of int32
        The thresholds in field units, rounded down; 0 where fields are not integers.
    fraction : (N,) ndarray of float64
        The fractions rounded off.
    clamped : (N,) ndarray of uint8
        1 where a site never changes.
    table : (2·half + 1,) ndarray of uint64, optional
        Integers without fractions: a 32-bit random word less than ``table[x + half]`` gives +1, and
        x beyond ±half counts as ±half.
    """

    gain: float
    offset: NDArray[np.int32]
    fraction: NDArray[np.float64]
    clamped: NDArray[np.uint8]
    table: NDArray[np.uint64] | None = None


@dataclass(frozen=True)
class Winners:
    """The sites with the largest fields less ``thresholds``, in their units, become +1, ``active``
    in all, and the others −1; of equal ones those that are +1 come first, then the first sites.
    """

    active: int
    thresholds: NDArray[np.float64]
    clamped: NDArray[np.bool_]


Rule = Limits | HeatBath | Winners


@dataclass
class StateBatch:
    """A batch of states during recall; every array has one entry, or row, for each state.

    ``index`` is the position in the caller's batch, which addresses its randomness;
    ``previous`` the state one step before (synchronous only); ``updates`` counts visits; ``fresh``
    is one of CACHED, FRESH, STALE.
    """

    states: NDArray[np.int8]
    cache: NDArray[Any]
    index: NDArray[np.int64]
    previous: NDArray[np.int8]
    updates: NDArray[np.int64] = field(init=False)
    flips: NDArray[np.int64] = field(init=False)
    stop: NDArray[np.int8] = field(init=False)
    fresh: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        n, xp = len(self.states), module_of(self.states)
        self.updates, self.flips = xp.zeros(n, np.int64), xp.zeros(n, np.int64)
        self.stop, self.fresh = xp.full(n, RUNNING, np.int8), xp.full(n, FRESH, np.uint8)

    @classmethod
    def start(cls, states: NDArray[np.int8], cache: NDArray[Any], update: str) -> StateBatch:
        """States at the start of a recall, which are updated in place."""
        index = np.arange(len(states), dtype=np.int64)
        return cls(states, cache, index, states.copy() if update == "sync" else states)

    def unfinished(self, until: int) -> NDArray[np.int64]:
        """Return rows that still run and have not reached the update ``until``."""
        return ((self.stop == RUNNING) & (self.updates < until)).nonzero()[0]

    def ended(self) -> StateBatch:
        """The states at the end of a recall, with their counters in memory of the processor."""
        if module_of(self.stop) is not np:
            for name in ("updates", "flips", "stop"):
                setattr(self, name, moved(getattr(self, name), HERE))
        return self
