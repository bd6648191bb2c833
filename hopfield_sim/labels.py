"""The names of things as sentences, tables and figures write them, each once."""

from __future__ import annotations

from hopfield_sim.models.dense.interactions import INTERACTIONS
from hopfield_sim.rules import RULES

_LABELS = {
    **{rule.name: rule.label for rule in RULES.values()},
    **{kind.name: kind.label for kind in INTERACTIONS.values()},
    **{f"dense-{kind.name}": f"dense {kind.label}" for kind in INTERACTIONS.values()},
    "sync": "synchronous",
    "async": "asynchronous",
}


def label(word: str) -> str:
    """Return the name of a rule, kind of update, interaction or dense memory; of "module:function"
    the function's; other words as they are.

    Examples
    --------
    >>> label("pseudoinverse"), label("sync"), label("my_rule")
    ('pseudo-inverse', 'synchronous', 'my_rule')
    """
    return _LABELS.get(word, word.rpartition(":")[2])
