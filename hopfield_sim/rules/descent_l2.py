"""The fields nearest to the patterns (P. Tolmachev, J. H. Manton, IJCNN 2020: "Descent L2")."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.rules.dreaming import dreamt
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import gram


@checks.by_name
def descent_l2(
    patterns: Any, *, penalty: float = 0.01, zero_diagonal: bool = True
) -> NDArray[np.float64]:
    r"""Weights at the end of a descent of the squared distance between patterns and their fields.

    Each neuron minimises, over the weights from all others,

    .. math:: L_i = \frac{1}{N} \sum_μ \Big(ξ_i^μ - \sum_{j ≠ i} W_{ij} ξ_j^μ\Big)^2
       + λ \sum_{j ≠ i} W_{ij}^2 .

    There is one minimum, which is computed at once:

    .. math:: W_{ij} = \frac{R_{ij}}{1 - R_{ii}} , \qquad
       R = Ξ^{\mathsf{T}} (λ N + ΞΞ^{\mathsf{T}})^{-1} Ξ .

    Divided by positive numbers, row by row, these are the weights of ``dreaming`` at a time of
    sleep 1/λ: at temperature 0 both networks do the same. For λ → 0 and independent patterns all
    fields are ±1, the solution of ``diederich_opper_2``.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.
    penalty : float
        Penalty λ of large weights, at least 1e-9.
    zero_diagonal : bool
        ``False`` lets each neuron see itself too: the weights are R.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, in general not symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, or ``penalty`` is out of range.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    Examples
    --------
    For one pattern R is ξξᵀ/(λN + N):

    >>> descent_l2([[1, 1, -1, -1]], penalty=1.0) * 7
    array([[ 0.,  1., -1., -1.],
           [ 1.,  0., -1., -1.],
           [-1., -1.,  0.,  1.],
           [-1., -1.,  1.,  0.]])
    """
    array, _ = checks.patterns(patterns)
    penalty = checks.real(penalty, "penalty", minimum=1e-9, maximum=1e9)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * (n_neurons**2 + 3 * array.size + 2 * min(n_patterns, n_neurons) ** 2),
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    weights = gram(dreamt(array.astype(np.float64), penalty / (1 + penalty)))
    weights /= n_neurons * (1 + penalty)
    if zero_diagonal:
        weights /= 1 - np.diagonal(weights)[:, None]
        np.fill_diagonal(weights, 0.0)
    return weights


# Read by testing.check_rule.
descent_l2.symmetric = False  # type: ignore[attr-defined]

DESCENT_L2 = LearningRule("descent_l2", "descent L2", descent_l2)
