"""Cosines and sines of the same angles: in NumPy, and compiled for float64, where NumPy's take most
of a distributed memory's time.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends
from hopfield_sim.backends import workers

Floats = NDArray[np.floating]

_WORTH = 1 << 16
"""Numbers that are worth a thread's while."""


class Waves:
    """The reference."""

    def circle(self, angles: Floats) -> tuple[Floats, Floats]:
        """Cos and sin of each angle, in its shape."""
        return np.cos(angles), np.sin(angles)


class CompiledWaves(Waves):
    """The same to one unit in the last place of 1; float32 is NumPy's, which is as fast."""

    def __init__(self, kernels: Any) -> None:
        self._kernels = kernels

    def circle(self, angles: Floats) -> tuple[Floats, Floats]:
        """As in the reference, rows shared out between threads."""
        if angles.dtype != np.float64 or angles.ndim != 2:
            return super().circle(angles)
        angles = np.ascontiguousarray(angles)
        cosines, sines = np.empty_like(angles), np.empty_like(angles)

        def walk(rows: NDArray[np.int64]) -> None:
            if rows.size:
                self._kernels.circle(angles, cosines, sines, int(rows[0]), int(rows[-1]) + 1)

        n_threads = backends.threads(None)
        parts = min(n_threads, len(angles), max(1, angles.size // _WORTH))
        workers.share(walk, np.arange(len(angles)), parts, n_threads)
        return cosines, sines


@cache
def engine(name: str) -> Waves:
    """The engine of the backend of that name; the reference where the kernel was not built."""
    kernels = "hopfield_sim.backends.kernels.waves"
    if name == "cython":
        try:
            return CompiledWaves(importlib.import_module(kernels))
        except ModuleNotFoundError as error:
            if error.name != kernels:
                raise
    return Waves()
