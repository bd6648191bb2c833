"""Random features: numbers φ(x) whose products ⟨φ(x), φ(y)⟩ estimate exp(−β/2 ‖x − y‖²).

``projection.py`` draws the random directions, block by block from a seed; ``kernels.py`` has the
four kinds of features; ``sums.py`` adds them up over memories and compares states with the sum.
"""

from hopfield_sim.models.distributed.features.kernels import KERNELS, Kernel
from hopfield_sim.models.distributed.features.projection import Projection
from hopfield_sim.models.distributed.features.sums import (
    Comparison,
    compare,
    curve,
    features,
    total,
)

__all__ = [
    "KERNELS",
    "Comparison",
    "Kernel",
    "Projection",
    "compare",
    "curve",
    "features",
    "total",
]
