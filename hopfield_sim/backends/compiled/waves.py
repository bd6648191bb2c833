"""Compiled cosines and sines for float64, most of the time of a distributed memory."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends
from hopfield_sim.backends import workers
from hopfield_sim.backends.reference.waves import Floats, Waves

_WORTH = 1 << 16
"""Smallest number of elements for another thread."""


class CompiledWaves(Waves):
    """Accurate to one unit in the last place of 1; float32 uses NumPy, which is as fast."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels

    def circle(self, angles: Floats) -> tuple[Floats, Floats]:
        """As in the reference, rows split over threads."""
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
