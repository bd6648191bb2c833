"""Bounded synapses: the probability that a bit of a pattern changes at once, by its age."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from hopfield_sim.theory._arguments import answer, formula, reals, together

_EARLY = 0.03
"""Until this time, in units of A², a walk has met one bound at most, to twelve digits; later the
modes up to the last are enough.
"""

_LAST_MODE = 41


@formula
def bounded_error(age: Any, bound: Any) -> Any:
    r"""Probability that a bit is unstable in bounded synapses, after so many later patterns.

    A synapse is a random walk between -A and A. It has a pattern in it as long as it has not met a
    bound since; where it is uniform at first, that is with the probability

    .. math:: S(u) = \sum_{k = 1, 3, 5, …} \frac{8}{π^2 k^2}
       \exp\!\left(-\frac{k^2 π^2 u}{8 A^2}\right) .

    The noise has the variance A²/3 of a uniform synapse: the error is :math:`Q(\sqrt 3\, S(u)/A)`.

    Parameters
    ----------
    age : float or array of float
        Age u ≥ 0: the number of later patterns, divided by N.
    bound : float or array of float
        Bound A > 0, as in ``rules.bounded``; broadcast with ``age``. In a network of N neurons with
        synapses from -K to K, (K + ½)/√N comes nearest.

    Returns
    -------
    float or ndarray of float64
        The probability, for N → ∞, random patterns, weights without a diagonal, and many earlier
        patterns (many more than A² N).

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``age`` is negative, or ``bound`` is not positive.

    References
    ----------
    G. Parisi, J. Phys. A 19, L617 (1986).

    Examples
    --------
    >>> [round(bounded_error(age, 0.35), 4) for age in (0, 0.02, 0.05, 0.2)]
    [0.0, 0.0004, 0.0076, 0.2963]
    """
    u, most = together(
        reals(age, "age", minimum=0),
        reals(bound, "bound", minimum=np.finfo(float).tiny),
        names="age and bound",
    )
    time = (np.sqrt(u) / most) ** 2
    left = 1 - np.sqrt(2 * np.minimum(time, _EARLY) / np.pi)
    modes = sum(
        8 / (np.pi * k) ** 2 * np.exp(-((np.pi * k) ** 2) * time / 8)
        for k in range(1, _LAST_MODE, 2)
    )
    left = np.where(time < _EARLY, left, modes)
    return answer(special.ndtr(-np.sqrt(3) * left / most))
