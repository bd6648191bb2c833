"""Exercises that grade themselves and do not give the answer away.

>>> from hopfield_sim.exercises import check
>>> def energy(weights, state):
...     return -state @ weights @ state
>>> check("energy", energy).passed
False

``exercise.py`` says what an exercise is, ``grading.py`` how a solution is tried, ``verdict.py``
what comes back; ``copies.py`` writes files. The exercises are in a file a notebook, from
``store.py`` to ``research.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hopfield_sim import checks
from hopfield_sim.exercises import (
    capacity,
    copies,
    dense,
    dynamics,
    grading,
    learning,
    research,
    store,
)
from hopfield_sim.exercises.exercise import Exercise, Mistake, exercise
from hopfield_sim.exercises.verdict import Verdict

__all__ = ["Exercise", "Mistake", "Verdict", "check", "exercise", "get", "names", "write"]

NOTEBOOKS = {
    1: "Store and recall",
    2: "Capacity and crosstalk",
    3: "Dynamics",
    4: "Better rules",
    5: "Dense and modern memories",
    6: "Research",
}
"""Titles of the notebooks."""

_EXERCISES = {
    found.name: found
    for notebook in (store, capacity, dynamics, learning, dense, research)
    for found in vars(notebook).values()
    if isinstance(found, Exercise)
}


def names() -> list[str]:
    """Return the names of all exercises, in the order of the course.

    Examples
    --------
    >>> names()[:3]
    ['hebbian_weights', 'perturb', 'overlap']
    """
    return list(_EXERCISES)


@checks.by_name
def get(name: str) -> Exercise:
    """Return an exercise by its name.

    Raises
    ------
    InvalidInputError
        If there is no exercise of this name.

    Examples
    --------
    >>> get("energy").notebook
    1
    """
    return _EXERCISES[checks.choice(name, names(), "name")]


@checks.by_name
def check(name: str | Exercise, candidate: Any, *, seconds: float = 10.0) -> Verdict:
    """Try a solution on hidden cases and say in words what is wrong with it.

    The solution gets copies of the arguments. What it prints is not shown, what it raises becomes
    the message, and one that does not end is stopped.

    Parameters
    ----------
    name : str or Exercise
        Name of the exercise, one of :func:`names`, or an exercise of your own.
    candidate : callable
        The solution.
    seconds : float
        Time limit.

    Returns
    -------
    Verdict
        ``passed``, ``message`` and ``hints``; true where the solution passed.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If there is no such exercise, or the limit is negative or no number.

    Examples
    --------
    >>> import numpy as np
    >>> check("overlap", lambda state, pattern: np.mean(state == pattern))
    overlap: not yet. that is the fraction of equal bits, which is ½ ... not 0...
    """
    seconds = checks.real(seconds, "seconds", minimum=0)
    return grading.grade(name if isinstance(name, Exercise) else get(name), candidate, seconds)


@checks.by_name
def write(folder: str | Path, *, solved: bool = False) -> Path:
    """Write a file a notebook: functions to complete, or their solutions.

    Parameters
    ----------
    folder : path
        Folder; made if it is not there.
    solved : bool
        Whether to write the solutions.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ResultsDirError
        If a file is there already, which is not replaced, or cannot be written.
    """
    solved = checks.flag(solved, "solved")
    return copies.write(folder, list(_EXERCISES.values()), NOTEBOOKS, solved=solved)


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
