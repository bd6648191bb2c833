"""States of modern Hopfield networks near one of their patterns, by β and number of patterns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim.theory._arguments import answer, formula, integers, reals, together
from hopfield_sim.theory._roots import find_root

Floats = NDArray[np.float64]

_MOST = 10**18
_STEEPEST = 700.0
"""ln m/(1 − m) of an overlap of 1, in float64."""

_LEAST = 1e-8
"""For two patterns ln m/(1 − m) begins at 0, which is always a solution."""


@formula
def modern_critical_beta(n_patterns: Any) -> Any:
    r"""Smallest βN at which a modern network has a state near each of P orthogonal patterns of ±1.

    Below it every state ends at the mean of all patterns. It is the least b on the curve of
    :func:`~hopfield_sim.theory.modern_retrieval_overlap`. From a noisy cue more is needed.

    Parameters
    ----------
    n_patterns : int or array of int
        Number of patterns, 1 to 10¹⁸, orthogonal or random with N → ∞.

    Returns
    -------
    float or ndarray of float64
        b = βN, with the similarity "dot"; 0 for one pattern, 2 for two.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the number is not an integer in this range.

    References
    ----------
    H. Ramsauer et al., ICLR 2021 (arXiv:2008.02217), for the update; the equation is that of the
    Potts model of P states in mean field, F. Y. Wu, Rev. Mod. Phys. 54, 235 (1982), section I.C.

    Examples
    --------
    >>> modern_critical_beta([1, 2, 10, 1000]).round(3)
    array([ 0.   ,  2.   ,  4.56 , 10.111])
    """
    p = _numbers(n_patterns)
    return answer(np.where(p > 1, _strength(_turn(p), p), 0.0))


@formula
def modern_retrieval_overlap(n_patterns: Any, beta: Any) -> Any:
    r"""Overlap m of the state near one of P orthogonal patterns of ±1 in a modern network.

    The overlaps :math:`m_\mu = \xi^\mu \cdot x / N` of a fixed point are the attention itself,
    :math:`m = \operatorname{softmax}(b\, m)` with b = βN. With one of them above the others,

    .. math:: \ln\frac{(P - 1)\, m}{1 - m} = b \left(m - \frac{1 - m}{P - 1}\right),

    of which m is the largest solution. Random patterns are orthogonal for N → ∞.

    Parameters
    ----------
    n_patterns : int or array of int
        Number of patterns, 1 to 10¹⁸.
    beta : float or array of float
        b = βN ≥ 0, with the similarity "dot".

    Returns
    -------
    float or ndarray of float64
        Overlap in [0, 1]; 0 below :func:`~hopfield_sim.theory.modern_critical_beta`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    As of :func:`~hopfield_sim.theory.modern_critical_beta`.

    Examples
    --------
    >>> modern_retrieval_overlap(10, [4.0, 5.0, 8.0]).round(4)
    array([0.    , 0.9083, 0.9969])
    """
    p, b = together(
        _numbers(n_patterns),
        reals(beta, "beta", minimum=0),
        names="n_patterns and beta",
    )
    turn = np.maximum(_turn(p), _LEAST)
    exists = b >= _strength(turn, p)
    u = find_root(
        lambda u, p, b: np.log(p - 1) + u - b * _ahead(u, p),
        turn,
        np.maximum(turn, b) + 1,
        np.maximum(p, 2.0),
        b,
    )
    return answer(np.where(p == 1, 1.0, np.where(exists, special.expit(u), 0.0)))


def _numbers(n_patterns: Any) -> Floats:
    return integers(n_patterns, "n_patterns", minimum=1, maximum=_MOST).astype(np.float64)


def _ahead(u: Floats, p: Floats) -> Floats:
    """m − (1 − m)/(P − 1) at u = ln m/(1 − m)."""
    return np.asarray(special.expit(u) - special.expit(-u) / (p - 1))


def _strength(u: Floats, p: Floats) -> Floats:
    """The b at which the overlap is m; for P = 2 its limit, where m is ½."""
    return np.where(p > 2, (np.log(p - 1) + u) / _ahead(u, p), 2.0)


def _turn(p: Floats) -> Floats:
    """The u at which b is least, beyond m = ½."""
    return find_root(
        lambda u, p: (
            _ahead(u, p) / (special.expit(u) * special.expit(-u))
            - (1 + 1 / (p - 1)) * (np.log(p - 1) + u)
        ),
        np.zeros_like(p),
        np.full_like(p, _STEEPEST),
        np.maximum(p, 2.0),
    )
