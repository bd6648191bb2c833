"""Reference of Storkey's rule: what each pattern adds, in the order in which they are learnt."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import module_of

Floats = NDArray[np.floating]


class Storkey:
    """One pattern after another, since each needs those before it.

    Attributes
    ----------
    block : int
        Patterns at a time: as many as are worth a product for their fields through earlier blocks.
    """

    block = 32

    def cues(self, patterns: Floats, fields: Floats, growth: float, surplus: Floats) -> Floats:
        """The vectors u (K, N) of patterns ξ (K, N), with c = ``growth`` = 1 + 2/N.

        v_k = fields_k + Σ_{j<k} c^(k-1-j) (u_j ξ_jᵀ + ξ_j u_jᵀ) ξ_k / N, less the diagonal of the
        sum, and u_k = ξ_k/2 - v_k.

        Parameters
        ----------
        patterns, fields : (K, N) ndarray
            ξ, and W ξ_k before the first pattern, grown to the k-th.
        growth : float
            c.
        surplus : (N,) ndarray
            The diagonal of W that is not to be felt; updated.
        """
        xp, n_neurons = module_of(patterns), patterns.shape[1]
        age, along = factors(patterns, growth)
        u = xp.empty(patterns.shape, patterns.dtype)
        for k, pattern in enumerate(patterns):
            v = fields[k] + along[k, :k] @ u[:k]
            v += (age[k, :k] * (u[:k] @ pattern)) @ patterns[:k]
            v -= surplus * pattern
            u[k] = pattern / 2 - v
            surplus *= growth
            surplus += (2 / n_neurons) * u[k] * pattern
        return u


def factors(patterns: Floats, growth: float) -> tuple[Any, Any]:
    """age_kj = c^(k-1-j)/N for j < k, else 0, and age_kj ξ_k·ξ_j, both (K, K)."""
    xp = module_of(patterns)
    own = xp.arange(len(patterns))
    age = xp.tril(growth ** (own[:, None] - 1.0 - own), -1).astype(patterns.dtype)
    age /= patterns.shape[1]
    return age, age * (patterns @ patterns.T)
