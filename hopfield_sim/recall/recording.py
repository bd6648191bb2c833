"""Recording during recall: energies, overlaps, states, every ``every`` updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.errors import HopfieldError, NotStoredError
from hopfield_sim.recall.observables import OBSERVABLES, Measure
from hopfield_sim.support.display import ShowsRun

_ROW = 128
"""Overhead of an array in bytes."""


class Moving(Protocol):
    """States during a recall, with the number of updates of each, (B,)."""

    updates: NDArray[np.int64]


@dataclass
class Recorder:
    """Recorded rows; the first is the initial state, the last the final one.

    After the last row the measures, and the engine that they refer to, are released, so that the
    recorder can be copied and pickled.

    Parameters
    ----------
    every : int
        Number of updates between rows.
    measures : dict of str to callable
        For each recorded name, the function that computes a row from a batch.
    place : str
        Name of the array module that rows are kept in.
    """

    every: int
    measures: dict[str, Measure]
    place: str = places.HERE
    updates: list[int] = field(default_factory=list)
    rows: dict[str, list[NDArray[Any]]] = field(init=False)
    _stacks: dict[str, NDArray[Any]] = field(default_factory=dict)
    _bytes: int = 0
    _checked: int = 1 << 28

    def __post_init__(self) -> None:
        self.rows = {word: [] for word in self.measures}

    def milestones(self, start: int, end: int) -> Iterator[int]:
        """Update numbers at which rows are recorded, and ``end``."""
        if self.measures:
            yield from range((start // self.every + 1) * self.every, end, self.every)
        if end > start:
            yield end

    def capture(self, batch: Moving, *, last: bool = False) -> None:
        """Record a row if one is due; the ``last`` one unless it is recorded already."""
        if not self.measures:
            return
        now = int(batch.updates.max()) if len(batch.updates) else 0
        written = self.updates and self.updates[-1] == now
        if not written and (last or not now % self.every):
            self._write(batch, now)
        if last:
            self.measures = {}

    def expect(self, end: int) -> None:
        """Raise at the start if the rows of ``end`` updates will not fit into memory."""
        n_rows = end // self.every + 2
        sizes = [rows[0].nbytes + _ROW for rows in self.rows.values() if rows]
        self._demand(n_rows * sum(sizes) + n_rows * max(sizes, default=0), n_rows)

    def _write(self, batch: Moving, now: int) -> None:
        self.updates.append(now)
        for word, measure in self.measures.items():
            row = places.moved(measure(batch), self.place)
            self.rows[word].append(row)
            self._bytes += row.nbytes + _ROW
        if self._bytes > self._checked:
            # Rows are stacked at the end, which doubles the memory; check before the machine starts
            # to swap.
            self._demand(self._bytes, len(self.updates))
            self._checked = self._bytes + self._bytes // 4

    def _demand(self, n_bytes: int, n_rows: int) -> None:
        checks.memory(
            n_bytes, f"a recording of {n_rows} rows", "record fewer things, or a larger every="
        )

    def stacked(self, word: str) -> NDArray[Any] | None:
        """All rows of one quantity, (T+1, B, ...), or None if it was not recorded."""
        if word not in self.rows:
            return None
        if word not in self._stacks:
            rows = self.rows[word]
            self._demand(len(rows) * rows[0].nbytes, len(rows))
            self._stacks[word] = places.module_of(rows[0]).stack(rows)
            self.rows[word] = []
        return self._stacks[word]


class Restoring(Protocol):
    """Validated input states, which remember their original shape."""

    def restore(self, answer: NDArray[Any], *, axis: int = 0, sites: bool = True) -> Any:
        """Bring a result into that shape."""


class Recorded(ShowsRun):
    """Base class of the results of recalls: recorded rows, in the shape of the states.

    Subclasses set ``_recorder``, the validated input states, ``_start``, and, where memories have
    values, ``_paired``, those at the final states.
    """

    _recorder: Recorder
    _start: Restoring
    _paired: Any = None

    @property
    def updates(self) -> NDArray[np.int64]:
        """Number of updates, or steps, before each recorded row, (T+1,)."""
        if not self._recorder.rows:
            raise HopfieldError("this recall recorded nothing; call recall(..., record='energy')")
        return np.array(self._recorder.updates, np.int64)

    @property
    def energy(self) -> NDArray[np.float64]:
        """Recorded energies, (T+1, B)."""
        return self.recorded["energy"]

    @property
    def trajectory(self) -> NDArray[Any]:
        """Recorded states, (T+1, B, N)."""
        return self.recorded["states"]

    @property
    def overlaps(self) -> NDArray[np.float64]:
        """Recorded overlaps with the stored patterns, (T+1, B, P)."""
        return self.recorded["overlap"]

    @property
    def values(self) -> Any:
        """Values at the final states, (B, M), or images.

        Raises
        ------
        NotStoredError
            If the memories have no values.
        """
        if self._paired is None:
            raise NotStoredError(
                "these memories have no values; those of a DenseMemory or ModernHopfield have some "
                "after store(patterns, values)"
            )
        return self._paired

    @property
    def recorded(self) -> Mapping[str, NDArray[Any]]:
        """All recorded quantities by name, each (T+1, B, ...).

        Examples
        --------
        >>> import numpy as np
        >>> from hopfield_sim import HopfieldNetwork
        >>> net = HopfieldNetwork().store([[1, 1, 1, -1, -1]])
        >>> run = net.recall([[1, 1, -1, -1, -1]], record={"sum": lambda s: s.sum(axis=1)}, rng=1)
        >>> run.recorded["sum"].ravel()
        array([-1,  1])
        """
        return Rows(self._recorder, self._start)


@dataclass(frozen=True)
class Rows(Mapping[str, NDArray[Any]]):
    """The rows of a recorder, in the shape of the input states."""

    _recorder: Recorder
    _start: Restoring

    def __getitem__(self, word: str) -> NDArray[Any]:
        rows = self._recorder.stacked(word)
        if rows is None:
            raise HopfieldError(
                f"this recall did not record {word!r}; call recall(..., record={word!r})"
            )
        sites = word in OBSERVABLES and OBSERVABLES[word].sites
        restored: NDArray[Any] = self._start.restore(rows, axis=1, sites=sites)
        return restored

    def __contains__(self, word: object) -> bool:
        return word in self._recorder.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._recorder.rows)

    def __len__(self) -> int:
        return len(self._recorder.rows)


def endings(stop: Any) -> str:
    """Summary of the numbers of states by stopping reason, for ``repr``.

    Examples
    --------
    >>> endings(np.array(["fixed-point", "cycle", "fixed-point"]))
    '1 cycle, 2 fixed-point'
    """
    words, counts = np.unique(np.atleast_1d(stop), return_counts=True)
    return ", ".join(f"{count} {word}" for word, count in zip(words, counts, strict=True))
