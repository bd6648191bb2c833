"""Similarity of states and patterns: overlap, Hamming distance, equality."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.support.products import product

# Sums of this many ±1 are exact in float32.
_EXACT_IN_FLOAT32 = 2**24
# Overlaps computed at a time.
_BLOCK = 1 << 24


@checks.by_name
def overlap(states: Any, patterns: Any) -> Any:
    r"""Overlap of each state with each pattern: 1 if equal, -1 for the inverse, about 0 by chance.

    .. math:: m^μ = \frac{1}{N} \sum_i s_i ξ_i^μ

    Parameters
    ----------
    states : (N,), (B, N) or, for image patterns, (B, H, W) array_like
        States of ±1.
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.

    Returns
    -------
    (B, P) ndarray of float64
        The overlaps; (P,) for a single state.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If values are not ±1, or the shapes of ``states`` and ``patterns`` do not match.

    Examples
    --------
    >>> overlap([1, 1, -1, -1], [[1, 1, -1, -1], [-1, -1, 1, 1], [1, 1, 1, -1]])
    array([ 1. , -1. ,  0.5])
    """
    xp = places.module_of(states)
    batch, stored = _both(states, patterns, xp)
    n_neurons = stored.shape[1]
    exact = np.float32 if n_neurons < _EXACT_IN_FLOAT32 else np.float64
    checks.memory(
        (batch.array.size + stored.size) * np.dtype(exact).itemsize
        + 12 * len(batch.array) * len(stored),
        "the overlaps",
        "compare fewer states at a time",
    )
    # The products are integers, exact in any order of summation; a single division follows.
    columns, out = xp.asarray(stored.astype(exact)).T, xp.empty((len(batch.array), len(stored)))
    step = max(1, _BLOCK // len(stored))
    for start in range(0, len(out), step):
        rows = slice(start, start + step)
        out[rows] = product(batch.array[rows].astype(exact), columns)
    out /= n_neurons
    return batch.restore(out, sites=False)


def graded_overlap(states: NDArray[np.float64], patterns: NDArray[np.int8]) -> NDArray[np.float64]:
    """Overlap m = V·ξ/N of states from -1 to 1, (B, N), with patterns (P, N) of ±1, (B, P).

    Examples
    --------
    >>> graded_overlap(np.array([[0.5, 0.5, -0.5, 0.0]]), np.array([[1, 1, -1, -1]]))
    array([[0.375]])
    """
    return product(states, patterns.T.astype(np.float64)) / patterns.shape[1]


@checks.by_name
def replica_overlaps(states: Any) -> NDArray[np.float64]:
    r"""Overlaps of all pairs of states: the samples of P(q) between replicas.

    .. math:: q_{ab} = \frac{1}{N} \sum_i s_i^a s_i^b, \qquad a < b

    Replicas are chains of one network with different seeds. For states of one chain at times that
    are far apart the mean is the Edwards-Anderson parameter
    :math:`q_{EA} = \frac1N \sum_i \langle s_i \rangle^2` of the valley it is in, without bias.

    Parameters
    ----------
    states : (..., B, N) array_like
        States of ±1: final states of B replicas, or ``run.trajectory``, (T + 1, B, N).

    Returns
    -------
    (..., B (B − 1)/2) ndarray of float64
        The overlaps, of states 0 and 1, 0 and 2, ..., 1 and 2, ...

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If values are not ±1, or there are fewer than two states.

    Examples
    --------
    >>> replica_overlaps([[1, 1, -1, -1], [1, 1, -1, 1], [-1, -1, 1, 1]])
    array([ 0.5, -1. , -0.5])
    """
    array = _rows(states, "states")
    if array.ndim < 2 or array.shape[-2] < 2:
        raise InvalidInputError(
            f"states must be (..., B, N) with at least two states; got shape {array.shape}"
        )
    count, n_neurons = array.shape[-2:]
    pairs = np.triu_indices(count, 1)
    exact = np.float32 if n_neurons < _EXACT_IN_FLOAT32 else np.float64
    many = array.size // (count * n_neurons)
    checks.memory(
        array.size * np.dtype(exact).itemsize + 16 * many * count**2,
        f"the overlaps of {count} states",
        "compare fewer states at a time",
    )
    real: NDArray[Any] = array.astype(exact)
    products = np.matmul(real, real.swapaxes(-1, -2))
    return np.asarray(products[..., *pairs].astype(np.float64) / n_neurons)


@checks.by_name
def match(states: Any, patterns: Any) -> Any:
    """Index of the first pattern equal to each state, or -1 if there is none.

    Parameters
    ----------
    states : (N,), (B, N) or, for image patterns, (B, H, W) array_like
        States of ±1.
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.

    Returns
    -------
    (B,) ndarray of int64
        The indices; an int for a single state.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If values are not ±1, or the shapes of ``states`` and ``patterns`` do not match.

    Examples
    --------
    >>> match([[1, -1, 1], [1, 1, 1]], [[-1, -1, -1], [1, -1, 1]])
    array([ 1, -1])
    """
    batch, stored = _both(states, patterns)
    index: dict[bytes, int] = {}
    for number, row in enumerate(np.packbits(stored > 0, axis=1)):
        index.setdefault(row.tobytes(), number)
    rows = np.packbits(batch.array > 0, axis=1)
    indices = np.fromiter((index.get(row.tobytes(), -1) for row in rows), np.int64, len(rows))
    return batch.restore(indices)


@checks.by_name
def hamming(a: Any, b: Any) -> Any:
    """Hamming distance, the number of differing sites: d = N (1 - m)/2 for rows of overlap m.

    Parameters
    ----------
    a, b : (..., N) array_like
        States of ±1; all axes but the last are broadcast against each other.

    Returns
    -------
    (...) ndarray of int64
        The distances; an int for two single rows.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the shapes do not broadcast, N differs, or values are not ±1.

    Examples
    --------
    >>> hamming([1, 1, -1], [[1, 1, -1], [-1, 1, 1]])
    array([0, 2])
    """
    first, second = _rows(a, "a"), _rows(b, "b")
    if first.shape[-1] != second.shape[-1]:
        raise InvalidInputError(
            f"a and b must have rows of equal length; got shapes {first.shape} and {second.shape}"
        )
    try:
        shape = np.broadcast_shapes(first.shape, second.shape)
    except ValueError as error:
        raise InvalidInputError(
            "a and b must broadcast, row by row; "
            f"got shapes {first.shape} and {second.shape}; to compare all rows with all, "
            "use a[:, None]"
        ) from error
    checks.memory(
        math.prod(shape) + 8 * math.prod(shape[:-1]),
        "the comparison",
        "compare fewer rows at a time",
    )
    counts = np.count_nonzero(first != second, axis=-1)
    return int(counts) if np.ndim(counts) == 0 else counts.astype(np.int64)


def _both(
    states: Any, patterns: Any, xp: Any = np
) -> tuple[checks.Batch[np.int8], NDArray[np.int8]]:
    stored, shape = checks.patterns(patterns)
    n_patterns, n_neurons = stored.shape
    return checks.states(states, n_neurons, shape=shape, n_patterns=n_patterns, xp=xp), stored


def _rows(value: Any, name: str) -> NDArray[np.int8]:
    array = checks.numeric(value, name, allow_bool=True)
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(f"{name} must hold at least one site; got shape {array.shape}")
    return checks.signs(array, name)
