"""A learning rule with what studies, tables and figures need to know of it."""

from __future__ import annotations

from dataclasses import dataclass

from hopfield_sim.rules.own import Rule


@dataclass(frozen=True)
class LearningRule:
    """A rule of the package.

    Parameters
    ----------
    name : str
        By which it is asked for.
    label : str
        As sentences, tables and legends write it.
    weights : callable
        Patterns (P, N) to weights (N, N); takes ``zero_diagonal=``.
    law : str, optional
        The criterion of ``theory.capacity`` that it should follow; none if no law is known.
    law_label : str
        The law, as a figure writes it.
    keeps_diagonal : bool
        Whether the course, and so the studies, leave its self couplings in.
    """

    name: str
    label: str
    weights: Rule
    law: str | None = None
    law_label: str = ""
    keeps_diagonal: bool = False
