"""Fields of studies: each declares its type, default, bounds and one line of help.

The fields define the arguments of a study's function, the keys of its configuration file, the
options of its command line, and its fingerprint.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from hopfield_sim import backends, checks, rules
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.models.dense.interactions import INTERACTIONS
from hopfield_sim.models.modern.similarity import SIMILARITIES

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
    "interactions",
    "learning_rule",
    "learning_rules",
    "memories",
    "one",
    "one_or_default",
    "option",
    "real",
    "reals",
    "reals_by_word",
    "seed",
    "similarities",
    "text",
    "words",
]

_LARGEST = 10**9
"""Largest value of integers: larger ones would exceed memory, and soon 64 bits."""

_MOST = 100_000
"""Values of a list: more are a range that was meant otherwise, or an iterator without an end."""


@dataclass(frozen=True)
class Kind:
    """Type and bounds of a field.

    Parameters
    ----------
    check : callable
        (value, name) → the validated value, in JSON types.
    metavar : str
        Placeholder in the help of the command line; empty for a flag.
    bounds : str
        Description of the allowed values; may be empty.
    read : callable
        One argument of the command line → a value for ``check``.
    several : bool
        Whether it is a list; the command line splits arguments at commas and spaces.
    repeated : bool
        Whether the option may be repeated, with one value each.
    values : tuple of str
        Words that a shell completes.
    judge : callable, optional
        Where it may name functions, on whose sources results depend: warns of "module:name".
    """

    check: Callable[[Any, str], Any]
    metavar: str
    bounds: str = ""
    read: Callable[[str], Any] = str
    several: bool = False
    repeated: bool = False
    values: tuple[str, ...] = ()
    judge: Callable[[str], Any] | None = None

    def parse(self, words: str | Sequence[str], name: str) -> Any:
        """Convert arguments of the command line to a value, which is not validated.

        Raises
        ------
        InvalidInputError
            For a value that cannot be read; the message names the option.
        """
        words = [words] if isinstance(words, str) else words
        parts = [part for word in words for part in (word.split(",") if self.several else [word])]
        try:
            values = [self.read(part) for part in parts if part]
        except ValueError:
            shown = checks.show(",".join(parts))
            raise InvalidInputError(f"{name} must be {self.bounds}; got {shown}") from None
        return values if self.several or self.repeated else values[0] if values else ""


@dataclass(frozen=True)
class Field:
    """A field of a study."""

    name: str
    kind: Kind
    default: Any
    help: str
    option: str
    """Option on the command line, without dashes; empty if there is none."""


@checks.by_name
def option(default: Any, kind: Kind, help: str, *, name: str | None = None) -> Any:
    """Declare a field of a study, a frozen dataclass.

    Parameters
    ----------
    default : object
        Default value.
    kind : Kind
        Type and bounds.
    help : str
        Description, one line without a full stop.
    name : str, optional
        Option on the command line, without dashes; "" for none. By default the field's name.
    """
    return dataclasses.field(default=default, metadata={"kind": kind, "help": help, "option": name})


def fields(study: type[Any]) -> list[Field]:
    """Return the fields of a study, in the order of its function's arguments."""
    declared = []
    for f in dataclasses.fields(study):
        if "kind" in f.metadata:
            known = f.metadata["option"]
            word = f.name.replace("_", "-") if known is None else known
            declared.append(Field(f.name, f.metadata["kind"], f.default, f.metadata["help"], word))
    return declared


def integer(minimum: int | None = None, maximum: int | None = None) -> Kind:
    """An integer within bounds.

    Examples
    --------
    >>> kind = integer(1)
    >>> kind.check(kind.parse("12", "states"), "states")
    12
    """

    def check(value: Any, name: str) -> int:
        number = checks.integer(value, name, minimum=minimum, maximum=maximum)
        return checks.integer(number, name, maximum=_LARGEST)

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
    """One of the known words."""
    known = tuple(known)
    return Kind(
        lambda value, name: checks.choice(value, known, name),
        "WORD",
        f"one of {', '.join(known)}",
        values=known,
    )


def integers(minimum: int, maximum: int | None = None) -> Kind:
    """Integers within bounds: at least one, without duplicates, in ascending order.

    Examples
    --------
    >>> kind = integers(3)
    >>> kind.check(kind.parse(["100,20", "20"], "sizes"), "sizes")
    [20, 100]
    """

    def check(value: Any, name: str) -> list[int]:
        numbers = [
            checks.integer(n, name, minimum=minimum, maximum=maximum) for n in _items(value, name)
        ]
        checks.integer(max(numbers), name, maximum=_LARGEST)
        return sorted(set(numbers))

    return Kind(check, "INT,..", _bounds("integers", minimum, maximum), int, several=True)


def reals(
    minimum: float | None = None, maximum: float | None = None, *, above: float | None = None
) -> Kind:
    """Real numbers within bounds, or greater than ``above``, without duplicates, ascending."""
    bounds = _bounds("real numbers", minimum, maximum)

    def check(value: Any, name: str) -> list[float]:
        least = minimum if above is None else above
        numbers = [
            checks.real(x, name, minimum=least, maximum=maximum) for x in _items(value, name)
        ]
        if above is not None and min(numbers) <= above:
            raise InvalidInputError(f"{name} must be greater than {above:g}; got {min(numbers):g}")
        return sorted(set(numbers))

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
    """Some of the known words: at least one, without duplicates, in the order of input.

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
    """Learning rules by name, as functions, or as "module:function"; stored as strings."""
    return _named(rules.RULES, own.RULE, own.judge_rule, "RULE")


def memories(known: Iterable[str] = ()) -> Kind:
    """Memories by name, as classes, or as "module:name"; stored as strings."""
    return _named(known, own.MEMORY, own.judge_memory, target="class")


def interactions() -> Kind:
    """Interactions of dense memories by name, as functions or classes, or as "module:name"."""
    return _named(INTERACTIONS, own.INTERACTION, own.judge_interaction)


def similarities() -> Kind:
    """Similarities of modern networks by name, as functions, or as "module:function"."""
    return _named(SIMILARITIES, own.SIMILARITY, own.judge_similarity)


def one(kind: Kind) -> Kind:
    """One value of a kind of lists of names.

    Examples
    --------
    >>> one(learning_rules()).check("storkey", "rule")
    'storkey'
    """

    def check(value: Any, name: str) -> str:
        found: list[str] = kind.check([value], name)
        return found[0]

    metavar, bounds = kind.metavar.removesuffix(",.."), kind.bounds.removeprefix("of ")
    return replace(kind, check=check, metavar=metavar, bounds=f"one of {bounds}", several=False)


def learning_rule() -> Kind:
    """One learning rule, as ``learning_rules``."""
    return one(learning_rules())


def _named(
    known: Iterable[str],
    what: str,
    judge: Callable[[str], Any],
    metavar: str = "WORD",
    target: str = "function",
) -> Kind:
    """Some of the known words, or functions or classes of a user; stored as strings."""
    known = tuple(known)

    def check(value: Any, name: str) -> list[str]:
        items = [value] if callable(value) else _items(value, name)
        return list(dict.fromkeys(own.reference(item, name, known, what) for item in items))

    bounds = f"of {', '.join([*known, f'module:{target}'])}"
    return Kind(check, f"{metavar},..", bounds, several=True, values=known, judge=judge)


def files() -> Kind:
    """Paths, none by default; the study interprets them."""

    def check(value: Any, name: str) -> Any:
        return value

    return Kind(check, "PATH", "paths", checks.path, repeated=True)


def backend() -> Kind:
    """A backend by name; "auto" is resolved once, for all workers."""
    return Kind(lambda value, name: backends.get(value).name, "NAME", values=backends.NAMES)


def seed() -> Kind:
    """The seed of all randomness: an integer, or drawn from a generator."""

    def check(value: Any, name: str) -> int:
        key = checks.key(value)
        return int(value) if isinstance(value, (int, np.integer)) else key

    return Kind(check, "INT", "an integer of 0 or more", int)


def one_or_default(kind: Kind, default: Any = None) -> Kind:
    """A value of ``kind``, or None for a default; without one, the study chooses it."""

    def check(value: Any, name: str) -> Any:
        return default if value is None else kind.check(value, name)

    return replace(kind, check=check)


def reals_by_word(words: Kind) -> Kind:
    """Real numbers greater than 0 for some words, {"dot": [0.1, 1]}; typed as dot=0.1,1.

    Parameters
    ----------
    words : Kind
        What the words may be, a kind of lists of names.
    """
    numbers = reals(above=0)

    def check(value: Any, name: str) -> dict[str, list[float]]:
        typed = dict(value) if isinstance(value, list) else value
        table = checks.mapping(typed, name, "words to numbers")
        return {
            one(words).check(word, name): numbers.check(several, name)
            for word, several in table.items()
        }

    def read(word: str) -> tuple[str, list[float]]:
        name, _, several = word.partition("=")
        return name, [float(number) for number in several.split(",")]

    bounds = "such as dot=0.1,1"
    return Kind(check, "WORD=REAL,..", bounds, read, repeated=True, values=words.values)


def _items(value: Any, name: str) -> list[Any]:
    """Validate a list of at least one item."""
    try:
        items = None if isinstance(value, (str, Mapping)) else list(islice(value, _MOST + 1))
    except TypeError:  # not iterable, or a zero-dimensional array
        items = None
    if items is None:
        raise InvalidTypeError(f"{name} must be a list; got {checks.show(value)}")
    if not items:
        raise InvalidInputError(f"{name} must not be empty")
    if len(items) > _MOST:
        raise InvalidInputError(f"{name} must hold at most {_MOST} values; got more")
    return items


def _bounds(what: str, minimum: float | None, maximum: float | None) -> str:
    """Describe the allowed values.

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
