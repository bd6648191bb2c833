"""What a study may be asked: each field states its type, default, bounds and a line of help, once.

From its fields come the arguments of a study's function, the keys of its configuration file, the
options of its command line, and its fingerprint.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from hopfield_sim import backends, checks, rules
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.experiment.sweeps import own

__all__ = [
    "Field",
    "Kind",
    "backend",
    "choice",
    "fields",
    "files",
    "flag",
    "integer",
    "integers",
    "learning_rules",
    "one_or_default",
    "option",
    "real",
    "reals",
    "reals_by_word",
    "seed",
    "text",
    "typed_path",
    "words",
]

_LARGEST = 10**9
"""Of anything that is counted: beyond it nothing fits into a memory, nor soon into 64 bits."""

_MOST = 100_000
"""Values of a list: more are a range that was meant otherwise, or an iterator without an end."""


@dataclass(frozen=True)
class Kind:
    """What a field may hold.

    Parameters
    ----------
    check : callable
        (value, name) → the value as a configuration keeps it, in JSON's types.
    metavar : str
        How the command line's help writes it; empty for a flag.
    bounds : str
        What is allowed, in words; may be empty.
    read : callable
        One word of the command line → a value for ``check``.
    several : bool
        Whether it is a list; the command line splits words at commas and spaces.
    repeated : bool
        Whether the option may be given several times, one value each.
    values : tuple of str
        The words that a shell may offer.
    code : bool
        Whether it may name functions, whose sources are part of what results depend on.
    """

    check: Callable[[Any, str], Any]
    metavar: str
    bounds: str = ""
    read: Callable[[str], Any] = str
    several: bool = False
    repeated: bool = False
    values: tuple[str, ...] = ()
    code: bool = False

    def parse(self, given: str | Sequence[str], name: str) -> Any:
        """Words of the command line → the value that they stand for, unchecked.

        Raises
        ------
        InvalidInputError
            Naming the option.
        """
        given = [given] if isinstance(given, str) else given
        parts = [part for word in given for part in (word.split(",") if self.several else [word])]
        try:
            found = [self.read(part) for part in parts if part]
        except ValueError:
            shown = checks.show(",".join(parts))
            raise InvalidInputError(f"{name} must be {self.bounds}; got {shown}") from None
        return found if self.several or self.repeated else found[0] if found else ""


@dataclass(frozen=True)
class Field:
    """A field of a study, as its function, its options and its configuration see it."""

    name: str
    kind: Kind
    default: Any
    help: str
    option: str
    """Its option on the command line, without dashes; empty where it has none."""


@checks.by_name
def option(default: Any, kind: Kind, help: str, *, name: str | None = None) -> Any:
    """Declare a field of a study, a frozen dataclass.

    Parameters
    ----------
    default : object
        When it is not given.
    kind : Kind
        What it may hold.
    help : str
        What it is, in a line without a full stop.
    name : str, optional
        Its option on the command line, without dashes; "" for none. Its own name by default.
    """
    return dataclasses.field(default=default, metadata={"kind": kind, "help": help, "option": name})


def fields(study: type[Any]) -> list[Field]:
    """Return the fields of a study, in the order of its function's arguments."""
    found = []
    for f in dataclasses.fields(study):
        if "kind" in f.metadata:
            known = f.metadata["option"]
            word = f.name.replace("_", "-") if known is None else known
            found.append(Field(f.name, f.metadata["kind"], f.default, f.metadata["help"], word))
    return found


def integer(minimum: int | None = None, maximum: int | None = None) -> Kind:
    """A whole number within bounds.

    Examples
    --------
    >>> kind = integer(1)
    >>> kind.check(kind.parse("12", "states"), "states")
    12
    """

    def check(value: Any, name: str) -> int:
        found = checks.integer(value, name, minimum=minimum, maximum=maximum)
        return checks.integer(found, name, maximum=_LARGEST)

    return Kind(check, "INT", _bounds("an integer", minimum, maximum), int)


def real(minimum: float | None = None, maximum: float | None = None) -> Kind:
    """A real number within bounds."""
    return Kind(
        lambda value, name: checks.real(value, name, minimum=minimum, maximum=maximum),
        "REAL",
        _bounds("a real number", minimum, maximum),
        float,
    )


def flag() -> Kind:
    """True or false."""
    return Kind(checks.flag, "", "true or false")


def choice(known: Iterable[str]) -> Kind:
    """One of the words that are known."""
    known = tuple(known)
    return Kind(
        lambda value, name: checks.choice(value, known, name),
        "WORD",
        f"one of {', '.join(known)}",
        values=known,
    )


def integers(minimum: int, maximum: int | None = None) -> Kind:
    """Whole numbers within bounds, at least one, each once, in rising order.

    Examples
    --------
    >>> kind = integers(3)
    >>> kind.check(kind.parse(["100,20", "20"], "sizes"), "sizes")
    [20, 100]
    """

    def check(value: Any, name: str) -> list[int]:
        found = [
            checks.integer(n, name, minimum=minimum, maximum=maximum) for n in _items(value, name)
        ]
        checks.integer(max(found), name, maximum=_LARGEST)
        return sorted(set(found))

    return Kind(check, "INT,..", _bounds("integers", minimum, maximum), int, several=True)


def reals(
    minimum: float | None = None, maximum: float | None = None, *, above: float | None = None
) -> Kind:
    """Real numbers within bounds, or greater than ``above``: at least one, each once, rising."""
    bounds = _bounds("real numbers", minimum, maximum)

    def check(value: Any, name: str) -> list[float]:
        least = minimum if above is None else above
        found = [checks.real(x, name, minimum=least, maximum=maximum) for x in _items(value, name)]
        if above is not None and min(found) <= above:
            raise InvalidInputError(f"{name} must be greater than {above:g}; got {min(found):g}")
        return sorted(set(found))

    if above is not None:
        bounds = f"real numbers greater than {above:g}"
    return Kind(check, "REAL,..", bounds, float, several=True)


def text() -> Kind:
    """Any text."""

    def check(value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise InvalidTypeError(f"{name} must be a text; got {checks.show(value)}")
        return value

    return Kind(check, "TEXT")


def words(known: Iterable[str]) -> Kind:
    """Words out of those known: at least one, each once, as they come.

    Examples
    --------
    >>> kind = words(["sync", "async"])
    >>> kind.check(kind.parse("async,async", "updates"), "updates")
    ['async']
    """
    known = tuple(known)

    def check(value: Any, name: str) -> list[str]:
        return list(dict.fromkeys(checks.choice(word, known, name) for word in _items(value, name)))

    return Kind(check, "WORD,..", f"of {', '.join(known)}", several=True, values=known)


def learning_rules() -> Kind:
    """Learning rules by name, as functions, or as "module:function"; kept as texts."""
    known = tuple(rules.RULES)

    def check(value: Any, name: str) -> list[str]:
        items = [value] if callable(value) else _items(value, name)
        return list(dict.fromkeys(own.reference(rule, name) for rule in items))

    bounds = f"{', '.join(known)}, or module:function"
    return Kind(check, "RULE,..", bounds, several=True, values=known, code=True)


def files() -> Kind:
    """Paths, none by default; what they are is the study's to say."""

    def check(value: Any, name: str) -> Any:
        return value

    return Kind(check, "PATH", "paths", typed_path, repeated=True)


def typed_path(text: str, name: str = "a path") -> Path:
    """Return a path as it was typed; ``~`` is the home folder, as in a shell.

    Raises
    ------
    InvalidInputError
        For one that no file can have, and for a user that there is not.
    """
    if "\0" in text:
        raise InvalidInputError(f"{name} must be a path; got {text!r}, with a NUL in it")
    try:
        return Path(text).expanduser() if text.startswith("~") else Path(text)
    except RuntimeError as error:  # a user that there is not, or one without a home
        home = f"{name} is {text!r}, whose home folder is unknown; write it without ~"
        raise InvalidInputError(home) from error


def backend() -> Kind:
    """A backend by name; "auto" is settled at once, for all workers alike."""
    return Kind(lambda value, name: backends.get(value).name, "NAME", values=backends.NAMES)


def seed() -> Kind:
    """The seed of all randomness: an integer stays as it is."""

    def check(value: Any, name: str) -> int:
        key = checks.key(value)
        return int(value) if isinstance(value, (int, np.integer)) else key

    return Kind(check, "INT", "an integer of 0 or more", int)


def one_or_default(kind: Kind, default: Any = None) -> Kind:
    """The same, or None for a default; without one, the study fills it in."""

    def check(value: Any, name: str) -> Any:
        return default if value is None else kind.check(value, name)

    return replace(kind, check=check)


def reals_by_word(known: Iterable[str]) -> Kind:
    """Real numbers greater than 0 for some words, {"dot": [0.1, 1]}; dot=0.1,1 when typed."""
    known = tuple(known)
    one = reals(above=0)

    def check(value: Any, name: str) -> dict[str, list[float]]:
        typed = dict(value) if isinstance(value, list) else value
        table = checks.mapping(typed, name, "words to numbers")
        return {
            checks.choice(word, known, name): one.check(numbers, name)
            for word, numbers in table.items()
        }

    def read(word: str) -> tuple[str, list[float]]:
        name, _, numbers = word.partition("=")
        return name, [float(number) for number in numbers.split(",")]

    return Kind(check, "WORD=REAL,..", "such as dot=0.1,1", read, repeated=True, values=known)


def _items(value: Any, name: str) -> list[Any]:
    """Judge a list of anything: at least one."""
    try:
        found = None if isinstance(value, (str, Mapping)) else list(islice(value, _MOST + 1))
    except TypeError:  # nothing to go through, or an array of no dimension
        found = None
    if found is None:
        raise InvalidTypeError(f"{name} must be a list; got {checks.show(value)}")
    if not found:
        raise InvalidInputError(f"{name} must not be empty")
    if len(found) > _MOST:
        raise InvalidInputError(f"{name} must hold at most {_MOST} values; found more")
    return found


def _bounds(what: str, minimum: float | None, maximum: float | None) -> str:
    """What is allowed, in words.

    Examples
    --------
    >>> _bounds("integers", 1, None), _bounds("a real number", 0, 1)
    ('integers of 1 or more', 'a real number from 0 to 1')
    """
    if minimum is None:
        return what if maximum is None else f"{what} of {maximum} or less"
    return (
        f"{what} of {minimum} or more" if maximum is None else f"{what} from {minimum} to {maximum}"
    )
