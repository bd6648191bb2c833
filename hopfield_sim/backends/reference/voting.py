"""THE reference of a trained dense memory's class neurons, in NumPy: what the memories say for
each class, and how each memory would have to change.

With all class neurons at −1 the overlap of a state with memory μ is h_μ^−; with class neuron a at
+1 it is h_μ^{a+} = h_μ^− + 2 ξ_a^μ. Both come divided by a scale S: ``low`` (B, K) is h^−/S,
``steps`` (C, K) is 2 ξ_a/S. Results are defined to rounding: 1e-12 for float64, 1e-5 for float32,
of the sum of the sizes of their terms.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats, floor, rectified


class Voting:
    """The readable engine: a matrix of powers a class."""

    name = "numpy"

    def votes(self, low: Floats, steps: Floats, order: int) -> NDArray[np.float64]:
        """Σ_μ [F(h_μ^{a+}) − F(h_μ^−)] / S^n with F(x) = max(x, 0)^n, (B, C).

        Examples
        --------
        >>> low, steps = np.array([[1.0, -1.0]]), np.array([[1.0, 3.0], [-2.0, 0.5]])
        >>> Voting().votes(low, steps, 2)  # 2² − 1 + 2², and −1
        array([[ 7., -1.]])
        """
        votes = np.empty((len(low), len(steps)))
        before = rectified(low, order)
        for a, step in enumerate(steps):
            votes[:, a] = (rectified(low + step, order) - before).sum(axis=1)
        return votes

    def pull(self, low: Floats, steps: Floats, order: int, signal: Floats) -> tuple[Floats, Floats]:
        """What a signal G (B, C) at the class neurons wants of the memories.

        With p^{a+} = (h^{a+}/S)_+^{n−1} and p^− alike: Σ_a G_a (p^{a+} − p^−), (B, K), which times
        the visible neurons is their gradient; and Σ_batch G_a p^{a+}, (C, K), of which that of the
        class neurons is made.

        Examples
        --------
        >>> low, steps = np.array([[1.0, -1.0]]), np.array([[1.0, 3.0], [-2.0, 0.5]])
        >>> visible, classes = Voting().pull(low, steps, 2, np.array([[1.0, -1.0]]))
        >>> visible, abs(classes)
        (array([[2., 2.]]), array([[2., 2.], [0., 0.]]))
        """
        visible = np.zeros_like(low)
        classes = np.empty_like(steps)
        before = rectified(low, order - 1, order=order)
        for a, step in enumerate(steps):
            power = rectified(low + step, order - 1, order=order)
            classes[a] = signal[:, a] @ power
            power -= before
            power *= signal[:, a, None]
            visible += power
        return visible, classes


class CompiledVoting(Voting):
    """The same, one state after another: their powers never leave the registers."""

    name = "cython"

    def __init__(self, kernels: Any) -> None:
        self._kernels = kernels

    def votes(self, low: Floats, steps: Floats, order: int) -> NDArray[np.float64]:
        """As in the reference."""
        low, steps = _padded(low, -1), _padded(steps, 0)
        out = np.empty((len(low), len(steps)))
        sums = np.empty(len(steps) * _lanes(low), low.dtype)
        self._kernels.votes(low, steps, order, floor(order, low.dtype), sums, out)
        return out

    def pull(self, low: Floats, steps: Floats, order: int, signal: Floats) -> tuple[Floats, Floats]:
        """As in the reference."""
        count = low.shape[1]
        low, steps = _padded(low, -1), _padded(steps, 0)
        visible, classes = np.empty_like(low), np.zeros_like(steps)
        self._kernels.pull(low, steps, order, floor(order, low.dtype), signal, visible, classes)
        return visible[:, :count], classes[:, :count]


def _lanes(array: Floats) -> int:
    """Numbers in a vector of 64 bytes."""
    return 64 // array.dtype.itemsize


def _padded(rows: Floats, value: float) -> Floats:
    """Rows of whole vectors, C-contiguous; memories that are added have no power."""
    extra = -rows.shape[1] % _lanes(rows)
    if not extra:
        return np.ascontiguousarray(rows)
    out = np.full((len(rows), rows.shape[1] + extra), value, rows.dtype)
    out[:, : rows.shape[1]] = rows
    return out


@cache
def engine(name: str) -> Voting:
    """The engine of the backend of that name; the reference where the kernel was not built."""
    kernels = "hopfield_sim.backends.kernels.voting"
    if name == "cython":
        try:
            return CompiledVoting(importlib.import_module(kernels))
        except ModuleNotFoundError as error:
            if error.name != kernels:
                raise
    return Voting()
