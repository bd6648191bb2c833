"""User functions and memories in a study, as strings "module:name" that any worker can import."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Collection
from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models import HopfieldNetwork
from hopfield_sim.rules import RULES
from hopfield_sim.testing import check_interaction, check_memory, check_rule, check_similarity

__all__ = [
    "digest",
    "find",
    "is_rule",
    "judge_interaction",
    "judge_memory",
    "judge_rule",
    "judge_similarity",
    "memory",
    "named",
    "reference",
    "taken",
]

RULE = "functions of patterns (P, N)"
MEMORY = "functions of patterns (P, N), or classes of memories,"
INTERACTION = "functions of overlaps, or classes of them,"
SIMILARITY = "functions of states (B, N) and memories (P, N)"
MEASURE = "a function of the grid's arguments and rng"


def reference(value: Any, name: str, known: Collection[str] = RULES, what: str = RULE) -> str:
    """Return a learning rule or memory as a string: its name, or "module:name".

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
        if ":" not in value and known:
            return checks.choice(value, known, name)
        find(value, name)
        return value
    if not callable(value):
        raise InvalidTypeError(
            f"{name} must be {'names or ' if known else ''}{what}; got {checks.show(value)}"
        )
    text = f"{getattr(value, '__module__', '')}:{getattr(value, '__qualname__', '')}"
    try:
        imported = find(text, name)
    except (InvalidInputError, InvalidTypeError):
        imported = None
    if imported is not value:
        raise InvalidInputError(
            f"{name} must be {what} that workers can import, defined by def in a module"
            f"{', or by class' if 'classes' in what else ''}; "
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


def named(text: str) -> str | Callable[..., Any]:
    """Return a name, or the function or class at "module:name": what the package's memories take
    as ``rule``, ``interaction`` or ``similarity``.
    """
    return find(text) if ":" in text else text


def is_rule(text: str) -> bool:
    """Return whether a string of ``reference`` is a rule: a name, or a function of the patterns."""
    if ":" not in text:
        return True
    target = find(text)
    if isinstance(target, type):
        return False
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # some compiled callables have no signature
        return True
    return any(p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD for p in parameters)


def memory(text: str) -> Any:
    """Return an empty memory of "module:name", a class, a function that makes one, or a rule.

    Raises
    ------
    InvalidInputError
        For what makes no memory: no object with ``store`` and ``recall``.
    """
    if is_rule(text):
        return HopfieldNetwork(find(text))
    try:
        made = find(text)()
    except Exception as error:
        raise InvalidInputError(
            f"{text} must make a memory when it is called without arguments; it raised "
            f"{type(error).__name__}: {checks.message(error)}"
        ) from error
    if not all(callable(getattr(made, name, None)) for name in ("store", "recall")):
        raise InvalidInputError(
            f"{text} must make a memory, with store and recall; it made {checks.show(made)}"
        )
    return made


def taken(function: Callable[..., Any], **options: Any) -> dict[str, Any]:
    """Return those of the options that a function takes.

    Examples
    --------
    >>> taken(lambda states, rng: None, rng=1, n_threads=1)
    {'rng': 1}
    """
    known = inspect.signature(function).parameters
    return {name: value for name, value in options.items() if name in known}


def judge_rule(text: str) -> None:
    """Warn of a rule without a property that those of the package have; a study measures it."""
    _judge(check_rule, find(text), text)


def judge_memory(text: str) -> None:
    """Warn of such a memory.

    Raises
    ------
    InvalidInputError
        For what is no memory at all.
    """
    if is_rule(text):
        judge_rule(text)
    else:
        _judge(check_memory, memory(text), text)


def judge_interaction(text: str) -> None:
    """Warn of such an interaction."""
    _judge(check_interaction, find(text), text)


def judge_similarity(text: str) -> None:
    """Warn of such a similarity."""
    _judge(check_similarity, find(text), text)


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


def _judge(check: Callable[[Any], None], what: Any, text: str) -> None:
    try:
        check(what)
    except Exception as error:  # whatever its code raises
        checks.warn(f"{text}: {checks.message(error)}")


def _module(name: str) -> Any:
    here = os.getcwd()
    if name in sys.modules or here in sys.path or "" in sys.path:
        return importlib.import_module(name)
    sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(here)
