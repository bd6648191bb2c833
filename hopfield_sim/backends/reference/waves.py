"""Reference of the cosines and sines of random features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class Waves:
    """Cosines and sines, in NumPy."""

    def circle(self, angles: Floats) -> tuple[Floats, Floats]:
        """Return cosine and sine of each angle, in its shape."""
        return np.cos(angles), np.sin(angles)
