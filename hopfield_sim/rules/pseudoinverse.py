"""The projection rule (L. Personnaz, I. Guyon, G. Dreyfus, J. Physique Lett. 46, L359, 1985)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.interruptible import interruptible
from hopfield_sim.support.products import gram, product

# Smallest square of a Cholesky pivot, relative to N, for which W keeps at least 7 digits. Below it
# the patterns are (nearly) linearly dependent, and a singular value decomposition is used.
SMALLEST_PIVOT = 1e-8
_BLOCK_PATTERNS = 64
# Patterns whose triangle is computed in one call, in less than a second.
_WHOLE = 2048


@checks.by_name
def pseudoinverse(patterns: Any, *, zero_diagonal: bool = True) -> NDArray[np.float64]:
    r"""Projection onto the space spanned by the patterns, which reproduces each one exactly.

    .. math:: W = Ξ^+ Ξ = \sum_{μν} ξ^μ (G^{-1})_{μν} ξ^{ν\mathsf{T}} ,
       \qquad G_{μν} = ξ^μ·ξ^ν

    With the diagonal, W ξ = ξ for every stored pattern, up to P = N - 1 independent ones. Without
    it, the field at site i is (1 - W_ii) ξ_i: the patterns remain fixed points, and their basins
    are larger (I. Kanter, H. Sompolinsky, Phys. Rev. A 35, 380, 1987).

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1. They may be linearly dependent; W is the projection onto their span.
    zero_diagonal : bool
        ``False`` keeps the projection's diagonal.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    Examples
    --------
    >>> patterns = np.array([[1, 1, -1, -1], [1, -1, 1, -1]])
    >>> pseudoinverse(patterns, zero_diagonal=False)
    array([[ 0.5,  0. ,  0. , -0.5],
           [ 0. ,  0.5, -0.5,  0. ],
           [ 0. , -0.5,  0.5,  0. ],
           [-0.5,  0. ,  0. ,  0.5]])
    """
    array, _ = checks.patterns(patterns)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * (n_neurons**2 + 3 * array.size + 2 * min(n_patterns, n_neurons) ** 2),
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    basis = _orthonormal(array.astype(np.float64))
    # Where the patterns span everything, rounding would leave noise off the diagonal.
    weights = np.eye(n_neurons) if len(basis) == n_neurons else gram(basis)
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


def _orthonormal(xi: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal rows that span the same space as the patterns."""
    n_patterns, n_neurons = xi.shape
    if n_patterns <= n_neurons:
        try:
            lower = lower_triangle(gram(xi.T))
        except np.linalg.LinAlgError:
            pass
        else:
            if np.diagonal(lower).min() ** 2 > SMALLEST_PIVOT * n_neurons:
                return forward(lower, xi)
    _, singular, rows = interruptible(partial(np.linalg.svd, full_matrices=False), xi)
    rounding = singular[0] * max(xi.shape) * np.finfo(np.float64).eps
    spanning: NDArray[np.float64] = rows[singular > rounding]
    return spanning


def lower_triangle(square: NDArray[Any]) -> NDArray[Any]:
    """The L of L Lᵀ = ``square`` (Cholesky), by halves where it is large, like ``forward``."""
    half = len(square) // 2
    if len(square) <= _WHOLE:
        whole: NDArray[Any] = np.linalg.cholesky(square)
        return whole
    lower = np.zeros_like(square)
    lower[:half, :half] = lower_triangle(square[:half, :half])
    lower[half:, :half] = forward(lower[:half, :half], square[:half, half:]).T
    below = np.ascontiguousarray(lower[half:, :half].T)
    lower[half:, half:] = lower_triangle(square[half:, half:] - gram(below))
    return lower


def forward(lower: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve L Z = Ξ for a lower triangle, by halves, so that nearly all of it is one product."""
    half = len(lower) // 2
    if len(lower) <= _BLOCK_PATTERNS:
        solved: NDArray[Any] = np.linalg.solve(lower, right)
        return solved
    top = forward(lower[:half, :half], right[:half])
    rest = right[half:] - product(lower[half:, :half], top)
    return np.vstack([top, forward(lower[half:, half:], rest)])


PSEUDOINVERSE = LearningRule("pseudoinverse", "pseudo-inverse", pseudoinverse)
