"""The random directions S ~ N(0, 1), (Y, D), and phases b ~ U(0, 2π): a function of the seed.

They are drawn in blocks of rows, each from its own stream, so that block k is the same whoever
draws it, when, and how many there are: where Y·D numbers would be too many to keep, they are drawn
again whenever they are needed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends
from hopfield_sim.support import blas
from hopfield_sim.support.daemons import Daemons
from hopfield_sim.support.interruptible import interruptible

_BLOCK: Final = 1 << 20
"""Numbers in a block of S, or a row if that is more. Part of what a seed means."""

_KEPT: Final = 1 << 28
"""Largest size in bytes of an S that is kept in memory, if no other is asked for."""

_DIRECTIONS, _PHASES, _NORMS = range(3)

Floats = NDArray[np.floating]


class Block(NamedTuple):
    """Rows ``rows`` of S, (R, D), with their phases, (R,)."""

    rows: slice
    directions: Floats
    phases: Floats


@dataclass
class Projection:
    """All blocks of S and b.

    Parameters
    ----------
    key : int
        Of 64 bits: the seed.
    n_features, n_neurons : int
        Y and D.
    orthogonal : bool
        Whether each D rows following each other are orthogonal: uniformly random directions, with
        the lengths of Gaussian rows.
    dtype : dtype
        float64, or float32: the same numbers, rounded.
    budget : int, optional
        Largest size in bytes of an S that is kept in memory.

    Examples
    --------
    >>> drawn = Projection(0, 5, 3, orthogonal=True)
    >>> rows = np.concatenate([block.directions for block in drawn.blocks()])
    >>> rows.shape, (rows @ rows.T).round(9).astype(bool).astype(int).tolist()[0]
    ((5, 3), [1, 0, 0, 1, 1])
    """

    key: int
    n_features: int
    n_neurons: int
    orthogonal: bool = False
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float64))
    budget: int | None = None
    _kept: list[Block] | None = None

    @property
    def block_rows(self) -> int:
        """Rows of a block: a multiple of D where rows are orthogonal in groups of D."""
        rows = max(1, _BLOCK // self.n_neurons)
        return max(1, rows // self.n_neurons) * self.n_neurons if self.orthogonal else rows

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks in order; threads draw ahead those that are not kept."""
        if self._kept is not None:
            yield from self._kept
            return
        size = self.dtype.itemsize * self.n_features * self.n_neurons
        most = _KEPT if self.budget is None else self.budget
        kept: list[Block] | None = [] if size <= most else None
        for block in self._ahead(backends.threads(None)):
            if kept is not None:
                kept.append(block)
            yield block
        self._kept = kept

    def block(self, number: int) -> Block:
        """Draw block ``number``."""
        start = number * self.block_rows
        stop = min(start + self.block_rows, self.n_features)
        shape = (stop - start, self.n_neurons)
        directions = self._source(number, _DIRECTIONS).standard_normal(shape)
        if self.orthogonal:
            directions = _orthogonal(directions) * self._lengths(number, shape[0])[:, None]
        phases = self._source(number, _PHASES).uniform(0, 2 * np.pi, shape[0])
        return Block(
            slice(start, stop),
            directions.astype(self.dtype, copy=False),
            phases.astype(self.dtype, copy=False),
        )

    def start(self, number: int, count: int) -> NDArray[np.float64]:
        """The first numbers of the first row of block ``number``, without the rest of it."""
        n = self.n_neurons if self.orthogonal else min(count, self.n_neurons)
        row = self._source(number, _DIRECTIONS).standard_normal(n)
        if self.orthogonal:
            row *= self._lengths(number, 1) / np.linalg.norm(row)
        return row[:count].astype(self.dtype).astype(np.float64)

    def _lengths(self, number: int, rows: int) -> NDArray[np.float64]:
        """Of the first rows of a block, like those of Gaussian ones."""
        return np.sqrt(self._source(number, _NORMS).chisquare(self.n_neurons, rows))

    def _ahead(self, workers: int) -> Iterator[Block]:
        """Yield blocks in order while threads draw the next ones."""
        count = -(-self.n_features // self.block_rows)
        if workers == 1 or count == 1:
            yield from map(self.block, range(count))
            return
        # Drawing is most of the work here and has all processors; products that spread over them as
        # well wait for each other, ten times as long on a machine with other work.
        pool = Daemons(workers)
        try:
            with blas.limit(1):
                waiting: deque[Callable[[], Block]] = deque()
                for number in range(count):
                    try:
                        waiting.append(pool.submit(self.block, number).result)
                    except RuntimeError:  # the interpreter exits, or the system has no thread left
                        waiting.append(partial(self.block, number))
                    if len(waiting) > workers:
                        yield waiting.popleft()()
                while waiting:
                    yield waiting.popleft()()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _source(self, number: int, purpose: int) -> np.random.Generator:
        seed = np.random.SeedSequence(self.key, spawn_key=(number, purpose))
        return np.random.Generator(np.random.SFC64(seed))


def _orthogonal(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthogonalise each group of D successive rows by Gram–Schmidt."""
    n = rows.shape[1]
    out = np.empty_like(rows)
    for start in range(0, len(rows), n):
        basis, upper = interruptible(np.linalg.qr, rows[start : start + n].T)
        out[start : start + n] = (basis * np.sign(np.diagonal(upper))).T
    return out
