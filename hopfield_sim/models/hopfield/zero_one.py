"""Networks of neurons that are 0 or 1, and their networks of ±1 (s = 2v - 1)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.hopfield.graph import Graph, rows_from
from hopfield_sim.models.hopfield.network import HopfieldNetwork
from hopfield_sim.support.compressed import rows_of


class Couplings(NamedTuple):
    """Weights and thresholds of a network, which is a pair of them."""

    weights: Any
    """(N, N): an ndarray of float64, or sparse of the kind that came."""

    thresholds: NDArray[np.float64]
    """(N,)."""


@checks.by_name
def from_binary_network(weights: Any, thresholds: Any = None) -> Couplings:
    r"""Convert weights and thresholds of neurons that are 0 or 1 to those of neurons ±1.

    Neuron i of that network becomes 1 where Σ_j w_ij v_j > ϑ_i, and its energy is
    -½ vᵀ w v + ϑ·v. With v = (1 + s)/2,

    .. math:: W_{ij} = \frac{w_{ij}}{4} , \qquad
       θ_i = \frac{ϑ_i}{2} - \frac{1}{4} \sum_j w_{ij} .

    Every field is half of the other's, for any weights. Where w is symmetric the energies differ by
    a constant, so that at one temperature both have the same probabilities. The diagonal is
    converted like all other weights and stays a diagonal: w_ii is a term -½ w_ii v_i of the energy
    (v_i² = v_i), which is found in θ_i, and W_ii s_i² is a constant.

    Parameters
    ----------
    weights : (N, N) array_like, SciPy sparse matrix or Graph with weights
        Weights w, including their diagonal.
    thresholds : float or (N,) array_like, optional
        Thresholds ϑ, the negative of biases; by default zero.

    Returns
    -------
    weights : (N, N) ndarray of float64, SciPy sparse matrix or Graph
        Weights W, sparse if w is.
    thresholds : (N,) ndarray of float64
        Thresholds θ, for ``HopfieldNetwork.from_weights``. :func:`to_binary_network` converts both
        back, exactly but for the rounding of the sum.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``weights`` or ``thresholds`` are not real and finite, or do not match.
    InsufficientMemoryError
        If the weights do not fit into memory.

    Examples
    --------
    Two neurons that inhibit each other, each of which would be on:

    >>> weights, thresholds = from_binary_network([[0, -2], [-2, 0]], thresholds=-1)
    >>> weights, thresholds
    (array([[ 0. , -0.5],
           [-0.5,  0. ]]), array([0., 0.]))
    >>> net = HopfieldNetwork.from_weights(weights, thresholds=thresholds)
    >>> net.recall([1, 1], update="sync", max_sweeps=1).states
    array([-1, -1], dtype=int8)
    """
    scaled, theta, sums = _scaled(weights, thresholds, 0.25)
    return Couplings(scaled, theta / 2 - sums)


@checks.by_name
def to_binary_network(weights: Any, thresholds: Any = None) -> Couplings:
    r"""Convert weights and thresholds of neurons ±1 to those of neurons that are 0 or 1.

    .. math:: w_{ij} = 4 W_{ij} , \qquad ϑ_i = 2 \Big(θ_i + \sum_j W_{ij}\Big)

    Parameters
    ----------
    weights : (N, N) array_like, SciPy sparse matrix, Graph with weights, or HopfieldNetwork
        Weights W, including their diagonal; or a network, of which weights and thresholds are
        taken, a diluted one's as a Graph.
    thresholds : float or (N,) array_like, optional
        Thresholds θ; by default zero.

    Returns
    -------
    weights : (N, N) ndarray of float64, SciPy sparse matrix or Graph
        Weights w, sparse if W is.
    thresholds : (N,) ndarray of float64
        Thresholds ϑ; see :func:`from_binary_network`, which is the inverse.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``weights`` or ``thresholds`` are not real and finite, or do not match, or there are
        thresholds beside a network.
    InsufficientMemoryError
        If the weights do not fit into memory.
    NotStoredError
        If the network is empty.

    Examples
    --------
    >>> net = HopfieldNetwork().store([[1, 1, -1, -1]])
    >>> weights, thresholds = to_binary_network(net)
    >>> weights[0], thresholds
    (array([ 0.,  1., -1., -1.]), array([-0.5, -0.5, -0.5, -0.5]))
    """
    if isinstance(weights, HopfieldNetwork):
        if thresholds is not None:
            raise InvalidInputError(
                "thresholds are those of the network; give its weights and other thresholds, or "
                "the network alone"
            )
        thresholds, graph = weights.thresholds, weights.graph
        weights = weights.weights if graph is None else graph
    scaled, theta, sums = _scaled(weights, thresholds, 4)
    return Couplings(scaled, 2 * theta + sums / 2)


def _scaled(
    weights: Any, thresholds: Any, factor: float
) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
    """Weights times a power of 2, sparse if they are; thresholds (N,); the sums of the rows of
    these weights, (N,).
    """
    if isinstance(weights, Graph) or checks.is_sparse(weights):
        rows = rows_from(weights, "weights")
        if rows.values is None:
            raise InvalidInputError("weights must be a Graph with weights; got one without")
        n, numbers = rows.n_neurons, rows.values
    else:
        numbers = checks.weights(weights)
        n, rows = len(numbers), None
    theta = checks.thresholds(thresholds, n)
    limit = np.finfo(np.float64).max / (16 * n)
    for name, values in (("weights", numbers), ("thresholds", theta)):
        if values.size and not -limit <= values.min() <= values.max() <= limit:
            raise InvalidInputError(
                f"{name} must be at most {limit:.3g} in size for {n} neurons, or thresholds "
                "overflow; divide weights and thresholds by one number: no state changes"
            )
    numbers = factor * numbers
    if rows is None:
        return numbers, theta, numbers.sum(axis=1)
    sums: NDArray[np.float64]
    sums = np.bincount(rows_of(rows.starts), weights=numbers, minlength=n).astype(np.float64)
    if isinstance(weights, Graph):
        return Graph._of(rows._replace(values=numbers)), theta, sums
    return weights.astype(np.float64) * factor, theta, sums
