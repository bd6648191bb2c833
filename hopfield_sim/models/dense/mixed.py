"""Two dense memories of the same neurons that act together, one on the present and one on the past
(H. T. Chaudhry et al., NeurIPS 36, 2023, the mixed network).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.dense.memory import Kept
from hopfield_sim.models.dense.values import signs


class Mixed:
    r"""sign of :math:`\sum_\mu \xi_i^\mu f_S(m_\mu) + λ \sum_\mu v_i^\mu f_A(\bar m_\mu)`, exactly.

    Each f is F(m + 1) − F(m − 1) divided by its value at m = N, so that λ compares memories of
    different interactions.

    Parameters
    ----------
    fast, slow : Kept
        Patterns ξ, and patterns with their values v.
    strength : float
        λ.

    Raises
    ------
    InvalidInputError
        If an interaction does not pull at a state towards the pattern that it is.
    """

    def __init__(self, fast: Kept, slow: Kept, strength: float) -> None:
        self.fast, self.slow = fast, slow
        numerator, denominator = strength.as_integer_ratio()
        for kept in (fast, slow):
            if kept.pulls[-1] <= 0:
                raise InvalidInputError(
                    f"{kept.interaction} must be larger at an overlap of N + 1 than at N − 1 to "
                    "hold or lead; use one that rises there"
                )
        self.pulls = np.concatenate(  # both f times the same whole number
            [
                fast.pulls * (slow.pulls[-1] * denominator),
                slow.pulls * (fast.pulls[-1] * numerator),
            ]
        )
        self.values = np.concatenate([stored(fast.patterns), slow.paired.demanded()])

    def step(self, present: NDArray[np.int64], past: NDArray[np.int64]) -> NDArray[np.int8]:
        """The next states (B, N), from the overlaps (B, P) of states with the patterns of each."""
        offset = len(self.fast.pulls)
        places = [self.fast.places(present), self.slow.places(past) + offset]
        return signs(self.pulls, np.concatenate(places, axis=1), self.values)
