"""Helpers of studies: numbers and kinds of networks, checks of memory, formatted numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hopfield_sim import checks, theory
from hopfield_sim.errors import MissingDependencyError
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.models import HopfieldNetwork
from hopfield_sim.rules import RULES

__all__ = ["law", "listed", "network", "repeats", "room", "span"]


def repeats(help: str, *, default: int | None = None, most: int | None = None) -> Any:
    """Declare the field ``networks`` of a study, the option ``--trials``: at least 1.

    None stands for the default; without one the study chooses it.
    """
    return option(None, kinds.one_or_default(kinds.integer(1, most), default), help, name="trials")


def network(rule: str, config: Mapping[str, Any]) -> HopfieldNetwork:
    """Return an empty network as in the course: only Storkey's rule keeps its diagonal."""
    keeps = rule in RULES and RULES[rule].keeps_diagonal
    return HopfieldNetwork(own.named(rule), zero_diagonal=not keeps, backend=config["backend"])


def law(name: str, *args: Any, **kwargs: Any) -> Any:
    """Return what a function of ``theory`` says; nan where SciPy, which it needs, is missing."""
    try:
        return getattr(theory, name)(*args, **kwargs)
    except MissingDependencyError:
        return math.nan


def room(shapes: Iterable[tuple[int, int]], *, itemsize: int = 8) -> None:
    """Raise an error, before any trial, if arrays of these shapes do not fit into memory."""
    for rows, columns in shapes:
        what = f"a trial with {rows} x {columns} numbers"
        checks.memory(itemsize * rows * columns, what, "ask for fewer or for smaller ones")


def span(counts: Sequence[int]) -> str:
    """Format the least and the greatest of some numbers.

    Examples
    --------
    >>> span([8, 200, 8]), span([4, 4])
    ('8 to 200', '4')
    """
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"


def listed(words: Sequence[str]) -> str:
    """Join some words as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
