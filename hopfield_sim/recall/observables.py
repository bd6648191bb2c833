"""The table of observables that a recall of any memory can record.

To add one, add a line to ``OBSERVABLES``. Its name is then accepted by every ``record=`` and is a
key of ``run.recorded``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.patterns.compare import graded_overlap, overlap

Array = NDArray[Any]

Measure = Callable[[Any], Array]
"""Computes a row from a batch, an object with an attribute ``states``."""

Record = str | Mapping[str, Callable[[Array], Any]] | Iterable[Any]
"""Type of ``record=``: names of observables, a dict of functions by name, or a list of both."""


@dataclass(frozen=True)
class Subject:
    """The functions of a memory from which observables are computed.

    Parameters
    ----------
    energy : callable
        Energies (B,) of the current states.
    patterns : callable, optional
        Returns the stored patterns (P, N), or raises NotStoredError if there are none. None for
        memories whose overlaps have no meaning.
    place : str
        Name of the array module of the states that users' functions get.
    graded : bool
        Whether states are real numbers from -1 to 1, whose patterns are ±1.
    """

    energy: Measure
    patterns: Callable[[], Array] | None = None
    place: str = places.HERE
    graded: bool = False


@dataclass(frozen=True)
class Observable:
    """An observable: ``of`` returns, for a memory, the function that computes a row; ``sites`` says
    whether the last axis of a row is that of the sites.
    """

    of: Callable[[Subject], Measure]
    sites: bool = False


def _overlaps(subject: Subject) -> Measure:
    assert subject.patterns is not None
    patterns = subject.patterns()
    of = graded_overlap if subject.graded else overlap
    return lambda moving: of(moving.states, patterns)


OBSERVABLES: Final = {
    "energy": Observable(lambda subject: subject.energy),
    "overlap": Observable(_overlaps),
    "states": Observable(lambda subject: lambda moving: moving.states.copy(), sites=True),
}
"""The names accepted by ``record=``."""


def measures(record: Record, subject: Subject) -> dict[str, Measure]:
    """Validate ``record=`` and return the function that computes each of its rows.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If a name is unknown (the message suggests the nearest), or an item is neither a name nor a
        dict of functions.
    NotStoredError
        For overlaps if no patterns are stored.
    """
    if isinstance(record, tuple) and not record:  # nothing, as nearly always
        return {}
    known = [w for w in OBSERVABLES if w != "overlap" or subject.patterns is not None]
    chosen: dict[str, Measure] = {}
    for item in _items(record, known):
        if isinstance(item, Mapping):
            chosen |= {_name(name): _function(name, f, subject.place) for name, f in item.items()}
        else:
            word = checks.choice(item, known, "record")
            chosen[word] = OBSERVABLES[word].of(subject)
    return chosen


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


def _function(name: str, function: Any, place: str) -> Measure:
    """The measure of a user-defined function, from states (B, N) to an array (B, ...)."""
    if not callable(function):
        raise InvalidTypeError(
            f"record={{{name!r}: ...}} must be a function of the states (B, N); "
            f"got {checks.show(function)}"
        )

    def measure(moving: Any) -> Array:
        states = places.guarded(places.moved(moving.states, place))
        row = places.module_of(states).array(function(states))
        if row.ndim == 0 or len(row) != len(states) or row.dtype.kind not in "biufc":
            raise InvalidInputError(
                f"the function {name!r} of record= must give an array of numbers, one for each of "
                f"the {len(states)} states; got {checks.show(row)}"
            )
        return row

    return measure
