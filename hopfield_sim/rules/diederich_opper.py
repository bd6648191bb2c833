"""Learning until all fields are large enough (S. Diederich, M. Opper, Phys. Rev. Lett. 58, 949,
1987).

Each neuron looks at one pattern after the other and learns it as long as its field there is not
what it should be: at least 1 (the first rule, a perceptron), or exactly 1 (the second, an Adaline,
of which the end is known and computed at once).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import NotConverged
from hopfield_sim.rules.pseudoinverse import pseudoinverse
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import gram, product

_Real = NDArray[np.float64]

_KNOWN_NOTHING = 1e-10
"""Below this 1 - R_ii is rounding."""


@checks.by_name
def diederich_opper_1(
    patterns: Any, *, max_epochs: int = 1000, zero_diagonal: bool = True
) -> NDArray[np.float64]:
    r"""Learn each pattern again until every bit has a field of at least 1.

    In turn for each pattern, and for all neurons i with :math:`ξ_i h_i < 1`,

    .. math:: W_{ij} ← W_{ij} + \frac{1}{N} ξ_i ξ_j , \qquad h_i = \sum_{j ≠ i} W_{ij} ξ_j

    starting from W = 0. It ends if there are any weights that hold all patterns, for random ones
    up to P = 2N, and needs no more than local information.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.
    max_epochs : int
        Maximum number of times that all patterns are shown.
    zero_diagonal : bool
        ``False`` allows self-couplings, and the sum over j includes i.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, integers divided by N, in general not symmetric.

    Raises
    ------
    NotConverged
        If a field is still too small after ``max_epochs``; the weights are in its ``weights``.
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, or ``max_epochs`` is below 1.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    Examples
    --------
    >>> patterns = np.array([[1, 1, 1, 1, -1], [1, -1, 1, -1, 1], [1, 1, -1, 1, 1]])
    >>> weights = diederich_opper_1(patterns)
    >>> (patterns * (patterns @ weights.T)).min() >= 1
    np.True_
    """
    array, _ = checks.patterns(patterns)
    max_epochs = checks.integer(max_epochs, "max_epochs", minimum=1)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * (n_neurons**2 + 6 * array.size + n_patterns**2),
        f"learning of {n_patterns} patterns of {n_neurons} neurons",
        "use fewer neurons or patterns",
    )
    times = _times(array.astype(np.float64), max_epochs, zero_diagonal)
    xi = array.astype(np.float64)
    weights = product((times * xi).T, xi)
    fields = xi * product(xi, weights.T) - (0 if not zero_diagonal else times.sum(axis=0))
    weights /= n_neurons
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    short = int((fields < n_neurons).any(axis=0).sum())
    if short:
        raise NotConverged(
            f"Diederich and Opper's first rule did not reach fields of 1 in {max_epochs} epochs: "
            f"{short} of {n_neurons} neurons fall short (P/N = {n_patterns / n_neurons:.3g}); "
            "store fewer patterns or allow more epochs; the weights so far are in .weights",
            weights,
        )
    return weights


# Read by testing.check_rule.
diederich_opper_1.symmetric = False  # type: ignore[attr-defined]


def _times(xi: _Real, max_epochs: int, zero_diagonal: bool) -> _Real:
    """How often each neuron has learnt each pattern, (P, N): whole numbers."""
    n_patterns, n_neurons = xi.shape
    times = np.zeros((n_patterns, n_neurons))
    overlaps = gram(xi.T)
    learning = np.arange(n_neurons)  # neurons are independent: those that are done need no more
    for _ in range(max_epochs):
        bits, learnt = xi[:, learning], times[:, learning]
        signed, own = learnt * bits, learnt.sum(axis=0) * zero_diagonal
        idle = np.ones(len(learning), bool)
        for bit, overlap, row, count in zip(bits, overlaps, signed, learnt, strict=True):
            more = bit * (overlap @ signed) - own < n_neurons
            count += more
            row += more * bit
            own = own + more * zero_diagonal
            idle &= ~more
        times[:, learning] = learnt
        learning = learning[~idle]
        if not learning.size:
            break
    return times


@checks.by_name
def diederich_opper_2(patterns: Any, *, zero_diagonal: bool = True) -> NDArray[np.float64]:
    r"""The end of learning what each field lacks of 1.

    In turn for each pattern, and for all neurons i,

    .. math:: W_{ij} ← W_{ij} + \frac{1}{N} (1 - ξ_i h_i)\, ξ_i ξ_j ,
       \qquad h_i = \sum_{j ≠ i} W_{ij} ξ_j

    starting from W = 0: the smallest weights with which all fields are ±1. For linearly independent
    patterns and the projection R onto what they span, that of the pseudo-inverse,

    .. math:: W_{ij} = \frac{R_{ij}}{1 - R_{ii}} ,

    or R itself with self-couplings. This is computed at once, from R.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1. They may be linearly dependent; a neuron about which the others know nothing
        (R_ii = 1) has no weights.
    zero_diagonal : bool
        ``False`` allows self-couplings, and the sum over j includes i.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, in general not symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    Examples
    --------
    >>> patterns = np.array([[1, 1, -1, -1], [1, -1, 1, -1]])
    >>> weights = diederich_opper_2(patterns)
    >>> weights.round(12)
    array([[ 0.,  0.,  0., -1.],
           [ 0.,  0., -1.,  0.],
           [ 0., -1.,  0.,  0.],
           [-1.,  0.,  0.,  0.]])
    """
    weights = pseudoinverse(patterns, zero_diagonal=False)
    if checks.flag(zero_diagonal, "zero_diagonal"):
        rest = 1 - np.diagonal(weights)
        rest[rest < _KNOWN_NOTHING] = np.inf
        weights /= rest[:, None]
        np.fill_diagonal(weights, 0.0)
    return weights


diederich_opper_2.symmetric = False  # type: ignore[attr-defined]

DIEDERICH_OPPER_1 = LearningRule(
    "diederich_opper_1", "Diederich–Opper I", diederich_opper_1, holds_similar=True
)
DIEDERICH_OPPER_2 = LearningRule(
    "diederich_opper_2", "Diederich–Opper II", diederich_opper_2, holds_similar=True
)
