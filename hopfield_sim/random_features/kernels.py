r"""Four kinds of random features (Hoover et al., NeurIPS 2024), as functions of h = √β S x.

========== ================================================= =========
kernel     φ                                                 numbers
========== ================================================= =========
``sincos`` Y^{−1/2} [cos h, sin h]                           2Y
``cos``    √(2/Y) cos(h + b)                                 Y
``exp``    Y^{−1/2} exp(h − β‖x‖²)                           Y
``expexp`` (2Y)^{−1/2} [exp(h − β‖x‖²), exp(−h − β‖x‖²)]     2Y
========== ================================================= =========

S (Y, D) and b (Y,) are random; the functions below leave the constant out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

FLOOR: Final = 1e-5
"""ε: the least that an estimate counts as in a logarithm, where features may cancel."""


@dataclass(frozen=True)
class Kernel:
    """One kind of features.

    Parameters
    ----------
    parts : int
        Numbers for each row of S.
    positive : bool
        Exponentials, which cannot cancel; times exp(−β‖x‖²).
    weight : float
        φ has the constant √(weight/Y).
    waves : callable
        (h, b, shift) → the parts, each in the shape of h; exponentials are divided by exp(shift).
    slopes : callable
        (h, b, the parts) → their derivatives by h.
    """

    parts: int
    positive: bool
    weight: float
    waves: Callable[[Floats, Floats, Floats], list[Floats]]
    slopes: Callable[[Floats, Floats, list[Floats]], list[Floats]]

    @property
    def floor(self) -> float:
        """ε of this kernel."""
        return 0.0 if self.positive else FLOOR

    def scale(self, n_features: int) -> float:
        """The constant in front of φ."""
        return float(np.sqrt(self.weight / n_features))


KERNELS: Final = {
    "sincos": Kernel(
        parts=2,
        positive=False,
        weight=1.0,
        waves=lambda h, b, shift: [np.cos(h), np.sin(h)],
        slopes=lambda h, b, waves: [-waves[1], waves[0]],
    ),
    "cos": Kernel(
        parts=1,
        positive=False,
        weight=2.0,
        waves=lambda h, b, shift: [np.cos(h + b)],
        slopes=lambda h, b, waves: [-np.sin(h + b)],
    ),
    "exp": Kernel(
        parts=1,
        positive=True,
        weight=1.0,
        waves=lambda h, b, shift: [np.exp(h - shift)],
        slopes=lambda h, b, waves: waves,
    ),
    "expexp": Kernel(
        parts=2,
        positive=True,
        weight=0.5,
        waves=lambda h, b, shift: [np.exp(h - shift), np.exp(-h - shift)],
        slopes=lambda h, b, waves: [waves[0], -waves[1]],
    ),
}
"""The kernels by name."""
