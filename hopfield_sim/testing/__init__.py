"""Checks for user-defined learning rules, memories, interactions and similarities.

``rules.py`` checks rules, from patterns to weights; ``memories.py`` memories, with their ``store``,
``recall`` and ``energy``; ``interactions.py`` F of dense memories; ``similarities.py`` what modern
networks compare by; ``promises.py`` defines the error that a failed check raises.
"""

from hopfield_sim.testing.interactions import check_interaction
from hopfield_sim.testing.memories import check_memory
from hopfield_sim.testing.promises import BrokenPromise
from hopfield_sim.testing.rules import check_rule
from hopfield_sim.testing.similarities import check_similarity

__all__ = ["BrokenPromise", "check_interaction", "check_memory", "check_rule", "check_similarity"]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
