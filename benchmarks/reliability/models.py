"""Model files of every kind with one bit flipped, or cut off: refused, or the same memory."""

from __future__ import annotations

import random
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability.commands import ROOT
from benchmarks.reliability.tally import Tally

ROUNDS = (1000, 100_000)


def attack(rounds: int) -> Tally:
    """Take the files of the tests in turn."""
    warnings.simplefilter("ignore")
    tally = Tally()
    files = sorted((ROOT / "tests" / "data").glob("*/*.npz"))
    with TemporaryDirectory() as folder:
        path, again = Path(folder) / "damaged.npz", Path(folder) / "again.npz"
        right = {file: _content(file, again) for file in files}
        for number in range(rounds):
            file = files[number % len(files)]
            rng = random.Random(number)
            data = bytearray(file.read_bytes())
            if rng.random() < 0.8:
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            else:
                del data[rng.randrange(len(data)) :]
            path.write_bytes(data)
            try:
                same = _content(path, again) == right[file]
            except hs.errors.HopfieldError:
                tally.right("refused")
            except Exception as error:
                tally.lost(f"{number}, {file.name}: {type(error).__name__}: {error}")
            else:
                tally.judge(same, "the same memory", f"{number}, {file.name}: another memory")
    return tally


def _content(file: Path, again: Path) -> dict[str, Any]:
    """All that a memory is: what it saves."""
    hs.load(file).save(again)
    with np.load(again) as saved:
        return {name: (saved[name].dtype.str, saved[name].tobytes()) for name in saved.files}
