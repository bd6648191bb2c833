"""Model files with one bit flipped, or cut off: refused, or the same memory.

First so many damages by chance of the files of ``tests/data``, which older versions wrote; then of
one small file of every kind and manner, those of ``tests/model_files.py``: every place where it can
be cut, and every single bit. The short form has all cuts, and every bit of the files of ``WHOLE``.
"""

from __future__ import annotations

import random
import runpy
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability import warm
from benchmarks.reliability.commands import ROOT
from benchmarks.reliability.tally import Tally

CHANCES = 1000

WHOLE = ["bidirectional", "dense exponential", "hopfield hebbian", "modern cosine"]
"""The smallest files of four kinds."""

ROUNDS = (168_500, 10**9)
"""Of the damages in this order, of which there are 985 000."""


def attack(rounds: int) -> Tally:
    """Damage files, and load them."""
    warnings.simplefilter("ignore")
    tally = Tally()
    with warm.place() as name:
        path, again = Path(name) / "damaged.npz", Path(name) / "again.npz"
        right: dict[str, Any] = {}
        for number, (whose, sound, data) in enumerate(islice(_damages(), rounds)):
            if whose not in right:
                path.write_bytes(sound)
                right[whose] = _content(path, again)
            path.write_bytes(data)
            try:
                same = _content(path, again) == right[whose]
            except hs.errors.HopfieldError:
                tally.right("refused")
            except Exception as error:
                tally.lost(f"{number}, {whose}: {type(error).__name__}: {error}")
            else:
                tally.judge(same, "the same memory", f"{number}, {whose}: another memory")
    return tally


def _damages() -> Iterator[tuple[str, bytes, bytes]]:
    """The name of a file, what it holds, and what is left of that."""
    old = sorted((ROOT / "tests" / "data").glob("*/*.npz"))
    for number in range(CHANCES):
        file, rng = old[number % len(old)], random.Random(number)
        sound = file.read_bytes()
        place = rng.randrange(len(sound))
        cut = rng.random() < 0.2
        yield str(file), sound, sound[:place] if cut else _flipped(sound, place, rng.randrange(8))
    files = _files()
    for name, sound in files.items():
        for place in range(len(sound)):
            yield name, sound, sound[:place]
    for name in WHOLE:
        for bit in range(8 * len(files[name])):
            yield name, files[name], _flipped(files[name], *divmod(bit, 8))
    others = {name: sound for name, sound in files.items() if name not in WHOLE}
    for turn in range(8):
        for name, sound in others.items():
            for place in range(len(sound)):
                yield name, sound, _flipped(sound, place, (place + turn) % 8)


def _files() -> dict[str, bytes]:
    """One small file of every kind and manner."""
    models = runpy.run_path(str(ROOT / "tests" / "model_files.py"))["models"]()
    files = {}
    with TemporaryDirectory() as folder:
        for name, model in models.items():
            model.save(path := Path(folder) / f"{name}.npz")
            files[name] = path.read_bytes()
    return files


def _flipped(sound: bytes, place: int, bit: int) -> bytes:
    return b"".join([sound[:place], bytes([sound[place] ^ 1 << bit]), sound[place + 1 :]])


def _content(file: Path, again: Path) -> dict[str, Any]:
    """All that a memory is: what it saves."""
    hs.load(file).save(again)
    with np.load(again) as saved:
        return {name: (saved[name].dtype.str, saved[name].tobytes()) for name in saved.files}
