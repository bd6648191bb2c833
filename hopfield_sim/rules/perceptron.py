"""Perceptron learning (W. Krauth, M. Mézard, J. Phys. A 20, L745, 1987; E. Gardner, 21, 257, 1988).

Each neuron is a perceptron that must reproduce its own bit of every pattern from the bits of the
other neurons. Neurons learn independently, so W is in general not symmetric.
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
    r"""Learn weights for which every bit of every pattern has at least the stability κ.

    .. math:: γ_i^μ = \frac{ξ_i^μ \sum_j W_{ij} ξ_j^μ}{\sqrt{\sum_j W_{ij}^2}} ≥ κ

    Starting from Hebb's rule, each neuron below the required stability learns its least stable
    pattern once more, W_ij ← W_ij + ξ_i ξ_j/N (the minimum-overlap algorithm). It converges
    whenever a solution with a larger stability exists; the smaller the difference, the slower. For
    random patterns and large N a solution exists up to P = 2N at κ = 0, and up to
    P = N/∫_{-κ}^∞ Dt (t + κ)² in general.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.
    stability : float
        Required stability κ ≥ 0, normalised as above, so that it does not grow with N. At κ = 0
        every aligned field ξ_i h_i must be strictly positive.
    max_epochs : int
        Maximum number of epochs; each neuron makes at most ``max_epochs`` · P learning steps.
    rng : None, int or numpy.random.Generator
        Decides which of several equally unstable patterns is learnt first: for ``None`` the first
        one, so that equal patterns always give equal weights; otherwise the first in a random
        order.
    zero_diagonal : bool
        ``False`` allows self-couplings, and the sum over j includes i.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, integers divided by N.

    Raises
    ------
    NotConverged
        If the stability is not reached within ``max_epochs``; the attribute ``weights`` of the
        error has for each neuron the row with the largest minimum of γ at the end of any epoch.
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, ``stability`` is negative, or
        ``max_epochs`` is below 1.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

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
    # The order matters only for ties; a different one gives another, equivalent solution.
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
        "require a smaller stability or allow more epochs; the best weights so far are in .weights",
        _weights(xi, learning.best, zero_diagonal),
    )


# Read by testing.check_rule.
perceptron.symmetric = False  # type: ignore[attr-defined]


def _weights(xi: NDArray[np.int8], times: _Whole, zero_diagonal: bool) -> _Floats:
    """W_ij = Σ_μ x_i^μ ξ_i^μ ξ_j^μ / N, from how often x neuron i has learnt pattern μ."""
    weights: _Floats = product(times.astype(np.float64) * xi.T, xi.astype(np.float64))
    weights /= xi.shape[1]
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


class _Learning:
    """All neurons that are still learning, vectorised; the weights themselves are never computed.

    The state of neuron i is how often it has learnt each pattern, x_i (P,). Its aligned fields are
    A_i^ν = Σ_μ x_i^μ (ξ_i^μ ξ_i^ν) G_μν with the Gram matrix G = Ξ Ξᵀ; learning one more pattern
    adds a row of G. Without self-couplings they are W_ii = Σ_μ x_i^μ too large. ``square`` is
    Σ_j W_ij². All are integers (those of N·W), so there is no rounding.

    ``best`` (N, P) and ``reached`` (N,) hold the x with the largest minimum of γ, and that γ.
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
        """Record each neuron's stability, drop those that reached it; return how many remain."""
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
        """Let every neuron learn its least stable pattern repeatedly, until it is stable enough."""
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
        """Which neurons are below the required stability, from N times their minimal ξ h."""
        short: NDArray[np.bool_] = least < self.stability * np.sqrt(self.square)
        return short | (least <= 0)


PERCEPTRON = LearningRule("perceptron", "perceptron", perceptron)
