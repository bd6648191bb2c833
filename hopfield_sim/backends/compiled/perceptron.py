"""Compiled perceptron learning: one neuron after another, split over threads."""

from __future__ import annotations

from types import ModuleType
from typing import Final

import numpy as np

from hopfield_sim import backends
from hopfield_sim.backends.reference.perceptron import Learning, Perceptron
from hopfield_sim.backends.workers import Rows, parts_for, share

_BUDGET: Final = 50_000_000
"""Aligned fields changed by one kernel call, about 50 ms: the delay of a Ctrl-C."""

_SHARE: Final = 4_000_000
"""Smallest number of aligned fields for another thread."""


class CompiledPerceptron(Perceptron):
    """The same integers as the reference."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels

    def learn(self, learning: Learning) -> None:
        """As in the reference."""
        n_neurons, n_patterns = learning.bits.shape
        steps = np.zeros(n_neurons, np.int64)

        def walk(rows: Rows) -> int:
            done: int = self._kernels.learn(
                learning.gram, learning.bits, learning.times, learning.agreement, learning.square,
                learning.best, learning.reached, learning.stable.view(np.uint8), steps, rows,
                learning.stability, learning.own, learning.max_steps, _BUDGET,
            )  # fmt: skip
            return done

        rows, n_threads = np.arange(n_neurons), backends.threads(None)
        rows = rows[walk(rows) :]  # most learn in one call
        while rows.size:
            work = rows.size * n_patterns * learning.max_steps
            rows = share(walk, rows, parts_for(n_threads, work // _SHARE), n_threads)
