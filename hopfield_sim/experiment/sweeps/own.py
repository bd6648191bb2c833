"""User functions in a study, as strings "module:function" that any worker can import."""

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


def reference(value: Any, name: str) -> str:
    """Return a learning rule as a string: its name, or "module:function".

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For an unknown name, or a function that other processes cannot import.

    Examples
    --------
    >>> reference("storkey", "rules")
    'storkey'
    >>> from hopfield_sim.rules import hebbian
    >>> reference(hebbian, "rules")
    'hopfield_sim.rules.hebbian:hebbian'
    """
    if isinstance(value, str):
        if ":" not in value:
            return checks.choice(value, RULES, name)
        find(value, name)
        return value
    if not callable(value):
        raise InvalidTypeError(
            f"{name} must be names or functions of patterns (P, N); got {checks.show(value)}"
        )
    text = f"{getattr(value, '__module__', '')}:{getattr(value, '__qualname__', '')}"
    try:
        imported = find(text, name)
    except (InvalidInputError, InvalidTypeError):
        imported = None
    if imported is not value:
        raise InvalidInputError(
            f"{name} must be functions that workers can import, defined by def in a module; "
            f"got {checks.show(value)}"
        )
    return text


def find(text: str, name: str = "a function") -> Callable[..., Any]:
    """Import a "module:function", also from the current folder.

    Raises
    ------
    InvalidInputError
        When the module or the function in it does not exist.
    """
    module, _, path = text.partition(":")
    try:
        target: Any = _module(module)
        for part in path.split("."):
            target = getattr(target, part)
    except Exception as error:  # whatever its code raises while it is imported
        reason = f"{type(error).__name__}: {error}"
        raise InvalidInputError(
            f"{name} must be module:function; cannot import {text!r} ({reason})"
        ) from error
    if not callable(target):
        raise InvalidInputError(
            f"{name} must be module:function; {text!r} is {checks.show(target)}"
        )
    return target


def rule(text: str) -> str | Callable[..., Any]:
    """Return the argument of ``HopfieldNetwork(rule=...)`` for a string of ``reference``."""
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
    except (OSError, TypeError):  # defined interactively, or compiled
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
