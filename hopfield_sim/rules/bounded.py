"""Bounded synapses (G. Parisi, A memory which forgets, J. Phys. A 19, L617, 1986)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.rules.rule import LearningRule

_BLOCK = 1 << 17
"""Synapses that learn all patterns before the next ones do: so many stay in the cache."""


@checks.by_name
def bounded(
    patterns: Any, *, bound: float = 0.4, zero_diagonal: bool = True
) -> NDArray[np.float64]:
    r"""Hebb's rule with synapses that cannot grow beyond a bound, and so forget.

    The patterns are learnt in order, starting from W = 0; for each one

    .. math:: W_{ij} ← \max(-K, \min(K, N W_{ij} + ξ_i ξ_j)) / N , \qquad K = ⌊A \sqrt N⌋ ≥ 1

    Each synapse walks at random between its bounds, and a pattern is in it until the walk first
    meets one: the latest patterns are remembered, however many come. With bounds that are not met
    these are Hebb's weights.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1, the latest at the end.
    bound : float
        Bound A, in units of 1/√N, from 1e-6 to 1e6; at the default most patterns are retrieved,
        about the latest 0.053 N, and far above 0.7 not even the latest is.
    zero_diagonal : bool
        ``False`` keeps the diagonal of the formula.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric, integers divided by N.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, or ``bound`` is out of range.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    See Also
    --------
    hopfield_sim.theory.bounded_error : Bits that change at once, by the age of a pattern.

    Examples
    --------
    Synapses of four neurons that hold -1, 0 or 1: the third pattern changes three of six.

    >>> patterns = np.array([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, -1, -1]])
    >>> bounded(patterns, bound=0.5) * 4
    array([[0., 1., 0., 0.],
           [1., 0., 0., 0.],
           [0., 0., 0., 1.],
           [0., 0., 1., 0.]])
    """
    array, _ = checks.patterns(patterns)
    bound = checks.real(bound, "bound", minimum=1e-6, maximum=1e6)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_patterns, n_neurons = array.shape
    checks.memory(
        8 * n_neurons**2 + 4 * array.size,
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    most = max(1, min(int(bound * np.sqrt(n_neurons)), n_patterns))
    xi = array.astype(np.int8 if most < 2**7 - 1 else np.int32)
    weights = np.empty((n_neurons, n_neurons))
    rows = max(1, _BLOCK // n_neurons)
    for start in range(0, n_neurons, rows):
        weights[start : start + rows] = _walked(xi[:, start : start + rows], xi, most)
    weights /= n_neurons
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


def _walked(rows: NDArray[Any], columns: NDArray[Any], most: int) -> NDArray[Any]:
    """Synapses of these rows and columns (P, R), (P, N) after a walk between -K and K."""
    walk = np.zeros((rows.shape[1], columns.shape[1]), rows.dtype)
    step = np.empty_like(walk)
    for row, column in zip(rows, columns, strict=True):
        np.multiply.outer(row, column, out=step)
        walk += step
        np.clip(walk, -most, most, out=walk)
    return walk


BOUNDED = LearningRule("bounded", "bounded", bounded)
