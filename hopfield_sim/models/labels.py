"""The names of things as sentences, tables and figures write them, each once."""

from __future__ import annotations

from hopfield_sim.models.dense.interactions import INTERACTIONS
from hopfield_sim.models.modern.separation import SEPARATIONS
from hopfield_sim.rules import RULES

_LABELS = {
    **{rule.name: rule.label for rule in RULES.values()},
    **{kind.name: kind.label for kind in INTERACTIONS.values()},
    **{kind.name: kind.label for kind in SEPARATIONS.values()},
    **{f"dense-{kind.name}": f"dense {kind.label}" for kind in INTERACTIONS.values()},
    "dense-trained": "dense trained",
    "restricted-rotation": "restricted by rotation",
    "restricted-gradient": "restricted by gradient",
    "sync": "synchronous",
    "async": "asynchronous",
}


_NUMBERED = {"dense": "dense, n = {}", "modern": "modern, β = {}/N"}


def label(word: str) -> str:
    """Return the name of a rule, kind of update, interaction or dense memory; of "module:function"
    the function's; other words as they are.

    Examples
    --------
    >>> label("pseudoinverse"), label("sync"), label("my_rule")
    ('pseudo-inverse', 'synchronous', 'my_rule')
    >>> label("dense-3"), label("modern-8")
    ('dense, n = 3', 'modern, β = 8/N')
    """
    kind, _, number = word.rpartition("-")
    if kind in _NUMBERED and number.replace(".", "", 1).isdigit():
        return _NUMBERED[kind].format(number)
    return _LABELS.get(word, word.rpartition(":")[2])
