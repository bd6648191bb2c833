"""Storkey's rule (A. Storkey, Increasing the capacity of a Hopfield network, ICANN 1997, eq. 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.checks.places import module_of
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import product

_Real = NDArray[np.floating]

# Patterns learnt between two updates of the matrix: enough for an efficient matrix product, few
# enough that the fields of later ones through the earlier ones cost little in comparison.
_BATCH_PATTERNS = 256
# Rows of the matrix that change at once, which should stay in the cache.
_BLOCK_ROWS = 128


@checks.by_name
def storkey(patterns: Any, *, zero_diagonal: bool = True, dtype: Any = np.float64) -> NDArray[Any]:
    r"""Hebb's rule, corrected for the cross-talk between the new pattern and those before it.

    The patterns are learnt in order, starting from W = 0; for each one, and for all i and j,

    .. math::
       W_{ij} ← W_{ij} + \frac{1}{N} (ξ_i ξ_j - ξ_i h_{ji} - ξ_j h_{ij}) ,
       \qquad h_{ij} = \sum_{k ≠ i, j} W_{ik} ξ_k

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1; their order matters.
    zero_diagonal : bool
        ``False`` keeps the diagonal of the formula. No off-diagonal entry depends on it.
    dtype : float64 or float32
        dtype of the computation and of the weights. Single precision takes half the time and
        memory, and is accurate to about six digits.

    Returns
    -------
    (N, N) ndarray of ``dtype``
        The weights, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    Examples
    --------
    >>> storkey([[1, 1, -1, -1], [1, 1, -1, 1], [-1, 1, -1, 1]], zero_diagonal=False)
    array([[ 1.125,  0.25 , -0.25 , -0.5  ],
           [ 0.25 ,  0.625, -1.   ,  0.25 ],
           [-0.25 , -1.   ,  0.625, -0.25 ],
           [-0.5  ,  0.25 , -0.25 ,  1.125]])
    """
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    precision = checks.float_type(dtype)
    xi, _ = checks.patterns(patterns)
    n_neurons = _room_for(xi)
    weights, diagonal = np.zeros((n_neurons, n_neurons), precision), np.zeros(n_neurons)
    grow(weights, diagonal, xi, fresh=True)
    if not zero_diagonal:
        np.fill_diagonal(weights, diagonal)
    return weights


def extend(weights: Any, patterns: Any) -> NDArray[np.float64]:
    r"""Add patterns to weights of Storkey's rule.

    Because ξ² = 1, learning one pattern changes the matrix by rank two off its diagonal, with
    v_i = Σ_{k≠i} W_ik ξ_k and u = ξ/2 - v:

    .. math::
       W_{ij} ← (1 + \tfrac{2}{N}) W_{ij} + \tfrac{1}{N} (u_i ξ_j + ξ_i u_j) ,
       \qquad W_{ii} ← W_{ii} + \tfrac{1}{N} (1 - 2 ξ_i v_i)

    v does not depend on the diagonal, which is therefore stored separately; the changes of many
    patterns combine into one matrix product. This takes O(N² P) operations, where the definition
    takes O(N³ P).

    Parameters
    ----------
    weights : (N, N) array_like or None
        The result of this function for the earlier patterns, symmetric and with its diagonal;
        ``None`` if there are none. Not modified.
    patterns : (P, N) or (P, H, W) array_like
        New patterns of ±1, learnt in this order.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric, with the diagonal of the formula.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``weights`` are not symmetric, ``patterns`` are not ±1, or their N differ.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    Examples
    --------
    >>> first = extend(None, [[1, 1, -1, -1]])
    >>> (extend(first, [[1, -1, 1, -1]]) == extend(None, [[1, 1, -1, -1], [1, -1, 1, -1]])).all()
    np.True_
    """
    array, _ = checks.patterns(patterns)
    n_neurons = _room_for(array)
    learnt = np.zeros((n_neurons, n_neurons)) if weights is None else _before(weights, n_neurons)
    diagonal = np.diagonal(learnt).copy()
    np.fill_diagonal(learnt, 0.0)
    grow(learnt, diagonal, array)
    np.fill_diagonal(learnt, diagonal)
    return learnt


def _room_for(xi: NDArray[np.int8]) -> int:
    """Number of neurons, N, after checking that an (N, N) matrix fits into memory."""
    n_neurons = xi.shape[1]
    checks.memory(
        8 * n_neurons**2 + 32 * xi.size,
        f"the weights of {n_neurons} neurons",
        "use fewer neurons, or learn the patterns in several parts",
    )
    return n_neurons


def grow(
    weights: NDArray[np.floating],
    diagonal: NDArray[np.float64],
    patterns: NDArray[np.int8],
    *,
    fresh: bool = False,
) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    """Learn more patterns in place; the diagonal of ``weights`` is zero, the true one separate.

    Arrays may be of any array module; the first two are returned. ``fresh`` weights are all zero.
    """
    # The factor (1 + 2/N)^P of the sum below is balanced by its other terms. Learning at most N
    # patterns at a time keeps it under e², so that no digits are lost in the balance.
    batch = min(len(weights), _BATCH_PATTERNS)
    for start in range(0, len(patterns), batch):
        xi = patterns[start : start + batch].astype(weights.dtype)
        u = _cues(None if fresh else weights, diagonal, xi)
        _add(weights, xi, u, fresh=fresh)
        fresh = False
    return weights, diagonal


def _before(weights: Any, n_neurons: int) -> NDArray[np.float64]:
    """A copy of the earlier weights, made exactly symmetric."""
    learnt = checks.weights(weights)
    if len(learnt) != n_neurons:
        raise InvalidInputError(
            f"weights must be ({n_neurons}, {n_neurons}), as the patterns have {n_neurons} "
            f"neurons; got shape {learnt.shape}"
        )
    if np.array_equal(learnt, learnt.T):
        return learnt
    if np.abs(learnt - learnt.T).max() > 1e-9 * np.abs(learnt).max():
        raise InvalidInputError(
            "weights must be symmetric, as those of Storkey's rule are; got an asymmetric matrix"
        )
    return (learnt + learnt.T) / 2


def _cues(weights: _Real | None, diagonal: NDArray[np.float64], xi: _Real) -> _Real:
    """The vectors u (P, N) of patterns learnt in order after ``weights``; updates ``diagonal``.

    ``weights`` are W off its diagonal, and zero on it; None if W is zero. With c = 1 + 2/N, before
    pattern μ = 0, 1, … that matrix is

        c^μ W + Σ_{ν<μ} c^(μ-1-ν) (u^ν ξ^νᵀ + ξ^ν u^νᵀ)/N ,

    and ``surplus`` is the diagonal of that sum, which has to be taken off again.
    """
    (n_patterns, n_neurons), xp = xi.shape, module_of(xi)
    growth = 1 + 2 / n_neurons
    fields_before = xp.zeros_like(xi) if weights is None else product(xi, weights)
    fields_before *= (growth ** xp.arange(n_patterns))[:, None]
    u, engine = xp.empty(xi.shape, xi.dtype), backends.get().storkey
    surplus = xp.zeros_like(xi[0])
    for start in range(0, n_patterns, engine.block):
        block = slice(start, min(start + engine.block, n_patterns))
        # What the patterns before this block contribute to all fields of the block at once.
        grown = (growth ** xp.arange(block.stop - start))[:, None].astype(xi.dtype)
        earlier = grown * _sum_times(xi[:start], u[:start], xi[block], growth)
        u[block] = engine.cues(xi[block], fields_before[block] + earlier, growth, surplus)
    # Σ (1 − 2 ξ v)/N with v = ξ/2 − u.
    diagonal += 2 / n_neurons * xp.einsum("pi,pi->i", xi, u)
    return u


def _sum_times(
    xi: _Real,
    u: _Real,
    others: _Real,
    growth: float,
) -> _Real:
    """Σ_ν c^(K-1-ν) (u^ν ξ^νᵀ + ξ^ν u^νᵀ)/N times each of ``others``, without making the matrix."""
    age = _ages(len(xi), growth, xi)[:, None] / xi.shape[1]
    along_xi, along_u = (xi @ others.T) * age, (u @ others.T) * age
    total: _Real = along_xi.T @ u + along_u.T @ xi
    return total


def _add(weights: _Real, xi: _Real, u: _Real, *, fresh: bool) -> None:
    """W ← c^P W + A + Aᵀ with A = Σ_ν c^(P-1-ν) u^ν ξ^νᵀ / N off the diagonal, in place.

    A + Aᵀ is one product of the patterns below their u with both in the other order. It is made in
    blocks of rows from the diagonal on, and mirrored: the result is symmetric to the last bit.
    """
    (n_patterns, n_neurons), xp = xi.shape, module_of(xi)
    growth = 1 + 2 / n_neurons
    aged = u * (_ages(n_patterns, growth, u)[:, None] / n_neurons)
    left, right = xp.concatenate([xi, aged]), xp.concatenate([aged, xi])
    for start in range(0, n_neurons, _BLOCK_ROWS):
        rows, columns = slice(start, start + _BLOCK_ROWS), slice(start, n_neurons)
        block = left[:, rows].T @ right[:, columns]
        upper = xp.triu(block[:, :_BLOCK_ROWS])
        block[:, :_BLOCK_ROWS] = upper + xp.triu(upper, 1).T
        if not fresh:
            block += growth**n_patterns * weights[rows, columns]
        weights[rows, columns] = block
        weights[columns, rows] = block.T
    xp.fill_diagonal(weights, 0.0)


def _ages(count: int, growth: float, like: _Real) -> _Real:
    """c^(K-1-ν) for ν = 0, …, K-1: how much later patterns have amplified each one."""
    ages: _Real = (growth ** module_of(like).arange(count - 1, -1, -1.0)).astype(like.dtype)
    return ages


STORKEY = LearningRule(
    "storkey", "Storkey", storkey, law="storkey", law_label="N / √(2 ln N)", keeps_diagonal=True
)
