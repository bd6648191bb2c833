"""The NumPy reference, which defines every result: a formula a function, vectorised over states."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hopfield_sim.backends.engines import Backend


def load() -> Backend:
    """The reference as a backend; always there."""
    from hopfield_sim.backends.engines import Backend
    from hopfield_sim.backends.reference.attention import Attention
    from hopfield_sim.backends.reference.dense import Dense
    from hopfield_sim.backends.reference.pairs import Pairs
    from hopfield_sim.backends.reference.voting import Voting
    from hopfield_sim.backends.reference.waves import Waves

    return Backend("numpy", Pairs(), Dense(), Attention(), Waves(), Voting())
