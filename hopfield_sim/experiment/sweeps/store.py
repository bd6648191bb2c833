"""The results file: one row for each finished trial, in SQLite.

Only this module and ``store_file.py`` use SQL. A trial is identified by (fingerprint of its
configuration, cell, trial). By the write-ahead log every saved trial survives ``kill -9``; a file
whose writer was killed is repaired when next opened. Only one process writes it at a time.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hopfield_sim import checks
from hopfield_sim.errors import ResultsDirError
from hopfield_sim.experiment.sweeps import store_file
from hopfield_sim.experiment.sweeps.lock import Lock
from hopfield_sim.experiment.sweeps.store_file import Row
from hopfield_sim.experiment.sweeps.study import Config, Payload, canonical, fingerprint

__all__ = ["Saved", "Store"]

_AGAIN = "remove it, and its trials run again"
_ELSEWHERE = "choose another folder with --out, or another file with store="

_ADVICE = {
    sqlite3.SQLITE_FULL: "free some space; finished trials are kept, and the same command "
    "continues",
    sqlite3.SQLITE_IOERR: "check the disk and its free space; finished trials are kept, and the "
    "same command continues",
    sqlite3.SQLITE_READONLY: _ELSEWHERE,
    sqlite3.SQLITE_CANTOPEN: _ELSEWHERE,
    sqlite3.SQLITE_CORRUPT: f"it is damaged: {_AGAIN}",
    sqlite3.SQLITE_NOTADB: _ELSEWHERE,
    sqlite3.SQLITE_BUSY: "another program has it open; close that",
}


class Saved(NamedTuple):
    """A stored trial: its payload as JSON, or the error that ended it."""

    cell: int
    trial: int
    payload: str | None
    error: str | None = None


@checks.by_name
class Store:
    """An open results file; ``Store(":memory:")`` writes no file.

    Parameters
    ----------
    path : path or ":memory:"
        Created if it does not exist.
    read_only : bool
        Whether to write nothing, neither to the file nor beside it.

    Attributes
    ----------
    notices : list of str
        Warnings about the file: damaged rows, a file system without locks.

    Raises
    ------
    ResultsDirError
        When the file cannot be made, is not a results file, or is being written by another process.

    Examples
    --------
    >>> with Store(":memory:") as store:
    ...     store.studies()
    {}
    """

    def __init__(self, path: str | Path, *, read_only: bool = False) -> None:
        self.path = checks.path(path)
        self.notices: list[str] = []
        self._lock: Lock | None = None
        self._copy: TemporaryDirectory[str] | None = None
        if path != ":memory:" and not read_only:
            self._lock = Lock(self.path)
            self.notices += [self._lock.notice] if self._lock.notice else []
        try:
            with self._errors():
                if read_only:
                    self._db, self._copy, damaged = store_file.reader(self.path)
                    self._tell(damaged, "are left out")
                else:
                    # Absolute, or SQLite might read a name such as file:x as an address.
                    name = ":memory:" if path == ":memory:" else os.path.abspath(self.path)
                    self._db, damaged = store_file.writer(name)
                    self._tell(damaged, "run again")
        except BaseException:
            if self._lock is not None:
                self._lock.release()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Merge the log into the file and close it."""
        self._db.close()
        if self._lock is not None:
            self._lock.release()
        if self._copy is not None:
            self._copy.cleanup()

    def claim(self, study: str, config: Config) -> str:
        """Enter a study and its configuration if they are new; return the fingerprint.

        Raises
        ------
        ResultsDirError
            When the store holds that study under another configuration; the message shows where
            they differ.
        """
        key = fingerprint(study, config)
        held = self.studies()
        if study not in held:
            with self._transaction():
                self._db.execute(
                    "INSERT INTO studies VALUES (?, ?, ?)", (study, key, canonical(config))
                )
        elif fingerprint(study, held[study]) != key:
            raise ResultsDirError(
                f"{self.path} holds the study {study!r} under another configuration: "
                f"{differences(held[study], config)}. Use another file, ask for what is stored "
                "in this one, or remove it"
            )
        return key

    def studies(self) -> dict[str, Config]:
        """Return all studies of the store with their configurations.

        Raises
        ------
        ResultsDirError
            When a configuration is damaged.
        """
        with self._errors():
            rows = self._db.execute(
                "SELECT study, fingerprint, CAST(configuration AS BLOB) FROM studies"
            ).fetchall()
        held = {}
        for study, key, text in rows:
            with suppress(AttributeError, TypeError, ValueError, RecursionError):
                config = json.loads(text)
                if fingerprint(study, config) == key:
                    held[study] = config
                    continue
            raise ResultsDirError(
                f"the configuration of {study!r} in {self.path} is damaged: {_AGAIN}"
            )
        return held

    def save(self, key: str, trials: Iterable[Saved]) -> None:
        """Write trials in one transaction."""
        with self._transaction():
            store_file.insert(self._db, ((key, *map(_utf8, trial)) for trial in trials))

    def count(self, key: str) -> tuple[int, int]:
        """Return the numbers of finished and of failed trials."""
        with self._errors():
            done, all_ = self._db.execute(
                "SELECT count(payload), count(*) FROM trials WHERE fingerprint = ?", (key,)
            ).fetchone()
        return done, all_ - done

    def finished(self, key: str) -> set[tuple[int, int]]:
        """Return (cell, trial) of all finished trials."""
        with self._errors():
            return set(
                self._db.execute(
                    "SELECT cell, trial FROM trials WHERE fingerprint = ? AND error IS NULL", (key,)
                )
            )

    def failed(self, key: str) -> list[tuple[int, int, str]]:
        """Return (cell, trial, error) of all failed trials."""
        with self._errors():
            return self._db.execute(
                "SELECT cell, trial, error FROM trials WHERE fingerprint = ? AND error IS NOT NULL "
                "ORDER BY cell, trial",
                (key,),
            ).fetchall()

    def payloads(self, key: str, n_cells: int) -> list[list[Payload]]:
        """Return the payloads of finished trials by cell, in order; call ``check`` first."""
        cells: list[list[Payload]] = [[] for _ in range(n_cells)]
        for row in self._rows(key):
            cells[row.cell].append(json.loads(str(row.payload)))
        return cells

    def check(self, key: str, sizes: Sequence[int]) -> None:
        """Check that the configuration has all stored trials.

        Parameters
        ----------
        key : str
            Fingerprint of the configuration.
        sizes : sequence of int
            Number of trials of each cell.

        Raises
        ------
        ResultsDirError
            When it lacks one; the message names the first.
        """
        with self._errors():
            self._refuse_strangers(
                self._db.execute("SELECT cell, trial FROM trials WHERE fingerprint = ?", (key,)),
                sizes,
            )

    def merge(
        self, other: Store, sizes: Callable[[str, Config], Sequence[int]] | None = None
    ) -> int:
        """Copy the finished trials of another store, all or none; return their number.

        Parameters
        ----------
        other : Store
            Source of the trials.
        sizes : callable, optional
            (study, configuration) → number of trials of each cell; other trials are an error.

        Raises
        ------
        ResultsDirError
            When both hold a study under different configurations, or a trial with different
            results; when a trial is not of its configuration.
        """
        count = 0
        with self._transaction():
            for study, config in other.studies().items():
                key = self.claim(study, config)
                theirs = {(row.cell, row.trial): row.payload for row in other._rows(key)}
                held = {(row.cell, row.trial): row.payload for row in self._rows(key)}
                for which in theirs.keys() & held.keys():
                    if theirs[which] != held[which]:
                        raise self._conflict(other, study, which)
                if sizes is not None:
                    other._refuse_strangers(theirs, sizes(study, config))
                self.save(key, (Saved(*which, payload) for which, payload in theirs.items()))
                count += len(theirs)
        return count

    def _rows(self, key: str) -> Iterator[Row]:
        """Return the finished trials of a configuration."""
        with self._errors():
            for row in store_file.rows(self._db, key):
                if row.sound and row.error is None:
                    yield row

    def _conflict(self, other: Store, study: str, which: tuple[int, int]) -> ResultsDirError:
        return ResultsDirError(
            f"{self.path} and {other.path} have different results for cell {which[0]}, trial "
            f"{which[1]} of {study}; merge those that you trust into a new folder"
        )

    def _refuse_strangers(self, which: Iterable[tuple[int, int]], sizes: Sequence[int]) -> None:
        for cell, trial in which:
            if not (0 <= cell < len(sizes) and 0 <= trial < sizes[cell]):
                raise ResultsDirError(
                    f"{self.path} has cell {cell}, trial {trial}, which its configuration does not "
                    f"have: {_AGAIN}"
                )

    def _tell(self, damaged: Sequence[Row], what: str) -> None:
        if damaged:
            rows = "1 damaged row," if len(damaged) == 1 else f"{len(damaged)} damaged rows, first"
            self.notices.append(f"{self.path}: {rows} {damaged[0]}; their trials {what}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Write all or nothing of the block."""
        with self._errors():
            if self._db.in_transaction:
                yield
                return
            with self._db:  # the connection's own block commits, or takes it all back
                self._db.execute("BEGIN IMMEDIATE")
                yield

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Convert errors of reading and writing to ``ResultsDirError`` with advice."""
        try:
            yield
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            advice = _ADVICE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, _AGAIN)
            raise ResultsDirError(
                f"cannot use {self.path} as a results file: {error}; {advice}"
            ) from error


def differences(there: Config, here: Config) -> str:
    """Name the keys in which two configurations differ, with both values, shortened.

    Examples
    --------
    >>> differences({"seed": 0, "sizes": [10]}, {"seed": 1, "sizes": [10]})
    'seed is 0 there and 1 here'
    """
    return ", ".join(
        _changed(there[key], here[key])
        if key == "sources" and key in there and key in here
        else f"{key} is {_short(there, key)} there and {_short(here, key)} here"
        for key in sorted(there.keys() | here.keys())
        if key not in there or key not in here or there[key] != here[key]
    )


def _changed(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """Name the functions whose code is not what it was."""
    names = [n for n in sorted(there.keys() | here.keys()) if there.get(n) != here.get(n)]
    return f"the code of {' and of '.join(names)} is not the same"


def _short(config: Config, key: str) -> str:
    return _cut(json.dumps(config[key])) if key in config else "absent"


def _utf8(value: Any) -> Any:
    """Escape text that is not UTF-8, such as file names in errors."""
    return value.encode("utf-8", "backslashreplace").decode() if type(value) is str else value


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
