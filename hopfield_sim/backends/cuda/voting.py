"""Class neurons on the device: the reference's lines on arrays there, in larger blocks."""

from __future__ import annotations

from hopfield_sim.backends.reference.voting import Voting


class CudaVoting(Voting):
    """The reference to rounding."""

    block = 1 << 13
    powers = 1 << 28
