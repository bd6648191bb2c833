"""Perceptron learning (W. Krauth, M. Mézard, J. Phys. A 20, L745, 1987; E. Gardner, 21, 257, 1988).

Each neuron is a perceptron that has to give its own bit of every pattern from the bits of the
others. Neurons learn independently, so W need not be symmetric.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.products import product
from hopfield_sim.errors import NotConverged
from hopfield_sim.rules.rule import LearningRule

_Floats = NDArray[np.float64]
_Whole = NDArray[Any]


@checks.by_name
def perceptron(
    patterns: Any,
    *,
    stability: float = 0.0,
    max_epochs: int = 1000,
    rng: int | np.random.Generator | None = None,
    zero_diagonal: bool = True,
) -> NDArray[np.float64]:
    r"""Learn weights that hold every bit of every pattern with a given stability κ.

    .. math:: γ_i^μ = \frac{ξ_i^μ \sum_j W_{ij} ξ_j^μ}{\sqrt{\sum_j W_{ij}^2}} ≥ κ

    Starting from Hebb's rule, each neuron that falls short learns its least stable pattern once
    more, W_ij ← W_ij + ξ_i ξ_j/N ("minimum overlap"). This ends whenever a solution with a larger
    stability exists, though it takes the longer the smaller the difference is. For random patterns
    and large N one exists up to P = 2N at κ = 0, and up to P = N/∫_{-κ}^∞ Dt (t + κ)² in general.

    Parameters
    ----------
    patterns : array_like (P, N) or (P, H, W)
        Of ±1.
    stability : float
        κ, 0 or more, in units in which it does not grow with N. At 0 fields must be strictly on the
        right side: a field of 0 holds no bit.
    max_epochs : int
        Each neuron learns at most this number times P.
    rng : None, int or numpy.random.Generator
        Which of several equally unstable patterns is learnt first: with ``None`` the first one, so
        that equal patterns always give equal weights; otherwise the first in a random order.
    zero_diagonal : bool
        ``False`` lets neurons see themselves, and the sum over j includes i.

    Returns
    -------
    ndarray (N, N) of float64
        Whole numbers divided by N.

    Raises
    ------
    NotConverged
        When ``max_epochs`` were not enough; its ``weights`` have, for each neuron, the row with the
        largest smallest γ met at the end of an epoch.
    InvalidInputError, InvalidTypeError
        For anything but patterns of ±1, or a negative stability.
    InsufficientMemoryError
        When the matrix does not fit.

    Examples
    --------
    >>> patterns = np.array([[1, 1, 1, 1, -1], [1, -1, 1, -1, 1], [1, 1, -1, 1, 1]])
    >>> weights = perceptron(patterns, stability=0.5)
    >>> gamma = patterns * (patterns @ weights.T) / np.linalg.norm(weights, axis=1)
    >>> gamma.min() >= 0.5
    np.True_
    """
    array, _ = checks.patterns(patterns)
    stability = checks.real(stability, "stability", minimum=0)
    max_epochs = checks.integer(max_epochs, "max_epochs", minimum=1)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * (n_neurons**2 + 6 * array.size + n_patterns**2),
        f"perceptron learning of {n_patterns} patterns of {n_neurons} neurons",
        "use fewer neurons or patterns",
    )
    # The order matters to ties only; a different one makes another of the equivalent solutions.
    xi = array if rng is None else checks.generator(rng).permutation(array)
    learning = _Learning(xi, stability, max_epochs, zero_diagonal)
    for epoch in range(max_epochs + 1):
        if not learning.settle():
            return _weights(xi, learning.best, zero_diagonal)
        if epoch < max_epochs:
            learning.learn(n_patterns)
    raise NotConverged(
        f"the perceptron rule did not reach stability {stability:g} in {max_epochs} epochs: "
        f"{len(learning.rows)} of {n_neurons} neurons fall short, the worst at "
        f"{learning.reached.min():.3g} (P/N = {n_patterns / n_neurons:.3g}); store fewer patterns, "
        "ask for a smaller stability or allow more epochs; the best weights so far are in .weights",
        _weights(xi, learning.best, zero_diagonal),
    )


# What testing.check_rule asks a rule about itself.
perceptron.symmetric = False  # type: ignore[attr-defined]


def _weights(xi: NDArray[np.int8], times: _Whole, zero_diagonal: bool) -> _Floats:
    """W_ij = Σ_μ x_i^μ ξ_i^μ ξ_j^μ / N, from how often x neuron i has learnt pattern μ."""
    weights: _Floats = product(times.astype(np.float64) * xi.T, xi.astype(np.float64))
    weights /= xi.shape[1]
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


class _Learning:
    """All neurons that still learn, side by side; the weights themselves are never made.

    Neuron i is known by how often it has learnt each pattern, x_i (P,). What it needs is how well
    its field agrees with each bit, A_i^ν = Σ_μ x_i^μ (ξ_i^μ ξ_i^ν) G_μν with the Gram matrix
    G = Ξ Ξᵀ; one more pattern changes it by a row of G. Without self-coupling it counts
    W_ii = Σ_μ x_i^μ too much. ``square`` is Σ_j W_ij². All are whole numbers (those of N·W), so
    nothing is ever rounded.

    ``best`` (N, P) and ``reached`` (N,) keep the x of the largest smallest γ met, and that γ.
    """

    def __init__(
        self, xi: NDArray[np.int8], stability: float, max_epochs: int, zero_diagonal: bool
    ) -> None:
        n_patterns, n_neurons = xi.shape
        largest = n_neurons * n_patterns * (max_epochs + 1)
        whole: type[np.signedinteger[Any]] = np.int32 if largest < 2**31 else np.int64
        real = xi.astype(np.float64)
        gram: _Whole = product(real, real.T).astype(whole)
        self.stability = min(stability, n_neurons)  # γ ≤ √N always; this keeps products finite
        self.own = int(zero_diagonal)
        self.norm = n_neurons - self.own  # of one pattern as a neuron sees it
        # Row μ is learnt with ξ_i = +1, row P + μ with ξ_i = -1, and row 2P changes nothing.
        self.change = np.vstack([gram, -gram, np.zeros_like(gram[:1])])
        self.rows = np.arange(n_neurons)
        self.bits = np.ascontiguousarray(xi.T).astype(whole)
        self.times = np.ones((n_neurons, n_patterns), whole)
        self.agreement = self.bits * product(real.T, gram.astype(np.float64)).astype(whole)
        self.self_coupling = np.full(n_neurons, self.own * n_patterns)
        self.square = self.agreement.sum(axis=1, dtype=np.float64) - self.self_coupling * n_patterns
        self.best = self.times.copy()
        self.reached = np.full(n_neurons, -np.inf)

    def settle(self) -> int:
        """Note each neuron's stability and leave those that have enough; how many still learn."""
        least = self.agreement.min(axis=1) - self.self_coupling
        gamma = np.full(len(least), -np.inf)
        np.divide(least, np.sqrt(self.square), out=gamma, where=self.square > 0)
        better = gamma > self.reached[self.rows]
        self.best[self.rows[better]] = self.times[better]
        self.reached[self.rows[better]] = gamma[better]
        short = self._short(least)
        for name in ("rows", "bits", "times", "agreement", "self_coupling", "square"):
            setattr(self, name, getattr(self, name)[short])
        return len(self.rows)

    def learn(self, n_steps: int) -> None:
        """Let every neuron learn its least stable pattern, again and again, until it has enough."""
        each = np.arange(len(self.rows))
        n_patterns = self.bits.shape[1]
        for _ in range(n_steps):
            mu = self.agreement.argmin(axis=1)
            least = self.agreement[each, mu] - self.self_coupling
            short = self._short(least)
            if not short.any():
                return
            row = np.where(short, mu + n_patterns * (self.bits[each, mu] < 0), 2 * n_patterns)
            self.agreement += self.bits * self.change[row]
            self.times[each, mu] += short
            self.self_coupling += self.own * short
            self.square += short * (2 * least + self.norm)

    def _short(self, least: _Whole) -> NDArray[np.bool_]:
        """Which neurons fall short of the stability asked, from N times their least ξ h."""
        short: NDArray[np.bool_] = least < self.stability * np.sqrt(self.square)
        return short | (least <= 0)


PERCEPTRON = LearningRule("perceptron", "perceptron", perceptron)
