"""The obvious loops in C (``plain.h``), compiled on the spot with the flags of our kernels."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sysconfig
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BUILD = Path(__file__).parents[1] / "build" / "benchmarks"
FLAGS = ["-O3", "-ffp-contract=off"]

Floats = NDArray[np.float64]


def compiler() -> list[str]:
    """The command that compiles C here: $CC, or the one that Python was built with."""
    return (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()


def library() -> ctypes.CDLL:
    """The plain loops."""
    return compiled("plain.h")


@cache
def compiled(source: str, *flags: str) -> ctypes.CDLL:
    """A source of this folder, compiled; again only when it has changed."""
    path = Path(__file__).with_name(source)
    command = [*compiler(), *FLAGS, *flags, "-shared", "-fPIC", "-x", "c", str(path), "-lm"]
    made = sha256(path.read_bytes() + repr(command).encode()).hexdigest()[:12]
    built = BUILD / f"{path.stem}-{made}.so"
    if not built.exists():
        built.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*command, "-o", str(built)], check=True)
    return ctypes.CDLL(str(built))


def asynchronous(
    weights: Floats, states: NDArray[np.int8], orders: NDArray[np.int32] | None = None
) -> NDArray[np.int8]:
    """Dot product after dot product until a sweep changes nothing; ``orders`` is (B, sweeps, N)."""
    spins = states.astype(np.float64)
    sweeps = 100 if orders is None else orders.shape[1]
    library().plain_asynchronous(
        *_sizes(spins), _address(weights), _address(spins), ctypes.c_int64(sweeps),
        _address(orders), ctypes.c_uint64(1),
    )  # fmt: skip
    return spins.astype(np.int8)


def synchronous(weights: Floats, states: NDArray[np.int8]) -> NDArray[np.int8]:
    """A dot product for every neuron, step after step, until a state rests or cycles."""
    spins = states.astype(np.float64)
    library().plain_synchronous(
        *_sizes(spins), _address(weights), _address(spins), ctypes.c_int64(100)
    )
    return spins.astype(np.int8)


def glauber(
    weights: Floats,
    states: NDArray[np.int8],
    sweeps: int,
    gain: float,
    orders: NDArray[np.int32] | None = None,
    words: NDArray[np.uint32] | None = None,
) -> NDArray[np.int8]:
    """Dot product and exp at every visit; +1 where a word / 2³² < 1 / (1 + exp(−gain · field))."""
    spins = states.astype(np.float64)
    library().plain_glauber(
        *_sizes(spins), _address(weights), _address(spins), ctypes.c_int64(sweeps),
        ctypes.c_double(gain), _address(orders), _address(words), ctypes.c_uint64(1),
    )  # fmt: skip
    return spins.astype(np.int8)


def study(
    n: int, loads: Sequence[int], networks: int, states: int, flipped: int, seed: int = 1
) -> Floats:
    """Fraction of cues retrieved at each load: the capacity study of one size, Hebb's rule."""
    counts = np.array(loads, np.int64)
    retrieved = np.empty(len(counts))
    numbers = [ctypes.c_int64(number) for number in (networks, states, flipped, 100)]
    library().plain_study(
        ctypes.c_int64(n), ctypes.c_int64(len(counts)), _address(counts), *numbers,
        ctypes.c_uint64(seed), _address(retrieved),
    )  # fmt: skip
    return retrieved


def _sizes(spins: Floats) -> tuple[ctypes.c_int64, ctypes.c_int64]:
    batch, n = spins.shape
    return ctypes.c_int64(n), ctypes.c_int64(batch)


def _address(array: NDArray[np.generic] | None) -> ctypes.c_void_p | None:
    return None if array is None else array.ctypes.data_as(ctypes.c_void_p)
