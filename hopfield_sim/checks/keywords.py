"""What every public function has: error messages for unknown keyword arguments and for keyword
arguments passed by position, and no errors where small numbers underflow.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from hopfield_sim.checks.words import nearest
from hopfield_sim.errors import InvalidTypeError

__all__ = ["by_name", "decorate", "explained"]

_Callable = TypeVar("_Callable", bound=Callable[..., Any])


def by_name(function: _Callable) -> _Callable:
    """Decorate a function so that a wrong keyword argument gets a helpful error message, and
    underflow is ignored, whatever ``np.seterr`` says.

    For a class, its constructor and the public methods that it defines are decorated.

    Raises
    ------
    InvalidTypeError
        If an argument is unknown (the message suggests the nearest name), or a keyword argument is
        passed by position (the message lists the names).

    Examples
    --------
    >>> @by_name
    ... def flip(states, *, count=None, fraction=None): ...
    >>> flip([1, -1], 20)
    Traceback (most recent call last):
    hopfield_sim.errors.InvalidTypeError: flip takes states, and all else by name: count=, fraction=
    >>> flip([1, -1], fracton=0.5)
    Traceback (most recent call last):
    hopfield_sim.errors.InvalidTypeError: flip has no argument fracton=; did you mean fraction=?
    """
    if not isinstance(function, type):
        return cast(_Callable, explained(function, function.__name__))
    decorate(function, explained)
    return function


def decorate(cls: type, decorator: Callable[[Callable[..., Any], str], Callable[..., Any]]) -> None:
    """Decorate the constructor, the public methods and the class methods that a class defines; the
    decorator also gets the name by which each is called.
    """
    for name, member in list(vars(cls).items()):
        if name == "__init__":
            setattr(cls, name, decorator(member, cls.__name__))
        elif inspect.isfunction(member) and not name.startswith("_"):
            setattr(cls, name, decorator(member, name))
        elif isinstance(member, classmethod):
            setattr(cls, name, classmethod(decorator(member.__func__, name)))


def explained(function: Callable[..., Any], called: str) -> Callable[..., Any]:
    """The function as ``by_name`` decorates it, with the name by which it is called."""
    ignoring = np.errstate(under="ignore")(function)
    explain = _explanation(function, called)

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return ignoring(*args, **kwargs)
        except TypeError:
            explain(*args, **kwargs)
            raise

    return checked


def _explanation(function: Callable[..., Any], called: str) -> Callable[..., None]:
    """A function that raises InvalidTypeError for the arguments that ``function`` does not have;
    to be called after a TypeError.
    """
    parameters = list(inspect.signature(function).parameters.values())
    places = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    keywords = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    names = {*places, *keywords}

    def explain(*args: Any, **kwargs: Any) -> None:
        if len(args) <= len(places) and names.issuperset(kwargs):
            return
        of_caller = [name for name in places if name not in ("self", "cls")]
        takes = f"takes {', '.join(of_caller) or 'no arguments'}"
        if keywords:
            takes += f", and all else by name: {', '.join(f'{name}=' for name in keywords)}"
        elif len(args) > len(places):
            takes += f"; positional arguments given: {len(args) - len(places) + len(of_caller)}"
        for name in kwargs.keys() - names:
            meant = nearest(name, [*of_caller, *keywords])
            hint = takes if meant is None else f"did you mean {meant}=?"
            raise InvalidTypeError(f"{called} has no argument {name}=; {hint}") from None
        if len(args) == len(places) + 1:
            takes += _meant(args[-1], [p for p in parameters if p.name in keywords])
        raise InvalidTypeError(f"{called} {takes}") from None

    return explain


def _meant(value: Any, keywords: list[inspect.Parameter]) -> str:
    """A hint at the first keyword that takes a value of this type, if there is one."""
    for p in keywords:
        if str(p.annotation).split(" | ")[0] == type(value).__name__:
            return f"; did you mean {p.name}={value!r}?"
    return ""
