"""The palimpsest (M. Mézard, J.-P. Nadal, G. Toulouse, J. Physique 47, 1457, 1986)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import gram


@checks.by_name
def palimpsest(
    patterns: Any, strength: float = 4.1, *, zero_diagonal: bool = True
) -> NDArray[np.float64]:
    r"""Hebb's rule with forgetting: each new pattern makes all earlier ones fade.

    The patterns are learnt in order, starting from W = 0,

    .. math:: W_{ij} ← e^{-ε^2/2N}\, W_{ij} + \frac{ε}{N} ξ_i ξ_j

    so that the weights stay bounded, however many patterns come: the latest are remembered, where
    Hebb's rule forgets everything beyond 0.138 N. The signal of a pattern after u·N others is
    ε exp(-ε²u/2), against noise whose variance tends to 1. For ε → 0 the weights are proportional
    to Hebb's.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1, the latest at the end.
    strength : float
        Strength ε of the latest pattern, from 1e-100 to 1e100; below about 2.5 not even that is
        stored well. At the default most patterns are retrieved, about 0.055 N.
    zero_diagonal : bool
        ``False`` keeps the diagonal of the formula.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, or ``strength`` is out of range.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    See Also
    --------
    hopfield_sim.theory.palimpsest_error : Bits that change at once, by the age of a pattern.

    Examples
    --------
    The second pattern is twice as strong as the first where ε² = 2N ln 2:

    >>> strength = (8 * np.log(2)) ** 0.5
    >>> weights = palimpsest([[1, 1, 1, 1], [1, 1, -1, -1]], strength=strength)
    >>> (weights * 4 / strength).round(12)
    array([[ 0. ,  1.5, -0.5, -0.5],
           [ 1.5,  0. , -0.5, -0.5],
           [-0.5, -0.5,  0. ,  1.5],
           [-0.5, -0.5,  1.5,  0. ]])
    """
    array, _ = checks.patterns(patterns)
    strength = checks.real(strength, "strength", minimum=1e-100, maximum=1e100)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * (n_neurons**2 + array.size),
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    ages = np.arange(n_patterns - 1, -1, -1) / n_neurons
    left = np.exp(-(strength**2) * ages / 4)  # the root of what is left of each pattern
    weights = gram(array * left[:, None])
    weights *= strength / n_neurons
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


PALIMPSEST = LearningRule("palimpsest", "palimpsest", palimpsest)
