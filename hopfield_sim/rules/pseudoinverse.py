"""The projection rule (L. Personnaz, I. Guyon, G. Dreyfus, J. Physique Lett. 46, L359, 1985)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks.places import module_of
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.independent import singular, through_triangle
from hopfield_sim.support.products import gram


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
    return projection(array, zero_diagonal=checks.flag(zero_diagonal, "zero_diagonal"))[0]


def projection(array: NDArray[np.int8], *, zero_diagonal: bool) -> tuple[NDArray[np.float64]]:
    """The same of validated patterns (P, N) of any array module, a tuple of the weights there."""
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * (n_neurons**2 + 3 * array.size + 2 * min(n_patterns, n_neurons) ** 2),
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    basis = _orthonormal(array.astype(np.float64))
    # Where the patterns span everything, rounding would leave noise off the diagonal.
    xp = module_of(array)
    weights = xp.eye(n_neurons) if len(basis) == n_neurons else gram(basis)
    if zero_diagonal:
        xp.fill_diagonal(weights, 0.0)
    return (weights,)


def _orthonormal(xi: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal rows that span the same space as the patterns."""
    n_patterns, n_neurons = xi.shape
    if n_patterns <= n_neurons:
        rows = through_triangle(gram(xi.T), xi, unit=n_neurons)
        if rows is not None:
            return rows
    return singular(xi)[1]


PSEUDOINVERSE = LearningRule(
    "pseudoinverse", "pseudo-inverse", pseudoinverse, holds_similar=True, arrays=projection
)
