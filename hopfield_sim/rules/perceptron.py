"""Perceptron learning (W. Krauth, M. Mézard, J. Phys. A 20, L745, 1987; E. Gardner, 21, 257, 1988).

Each neuron is a perceptron that must reproduce its own bit of every pattern from the bits of the
other neurons. Neurons learn independently, so W is in general not symmetric.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.reference.perceptron import Learning
from hopfield_sim.errors import NotConverged
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import product


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
    learning = Learning(xi, stability, max_epochs, zero_diagonal)
    backends.get().perceptron.learn(learning)
    weights = _weights(xi, learning.best, zero_diagonal)
    short = n_neurons - int(learning.stable.sum())
    if not short:
        return weights
    raise NotConverged(
        f"the perceptron rule did not reach stability {stability:g} in {max_epochs} epochs: "
        f"{short} of {n_neurons} neurons fall short, the worst at "
        f"{learning.reached.min():.3g} (P/N = {n_patterns / n_neurons:.3g}); store fewer patterns, "
        "require a smaller stability or allow more epochs; the best weights so far are in .weights",
        weights,
    )


# Read by testing.check_rule.
perceptron.symmetric = False  # type: ignore[attr-defined]


def _weights(xi: NDArray[np.int8], times: NDArray[Any], zero_diagonal: bool) -> NDArray[np.float64]:
    """W_ij = Σ_μ x_i^μ ξ_i^μ ξ_j^μ / N, from how often x neuron i has learnt pattern μ."""
    weights: NDArray[np.float64] = product(times.astype(np.float64) * xi.T, xi.astype(np.float64))
    weights /= xi.shape[1]
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


PERCEPTRON = LearningRule("perceptron", "perceptron", perceptron, holds_similar=True)
