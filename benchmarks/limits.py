"""The processor's limits, measured on the spot, and how near to them a row of the table comes."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from benchmarks import plain
from benchmarks.measure import ratio

Found = dict[str, Any]

SIZES = {"L2": 1 << 19, "L3": 1 << 23, "memory": 1 << 29}
"""Bytes that are read or copied again and again; half a copy's are its source."""

KINDS = ("int8", "float32", "float64")
PLACES = "single additions"
SPREAD = 4000
"""Numbers among which single ones are added to."""

CHAINS = 12
_LANES = {"int8": 1, "float32": 4, "float64": 8}
_TURN, _TURNS = 0.05, 7


@dataclass(frozen=True)
class Work:
    """What a row must do at least for one thing, whatever the code.

    Parameters
    ----------
    operations : float
        Additions and multiplications on numbers of a ``kind``; one on 16 or 32 bits counts as two
        or four on int8, since as many fewer fit into a register.
    kind : {"int8", "float32", "float64", "single additions"}
        The kind of numbers, many at a time; or additions to one number after another, anywhere.
    reads : float
        Bytes that are read from ``source``.
    source : {"L2", "L3", "memory"}
        The cache that they fit into, or memory.
    """

    operations: float
    kind: str = "int8"
    reads: float = 0.0
    source: str = "L2"

    def least(self, limits: Mapping[str, Found]) -> tuple[float, str]:
        """The seconds of the slower of the two at the processor's limit, and which one it is.

        >>> limits = {"int8": {"ours": 1e-11}, "read L3": {"ours": 2e-11}}
        >>> Work(1000, "int8", 2000, "L3").least(limits)
        (4e-08, 'L3')
        """
        arithmetic = self.operations * limits[self.kind]["ours"]
        reading = self.reads * limits[f"read {self.source}"]["ours"] if self.reads else 0.0
        return max((arithmetic, self.kind), (reading, self.source))


def measure() -> dict[str, Found]:
    """Seconds for a byte read or copied, and for an operation, one thread, the best of some turns.

    Raises
    ------
    OSError, subprocess.CalledProcessError
        Where there is no C compiler.
    """
    found = {}
    for place, n_bytes in SIZES.items():
        data = np.ones(n_bytes // 8, np.uint64)
        half = len(data) // 2
        found[f"read {place}"] = _best(lambda times, d=data: read(d, times), n_bytes)
        found[f"copy {place}"] = _best(
            lambda times, d=data, h=half: copy(d[:h], d[h:], times), n_bytes // 2
        )
    for kind in KINDS:
        width = _width() // _LANES[kind]
        found[kind] = _best(lambda steps, k=kind: arithmetic(k, steps), 2 * CHAINS * width, 1000)
        found[kind]["unit"] = "operation"
    places = np.random.default_rng(0).integers(SPREAD, size=4 * SPREAD, dtype=np.int32)
    sums = np.zeros(SPREAD, np.int32)
    found[PLACES] = _best(lambda times: scatter(places, sums, times), len(places))
    found[PLACES]["unit"] = "operation"
    return found


def read(data: np.ndarray, times: int = 1) -> int:
    """The sum of 64-bit words, so often, modulo 2⁶⁴."""
    function = _library().limit_read
    function.restype = ctypes.c_uint64
    return int(function(_address(data), ctypes.c_int64(len(data)), ctypes.c_int64(times)))


def copy(source: np.ndarray, target: np.ndarray, times: int = 1) -> None:
    """Copy 64-bit words, so often."""
    count = ctypes.c_int64(len(source))
    _library().limit_copy(_address(target), _address(source), count, ctypes.c_int64(times))


def scatter(places: np.ndarray, out: np.ndarray, times: int = 1) -> None:
    """out[place] ← out[place] + 1 for all places (int32) in turn, so often."""
    count = ctypes.c_int64(len(places))
    _library().limit_scatter(_address(places), count, ctypes.c_int64(times), _address(out))


def arithmetic(kind: str, steps: int, b: float = 1, c: float = 0) -> np.ndarray:
    """x ← (x + b) xor c of int8, x ← x b + c of others, for x = b, b + 1, …; (CHAINS,)."""
    out = np.empty(CHAINS, kind)
    number = {"int8": ctypes.c_int8, "float32": ctypes.c_float, "float64": ctypes.c_double}[kind]
    function = getattr(_library(), f"limit_{kind}")
    function(ctypes.c_int64(steps), number(b), number(c), _address(out))
    return out


def sentences(limits: Mapping[str, Found], *, again: bool = False) -> str:
    """The limits in words, for the report; what a share of them means is not said ``again``."""

    def rates(verb: str, names: Iterable[str]) -> str:
        known = {name: limits[f"{verb} {name}".strip()]["ours"] for name in names}
        return ", ".join(f"{name} {ratio(1e-9 / seconds)}" for name, seconds in known.items())

    measured = (
        "This processor's limits on one thread, measured in the same run: reading from "
        f"{rates('read', SIZES)} GB/s; copying within {rates('copy', SIZES)} GB/s; arithmetic "
        f"{rates('', [*KINDS, PLACES] if PLACES in limits else KINDS)} billion operations a second."
    )
    meaning = (
        " *Of its limit*: what a row must do at least, at the limit named, over our time. For a "
        "walk that is adding the columns of flipped spins and looking at every field, and for real "
        "weights the first fields, too; for couplings of a graph, single additions along them; for "
        "dense memories, adding the slopes, read once for four sites; for all sites at once, "
        "counting bits; for a rule or a rotation, the operations of its algorithm; and reading "
        "what these need. Two threads have two such limits. Random numbers, checks and waiting for "
        "the visit before are not in it."
    )
    return measured if again else measured + meaning


def _best(work: Callable[[int], object], count: float, least: int = 1) -> Found:
    """Seconds for each of ``count`` things of a repetition: the best of some turns."""
    times = least
    while (passed := _seconds(work, times)) < _TURN:
        times *= 2
    best = min(passed, *(_seconds(work, times) for _ in range(_TURNS - 1)))
    return {"ours": best / (times * count), "unit": "byte"}


def _seconds(work: Callable[[int], object], times: int) -> float:
    start = time.process_time()
    work(times)
    return time.process_time() - start


@cache
def _library() -> ctypes.CDLL:
    return plain.compiled("limits.h", "-march=native", "-ffp-contract=fast")


@cache
def _width() -> int:
    return int(_library().limit_width())


def _address(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
