"""Reference of perceptron learning: every neuron learns its least stable pattern, in NumPy.

Neurons learn independently, and their weights are never computed. Neuron i is described by how
often it has learnt each pattern, x_i (P,). Its aligned fields are A_i^ν = Σ_μ x_i^μ ξ_i^μ ξ_i^ν
G_μν with the Gram matrix G = Ξ Ξᵀ, and learning pattern μ adds ξ_i^μ ξ_i^ν G_μν to them. Without
self-couplings they are Σ_μ x_i^μ too large. All numbers are those of N·W, integers, so there is no
rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.support.products import product


class Learning:
    """What the neurons have learnt; an engine changes it in place.

    Parameters
    ----------
    patterns : (P, N) ndarray of int8
        ξ, of ±1.
    stability : float
        Required stability κ.
    max_epochs : int
        Maximum number of learning steps of a neuron, divided by P.
    zero_diagonal : bool
        Whether there are no self-couplings.

    Attributes
    ----------
    gram : (P, P) ndarray of int32 or int64
        G.
    bits : (N, P) ndarray of int32 or int64
        ξ by neuron.
    times, agreement : (N, P) ndarray of int32 or int64
        x and A of each neuron, at first those of Hebb's rule.
    square : (N,) ndarray of float64
        Σ_j (N W_ij)², likewise.
    best, reached : (N, P) ndarray of int32 or int64 and (N,) ndarray of float64
        The x with the largest minimum of γ at the end of any epoch, and that γ.
    stable : (N,) ndarray of bool
        Whether every pattern has the required stability.
    """

    def __init__(
        self, patterns: NDArray[np.int8], stability: float, max_epochs: int, zero_diagonal: bool
    ) -> None:
        n_patterns, n_neurons = patterns.shape
        largest = n_neurons * n_patterns * (max_epochs + 1)
        whole: type[np.signedinteger[Any]] = np.int32 if 2 * largest < 2**31 else np.int64
        real = patterns.astype(np.float64)
        self.stability = float(min(stability, n_neurons))  # γ ≤ √N; keeps products finite
        self.max_steps = min(n_patterns * max_epochs, 2**62)  # nobody waits for more
        self.own = int(zero_diagonal)
        self.gram: NDArray[Any] = product(real, real.T).astype(whole)
        self.bits = np.ascontiguousarray(patterns.T).astype(whole)
        self.times = np.ones((n_neurons, n_patterns), whole)
        self.agreement = self.bits * product(real.T, self.gram.astype(np.float64)).astype(whole)
        self.square = self.agreement.sum(axis=1, dtype=np.float64) - self.own * n_patterns**2
        self.best = self.times.copy()
        self.reached = np.full(n_neurons, -np.inf)
        self.stable = np.zeros(n_neurons, bool)


class Perceptron:
    """Reference engine: a step of all neurons that still learn is one operation on their arrays."""

    def learn(self, learning: Learning) -> None:
        """Let each neuron learn its least stable pattern again and again, until all are stable."""
        n_neurons, n_patterns = learning.bits.shape
        # Row μ is learnt where ξ_i = +1, row P + μ where ξ_i = −1.
        change = np.vstack([learning.gram, -learning.gram])
        rows, bits = np.arange(n_neurons), learning.bits
        times, agreement, square = learning.times, learning.agreement, learning.square
        for step in range(learning.max_steps + 1):
            each, mu = np.arange(len(rows)), agreement.argmin(axis=1)
            least = agreement[each, mu] - learning.own * (n_patterns + step)
            short = (least < learning.stability * np.sqrt(square)) | (least <= 0)
            ended = ~short | (step % n_patterns == 0)
            gamma = np.full(len(rows), -np.inf)
            np.divide(least, np.sqrt(square), out=gamma, where=square > 0)
            better = ended & (gamma > learning.reached[rows])
            learning.best[rows[better]] = times[better]
            learning.reached[rows[better]] = gamma[better]
            learning.stable[rows] = ~short
            if not short.all():
                rows, bits, times, agreement, square, mu, least = (
                    a[short] for a in (rows, bits, times, agreement, square, mu, least)
                )
                each = np.arange(len(rows))
            if not rows.size or step == learning.max_steps:
                return
            agreement += bits * change[mu + n_patterns * (bits[each, mu] < 0)]
            times[each, mu] += 1
            square += 2 * least + (n_neurons - learning.own)
