"""The results file: opening, format and integrity.

Format 2: every row of ``trials`` has a checksum, and a study's fingerprint is a checksum of its
configuration. Format 1 had none for trials; they are added when the file is next written. Damaged
rows are dropped, and their trials run again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hopfield_sim.errors import ResultsDirError
from hopfield_sim.experiment.sweeps.lock import holder

__all__ = ["Row", "insert", "reader", "rows", "writer"]

_PATIENCE = 30.0
"""Seconds to wait for readers of the file, such as a running copy."""

_STUDIES = """
CREATE TABLE studies (
    study TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, configuration TEXT NOT NULL
) WITHOUT ROWID
""".strip()

_TRIALS_1 = """
CREATE TABLE trials (
    fingerprint TEXT NOT NULL, cell INTEGER NOT NULL, trial INTEGER NOT NULL,
    payload TEXT, error TEXT, PRIMARY KEY (fingerprint, cell, trial)
) WITHOUT ROWID
""".strip()

_TRIALS = """
CREATE TABLE trials (
    fingerprint TEXT NOT NULL, cell INTEGER NOT NULL, trial INTEGER NOT NULL,
    payload TEXT, error TEXT, checksum TEXT NOT NULL, PRIMARY KEY (fingerprint, cell, trial)
) WITHOUT ROWID
""".strip()

_FORMATS = ({"studies": _STUDIES, "trials": _TRIALS_1}, {"studies": _STUDIES, "trials": _TRIALS})


class Row(NamedTuple):
    """A row of ``trials``; ``sound`` is False if it is damaged."""

    fingerprint: Any
    cell: Any
    trial: Any
    payload: str | None
    error: str | None
    sound: bool

    def __str__(self) -> str:
        return f"cell {self.cell}, trial {self.trial}"


def writer(path: str) -> tuple[sqlite3.Connection, list[Row]]:
    """Open or create a file for writing; return it with its damaged rows.

    Raises
    ------
    ResultsDirError, sqlite3.Error
        When it cannot be used; it is then unchanged.
    """
    db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        tables = _validate(db, path)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        with db:  # all of it or, when the machine stops, nothing
            db.execute("BEGIN IMMEDIATE")
            for table, sql in _FORMATS[-1].items():
                if table not in tables:
                    db.execute(sql)
            damaged, ordered = _survey(db)
            if damaged or not ordered or tables == _FORMATS[0]:
                _rewrite(db)
            db.execute(f"PRAGMA user_version={len(_FORMATS)}")
    except BaseException:
        db.close()
        raise
    return db, damaged


def reader(
    path: Path,
) -> tuple[sqlite3.Connection, TemporaryDirectory[str] | None, list[Row]]:
    """Open a file for reading; its folder may be read-only. Return it with the folder of a copy, if
    one was needed, and the damaged rows.

    A log that a killed writer left is read from a copy.

    Raises
    ------
    ResultsDirError, sqlite3.Error
        When it cannot be used, or is being written.
    """
    if not path.is_file():
        raise ResultsDirError(f"{path} does not exist; results are in files *.sqlite")
    if (owner := holder(path)) is not None:
        raise ResultsDirError(f"{path} is being written by {owner}; wait for it")
    logs = [path.with_name(f"{path.name}{end}") for end in ("-wal", "-journal")]
    copy = None
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    if any(log.exists() and log.stat().st_size for log in logs):
        copy = TemporaryDirectory(prefix="hopfield-sim-")
        try:
            for file in (path, *logs):
                with suppress(FileNotFoundError):
                    shutil.copyfile(file, Path(copy.name) / file.name)
        except OSError as error:
            copy.cleanup()
            raise ResultsDirError(f"cannot copy {path} to read it: {error.strerror}") from error
        uri = (Path(copy.name) / path.name).as_uri()
    db = sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None)
    try:
        if "trials" not in _validate(db, str(path)):
            raise ResultsDirError(f"{path} holds no results")
        damaged, ordered = _survey(db)
        if not ordered:
            raise ResultsDirError(
                f"{path} is damaged; run its studies there again, which repairs it"
            )
    except BaseException:
        db.close()
        if copy is not None:
            copy.cleanup()
        raise
    return db, copy, damaged


def rows(
    db: sqlite3.Connection, fingerprint: str | None = None, *, table: str = "trials"
) -> Iterator[Row]:
    """Yield all rows, or those of a configuration, in the order of the file."""
    summed = any(column[1] == "checksum" for column in db.execute(f"PRAGMA table_info({table})"))
    texts = ["fingerprint", "payload", "error", "checksum" if summed else "NULL"]
    # As bytes: damaged text would raise an error.
    query = f"SELECT cell, trial, {', '.join(f'CAST({t} AS BLOB)' for t in texts)} FROM {table}"
    some = "" if fingerprint is None else " WHERE fingerprint = ?"
    for columns in db.execute(query + some, () if fingerprint is None else (fingerprint,)):
        yield _row(*columns, summed=summed)


def insert(db: sqlite3.Connection, trials: Iterable[tuple[Any, ...]]) -> None:
    """Write rows (fingerprint, cell, trial, payload, error), replacing existing ones."""
    db.executemany(
        "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?)",
        ((*row, _checksum(*row)) for row in trials),
    )


def _checksum(*row: Any) -> str:
    return hashlib.blake2b(json.dumps(row).encode(), digest_size=8).hexdigest()


def _row(cell: Any, trial: Any, *texts: bytes | None, summed: bool) -> Row:
    sound = type(cell) is int and type(trial) is int
    key, payload, error, written = (
        None if text is None else text.decode("utf-8", "replace") for text in texts
    )
    if summed:
        sound = sound and written == _checksum(key, cell, trial, payload, error)
    else:
        sound = sound and (error is not None or _is_payload(payload))
    return Row(key, cell, trial, payload, error, sound)


def _is_payload(text: str | None) -> bool:
    try:
        return text is not None and isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _validate(db: sqlite3.Connection, path: str) -> dict[str, str]:
    """Return the tables of the file, empty if it is new; raise an error for any other content.

    Nothing beside these tables is allowed: a trigger would run when a row is saved.
    """
    db.execute("PRAGMA trusted_schema=OFF")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    tables = dict(db.execute("SELECT name, sql FROM sqlite_master"))
    begun = version == 0 and tables.items() <= _FORMATS[0].items()
    if not begun and not (0 <= version <= len(_FORMATS) and tables in _FORMATS):
        raise ResultsDirError(
            f"{path} is a database of something else, or of another version of this package, or "
            "damaged; choose another folder"
        )
    (finding,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if finding != "ok":
        raise sqlite3.DatabaseError(" ".join(finding.split()))
    return tables


def _survey(db: sqlite3.Connection) -> tuple[list[Row], bool]:
    """Return the damaged rows, and whether the sound ones are in order, as lookups require."""
    damaged, ordered = [], True
    last = ("", 0, 0)
    for row in rows(db):
        if row.sound:
            key = row.fingerprint, row.cell, row.trial
            ordered = ordered and last < key
            last = key
        else:
            damaged.append(row)
    return damaged, ordered


def _rewrite(db: sqlite3.Connection) -> None:
    """Rebuild the table from its sound rows, within the open transaction."""
    db.execute("ALTER TABLE trials RENAME TO before")
    db.execute(_TRIALS)
    insert(db, (row[:5] for row in rows(db, table="before") if row.sound))
    db.execute("DROP TABLE before")
