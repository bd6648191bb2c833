"""What an engine receives and gives: the contract that every backend keeps, in arrays only.

A *field* here is W s in the engine's own units: integers N·W s for Hebbian couplings, W s itself
for real ones. Words such as ties, thresholds or clamping are settled before: a site becomes +1
where its field is greater than ``above``, −1 where it is less than ``below``, and stays as it is
between. A clamped site has limits that no field reaches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

RUNNING: Final = 0
FIXED: Final = 1
CYCLE: Final = 2
"""Why a state stopped."""

CACHED: Final = 0
FRESH: Final = 1
STALE: Final = 2
"""Fields kept up to date flip by flip; computed from W for just this state; to be computed
before going on.
"""


@dataclass(frozen=True)
class Couplings:
    """A network's weights as the engine holds them.

    Parameters
    ----------
    columns : (N, N) int16, int32 or float64
        ``columns[i]`` is what a flip of site i adds to every field, W[:, i] times ``scale``.
    diagonal : (N,) int32 or float64
        The self couplings, in the fields' dtype.
    scale : float
        Field = scale · W s: N for Hebbian integers, 1 for real weights.
    patterns : (P, N) float32 or float64, optional
        Hebbian couplings only: W s also by way of the overlaps, exact in this dtype.
    """

    columns: NDArray[Any]
    diagonal: NDArray[Any]
    scale: float
    patterns: NDArray[np.floating] | None = None

    @property
    def n_neurons(self) -> int:
        """N."""
        return len(self.diagonal)

    @property
    def exact(self) -> bool:
        """Are fields exact, whatever the order of summation? Then they never need recomputing."""
        return self.patterns is not None


@dataclass(frozen=True)
class Limits:
    """Zero temperature: +1 above, −1 below, unchanged between; (N,) each, in the fields' dtype."""

    above: NDArray[Any]
    below: NDArray[Any]


@dataclass(frozen=True)
class HeatBath:
    """Positive temperature: +1 with probability 1/(1 + exp(−gain · (x − fraction))).

    Here x = field − diagonal · s − offset leaves the self coupling out.

    Parameters
    ----------
    gain : float
        2 / (T · scale).
    offset : (N,) int32 or float64
        The thresholds in field units, rounded down where fields are integers.
    fraction : (N,) float64
        What was rounded off.
    clamped : (N,) uint8
        1 where a site never changes.
    table : (2·half + 1,) uint64, optional
        Integers without fractions: a 32-bit random word less than ``table[x + half]`` gives +1, and
        x beyond ±half counts as ±half.
    """

    gain: float
    offset: NDArray[Any]
    fraction: NDArray[np.float64]
    clamped: NDArray[np.uint8]
    table: NDArray[np.uint64] | None = None


@dataclass
class Batch:
    """States on their way. Rows are independent; every array has one entry, or row, a state.

    ``index`` is the state's place in the caller's batch, which addresses its randomness;
    ``previous`` the state one step before (synchronous only); ``updates`` counts visits; ``fresh``
    is one of CACHED, FRESH, STALE.
    """

    states: NDArray[np.int8]
    fields: NDArray[Any]
    index: NDArray[np.int64]
    previous: NDArray[np.int8]
    updates: NDArray[np.int64] = field(init=False)
    flips: NDArray[np.int64] = field(init=False)
    stop: NDArray[np.int8] = field(init=False)
    fresh: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        n = len(self.states)
        self.updates, self.flips = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.stop, self.fresh = np.full(n, RUNNING, np.int8), np.full(n, FRESH, np.uint8)

    def unfinished(self, until: int) -> NDArray[np.int64]:
        """Rows that still run and have visits left before the update ``until``."""
        return np.flatnonzero((self.stop == RUNNING) & (self.updates < until))


class Backend(Protocol):
    """The engine room's verbs. Each changes the batch in place and returns nothing."""

    name: str

    def fields(self, couplings: Couplings, states: NDArray[np.int8]) -> NDArray[Any]:
        """W s in the engine's units, (B, N)."""

    def asynchronous(
        self,
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        order: str,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """Visit one site after another up to the update ``until``; at zero temperature
        stop at a fixed point.
        """

    def synchronous(
        self,
        couplings: Couplings,
        batch: Batch,
        rule: Limits | HeatBath,
        key: int,
        until: int,
        n_threads: int,
    ) -> None:
        """Update all sites at once, N updates a step; at zero temperature stop at a
        fixed point or a 2-cycle.
        """
