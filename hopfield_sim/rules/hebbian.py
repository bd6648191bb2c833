"""Hebb's rule (J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554, 1982, eq. 2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import product

# Rows of the matrix made at a time, so that temporaries stay small beside it.
_BLOCK_ROWS = 1024


@checks.by_name
def hebbian(patterns: Any, *, zero_diagonal: bool = True) -> NDArray[np.float64]:
    r"""Hebbian weights: the sum of the outer products of the patterns.

    .. math:: W_{ij} = \frac{1}{N} \sum_μ ξ_i^μ ξ_j^μ , \qquad W_{ii} = 0

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.
    zero_diagonal : bool
        ``False`` keeps W_ii = P/N.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric; each entry is an integer divided by N, rounded once.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    Examples
    --------
    >>> hebbian([[1, 1, -1, -1], [1, 1, -1, 1]])
    array([[ 0. ,  0.5, -0.5,  0. ],
           [ 0.5,  0. , -0.5,  0. ],
           [-0.5, -0.5,  0. ,  0. ],
           [ 0. ,  0. ,  0. ,  0. ]])
    """
    array, _ = checks.patterns(patterns)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * n_neurons**2 + 4 * array.size,
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    # Integers below 2^24 are exact in float32, in any order of summation, so BLAS can be used.
    xi: NDArray[Any] = array.astype(np.float32 if n_patterns < 2**24 else np.float64)
    weights = np.empty((n_neurons, n_neurons))
    for start in range(0, n_neurons, _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        weights[rows] = product(xi[:, rows].T, xi)
    weights /= n_neurons
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


HEBBIAN = LearningRule("hebbian", "Hebbian", hebbian, law="most", law_label="N / (2 ln N)")
