"""Which couplings a network has: a graph, as compressed rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import Compressed
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.spins import read_only
from hopfield_sim.support import compressed
from hopfield_sim.support.compressed import rows_of, starts_of, transposed


@checks.by_name
class Graph:
    """Which neurons are inputs of which: the couplings that a diluted network keeps.

    In compressed rows, those of SciPy's ``csr_array((weights, inputs, starts))``: neuron i has the
    inputs ``inputs[starts[i]:starts[i + 1]]``, from which it takes W_ij s_j.

    Parameters
    ----------
    starts : (N + 1,) array_like of int
        Where the inputs of each neuron start; the last one is their number K.
    inputs : (K,) array_like of int
        Neurons from 0 to N − 1, ascending for each neuron.
    weights : (K,) array_like, optional
        W_ij of each, for ``HopfieldNetwork.from_weights``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If they do not fit together, or are out of range.

    Examples
    --------
    A ring of four neurons, each of which hears its neighbours:

    >>> ring = Graph([0, 2, 4, 6, 8], [1, 3, 0, 2, 1, 3, 0, 2])
    >>> ring
    <Graph N=4, 8 couplings>
    >>> from hopfield_sim import HopfieldNetwork
    >>> net = HopfieldNetwork(connectivity=ring).store([[1, 1, -1, -1]])
    >>> net.weights[0]
    array([ 0.  ,  0.25,  0.  , -0.25])
    """

    def __init__(self, starts: Any, inputs: Any, weights: Any = None) -> None:
        names = "starts", "inputs", "weights"
        self._rows = checks.compressed(starts, inputs, weights, names=names)

    @classmethod
    def _of(cls, rows: Compressed) -> Graph:
        """The graph of rows that are known to be sound."""
        graph = object.__new__(cls)
        graph._rows = rows
        return graph

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where the inputs of each neuron start, (N + 1,), read-only."""
        return read_only(self._rows.starts)

    @property
    def inputs(self) -> NDArray[np.int32]:
        """The inputs of each neuron, (K,), read-only."""
        return read_only(self._rows.columns)

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """The weight W_ij of each, (K,), read-only; None if there are none."""
        return None if self._rows.values is None else read_only(self._rows.values)

    @property
    def n_neurons(self) -> int:
        """Number of neurons, N."""
        return self._rows.n_neurons

    @property
    def n_inputs(self) -> NDArray[np.int64]:
        """Number of inputs of each neuron, (N,)."""
        return np.diff(self.starts)

    @property
    def is_symmetric(self) -> bool:
        """Whether each neuron is an input of its inputs, and with the same weight."""
        return compressed.is_symmetric(*self._rows)

    def __repr__(self) -> str:
        return f"<Graph N={self.n_neurons}, {len(self.inputs)} couplings>"


def rows_from(graph: Any, name: str) -> Compressed:
    """The rows of a graph, of a sparse matrix of SciPy, or of an array (N, N) where it is not 0."""
    if isinstance(graph, Graph):
        return graph._rows
    if checks.is_sparse(graph):
        return checks.scipy_rows(graph, name)
    array = checks.numeric(graph, name, allow_bool=True)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] == 0:
        raise InvalidInputError(
            f"{name} must be a Graph or a square matrix (N, N), sparse or not; "
            f"got shape {array.shape}; random_graph draws one"
        )
    kept = checks.finite(array, name) != 0
    columns = np.nonzero(kept)[1].astype(np.int32)
    return Compressed(starts_of(np.count_nonzero(kept, axis=1)), columns, None)


def without_diagonal(rows: Compressed) -> Compressed:
    """The rows without couplings of a neuron to itself."""
    sites = rows_of(rows.starts)
    others = sites != rows.columns
    if others.all():
        return rows
    lengths = np.bincount(sites[others], minlength=rows.n_neurons)
    values = None if rows.values is None else rows.values[others]
    return Compressed(starts_of(lengths), rows.columns[others], values)


def with_diagonal(rows: Compressed) -> Compressed:
    """The rows of a graph, and the coupling of each neuron to itself."""
    n = rows.n_neurons
    places = rows_of(rows.starts).astype(np.int64) * n + rows.columns
    places = np.union1d(places, np.arange(n, dtype=np.int64) * (n + 1))
    sites, columns = np.divmod(places, n)
    return Compressed(starts_of(np.bincount(sites, minlength=n)), columns.astype(np.int32), None)


def turned(rows: Compressed) -> Compressed:
    """The columns of a matrix from its rows, or the other way round."""
    starts, columns, order = transposed(rows.starts, rows.columns)
    return Compressed(starts, columns, None if rows.values is None else rows.values[order])
