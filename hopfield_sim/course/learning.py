"""Patterns and learning rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, rules
from hopfield_sim.course.arguments import state_of
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.patterns import checkerboard, flip, random_patterns


@checks.by_name
def generate_patterns(
    num_patterns: int, pattern_size: int, *, rng: int | np.random.Generator | None = None
) -> NDArray[np.int64]:
    """Draw random patterns: every entry +1 or −1 with probability ½.

    Parameters
    ----------
    num_patterns, pattern_size : int
        Numbers of patterns M and of neurons N.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    (M, N) ndarray of int64
        One pattern per row. (Sums of int8 patterns could overflow.)

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If a number is below 1 or not an integer.

    Examples
    --------
    >>> patterns = generate_patterns(3, 4, rng=1)
    >>> patterns.shape
    (3, 4)
    >>> np.unique(patterns)
    array([-1,  1])
    """
    num_patterns = checks.integer(num_patterns, "num_patterns", minimum=1)
    pattern_size = checks.integer(pattern_size, "pattern_size", minimum=1)
    return random_patterns(num_patterns, pattern_size, rng=rng).astype(np.int64)


@checks.by_name
def create_checkerboard(n: int = 50) -> NDArray[np.int64]:
    """Checkerboard of n × n neurons with squares of 5 × 5, as an image.

    Parameters
    ----------
    n : int
        Number of neurons along an edge. The last squares are cut off if 5 does not divide it.

    Returns
    -------
    (n, n) ndarray of int64
        White squares are +1, black ones −1; the upper-left square is white. ``flatten()`` makes a
        pattern of it.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``n`` is below 1 or not an integer.

    Examples
    --------
    >>> create_checkerboard()[[0, 4, 5, 45], 0]
    array([ 1,  1, -1, -1])
    """
    n = checks.integer(n, "n", minimum=1)
    return checkerboard(n, 5).reshape(n, n).astype(np.int64)


@checks.by_name
def perturb_pattern(
    pattern: Any, num_perturb: int, *, rng: int | np.random.Generator | None = None
) -> NDArray[Any]:
    """Return a copy of a pattern with exactly ``num_perturb`` distinct elements flipped.

    Drawing with replacement would select only about N (1 − e^(−k/N)) different elements in k draws,
    and elements drawn twice would be flipped back.

    Parameters
    ----------
    pattern : (N,) array_like
        The pattern; not modified.
    num_perturb : int
        Number of elements to flip, from 0 to N.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    ndarray
        The perturbed pattern, of the same shape and dtype.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``num_perturb`` is not from 0 to N, or ``pattern`` is not an array of finite numbers.

    Examples
    --------
    >>> pattern = np.array([1, 1, -1, -1])
    >>> perturb_pattern(pattern, 4)
    array([-1, -1,  1,  1])
    >>> int((perturb_pattern(pattern, 3) != pattern).sum())
    3
    """
    array = state_of(pattern, "pattern")
    num_perturb = checks.integer(num_perturb, "num_perturb", minimum=0, maximum=array.size)
    signs = flip(np.ones(array.size), count=num_perturb, rng=rng)
    array[signs.reshape(array.shape) < 0] *= -1
    return array


@checks.by_name
def pattern_match(memorized_patterns: Any, pattern: Any) -> int | None:
    """Return the index of the memorized pattern that equals a pattern.

    Parameters
    ----------
    memorized_patterns : (M, N) array_like
        Patterns, one per row.
    pattern : (N,) array_like
        The pattern to search for.

    Returns
    -------
    int or None
        Index of the first equal row; ``None`` if there is none.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the shapes do not match, or an argument is not an array of numbers.

    Examples
    --------
    >>> memorized = [[1, 1, -1, -1], [1, 1, -1, 1], [-1, 1, -1, 1]]
    >>> pattern_match(memorized, [1, 1, -1, 1])
    1
    >>> pattern_match(memorized, [1, 1, 1, 1]) is None
    True
    """
    rows = checks.numeric(memorized_patterns, "memorized_patterns")
    wanted = checks.numeric(pattern, "pattern")
    if rows.ndim != 2 or rows.size == 0:
        raise InvalidInputError(
            f"memorized_patterns must be (M, N), one pattern a row; got shape {rows.shape}"
        )
    if wanted.size != rows.shape[1]:
        raise InvalidInputError(
            f"pattern must have {rows.shape[1]} elements, as the memorized ones; "
            f"got shape {wanted.shape}; the order of arguments is (memorized_patterns, pattern)"
        )
    checks.memory(rows.size, f"comparing {len(rows)} patterns", "compare fewer at a time")
    equal = np.flatnonzero((rows == wanted.ravel()).all(axis=1))
    return int(equal[0]) if equal.size else None


@checks.by_name
def hebbian_weights(patterns: Any) -> NDArray[np.float64]:
    r"""Hebbian weights, divided by the number of patterns M.

    .. math:: W_{ij} = \frac{1}{M} \sum_μ p_i^μ p_j^μ , \qquad W_{ii} = 0

    :func:`hopfield_sim.rules.hebbian` divides by N instead. The factor does not affect recall, as
    only the sign of a field matters.

    Parameters
    ----------
    patterns : (M, N) array_like
        Patterns of ±1, one per row.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric; each entry is an integer divided by M, rounded once.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1.

    Examples
    --------
    >>> hebbian_weights([[1, 1, -1, -1], [1, 1, -1, 1], [-1, 1, -1, 1]]).round(3)
    array([[ 0.   ,  0.333, -0.333, -0.333],
           [ 0.333,  0.   , -1.   ,  0.333],
           [-0.333, -1.   ,  0.   , -0.333],
           [-0.333,  0.333, -0.333,  0.   ]])
    """
    n_patterns = len(checks.patterns(patterns).array)
    weights = rules.hebbian(patterns)
    # Back to the integers that were divided by N: no second rounding remains.
    weights *= len(weights)
    np.rint(weights, out=weights)
    weights /= n_patterns
    return weights


@checks.by_name
def storkey_weights(patterns: Any) -> NDArray[np.float64]:
    r"""Weights of Storkey's rule, with their diagonal.

    Starting from W = 0, for each pattern p in turn and all i and j, i = j included,

    .. math::
       W_{ij} ← W_{ij} + \frac{1}{N} (p_i p_j - p_i h_{ji} - p_j h_{ij}) ,
       \qquad h_{ij} = \sum_{k ≠ i, j} W_{ik} p_k

    Parameters
    ----------
    patterns : (M, N) array_like
        Patterns of ±1, one per row; their order matters.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1.

    Examples
    --------
    >>> storkey_weights([[1, 1, -1, -1], [1, 1, -1, 1], [-1, 1, -1, 1]])
    array([[ 1.125,  0.25 , -0.25 , -0.5  ],
           [ 0.25 ,  0.625, -1.   ,  0.25 ],
           [-0.25 , -1.   ,  0.625, -0.25 ],
           [-0.5  ,  0.25 , -0.25 ,  1.125]])
    """
    return rules.storkey(patterns, zero_diagonal=False)
