"""Compiled loop of Storkey's rule, equal to the reference to rounding."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from hopfield_sim.backends.reference.storkey import Floats, Storkey, factors
from hopfield_sim.checks.places import module_of


class CompiledStorkey(Storkey):
    """The reference, with a kernel for arrays on the processor."""

    def __init__(self, kernels: ModuleType) -> None:
        self._kernels = kernels
        self.block = kernels.MOST

    def cues(self, patterns: Floats, fields: Floats, growth: float, surplus: Floats) -> Floats:
        """As in the reference."""
        if module_of(patterns) is not np or len(patterns) > self._kernels.MOST:
            return super().cues(patterns, fields, growth, surplus)
        patterns, fields = np.ascontiguousarray(patterns), np.ascontiguousarray(fields)
        u = np.empty_like(patterns)
        self._kernels.cues(patterns, fields, *factors(patterns, growth), growth, surplus, u)
        return u
