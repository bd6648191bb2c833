"""Retrieval by dense memories at finite load: replica theory of interactions of many spins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim import checks
from hopfield_sim.theory import replica
from hopfield_sim.theory._arguments import answer, formula, reals
from hopfield_sim.theory._roots import find_root

Floats = NDArray[np.float64]

_HIGHEST = 1000
_LEAST, _MOST = 0.3, 40.0
"""Signal to noise x at the critical load of every order lies above; beyond, the overlap is 1."""


@formula
def dense_critical_load(order: int) -> float:
    r"""Critical load g_c = P/N^{n−1} of a dense memory of order n, at T = 0.

    The largest load at which :math:`m = \operatorname{erf}(x)` of
    :func:`~hopfield_sim.theory.dense_retrieval_overlap` has a solution other than 0, where
    :math:`2 (n - 1)\, x\, e^{-x^2} = \sqrt\pi \operatorname{erf} x`.

    Parameters
    ----------
    order : int
        Order n of the interaction F(x) = xⁿ, from 2 to 1000. For n = 2 it is
        :func:`~hopfield_sim.theory.critical_load`.

    Returns
    -------
    float
        The load, in units of P/N^{n−1}; twice as large with rectified F (n ≥ 3).

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the order is not an integer in this range.

    References
    ----------
    E. Gardner, J. Phys. A 20, 3453 (1987); L. F. Abbott, Y. Arian, Phys. Rev. A 36, 5091 (1987).

    Examples
    --------
    >>> [round(dense_critical_load(n), 5) for n in (2, 3, 4)]
    [0.13791, 0.08406, 0.01319]
    >>> round(dense_retrieval_overlap(dense_critical_load(3), 3), 3)
    0.838
    """
    order = checks.integer(order, "order", minimum=2, maximum=_HIGHEST)
    if order == 2:
        return replica.critical_load()
    return math.exp(float(_log_load(_turn(order), order)))


@formula
def dense_retrieval_overlap(load: Any, order: int) -> Any:
    r"""Overlap m of the retrieval state of a dense memory of order n with its pattern, at T = 0.

    The field of a bit is a signal n m^{n−1} and a Gaussian noise of the patterns, of the variance
    n² (2n − 3)!! g (for n ≥ 3 the state does not act back on the noise):

    .. math:: m = \operatorname{erf}\frac{m^{n-1}}{\sqrt{2\,(2n-3)!!\; g}}, \qquad
        g = \frac{P}{N^{n-1}}.

    Parameters
    ----------
    load : float or array of float
        Load g = P/N^{n−1} ≥ 0, for N → ∞. With rectified F (n ≥ 3) the noise has half the
        variance: use g/2.
    order : int
        Order n of the interaction F(x) = xⁿ, from 2 to 1000. For n = 2 it is
        :func:`~hopfield_sim.theory.retrieval_overlap`.

    Returns
    -------
    float or ndarray of float64
        Overlap m in [0, 1], the largest solution; 0 beyond the critical load.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    E. Gardner, J. Phys. A 20, 3453 (1987); L. F. Abbott, Y. Arian, Phys. Rev. A 36, 5091 (1987).

    Examples
    --------
    For n = 3 the equation is m = erf(m²/√(6g)).

    >>> dense_retrieval_overlap([0.0, 0.05, 0.08, 0.09], 3).round(4)
    array([1.    , 0.9883, 0.9066, 0.    ])
    """
    order = checks.integer(order, "order", minimum=2, maximum=_HIGHEST)
    loads = reals(load, "load", minimum=0)
    if order == 2:
        return replica.retrieval_overlap(loads)
    turn = _turn(order)
    goal = np.log(np.maximum(loads, 1e-320))
    exists = goal <= _log_load(turn, order)
    x = find_root(
        lambda x, goal: _log_load(x, order) - goal,
        np.full_like(goal, turn),
        np.full_like(goal, _MOST),
        goal,
    )
    return answer(np.where(loads == 0, 1.0, np.where(exists, special.erf(x), 0.0)))


def _log_load(x: Any, order: int) -> Floats:
    """ln g at which m = erf(x) solves the equation."""
    factors = math.log(2 * math.prod(range(1, 2 * order - 2, 2)))
    return np.asarray(2 * (order - 1) * np.log(special.erf(x)) - 2.0 * np.log(x) - factors)


def _turn(order: int) -> Floats:
    """The x at which the load is largest."""
    return find_root(
        lambda x: 2 * (order - 1) * x * np.exp(-x * x) - math.sqrt(math.pi) * special.erf(x),
        np.array(_LEAST),
        np.array(_MOST),
    )
