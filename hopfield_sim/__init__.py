"""Associative memories to store, recall, study and teach.

A readable NumPy reference defines every result; compiled kernels return the same bits, much faster.

>>> import hopfield_sim as hs
>>> patterns = hs.random_patterns(3, 100, rng=0)
>>> net = hs.HopfieldNetwork().store(patterns)
>>> cue = hs.flip(patterns[0], fraction=0.2, rng=1)
>>> run = net.recall(cue, rng=2)
>>> hs.match(run.states, patterns)
0
"""

from __future__ import annotations

from hopfield_sim import startup

startup.guard()  # before NumPy is loaded, which takes a moment

from importlib import import_module
from typing import Any

from hopfield_sim import backends, errors, rules
from hopfield_sim.backends import use_backend
from hopfield_sim.models import (
    DenseClassifier,
    DenseMemory,
    DistributedMemory,
    HopfieldNetwork,
    ModernHopfield,
    RestrictedHopfield,
    TrainedDenseMemory,
    load,
)
from hopfield_sim.patterns import (
    checkerboard,
    flip,
    from_binary,
    from_image,
    glyphs,
    hamming,
    mask,
    match,
    overlap,
    random_patterns,
)
from hopfield_sim.support import display

__version__ = "0.1.0"

_LAZY = ("course", "datasets", "experiment", "plotting", "sklearn", "testing", "theory")
"""Subpackages that load when they are first used: some need matplotlib. ``sklearn`` is not in
``__all__``: a star import must not hide scikit-learn.
"""

__all__ = [
    "DenseClassifier",
    "DenseMemory",
    "DistributedMemory",
    "HopfieldNetwork",
    "ModernHopfield",
    "RestrictedHopfield",
    "TrainedDenseMemory",
    "backends",
    "checkerboard",
    "course",
    "datasets",
    "errors",
    "experiment",
    "flip",
    "from_binary",
    "from_image",
    "glyphs",
    "hamming",
    "load",
    "mask",
    "match",
    "overlap",
    "plotting",
    "random_patterns",
    "rules",
    "testing",
    "theory",
    "use_backend",
]


display.figures_from(lambda: import_module("hopfield_sim.plotting.shortcuts"))


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return import_module(f"hopfield_sim.{name}")
    raise AttributeError(f"module 'hopfield_sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__", "sklearn"]
