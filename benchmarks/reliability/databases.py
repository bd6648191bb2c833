"""Results files with bits flipped, pages blanked, ends cut off, rows edited, and with a journal
that is lost, cut, damaged, or all that is left.
"""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import hopfield_sim as hs
from benchmarks.reliability.tally import Tally
from hopfield_sim.experiment.sweeps.store import Saved, Store

ROUNDS = (500, 20_000)
CELLS, TRIALS = 3, 60
EDITS = (
    "UPDATE trials SET payload = replace(payload, '1', '2') WHERE trial = ?",
    "UPDATE trials SET payload = '{' WHERE trial = ?",
    "UPDATE trials SET trial = -1 - trial WHERE trial = ?",
    "UPDATE trials SET cell = cell + 10 WHERE trial = ?",
    "UPDATE trials SET checksum = 'x' WHERE trial = ?",
    "UPDATE studies SET configuration = '{' WHERE ? >= 0",
    "UPDATE studies SET fingerprint = ?",
    "DELETE FROM trials WHERE trial = ?",
)


def attack(rounds: int) -> Tally:
    """Damage it, open it, and compare every trial that it still has."""
    tally = Tally()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "results.sqlite"
        with Store(path) as store:
            for cell in range(CELLS):
                rows = [Saved(cell, t, json.dumps(_payload(cell, t))) for t in range(TRIALS)]
                store.save(store.claim("capacity", {"seed": 0}), rows)
            killed = [one.read_bytes() for one in (path, path.with_name(path.name + "-wal"))]
        sound = path.read_bytes()
        for number in range(rounds):
            for old in Path(folder).iterdir():
                old.unlink()
            rng = random.Random(number)
            if number % 5:
                _damage(path, sound, rng)
            else:
                _damage_journal(path, *killed, rng)
            try:
                outcome = _open(path)
            except hs.errors.ResultsDirError:
                outcome = "refused"
            except Exception as error:
                outcome = f"LOST: {type(error).__name__}: {error}"
            tally.judge("LOST" not in outcome, outcome, f"{number}: {outcome}")
    return tally


def _payload(cell: int, trial: int) -> dict[str, float]:
    return {"score": (1 + cell) / (1 + trial), "count": 1000 * cell + trial}


def _damage(path: Path, sound: bytes, rng: random.Random) -> None:
    data = bytearray(sound)
    kind = rng.choice(["flip", "flip", "blank", "cut", "edit"])
    at = rng.randrange(len(data))
    if kind == "flip":
        for _ in range(rng.choice([1, 1, 2, 16])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == "blank":
        data[at : at + 200] = bytes(len(data[at : at + 200]))
    elif kind == "cut":
        del data[at:]
    path.write_bytes(data)
    if kind == "edit":
        with closing(sqlite3.connect(path)) as db:
            db.execute(rng.choice(EDITS), (rng.randrange(TRIALS),))
            db.commit()


def _damage_journal(path: Path, data: bytes, journal: bytes, rng: random.Random) -> None:
    """What a killed driver leaves, its last trials in the journal, with something missing."""
    kind, log = rng.choice(["lost", "cut", "flip", "alone"]), bytearray(journal)
    if kind == "cut":
        del log[rng.randrange(len(log)) :]
    elif kind == "flip":
        for _ in range(rng.choice([1, 2, 16])):
            log[rng.randrange(len(log))] ^= 1 << rng.randrange(8)
    if kind != "alone":
        path.write_bytes(data)
    if kind != "lost":
        path.with_name(path.name + "-wal").write_bytes(log)


def _open(path: Path) -> str:
    with Store(path) as store:
        key = store.claim("capacity", {"seed": 0})
        store.check(key, [TRIALS] * CELLS)
        done = store.finished(key)
        found = store.payloads(key, CELLS)
        for cell in range(CELLS):
            right = [_payload(cell, t) for t in range(TRIALS) if (cell, t) in done]
            if found[cell] != right:
                return "LOST: another answer"
    return "whole" if len(done) == CELLS * TRIALS else "some redone"
