"""The results file: one row a finished trial, in SQLite. The only place that speaks SQL.

A trial is found again by (fingerprint of its configuration, cell, trial). The write-ahead log makes
every saved trial survive ``kill -9``; a file whose writer was killed is repaired when next opened.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from hopfield_sim.errors import ResultsDirError
from hopfield_sim.experiment.study import Config, Payload, canonical, fingerprint

__all__ = ["Saved", "Store"]

_FORMAT = 1
_PATIENCE = 30.0
"""Seconds to wait for another writer, such as a second shard in the same folder."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS studies (
    study TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, configuration TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trials (
    fingerprint TEXT NOT NULL, cell INTEGER NOT NULL, trial INTEGER NOT NULL,
    payload TEXT, error TEXT, PRIMARY KEY (fingerprint, cell, trial)
) WITHOUT ROWID;
"""


class Saved(NamedTuple):
    """A trial as the store keeps it: its payload as JSON, or else the error that ended it."""

    cell: int
    trial: int
    payload: str | None
    error: str | None = None


class Store:
    """A results file, opened; ``Store(":memory:")`` keeps nothing.

    Parameters
    ----------
    path : path or ":memory:"
        Made when it does not exist, unless ``must_exist``.
    must_exist : bool
        Refuse to make a new one.

    Raises
    ------
    ResultsDirError
        When the file cannot be made, or is not a results file.
    """

    def __init__(self, path: str | Path, *, must_exist: bool = False) -> None:
        self.path = Path(path)
        if must_exist and not self.path.is_file():
            raise ResultsDirError(f"{self.path} does not exist; results are in files *.sqlite")
        with self._errors():
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            with self._errors():
                (version,) = self._db.execute("PRAGMA user_version").fetchone()
                tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master")}
                if version not in (0, _FORMAT) or (not version and tables - {"studies", "trials"}):
                    raise ResultsDirError(
                        f"{self.path} is a database of something else, or of another version of "
                        "this package; choose another folder"
                    )
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=NORMAL")
                self._db.executescript(_SCHEMA)
                self._db.execute(f"PRAGMA user_version={_FORMAT}")
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Fold the log back into the file and close it."""
        self._db.close()

    def claim(self, study: str, config: Config) -> str:
        """Enter a study and its configuration, or find it there; return its fingerprint.

        Raises
        ------
        ResultsDirError
            When the store holds that study under another configuration; the message shows where
            they differ.
        """
        key = fingerprint(study, config)
        with self._errors():
            self._db.execute(
                "INSERT OR IGNORE INTO studies VALUES (?, ?, ?)", (study, key, canonical(config))
            )
            found, text = self._db.execute(
                "SELECT fingerprint, configuration FROM studies WHERE study = ?", (study,)
            ).fetchone()
        if found != key:
            raise ResultsDirError(
                f"{self.path} holds the study {study!r} under another configuration: "
                f"{differences(json.loads(text), config)}. Choose another folder with --out, ask "
                "for what is stored there, or remove that file"
            )
        return key

    def studies(self) -> dict[str, Config]:
        """Return every study in the store with its configuration."""
        with self._errors():
            rows = self._db.execute("SELECT study, configuration FROM studies").fetchall()
        return {study: json.loads(text) for study, text in rows}

    def save(self, key: str, trials: Iterable[Saved]) -> None:
        """Write trials at once: all of them or, when the machine stops, none."""
        rows = [(key, *trial) for trial in trials]
        with self._errors(), self._db:  # the connection's own block commits, or takes it all back
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?)", rows)

    def finished(self, key: str) -> set[tuple[int, int]]:
        """Return (cell, trial) of all that ended well."""
        with self._errors():
            return set(
                self._db.execute(
                    "SELECT cell, trial FROM trials WHERE fingerprint = ? AND error IS NULL", (key,)
                )
            )

    def failed(self, key: str) -> list[tuple[int, int, str]]:
        """Return (cell, trial, error) of all that were given up."""
        with self._errors():
            return self._db.execute(
                "SELECT cell, trial, error FROM trials WHERE fingerprint = ? AND error IS NOT NULL "
                "ORDER BY cell, trial",
                (key,),
            ).fetchall()

    def payloads(self, key: str, n_cells: int) -> list[list[Payload]]:
        """Return what the finished trials found, by cell, in order of trial."""
        cells: list[list[Payload]] = [[] for _ in range(n_cells)]
        with self._errors():
            rows = self._db.execute(
                "SELECT cell, payload FROM trials WHERE fingerprint = ? AND error IS NULL "
                "ORDER BY cell, trial",
                (key,),
            )
            for cell, payload in rows:
                cells[cell].append(json.loads(payload))
        return cells

    def merge(self, other: Store) -> int:
        """Take over another store's finished trials; return how many.

        Raises
        ------
        ResultsDirError
            When both hold a study under different configurations.
        """
        count = 0
        for study, config in other.studies().items():
            key = self.claim(study, config)
            with other._errors():
                rows = other._db.execute(
                    "SELECT cell, trial, payload FROM trials "
                    "WHERE fingerprint = ? AND error IS NULL",
                    (key,),
                ).fetchall()
            self.save(key, (Saved(*row) for row in rows))
            count += len(rows)
        return count

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise ResultsDirError(f"cannot use {self.path} as a results file: {error}") from error


def differences(there: Config, here: Config) -> str:
    """Name the keys in which two configurations differ, with both values, shortened.

    Examples
    --------
    >>> differences({"seed": 0, "sizes": [10]}, {"seed": 1, "sizes": [10]})
    'seed is 0 there and 1 here'
    """
    return ", ".join(
        f"{key} is {_short(there, key)} there and {_short(here, key)} here"
        for key in sorted(there.keys() | here.keys())
        if key not in there or key not in here or there[key] != here[key]
    )


def _short(config: Config, key: str) -> str:
    if key not in config:
        return "absent"
    text = json.dumps(config[key])
    return text if len(text) <= 60 else f"{text[:57]}..."
