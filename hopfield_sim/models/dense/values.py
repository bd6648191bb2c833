"""Values of dense memories, as neurons that see the keys only (Krotov & Hopfield, NeurIPS 29, 2016,
section 4; as similarity, separation and projection: Millidge et al., ICML 2022, arXiv:2202.04557).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.support.products import product

_BLOCK = 1 << 23
"""Size of a block of values: products need about 64 MB."""


def signs(
    pulls: NDArray[np.object_], places: NDArray[np.int64], values: NDArray[np.int8]
) -> NDArray[np.int8]:
    """The signs of Σ_μ v^μ pull(m_μ), (B, M); exact, and +1 where the sum is 0.

    Parameters
    ----------
    pulls : (2N + 1,) ndarray of object
        Whole numbers by overlap, in any unit.
    places : (B, P) ndarray of int64
        Index of each overlap of each state in ``pulls``.
    values : (P, M) ndarray of int8
        v, of ±1.

    Examples
    --------
    >>> pulls = np.array([-3, 0, 3], object)
    >>> signs(pulls, np.array([[2, 1], [0, 2]]), np.array([[-1, 1], [-1, -1]], np.int8))
    array([[-1,  1],
           [ 1, -1]], dtype=int8)
    """
    unit = 1 << max(int(abs(pulls).max()).bit_length(), 1)
    pulled = (pulls / unit).astype(np.float64)[places]
    fields = np.zeros((len(places), values.shape[1]))
    step = max(1, _BLOCK // values.shape[1])
    for start in range(0, len(values), step):
        block = slice(start, start + step)
        fields += product(pulled[:, block], values[block].astype(np.float64))
    # Rounding changes a sum of P numbers by less than that; where it may decide, whole numbers do.
    doubt = (len(values) + 8) * 2.0**-51 * abs(pulled).sum(axis=1)
    near = abs(fields) <= doubt[:, None]
    for row in np.flatnonzero(near.any(axis=1)):
        met, index = np.unique(places[row], return_inverse=True)
        sums = np.zeros((len(met), int(near[row].sum())), np.int64)
        np.add.at(sums, index, values[:, near[row]])
        fields[row, near[row]] = np.sign(pulls[met] @ sums.astype(object))
    return np.where(fields < 0, np.int8(-1), np.int8(1))
