"""A learning rule and its description for studies, tables and figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hopfield_sim.rules.own import Rule


@dataclass(frozen=True)
class LearningRule:
    """A learning rule of the package.

    Parameters
    ----------
    name : str
        Identifier, as passed to ``HopfieldNetwork(rule=...)``.
    label : str
        Name in sentences, tables and legends.
    weights : callable
        Function from patterns (P, N) to weights (N, N), with a keyword ``zero_diagonal``.
    law : str, optional
        Criterion of ``theory.capacity`` that predicts its capacity; None if none is known.
    law_label : str
        Formula of that prediction, for legends.
    holds_similar : bool
        Whether it stores patterns that are similar, or says itself that it does not.
    keeps_diagonal : bool
        Whether the course, and therefore the studies, keep its self-couplings.
    arrays : callable, optional
        The same in array code, from patterns of any array module to a tuple of the weights there.
    """

    name: str
    label: str
    weights: Rule
    law: str | None = None
    law_label: str = ""
    holds_similar: bool = False
    keeps_diagonal: bool = False
    arrays: Callable[..., tuple[Any]] | None = None
