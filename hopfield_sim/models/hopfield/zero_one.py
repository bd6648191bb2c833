"""Networks of neurons that are 0 or 1, and their networks of ±1 (s = 2n - 1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidTypeError
from hopfield_sim.models.hopfield.network import HopfieldNetwork


@checks.by_name
def from_binary_network(weights: Any, biases: Any = None) -> HopfieldNetwork:
    r"""Make the network of ±1 that does what a network of neurons 0 and 1 does.

    Neuron i of that one becomes 1 where Σ_j w_ij n_j + b_i > 0, and its energy is
    -½ nᵀ w n - b·n. With n = (1 + s)/2,

    .. math:: W_{ij} = \frac{w_{ij}}{4} , \qquad
       θ_i = -\Big(\frac{b_i}{2} + \frac{1}{4} \sum_j w_{ij}\Big) .

    Every field is half of the other's. Where w is symmetric the energies differ by a constant, so
    that at one temperature both have the same probabilities.

    Parameters
    ----------
    weights : (N, N) array_like
        Weights w, including their diagonal.
    biases : float or (N,) array_like, optional
        Biases b, the negative of thresholds; by default zero.

    Returns
    -------
    HopfieldNetwork
        A network without patterns, for states of ±1: ``from_binary`` makes them from 0 and 1.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``weights`` or ``biases`` are not real and finite, or do not match.
    InsufficientMemoryError
        If the weights do not fit into memory.

    Examples
    --------
    Two neurons that inhibit each other, each of which would be on:

    >>> net = from_binary_network([[0, -2], [-2, 0]], biases=1)
    >>> net.weights, net.thresholds
    (array([[ 0. , -0.5],
           [-0.5,  0. ]]), array([0., 0.]))
    """
    w = checks.weights(weights)
    b = checks.thresholds(biases, len(w), name="biases")
    w /= 4
    return HopfieldNetwork.from_weights(w, thresholds=-b / 2 - w.sum(axis=1))


@checks.by_name
def to_binary_network(
    network: HopfieldNetwork,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the weights and biases of the network of neurons 0 and 1 that does the same.

    .. math:: w_{ij} = 4 W_{ij} , \qquad b_i = -2 \Big(θ_i + \sum_j W_{ij}\Big)

    Parameters
    ----------
    network : HopfieldNetwork
        A network with patterns or weights.

    Returns
    -------
    weights : (N, N) ndarray of float64
        Weights w.
    biases : (N,) ndarray of float64
        Biases b; see :func:`from_binary_network`, which is the inverse.

    Raises
    ------
    InvalidTypeError
        If ``network`` is not a HopfieldNetwork.
    NotStoredError
        If it is empty.

    Examples
    --------
    >>> net = HopfieldNetwork().store([[1, 1, -1, -1]])
    >>> weights, biases = to_binary_network(net)
    >>> weights[0], biases
    (array([ 0.,  1., -1., -1.]), array([0.5, 0.5, 0.5, 0.5]))
    """
    if not isinstance(network, HopfieldNetwork):
        raise InvalidTypeError(f"network must be a HopfieldNetwork; got {checks.show(network)}")
    weights = network.weights
    return 4 * weights, -2 * (network.thresholds + weights.sum(axis=1))
