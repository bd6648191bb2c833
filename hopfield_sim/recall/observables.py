"""What a recall can record, whatever the memory: one table.

To add an observable: a line in ``OBSERVABLES``. It is then a word of every ``record=`` and found in
``run.recorded``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.patterns import overlap

Array = NDArray[Any]

Measure = Callable[[Any], Array]
"""Reads a row off the states on their way, which have an attribute ``states``."""

Record = str | Mapping[str, Callable[[Array], Any]] | Iterable[Any]
"""What ``record=`` may be: words, functions of the states by name, or both in a list."""


@dataclass(frozen=True)
class Subject:
    """A memory as its recall is measured.

    Parameters
    ----------
    energy : callable
        The energies (B,) of the states on their way.
    patterns : callable, optional
        The stored patterns (P, N); raises NotStoredError where there are none. None for memories
        whose overlaps have no meaning.
    """

    energy: Measure
    patterns: Callable[[], Array] | None = None


@dataclass(frozen=True)
class Observable:
    """How to measure something: from the memory, a function that reads a row; and whether the last
    axis of a row is the sites.
    """

    of: Callable[[Subject], Measure]
    sites: bool = False


def _overlaps(subject: Subject) -> Measure:
    assert subject.patterns is not None
    patterns = subject.patterns()
    return lambda moving: overlap(moving.states, patterns)


OBSERVABLES: Final = {
    "energy": Observable(lambda subject: subject.energy),
    "overlap": Observable(_overlaps),
    "states": Observable(lambda subject: lambda moving: moving.states.copy(), sites=True),
}
"""The words of ``record=``."""


def measures(record: Record, subject: Subject) -> dict[str, Measure]:
    """Check ``record=`` and say how each of its rows is read.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For an unknown word, with the nearest one, and for what is neither word nor function.
    NotStoredError
        For overlaps where no patterns are stored.
    """
    known = [w for w in OBSERVABLES if w != "overlap" or subject.patterns is not None]
    found: dict[str, Measure] = {}
    for item in _items(record, known):
        if isinstance(item, Mapping):
            found |= {_name(name): _function(name, f) for name, f in item.items()}
        else:
            word = checks.choice(item, known, "record")
            found[word] = OBSERVABLES[word].of(subject)
    return found


def _items(record: Record, known: list[str]) -> Iterable[Any]:
    if isinstance(record, (str, Mapping)):
        return (record,)
    try:
        return tuple(record)
    except TypeError as error:
        raise InvalidTypeError(
            f"record must be any of {', '.join(known)}, or a dict of functions by name; "
            f"got {checks.show(record)}"
        ) from error


def _name(name: Any) -> str:
    if not isinstance(name, str) or name in OBSERVABLES:
        raise InvalidInputError(
            f"a function of record= needs a name of its own, not {checks.show(name)}"
        )
    return name


def _function(name: str, function: Any) -> Measure:
    """A function of the states (B, N) that gives a number, or numbers, for each of them."""
    if not callable(function):
        raise InvalidTypeError(
            f"record={{{name!r}: ...}} must be a function of the states (B, N); "
            f"got {checks.show(function)}"
        )

    def measure(moving: Any) -> Array:
        states = moving.states.view()
        states.flags.writeable = False
        found = np.array(function(states))
        if found.ndim == 0 or len(found) != len(states) or found.dtype.kind not in "biufc":
            raise InvalidInputError(
                f"the function {name!r} of record= must give an array of numbers, one for each of "
                f"the {len(states)} states; got {checks.show(found)}"
            )
        return found

    return measure
