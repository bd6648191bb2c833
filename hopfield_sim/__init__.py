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

from hopfield_sim.support import startup

startup.guard()  # before NumPy is loaded, which takes a moment

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hopfield_sim import backends as backends
from hopfield_sim import errors as errors
from hopfield_sim import models, patterns
from hopfield_sim import rules as rules
from hopfield_sim.backends import use_backend as use_backend
from hopfield_sim.models import *
from hopfield_sim.patterns import *
from hopfield_sim.support import display

__version__ = "0.2.0"

_LAZY = (
    *(
        "course",
        "datasets",
        "exercises",
        "experiment",
        "optimisation",
        "plotting",
        "sklearn",
        "testing",
        "theory",
    ),
)
"""Subpackages that load when they are first used: some need matplotlib. ``sklearn`` is not public:
a star import must not hide scikit-learn.
"""

_PUBLIC = sorted(
    [*dir(models), *dir(patterns), "backends", "errors", "rules", "use_backend"]
    + [room for room in _LAZY if room != "sklearn"]
)

if not TYPE_CHECKING:  # type checkers take the names that are imported as themselves
    __all__ = _PUBLIC

display.figures_from(lambda: import_module("hopfield_sim.plotting.shortcuts"))


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return import_module(f"hopfield_sim.{name}")
    raise AttributeError(f"module 'hopfield_sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*_PUBLIC, "__version__", "sklearn"]
