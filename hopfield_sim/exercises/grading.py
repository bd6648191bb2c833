"""How a solution is tried: on copies, within a time limit, in silence, and never with a traceback.

First what comes back (numbers, shape, nothing changed in place), then properties and judges, then
the comparison with the solution. Where that differs, known mistakes are tried in its place.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import inspect
import io
import random
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from hopfield_sim.exercises.exercise import Exercise
from hopfield_sim.exercises.verdict import Verdict


class Wrong(Exception):
    """What is wrong with a solution, in words."""


class _TimeIsUp(BaseException):
    """Raised in the thread of a solution that takes too long."""


def grade(exercise: Exercise, candidate: Any, seconds: float) -> Verdict:
    """Try a solution and say what is wrong with it."""
    found: list[Verdict] = []

    def work() -> None:
        with contextlib.suppress(_TimeIsUp):
            try:
                message = _defect(exercise, candidate)
            except Wrong as wrong:
                message = str(wrong)
            found.append(Verdict(exercise.name, not message, message or "Right in every case."))

    # A thread, because a signal is heard only in the main thread, and not by Windows.
    thread = threading.Thread(target=work, daemon=True)
    with _quiet() as printed:
        thread.start()
        try:
            thread.join(seconds)
        finally:
            _end(thread)
    if not found:
        words = (
            f"your function did not come to an end within {seconds:g} s: does its loop ever stop?"
        )
        return Verdict(exercise.name, False, words)
    (verdict,) = found
    if printed.getvalue():
        hint = "your function prints; what it is asked for, it should return"
        return Verdict(verdict.name, verdict.passed, verdict.message, (hint,))
    return verdict


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """Catch what is printed; put warnings, standard input and global generators back."""
    printed, stdin = io.StringIO(), sys.stdin
    drawn, plain = np.random.get_state(), random.getstate()  # noqa: NPY002 (what students may use)
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            sys.stdin = io.StringIO()  # input() finds its end instead of waiting
            yield printed
    finally:
        sys.stdin = stdin
        np.random.set_state(drawn)  # noqa: NPY002
        random.setstate(plain)


def _end(thread: threading.Thread) -> None:
    """Stop a thread that still runs, at its next step of Python, and give it a moment."""
    for _ in range(3):
        if not thread.is_alive():
            return
        ident = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(_TimeIsUp))
        thread.join(0.2)


def _defect(exercise: Exercise, candidate: Any) -> str | None:
    """Return what is wrong, or None."""
    if isinstance(candidate, Exercise) or not callable(candidate):
        return f"give the function itself; this is of type {type(candidate).__name__}"
    _fits(exercise, candidate)
    cases = exercise.cases()
    values, truths = {}, {}
    for label, arguments in cases.items():
        truths[label] = exercise.solution(*copy.deepcopy(arguments))
        values[label] = _value(_called(exercise, candidate, label, arguments), truths[label], label)
        for prop in exercise.properties:
            if said := prop(values[label], *copy.deepcopy(arguments)):
                return str(said)
    for judge in exercise.judges:
        if said := judge(lambda *a: _called(exercise, candidate, "many draws", a)):
            return str(said)
    if exercise.random:
        return None
    for label, arguments in cases.items():
        again = _value(_called(exercise, candidate, label, arguments), truths[label], label)
        if not _same(again, values[label]):
            return f"called twice with the same arguments ({label}), it gives two answers"
    wrong = [label for label in cases if not _same(values[label], truths[label])]
    if not wrong:
        return None
    where = _where(values, truths, wrong)
    for mistake in exercise.mistakes:
        if all(_like(mistake.function, cases[label], values[label]) for label in cases):
            return f"{mistake.words} ({where})"
    return where


def _fits(exercise: Exercise, candidate: Any) -> None:
    wanted = list(exercise.signature.parameters)
    with contextlib.suppress(ValueError):  # some callables have no signature
        try:
            inspect.signature(candidate).bind(*wanted)
        except TypeError as error:
            call = f"{exercise.name}({', '.join(wanted)})"
            raise Wrong(f"it must accept the call {call}; yours does not: {error}") from None


def _called(exercise: Exercise, function: Any, label: str, arguments: tuple[Any, ...]) -> Any:
    """Return a function's answer to copies, after checking that it left them as they were."""
    given = tuple(
        value if isinstance(value, np.random.Generator) else copy.deepcopy(value)
        for value in arguments
    )
    try:
        value = function(*given)
    except _TimeIsUp:
        raise
    except NotImplementedError:
        raise Wrong("it is not written yet") from None
    except BaseException as error:
        said = f"{type(error).__name__}: {_text(error)}".rstrip(": ")
        own = traceback.extract_tb(error.__traceback__)[1:2]  # below this function's own line
        line = f"line {own[0].lineno}, " if own else ""
        raise Wrong(f"it raises {said} ({line}with {label})") from None
    for name, before, after in zip(exercise.signature.parameters, arguments, given, strict=False):
        if isinstance(before, np.ndarray) and not np.array_equal(before, np.asarray(after)):
            raise Wrong(
                f"it changes its argument {name} in place: the caller's array is another one "
                "after the call; work on a copy"
            )
    return value


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:200]
    except Exception:
        return "with a message that cannot be shown"


def _value(value: Any, truth: Any, label: str) -> Any:
    """Convert a result to numeric arrays of the expected shapes."""
    if value is None:
        raise Wrong("it returns None: is there a return at its end?")
    if value is ...:
        raise Wrong("it is not written yet")
    if isinstance(truth, tuple):
        if not isinstance(value, tuple | list) or len(value) != len(truth):
            raise Wrong(f"it must return {len(truth)} things; it returns a {type(value).__name__}")
        return tuple(_value(v, t, label) for v, t in zip(value, truth, strict=True))
    try:
        array = np.asarray(value)  # no copy of what may be huge
    except Exception:
        raise Wrong(
            f"its answer, of type {type(value).__name__}, is no array of numbers ({label})"
        ) from None
    if array.dtype.kind not in "biuf":
        kind = array.dtype if array.dtype.kind != "O" else type(value).__name__
        raise Wrong(f"it must return real numbers; this is {kind} ({label})")
    if array.shape != np.shape(truth):
        raise Wrong(
            f"its answer has shape {array.shape}, where {np.shape(truth)} is wanted ({label})"
        )
    array = array.astype(np.float32 if array.dtype in (np.float16, np.float32) else np.float64)
    if not np.isfinite(array).all():
        kind = "nan" if np.isnan(array).any() else "inf"
        raise Wrong(
            f"its answer has {kind} in it ({label}): does something overflow, or divide by zero?"
        )
    return array


def _same(value: Any, truth: Any) -> bool:
    if isinstance(truth, tuple):
        return all(_same(v, t) for v, t in zip(value, truth, strict=True))
    close = 1e-4 if value.dtype == np.float32 else 1e-8
    scale = max(float(np.abs(truth).max(initial=0.0)), 1e-300)
    return bool(np.allclose(value, truth, rtol=close, atol=close * min(scale, 1.0)))


def _like(mistake: Any, arguments: tuple[Any, ...], value: Any) -> bool:
    """Whether a mistaken function gives the answer found."""
    try:
        return _same(value, _value(mistake(*copy.deepcopy(arguments)), value, ""))
    except Exception:
        return False


def _where(values: dict[str, Any], truths: dict[str, Any], wrong: list[str]) -> str:
    """Say which cases are right, and by which factor others are off."""
    right = [label for label in values if label not in wrong]
    start = f"right for {right[0]}, " if right else ""
    factors = [(label, _factor(values[label], truths[label])) for label in wrong]
    known = [f"by the factor {factor:.4g} for {label}" for label, factor in factors if factor]
    if known and len(known) == len(wrong):
        return f"{start}off {' and '.join(known[:2])}"
    if isinstance(truths[wrong[0]], tuple):
        return f"{start}not what is wanted for {wrong[0]}"
    value, truth = values[wrong[0]], np.asarray(truths[wrong[0]])
    differs = np.argwhere(~np.isclose(value, truth, rtol=1e-4))
    at = f", first at [{', '.join(map(str, differs[0]))}]" if value.ndim and len(differs) else ""
    return f"{start}not what is wanted for {wrong[0]}{at}"


def _factor(value: Any, truth: Any) -> float | None:
    """Return the one factor between an answer and the truth, if there is one."""
    if isinstance(truth, tuple):
        return None
    truth = np.asarray(truth, dtype=np.float64)
    norm = float((truth * truth).sum())
    factor = float((value * truth).sum()) / norm if norm else 0.0
    return factor if abs(factor) > 1e-9 and _same(value, factor * truth) else None
