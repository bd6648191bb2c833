"""Random features on the device: the reference's lines on arrays there, in larger pieces."""

from __future__ import annotations

from hopfield_sim.backends.reference.waves import Waves


class CudaWaves(Waves):
    """The reference to rounding."""

    scratch = 1 << 26
    states = 1 << 12
