"""Functions of the user's own in a study: as texts, "module:function", that any worker can find."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.rules import RULES

__all__ = ["digest", "find", "reference", "rule"]


def reference(given: Any, name: str) -> str:
    """Return a learning rule as a text: its name, or "module:function".

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For an unknown name, and for a function that no other process could find.

    Examples
    --------
    >>> reference("storkey", "rules")
    'storkey'
    >>> from hopfield_sim.rules import hebbian
    >>> reference(hebbian, "rules")
    'hopfield_sim.rules.hebbian:hebbian'
    """
    if isinstance(given, str):
        if ":" not in given:
            return checks.choice(given, RULES, name)
        find(given, name)
        return given
    if not callable(given):
        raise InvalidTypeError(
            f"{name} must be names or functions of patterns (P, N); got {checks.show(given)}"
        )
    text = f"{getattr(given, '__module__', '')}:{getattr(given, '__qualname__', '')}"
    try:
        found = find(text, name)
    except (InvalidInputError, InvalidTypeError):
        found = None
    if found is not given:
        raise InvalidInputError(
            f"{name} must be functions that workers can import, defined by def in a module; "
            f"got {checks.show(given)}"
        )
    return text


def find(text: str, name: str = "a function") -> Callable[..., Any]:
    """Import what "module:function" names; modules of the current folder are found too.

    Raises
    ------
    InvalidInputError
        When there is no such module, or no such function in it.
    """
    module, _, path = text.partition(":")
    try:
        found: Any = _module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except Exception as error:  # whatever its code raises while it is imported
        reason = f"{type(error).__name__}: {error}"
        raise InvalidInputError(
            f"{name} must be module:function; cannot import {text!r} ({reason})"
        ) from error
    if not callable(found):
        raise InvalidInputError(f"{name} must be module:function; {text!r} is {checks.show(found)}")
    return found


def rule(text: str) -> str | Callable[..., Any]:
    """Return what ``HopfieldNetwork(rule=...)`` takes for a text of ``reference``."""
    return find(text) if ":" in text else text


def digest(text: str) -> str:
    """Return a hash of a function's source: results depend on it.

    Raises
    ------
    InvalidInputError
        When the source cannot be read.
    """
    function = inspect.unwrap(find(text))
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):  # typed into an interpreter, or compiled
        code = getattr(function, "__code__", None)
        source = repr((code.co_code, code.co_consts, code.co_names)) if code else text
    return hashlib.sha256(source.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _module(name: str) -> Any:
    here = os.getcwd()
    if name in sys.modules or here in sys.path or "" in sys.path:
        return importlib.import_module(name)
    sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(here)
