"""Bidirectional memories: the probability that a neuron of a value is wrong after one step."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory._arguments import answer, formula, integers, together
from hopfield_sim.theory.one_step import LARGEST, coin_error


@formula
def bidirectional_error(
    n_neurons: Any, n_patterns: Any, *, flipped: Any = 0, ties: str = "keep"
) -> Any:
    r"""Probability that a neuron of a value is wrong after one step from its key, or the reverse.

    The field of a value's neuron for the key :math:`x^\nu` is
    :math:`y_j^\nu (W^T x^\nu)_j = N_x + S`, with S the sum of :math:`(P - 1) N_x` independent fair
    coins of ±1:

    .. math:: p = \Pr[\,N_x + S < 0\,] \;\longrightarrow\; Q\!\left(\sqrt{N_x/P}\right) .

    There is no self-coupling to leave out: all :math:`N_x` neurons of the key count, and the size
    of the values does not matter. In a key with k flipped bits the signal is :math:`N_x - 2k`.

    Parameters
    ----------
    n_neurons : int or array of int
        Number of neurons N_x of the layer that is given: of a key for a step to values.
    n_patterns : int or array of int
        Number of pairs P; both from 1 to 10¹⁸.
    flipped : int or array of int
        Number k of flipped bits of the key, from 0 to N_x; broadcast with the others.
    ties : {"keep", "plus"}
        Effect of a field of exactly zero: keep the neuron, which is right, or set it to +1, which
        is wrong for every second one. Twice the difference is the probability of a tie.

    Returns
    -------
    float or ndarray of float64
        The probability for random pairs, exact at finite sizes.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    B. Kosko, IEEE Trans. Syst. Man Cybern. 18, 49 (1988).

    Examples
    --------
    Two pairs whose keys have two neurons: S is the sum of two coins, and 2 + S is never negative,
    but zero with probability 1/4.

    >>> bidirectional_error(2, 2), bidirectional_error(2, 2, ties="plus")
    (0.0, 0.125)
    >>> bidirectional_error([100, 100, 101], [11, 20, 15]).round(5)
    array([0.0007 , 0.01024, 0.00361])
    """
    neurons, patterns, wrong = together(
        integers(n_neurons, "n_neurons", minimum=1, maximum=LARGEST),
        integers(n_patterns, "n_patterns", minimum=1, maximum=LARGEST),
        integers(flipped, "flipped", minimum=0, maximum=LARGEST),
        names="n_neurons, n_patterns and flipped",
    )
    if (wrong > neurons).any():
        raise InvalidInputError(
            f"flipped must be at most n_neurons; got {wrong[wrong > neurons][0]}"
        )
    ties = checks.choice(ties, ("keep", "plus"), "ties")
    share = 0.5 if ties == "plus" else 0.0
    result = np.empty(neurons.shape)
    for index in np.ndindex(neurons.shape):
        n, p, k = int(neurons[index]), int(patterns[index]), int(wrong[index])
        result[index] = coin_error(n - 2 * k, (p - 1) * n, share)
    return answer(result)
