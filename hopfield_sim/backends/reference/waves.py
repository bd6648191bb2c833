"""Reference of the cosines and sines of random features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks import places

Floats = NDArray[np.floating]


class Waves:
    """Cosines and sines, by the array module of the angles.

    Attributes
    ----------
    scratch : int
        Bytes of a scratch array, which fits the second-level cache.
    states : int
        States at a time: the directions of a piece serve them all while they are in the cache.
    """

    scratch = 1 << 18
    states = 256

    def circle(self, angles: Floats) -> tuple[Floats, Floats]:
        """Return cosine and sine of each angle, in its shape."""
        xp = places.module_of(angles)
        return xp.cos(angles), xp.sin(angles)
