"""Checks for user-defined learning rules and memories.

``rules.py`` checks rules, from patterns to weights; ``memories.py`` memories, with their ``store``,
``recall`` and ``energy``; ``promises.py`` defines the error that a failed check raises.
"""

from hopfield_sim.testing.memories import check_memory
from hopfield_sim.testing.promises import BrokenPromise
from hopfield_sim.testing.rules import check_rule

__all__ = ["BrokenPromise", "check_memory", "check_rule"]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
