"""The dreaming rule (A. Fachechi, E. Agliari, A. Barra, Neural Networks 112, 24, 2019)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.independent import singular, through_triangle
from hopfield_sim.support.interruptible import interruptible
from hopfield_sim.support.products import gram


@checks.by_name
def dreaming(
    patterns: Any, time: float = 1.0, *, zero_diagonal: bool = True
) -> NDArray[np.float64]:
    r"""Hebb's rule after a time of sleep, in which what the patterns have in common is unlearnt.

    .. math:: W = \frac{1}{N} Ξ^{\mathsf{T}} \frac{1 + t}{1 + t\,C} Ξ , \qquad C = ΞΞ^{\mathsf{T}}/N

    At t = 0 these are Hebb's weights; for t → ∞ and independent patterns, those of the
    pseudo-inverse. In between, the eigenvectors of Hebb's matrix with large eigenvalues lose weight
    to the others, as in the unlearning of Hopfield, Feinstein and Palmer (Nature 304, 158, 1983).

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.
    time : float
        Sleeping time t ≥ 0.
    zero_diagonal : bool
        ``False`` keeps the diagonal of the formula.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, or ``time`` is negative.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    See Also
    --------
    hopfield_sim.theory.dreaming_error : Bits that change at once, for random patterns.

    Examples
    --------
    Two patterns with C = [[1, ½], [½, 1]]:

    >>> dreaming([[1, 1, 1, 1], [1, 1, 1, -1]], time=2.0, zero_diagonal=False).round(12)
    array([[0.375, 0.375, 0.375, 0.   ],
           [0.375, 0.375, 0.375, 0.   ],
           [0.375, 0.375, 0.375, 0.   ],
           [0.   , 0.   , 0.   , 0.75 ]])

    Another time of sleep in a network:

    >>> from functools import partial
    >>> from hopfield_sim import HopfieldNetwork
    >>> net = HopfieldNetwork(partial(dreaming, time=100.0))
    """
    array, _ = checks.patterns(patterns)
    time = checks.real(time, "time", minimum=0)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * (n_neurons**2 + 3 * array.size + 2 * min(n_patterns, n_neurons) ** 2),
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    xi = array.astype(np.float64)
    weights = gram(dreamt(xi, 1 / (1 + time))) / n_neurons
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


def dreamt(xi: NDArray[np.float64], awake: float) -> NDArray[np.float64]:
    """Rows Z with Zᵀ Z = Ξᵀ (a + (1 - a) C)⁻¹ Ξ, where a = 1/(1 + t)."""
    if len(xi) > xi.shape[1]:  # W is a function of ΞᵀΞ alone: N rows with the same will do
        xi = interruptible(lambda rows: np.asarray(np.linalg.qr(rows, mode="r")), xi)
    n_rows, n_neurons = xi.shape
    mixed = gram(xi.T) * ((1 - awake) / n_neurons) + awake * np.eye(n_rows)
    dreamt = through_triangle(mixed, xi)
    if dreamt is None:  # patterns that are nearly dependent, and a long sleep
        values, rows = singular(xi)
        eigenvalues = values**2 / n_neurons  # of C
        scale = np.sqrt(n_neurons * eigenvalues / (awake + (1 - awake) * eigenvalues))
        dreamt = scale[:, None] * rows
    return dreamt


DREAMING = LearningRule("dreaming", "dreaming", dreaming)
