"""Patterns of -1 and +1: how to make, corrupt and compare them.

``sampling.py`` and ``correlated.py`` draw random patterns, ``drawings.py`` has the checkerboard and
a small alphabet, ``images.py`` converts bits and images, ``corrupt.py`` flips and masks,
``compare.py`` measures similarity.
"""

from hopfield_sim.patterns.compare import hamming, match, overlap, replica_overlaps
from hopfield_sim.patterns.correlated import hidden_manifold, hierarchical
from hopfield_sim.patterns.corrupt import flip, mask
from hopfield_sim.patterns.drawings import checkerboard, glyphs
from hopfield_sim.patterns.images import from_binary, from_image
from hopfield_sim.patterns.sampling import random_patterns

__all__ = [
    "checkerboard",
    "flip",
    "from_binary",
    "from_image",
    "glyphs",
    "hamming",
    "hidden_manifold",
    "hierarchical",
    "mask",
    "match",
    "overlap",
    "random_patterns",
    "replica_overlaps",
]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
