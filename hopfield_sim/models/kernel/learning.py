"""Learning of kernel machines, one a neuron, which predict each bit of patterns from the others.

Neuron i has a number x_μ for each pattern, and the coefficients c_μ = x_μ ξ_i^μ. Its aligned fields
are linear in x,

    A_ν = ξ_i^ν h_i(ξ^ν) = Σ_μ Q_νμ x_μ,   Q_νμ = ξ_i^ν ξ_i^μ K_i(ξ^ν, ξ^μ)
        = ξ_i^ν ξ_i^μ even(m_νμ) + odd(m_νμ),

with the halves of the kernel in ``fields.py``; |w|² = x·A is the square of its weights, in the
space of the kernel's features. All neurons learn at the same time, as rows of arrays (N, P).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from hopfield_sim.models.kernel.fields import Floats, Halves, Spins, agreements
from hopfield_sim.support.independent import SMALLEST_PIVOT
from hopfield_sim.support.interruptible import interruptible
from hopfield_sim.support.products import product

_ACCURACY: Final = 1e-3
"""Relative distance of a margin from the largest at which learning ends."""

_PAUSE: Final = 5
"""Epochs of the AdaTron between two looks at its support vectors."""

_RIDGE: Final = 1e-10
"""What is added to the diagonal of Q of dependent patterns, relative to it."""

_LEAST: Final = 1e-4
"""Largest stability below this: taken for none."""

_DEPENDENT: Final = 1e-10
"""Eigenvalues of Q below this, relative to the largest, count as 0."""


@dataclass(frozen=True)
class Task:
    """What neurons learn from.

    Parameters
    ----------
    bits : (N, P) ndarray of float64
        ξ by neuron.
    even, odd : (P, P) ndarray
        Halves of the kernel of each two patterns.
    table : (N,) ndarray
        The kernel.
    max_epochs : int
        Maximum number of epochs.
    stability : float
        κ.
    """

    bits: Floats
    even: Floats
    odd: Floats
    table: Floats
    max_epochs: int
    stability: float

    @classmethod
    def of(cls, patterns: Spins, table: Floats, max_epochs: int, stability: float) -> Task:
        """The task of patterns (P, N) and the table of a kernel, (N,)."""
        even, odd = Halves.of(table).at(agreements(patterns, patterns))
        bits = np.ascontiguousarray(patterns.T, np.float64)
        return cls(bits, even, odd, table, max_epochs, stability)

    @property
    def own(self) -> float:
        """K of a pattern and itself."""
        return float(self.table[-1])

    @property
    def unit(self) -> float:
        """The unit of stabilities: 1 for a linear kernel, whose are Gardner's."""
        return math.sqrt(self.own / (len(self.table) - 1))

    def stabilities(self, x: Floats) -> Floats:
        """γ = A/|w|, in their unit, (N, P); 0 where w is."""
        aligned = self.aligned(x)
        size = np.sqrt(np.maximum((x * aligned).sum(axis=1), 0))[:, None] * self.unit
        return np.divide(aligned, size, out=np.zeros_like(aligned), where=size > 0)

    def square(self, i: int) -> Floats:
        """Q of a neuron, (P, P)."""
        return np.outer(self.bits[i], self.bits[i]) * self.even + self.odd

    def aligned(self, x: Floats) -> Floats:
        """A of all neurons, (N, P)."""
        return self.bits * product(x * self.bits, self.even) + product(x, self.odd)


def perceptron(task: Task) -> Floats:
    """x (N, P) by learning the least stable pattern once more, until γ ≥ κ (Krauth and
    Mézard, J. Phys. A 20, L745, 1987), from x = 1, Hebb's rule.
    """
    x = np.ones_like(task.bits)
    aligned = task.aligned(x)
    square = (x * aligned).sum(axis=1)
    for _ in range(task.max_epochs * x.shape[1]):
        mu = aligned.argmin(axis=1)
        least = aligned[np.arange(len(x)), mu]
        wanted = task.stability * task.unit * np.sqrt(np.maximum(square, 0))
        rows = np.flatnonzero((least < wanted) | (least <= 0))
        if not rows.size:
            break
        mu = mu[rows]
        square[rows] += 2 * least[rows] + task.own
        signs = task.bits[rows, mu][:, None] * task.bits[rows]
        aligned[rows] += signs * task.even[mu] + task.odd[mu]
        x[rows, mu] += 1
    return x


def margin(task: Task) -> Floats:
    """x (N, P) ≥ 0 of the largest margin min_ν A_ν/|w|: of a support vector machine without bias.

    Σ x − ½ x·Q x is ascended one pattern after the other (the AdaTron, Anlauf and Biehl, Europhys.
    Lett. 10, 687, 1989), and from time to time to its maximum for the present support vectors. No
    margin exceeds 1/√(2 Σ x − x·Q x), whatever x: a neuron is done when it is near that, or when
    that is next to nothing.
    """
    bits = task.bits
    x = np.zeros_like(bits)
    going = np.arange(len(x))
    for epoch in range(task.max_epochs):
        mine, task = x[going], replace(task, bits=bits[going])
        if epoch % _PAUSE == _PAUSE - 1:
            mine = np.array([_at_rest(task.square(i), row) for i, row in enumerate(mine)])
            x[going] = mine
        aligned = task.aligned(mine)
        square = (mine * aligned).sum(axis=1)
        bound = np.maximum(2 * mine.sum(axis=1) - square, 0)
        done = aligned.min(axis=1) * np.sqrt(bound) >= (1 - _ACCURACY) * np.sqrt(abs(square))
        done = (done & (square > 0)) | (task.unit * _LEAST * np.sqrt(bound) > 1)
        going, mine, aligned = going[~done], mine[~done], aligned[~done]
        if not going.size:
            break
        signs = bits[going]
        for mu in range(x.shape[1]):
            step = np.maximum(-mine[:, mu], (1 - aligned[:, mu]) / task.own)
            mine[:, mu] += step
            aligned += signs * np.outer(step * signs[:, mu], task.even[mu])
            aligned += np.outer(step, task.odd[mu])
        x[going] = mine
    return x


def _at_rest(q: Floats, x: Floats) -> Floats:
    """x with A = 1 at its support vectors, after as many of them as would be < 0 have left."""
    while (support := np.flatnonzero(x > 0)).size:
        part = q[np.ix_(support, support)]
        try:
            wanted = np.linalg.solve(*_pivoted(part))
        except np.linalg.LinAlgError:  # too many of them: the first that leave are as good
            part[np.diag_indices_from(part)] *= 1 + _RIDGE
            wanted = np.linalg.solve(part, np.ones(len(part)))
        here = x[support]
        falls = wanted <= 0
        if not falls.any():
            x[support] = wanted
            break
        shares = here[falls] / (here[falls] - wanted[falls])
        here += shares.min() * (wanted - here)
        here[np.flatnonzero(falls)[shares.argmin()]] = 0.0
        x[support] = np.maximum(here, 0.0)
    return x


def regression(task: Task) -> Floats:
    """x (N, P) with A = 1 and the least |w|, x = Q⁻¹ 1; of dependent patterns by least squares."""
    return np.array([_solved(task.square(i)) for i in range(len(task.bits))])


def _solved(q: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(*_pivoted(q)))
    except np.linalg.LinAlgError:
        inverse = partial(np.linalg.pinv, rcond=_DEPENDENT, hermitian=True)
        return np.asarray(interruptible(inverse, q).sum(axis=1))


def _pivoted(q: Floats) -> tuple[Floats, Floats]:
    """The equations Q x = 1, or raise LinAlgError if patterns are nearly dependent."""
    if np.linalg.cholesky(q).diagonal().min() ** 2 <= SMALLEST_PIVOT * q[0, 0]:
        raise np.linalg.LinAlgError
    return q, np.ones(len(q))


METHODS: Final[dict[str, Callable[[Task], Floats]]] = {
    "margin": margin,
    "perceptron": perceptron,
    "regression": regression,
}
"""Ways of learning, by name."""
