"""Checks for rules and memories of your own: what the package promises, and what a failure means.

``rules.py`` — from patterns to weights · ``memories.py`` — store, recall and energy together ·
``promises.py`` — how a broken one is told
"""

from hopfield_sim.testing.memories import check_memory
from hopfield_sim.testing.promises import BrokenPromise
from hopfield_sim.testing.rules import check_rule

__all__ = ["BrokenPromise", "check_memory", "check_rule"]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
