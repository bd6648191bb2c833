"""Training parameters of dense memories of each power, chosen by experiment.

Temperatures are in units of the number of pixels and do not carry over between sizes of images, so
there is a table for each. Between its powers numbers are interpolated in log n.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["recipe"]

_PROTOTYPES = 10
"""Power from which on memories learn whole images; below it, strokes."""

_FOUND = {
    "mnist": {
        2: (0.20, 0.07, 0.15),
        3: (0.20, 0.08, 0.15),
        20: (0.83, 0.57, 0.15),
        30: (0.90, 0.64, 0.15),
    },
    "digits": {
        2: (0.70, 0.20, 0.15),
        3: (0.60, 0.20, 0.15),
        20: (0.90, 0.70, 0.05),
        30: (1.00, 0.75, 0.02),
    },
}
"""Power → T_in, T_f and learning rate; Fashion-MNIST uses those of MNIST."""

_LAST_RATE = 0.05
"""Learning rate of the last epoch, as a fraction of the first."""


def recipe(source: str, order: int, epochs: int, images: int) -> dict[str, Any]:
    """Return the arguments of ``DenseClassifier``, except the number of memories.

    Rates are above those of the paper: a step is ε for that number of a memory that moves most, and
    with small n this is a class neuron, by far: pixels move by a hundredth of it.

    Examples
    --------
    >>> recipe("mnist", 3, 40, 60000)["temperature"]
    [0.2, 0.08]
    """
    features = order < _PROTOTYPES
    first, last, rate = _interpolated("digits" if source == "digits" else "mnist", order)
    return {
        "cost": 4 if features else 10,
        "batch": max(20, min(500, images // 50)),
        "rate": rate,
        "damp": round(_LAST_RATE ** (1 / epochs), 6),
        "temperature": [first, last],
        "ramp": round(0.6 * epochs),
    }


def _interpolated(source: str, order: int) -> list[float]:
    """Return T_in, T_f and rate of a power, interpolated between those of the table."""
    table = _FOUND[source]
    known = np.log(list(table))
    columns = zip(*table.values(), strict=True)
    return [round(float(np.interp(np.log(order), known, column)), 3) for column in columns]
