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

from hopfield_sim.backends.reference.waves import Waves
from hopfield_sim.checks import places

Floats = NDArray[np.floating]

FLOOR: Final = 1e-5
"""Smallest value of an estimate in a logarithm, ε, where features may cancel."""


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
        (h, b, shift, engine) → the parts and their derivatives by h, each in the shape of h;
        exponentials are divided by exp(shift).
    """

    parts: int
    positive: bool
    weight: float
    waves: Callable[[Floats, Floats, Floats, Waves], tuple[list[Floats], list[Floats]]]

    @property
    def floor(self) -> float:
        """Smallest value of an estimate in a logarithm, ε."""
        return 0.0 if self.positive else FLOOR

    def scale(self, n_features: int) -> float:
        """Normalisation constant of φ."""
        return float(np.sqrt(self.weight / n_features))


def _sincos(
    h: Floats, b: Floats, shift: Floats, engine: Waves
) -> tuple[list[Floats], list[Floats]]:
    cosine, sine = engine.circle(h)
    return [cosine, sine], [-sine, cosine]


def _cos(h: Floats, b: Floats, shift: Floats, engine: Waves) -> tuple[list[Floats], list[Floats]]:
    cosine, sine = engine.circle(h + b)
    return [cosine], [-sine]


def _grown(exponent: Floats) -> Floats:
    """e^x of what is at most some ten, but for the rounding of large differences."""
    xp = places.module_of(exponent)
    grown: Floats = xp.exp(xp.minimum(exponent, 500.0, out=exponent))
    return grown


def _exp(h: Floats, b: Floats, shift: Floats, engine: Waves) -> tuple[list[Floats], list[Floats]]:
    rising = _grown(h - shift)
    return [rising], [rising]


def _expexp(
    h: Floats, b: Floats, shift: Floats, engine: Waves
) -> tuple[list[Floats], list[Floats]]:
    rising, falling = _grown(h - shift), _grown(-h - shift)
    return [rising, falling], [rising, -falling]


KERNELS: Final = {
    "sincos": Kernel(parts=2, positive=False, weight=1.0, waves=_sincos),
    "cos": Kernel(parts=1, positive=False, weight=2.0, waves=_cos),
    "exp": Kernel(parts=1, positive=True, weight=1.0, waves=_exp),
    "expexp": Kernel(parts=2, positive=True, weight=0.5, waves=_expexp),
}
"""Kernels by name."""
