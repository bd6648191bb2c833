"""Sequences of patterns (H. Sompolinsky, I. Kanter, Phys. Rev. Lett. 57, 2861, 1986)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.support.products import product


@checks.by_name
def sequence(
    patterns: Any,
    cyclic: bool = True,
    *,
    projection: bool = False,
    zero_diagonal: bool = True,
) -> NDArray[np.float64]:
    r"""Weights that lead from each pattern to the next: Hebb's rule for successors.

    .. math:: W_{ij} = \frac{1}{N} \sum_μ ξ_i^{μ+1} ξ_j^μ

    A network with ``rule=rules.sequence`` that is updated all at once (``update="sync"``) goes one
    pattern further in each step, up to about 0.269 N random patterns. No pattern is a fixed point:
    the rule is none of those by name, and the weights have no energy.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1, in the order in which they follow each other.
    cyclic : bool
        Whether the first pattern follows the last; otherwise nothing does.
    projection : bool
        Use Σ_μν ξ^{μ+1} (C⁻¹)_μν ξ^ν / N with the overlaps C of the patterns in place of the sum:
        the steps are exact for any independent patterns, also where they are alike, as images are.
        Needs ``zero_diagonal=False`` to be so.
    zero_diagonal : bool
        ``False`` keeps the diagonal of the formula.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, not symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, or another argument is not a bool.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    See Also
    --------
    hopfield_sim.theory.sequence_overlap : Overlap with the pattern that is due.

    Notes
    -----
    With the projection: L. Personnaz, I. Guyon, G. Dreyfus, Phys. Rev. A 34, 4217 (1986).

    Examples
    --------
    >>> from hopfield_sim import HopfieldNetwork
    >>> patterns = [[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1]]
    >>> sequence(patterns, zero_diagonal=False)[2]
    array([ 0.25, -0.25, -0.25, -0.75])
    >>> net = HopfieldNetwork(sequence, zero_diagonal=False).store(patterns)
    >>> net.recall(patterns[0], update="sync", max_sweeps=4, record="overlap").overlaps
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.],
           [1., 0., 0.],
           [0., 1., 0.]])
    """
    array, _ = checks.patterns(patterns)
    cyclic = checks.flag(cyclic, "cyclic")
    projection = checks.flag(projection, "projection")
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    n_neurons = array.shape[1]
    checks.memory(
        8 * (n_neurons**2 + 5 * array.size),
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    now = array.astype(np.float64)
    then = np.roll(now, -1, axis=0)
    if not cyclic:
        now, then = now[:-1], then[:-1]
    seen = np.linalg.pinv(now).T if projection and len(now) else now / n_neurons
    weights = product(then.T, seen)
    if zero_diagonal:
        np.fill_diagonal(weights, 0.0)
    return weights


sequence.symmetric = False  # type: ignore[attr-defined]
