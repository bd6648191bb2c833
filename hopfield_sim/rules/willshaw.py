"""Synapses of one bit (D. Willshaw, O. Buneman, H. Longuet-Higgins, Nature 222, 960, 1969)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import gram


@checks.by_name
def willshaw(patterns: Any, *, zero_diagonal: bool = True) -> NDArray[np.float64]:
    r"""Synapses of one bit: two neurons are linked if they were active together in any pattern.

    A neuron that is 0 or 1 is on if it is linked to all active ones: Willshaw's threshold, their
    number. With the links :math:`w_{ij} = \max_μ η_i^μ η_j^μ` that is to have no active neuron
    without a link,

    .. math:: W_{ij} = w_{ij} - 1 , \qquad θ_i = -1 - \sum_j W_{ij} ,

    where ξ = 2η - 1 are the patterns of ±1. The energy counts the pairs of active neurons without
    a link, so that the stable states are the largest sets in which all are linked to each other
    (maximal cliques). Active neurons that are missing from a cue come back. A network by this rule
    has these thresholds unless it is given others.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1; few bits should be +1, about log₂ N of them.
    zero_diagonal : bool
        ``False`` keeps -1 on the diagonal of neurons that are in no pattern.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, 0 or -1, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    See Also
    --------
    hopfield_sim.theory.willshaw_error : Silent neurons that turn on at once.
    hopfield_sim.theory.willshaw_information : Bits that a synapse stores, at most ln 2.

    Examples
    --------
    >>> patterns = np.array([[1, 1, 1, -1, -1, -1], [-1, -1, 1, 1, 1, -1]])
    >>> willshaw(patterns)
    array([[ 0.,  0.,  0., -1., -1., -1.],
           [ 0.,  0.,  0., -1., -1., -1.],
           [ 0.,  0.,  0.,  0.,  0., -1.],
           [-1., -1.,  0.,  0.,  0., -1.],
           [-1., -1.,  0.,  0.,  0., -1.],
           [-1., -1., -1., -1., -1.,  0.]])

    Two of three active neurons bring back the third:

    >>> from hopfield_sim import HopfieldNetwork
    >>> net = HopfieldNetwork("willshaw").store(patterns)
    >>> net.recall([-1, -1, -1, 1, 1, -1]).states
    array([-1, -1,  1,  1,  1, -1], dtype=int8)
    """
    array, _ = checks.patterns(patterns)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_neurons = array.shape[1]
    checks.memory(
        12 * n_neurons**2 + 4 * array.size,
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    # Sums of ones are never 0 in float32, however many they are.
    together = gram((array > 0).astype(np.float32))
    weights = np.where(together > 0, 0.0, -1.0)
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


def _thresholds(patterns: NDArray[np.int8], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """θ_i = -1 - Σ_j W_ij, with which h_i = 1 - 2 Σ_j (1 - w_ij) η_j."""
    return -1 - weights.sum(axis=1)


willshaw.thresholds = _thresholds  # type: ignore[attr-defined]

WILLSHAW = LearningRule("willshaw", "Willshaw", willshaw)
