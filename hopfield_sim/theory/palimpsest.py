"""Palimpsests: the probability that a bit of a pattern changes at once, by the pattern's age."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from hopfield_sim.theory._arguments import answer, formula, reals, together


@formula
def palimpsest_error(age: Any, strength: Any) -> Any:
    r"""Probability that a bit of a pattern is unstable after so many later ones.

    .. math:: Q\!\left(ε\, e^{-ε^2 u/2}\right)

    Parameters
    ----------
    age : float or array of float
        Age u ≥ 0: the number of later patterns, divided by N.
    strength : float or array of float
        Strength ε > 0, as in ``rules.palimpsest``; broadcast with ``age``.

    Returns
    -------
    float or ndarray of float64
        The probability, for N → ∞, random patterns, weights without a diagonal, and many earlier
        patterns (many more than N/ε²).

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``age`` is negative, or ``strength`` is not positive.

    References
    ----------
    M. Mézard, J.-P. Nadal, G. Toulouse, J. Physique 47, 1457 (1986).

    Examples
    --------
    >>> [round(palimpsest_error(age, 4.1), 4) for age in (0, 0.05, 0.1, 0.5)]
    [0.0, 0.0035, 0.0384, 0.4755]
    """
    u, epsilon = together(
        reals(age, "age", minimum=0),
        reals(strength, "strength", minimum=np.finfo(float).tiny),
        names="age and strength",
    )
    return answer(special.ndtr(-epsilon * np.exp(-0.5 * (epsilon * np.sqrt(u)) ** 2)))
