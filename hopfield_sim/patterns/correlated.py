"""Random patterns that resemble each other: families of families, and patterns of few factors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.patterns.sampling import random_patterns
from hopfield_sim.support.products import product

_BLOCK_SITES = 2**20


@checks.by_name
def hierarchical(
    branches: Any, n_neurons: int, overlaps: Any, *, rng: int | np.random.Generator | None = None
) -> NDArray[np.int8]:
    r"""Random patterns in a tree: families, families within them, and so on.

    A root of fair coins has ``branches[0]`` children, each of them ``branches[1]``, and so on; the
    leaves are the patterns. Each site of a child is that of its parent with probability
    :math:`r_l`, and a fair coin otherwise. Two patterns whose last common ancestor is l levels
    below the root have the mean overlap

    .. math:: q_l = \prod_{j > l} r_j^2 , \qquad r_{l+1}^2 = q_l / q_{l+1}, \quad q_L = 1 ,

    and sites are independent: the overlap is that of N coins of mean :math:`q_l`. The distances
    of three patterns are ultrametric. N. Parga and M. A. Virasoro, J. Physique 47, 1857 (1986);
    M. V. Feigelman and L. B. Ioffe, Int. J. Mod. Phys. B 1, 51 (1987).

    Parameters
    ----------
    branches : sequence of int
        Number of children at each of the L levels; their product is P.
    n_neurons : int
        Number of neurons N.
    overlaps : sequence of float
        :math:`q_0 \le \dots \le q_{L-1}`, from 0 to 1: mean overlap of patterns of different
        families first, of the same innermost family last.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    (P, N) ndarray of int8
        The patterns, of ±1; those of a family are neighbours.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If a number is below 1, or the overlaps are not as many, not within 0 and 1, or fall.
    InsufficientMemoryError
        If the patterns do not fit into memory.

    Examples
    --------
    Two families of three, within which patterns are alike:

    >>> hierarchical([2, 3], 4, [0.0, 1.0], rng=0)
    array([[-1, -1,  1,  1],
           [-1, -1,  1,  1],
           [-1, -1,  1,  1],
           [-1,  1,  1,  1],
           [-1,  1,  1,  1],
           [-1,  1,  1,  1]], dtype=int8)
    """
    counts = [
        checks.integer(count, "branches", minimum=1)
        for count in checks.sequence(branches, "branches", "integers")
    ]
    n_neurons = checks.integer(n_neurons, "n_neurons", minimum=1)
    likeness = [
        checks.real(value, "overlaps", minimum=0, maximum=1)
        for value in checks.sequence(overlaps, "overlaps", "numbers")
    ]
    if not counts or len(likeness) != len(counts) or likeness != sorted(likeness):
        raise InvalidInputError(
            "overlaps must have a number for each level of branches, none smaller than the one "
            f"before; got {checks.show(overlaps)} for branches {checks.show(branches)}"
        )
    n_patterns = math.prod(counts)
    checks.memory(
        4 * n_patterns * n_neurons,
        f"{checks.show(n_patterns)} patterns of {checks.show(n_neurons)} neurons",
        "draw fewer patterns, or smaller ones",
    )
    source = checks.generator(rng)
    tree = random_patterns(1, n_neurons, rng=source)
    for count, low, high in zip(counts, likeness, [*likeness[1:], 1.0], strict=True):
        tree = tree.repeat(count, axis=0)
        copied = math.sqrt(low / high) if high else 0.0
        if copied < 1:
            fresh = random_patterns(*tree.shape, rng=source)
            kept = random_patterns(*tree.shape, activity=copied, rng=source) > 0
            tree = np.where(kept, tree, fresh)
    return tree


@checks.by_name
def hidden_manifold(
    n_patterns: int,
    n_neurons: int,
    n_factors: int,
    *,
    rng: int | np.random.Generator | None = None,
) -> NDArray[np.int8]:
    r"""Random patterns that are combinations of few factors, passed through a sign.

    .. math:: ξ_i^μ = \operatorname{sgn} \sum_{k=1}^D c_k^μ f_{ki},

    with Gaussian coefficients c and features f: all patterns lie on one manifold of D dimensions.
    Given the cosine ρ of the angle of their coefficients, sites of two patterns are independent and
    agree by :math:`(2/π) \arcsin ρ` on average; and :math:`⟨ρ^2⟩ = 1/D`. M. Negri, C. Lauditi, G.
    Perugini, C. Lucibello and E. Malatesta, Phys. Rev. Lett. 131, 257301 (2023).

    Parameters
    ----------
    n_patterns, n_neurons, n_factors : int
        Numbers of patterns P, of neurons N and of factors D, each at least 1.
    rng : None, int or numpy.random.Generator
        Random number generator or seed. For the same seed, a larger P extends the patterns of a
        smaller one.

    Returns
    -------
    (P, N) ndarray of int8
        The patterns, of ±1.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If a number is below 1.
    InsufficientMemoryError
        If features or patterns do not fit into memory.

    Examples
    --------
    With one factor patterns differ in their sign:

    >>> hidden_manifold(3, 5, 1, rng=0)
    array([[ 1, -1,  1, -1, -1],
           [-1,  1, -1,  1,  1],
           [-1,  1, -1,  1,  1]], dtype=int8)
    """
    n_patterns = checks.integer(n_patterns, "n_patterns", minimum=1)
    n_neurons = checks.integer(n_neurons, "n_neurons", minimum=1)
    n_factors = checks.integer(n_factors, "n_factors", minimum=1)
    checks.memory(
        n_patterns * n_neurons + 8 * n_factors * (n_patterns + n_neurons),
        f"{checks.show(n_patterns)} patterns of {checks.show(n_neurons)} neurons and "
        f"{checks.show(n_factors)} factors",
        "draw fewer patterns, or smaller ones",
    )
    source = checks.generator(rng)
    features = source.standard_normal((n_factors, n_neurons))
    patterns = np.empty((n_patterns, n_neurons), np.int8)
    step = max(1, _BLOCK_SITES // n_neurons)
    for start in range(0, n_patterns, step):
        some = patterns[start : start + step]
        some[:] = product(source.standard_normal((len(some), n_factors)), features) > 0
        some *= 2
        some -= 1
    return patterns
