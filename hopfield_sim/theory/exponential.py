"""Probability that a bit of a pattern stored with F(x) = eˣ changes in one update."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hopfield_sim.theory import _coins, _crosstalk
from hopfield_sim.theory._arguments import answer, formula, integers, together

_LARGEST, _MOST = 10**4, 10**9
_UNIT = 2**60


@formula
def exponential_error(n_neurons: Any, n_patterns: Any) -> Any:
    r"""Probability that a bit of a stored random pattern changes in one update, for F(x) = eˣ.

    Each other pattern adds :math:`\pm e^X` to a signal of :math:`e^{N-1}`, with X the sum of N − 1
    fair coins. The sum of these terms is far from Gaussian: a bit is nearly always flipped by one
    or a few patterns at a distance of a few bits, so that the error is proportional to P. It is
    still small at :math:`P = 2^{N/2}`, up to which recall is proven.

    Parameters
    ----------
    n_neurons : int or array of int
        Number of neurons N, from 1 to 10⁴.
    n_patterns : int or array of int
        Number of patterns P, from 1 to 10⁹, including the pattern itself; arrays broadcast.

    Returns
    -------
    float or ndarray of float64
        The probability, in [0, 1], with a relative accuracy of some 1e-5; a field of exactly zero
        keeps the bit.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    M. Demircigil, J. Heusel, M. Löwe, S. Upgang, F. Vermet, J. Stat. Phys. 168, 288 (2017).

    Examples
    --------
    >>> [round(exponential_error(20, p), 6) for p in (2, 1024)]
    [0.0, 0.000487]
    """
    neurons, patterns = together(
        integers(n_neurons, "n_neurons", minimum=1, maximum=_LARGEST),
        integers(n_patterns, "n_patterns", minimum=1, maximum=_MOST),
        names="n_neurons and n_patterns",
    )
    result = np.empty(neurons.shape)
    for index in np.ndindex(neurons.shape):
        n, p = int(neurons[index]), int(patterns[index])
        result[index] = _crosstalk.exceed(steps(n), p - 1)[0]
    return answer(result)


def steps(n_neurons: int) -> _crosstalk.Steps:
    """The sizes e^{X − (N − 1)} of one step, in units of 2⁻⁶⁰, and their probabilities."""
    x = np.arange(-(n_neurons - 1), n_neurons, 2)
    sizes = [round(_UNIT * math.exp(value - (n_neurons - 1))) for value in x.tolist()]
    return _crosstalk.Steps(sizes, _coins.log_coin_mass(n_neurons - 1, x), sizes[-1])
