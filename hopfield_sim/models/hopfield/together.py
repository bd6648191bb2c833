"""Synchronous recall in several networks of equally many neurons, as one call of the backend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends
from hopfield_sim.models.base.binary import Manner
from hopfield_sim.models.hopfield.pairs import PairNetwork


def settled(
    networks: Sequence[PairNetwork], states: NDArray[np.int8], *, ties: str, max_sweeps: int
) -> NDArray[np.int8]:
    """Final states, (K, B, N), of B states in each of K networks with one backend: what
    ``recall(states[k], update="sync", ties=ties, max_sweeps=max_sweeps)`` of each one ends in.
    """
    sweeps = 2 * states.shape[1]  # most states come to rest within two
    manner = Manner("sync", "sequential", 0, 1, ties, None, sweeps, stochastic=False)
    engines = [network._engine(manner) for network in networks]
    pairs = backends.get(networks[0]._backend).pairs
    return pairs.settled([(e.couplings, e.limits) for e in engines], states, max_sweeps)
