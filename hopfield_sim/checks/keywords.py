"""Arguments that are given by name, and what a call without the name is told."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from hopfield_sim.errors import InvalidTypeError

__all__ = ["by_name"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def by_name(function: _Function) -> _Function:
    """Say, of a call with too many arguments, which of them are to be given by name.

    Raises
    ------
    InvalidTypeError
        Naming them, where Python would only count.

    Examples
    --------
    >>> @by_name
    ... def flip(states, *, count=None, fraction=None): ...
    >>> flip([1, -1], 20)
    Traceback (most recent call last):
    hopfield_sim.errors.InvalidTypeError: flip takes states, and all else by name: count=, fraction=
    """
    parameters = inspect.signature(function).parameters.values()
    places = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    names = [f"{p.name}=" for p in parameters if p.kind is p.KEYWORD_ONLY]

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if len(args) > len(places):
            given = ", ".join(name for name in places if name != "self")
            raise InvalidTypeError(
                f"{function.__name__} takes {given}, and all else by name: {', '.join(names)}"
            )
        return function(*args, **kwargs)

    return cast(_Function, checked)
