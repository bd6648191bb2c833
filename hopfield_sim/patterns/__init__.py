"""Patterns of -1 and +1: where they come from, how they are spoilt, how they are compared.

``sampling.py`` draws them at random, ``drawings.py`` has the checkerboard and a small alphabet,
``images.py`` turns bits and pictures into them, ``spoil.py`` flips and masks, ``compare.py``
measures likeness.
"""

from hopfield_sim.patterns.compare import hamming, match, overlap
from hopfield_sim.patterns.drawings import checkerboard, glyphs
from hopfield_sim.patterns.images import from_binary, from_image
from hopfield_sim.patterns.sampling import random_patterns
from hopfield_sim.patterns.spoil import flip, mask

__all__ = [
    "checkerboard",
    "flip",
    "from_binary",
    "from_image",
    "glyphs",
    "hamming",
    "mask",
    "match",
    "overlap",
    "random_patterns",
]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
