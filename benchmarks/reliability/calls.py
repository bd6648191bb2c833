"""Public functions and memories, called with whatever comes: an answer, or an error of the tree."""

from __future__ import annotations

import inspect
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability.tally import Tally

ROUNDS = (3000, 50_000)

VALUES: list[Any] = [
    *(0, 1, -1, 3, 9, 0.5, -0.0, 1e300, 1e-300, float("nan"), float("inf"), 2**70, True, None),
    *("", "sync", "hebbian", "nothing", b"x", (), [], {}, [1, -1, 1], [[1, -1, 1], [1, 1, -1]]),
    *([[1, "x"]], [[1], [1, 2]], {1, -1}, object(), 1j, range(3), lambda x: x),
    *(np.zeros((0, 3)), np.ones((2, 3, 4)), np.float32(2), np.int8(-1), np.array(7), np.ma.ones(3)),
    np.array([[1, -1, 1, -1]], np.int8),
    np.full((3, 9), np.nan),
    np.where(np.random.default_rng(0).random((3, 9)) < 0.5, -1, 1),
]

NOT_CALLED = {"load", "use_backend"}
"""``load`` has an attack of its own; ``use_backend`` would change the rounds that follow."""


def attack(rounds: int) -> Tally:
    """Take the functions in turn, with arguments drawn at random."""
    warnings.simplefilter("ignore")
    tally = Tally()
    functions = _functions()
    for number in range(rounds):
        name, function = functions[number % len(functions)]
        rng = random.Random(number)
        words = _arguments(function, rng)
        try:
            function(**words)
        except hs.errors.HopfieldError:
            tally.right("an error of the tree")
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            tally.lost(f"{number}, {name}({words}): {told}")
        else:
            tally.right("an answer")
    return tally


def _functions() -> list[tuple[str, Callable[..., Any]]]:
    rooms = {"": hs, "theory.": hs.theory, "rules.": hs.rules}
    found = [
        (f"{prefix}{name}", getattr(room, name))
        for prefix, room in rooms.items()
        for name in room.__all__
        if name not in NOT_CALLED
    ]
    net = hs.HopfieldNetwork().store(hs.random_patterns(2, 9, rng=0))
    memories = [net, hs.DenseMemory(order=3).store(hs.random_patterns(2, 9, rng=0))]
    for memory in memories:
        for method in ("recall", "energy", "store"):
            if hasattr(memory, method):
                found.append((f"{type(memory).__name__}.{method}", getattr(memory, method)))
    return [(name, f) for name, f in found if callable(f) and _named(f)]


def _named(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function)
    except (TypeError, ValueError):
        return False
    return True


def _arguments(function: Callable[..., Any], rng: random.Random) -> dict[str, Any]:
    """Values for all arguments that must be given, and for some others."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {
        name: rng.choice(VALUES)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind not in kinds
        and (parameter.default is inspect.Parameter.empty or rng.random() < 0.3)
    }
