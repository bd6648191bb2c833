"""The arguments that studies have in common, judged once: sizes, rules, networks, seed, backend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from hopfield_sim import backends, checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models import HopfieldNetwork
from hopfield_sim.rules import RULES

__all__ = [
    "UPDATES",
    "backend",
    "betas",
    "count",
    "fractions",
    "integers",
    "interactions",
    "network",
    "networks",
    "orders",
    "reals",
    "room",
    "rules",
    "seed",
    "sizes",
    "words",
]

UPDATES = ("sync", "async")

_LARGEST = 10**9
"""Of anything that is counted: beyond it nothing fits into a memory, nor soon into 64 bits."""


def sizes(value: Any, *, minimum: int = 3) -> list[int]:
    """Judge numbers of neurons: at least one, each once, in rising order."""
    return integers(value, "sizes", minimum=minimum)


def rules(value: Any) -> list[str]:
    """Judge learning rules by name: at least one, each once."""
    return words(value, "rules", RULES)


def orders(value: Any, *, minimum: int = 1, maximum: int) -> list[int]:
    """Judge powers of a dense memory: at least one, each once, in rising order."""
    return integers(value, "orders", minimum=minimum, maximum=maximum)


def interactions(value: Any, known: Iterable[str]) -> list[str]:
    """Judge interactions of a dense memory by name: at least one, each once."""
    return words(value, "interactions", known)


def fractions(value: Any) -> list[float]:
    """Judge fractions of the bits: at least one, each once, in rising order."""
    return reals(value, "fractions", minimum=0, maximum=1)


def betas(value: Any, name: str = "betas") -> list[float]:
    """Judge inverse temperatures: at least one, above 0, each once, in rising order."""
    found = reals(value, name, minimum=0)
    if found[0] == 0:
        raise InvalidInputError(f"{name} must be greater than 0; got 0")
    return found


def words(value: Any, name: str, known: Iterable[str]) -> list[str]:
    """Judge words out of those known: at least one, each once, as they come."""
    known = list(known)
    return list(dict.fromkeys(checks.choice(word, known, name) for word in _several(value, name)))


def integers(value: Any, name: str, *, minimum: int, maximum: int | None = None) -> list[int]:
    """Judge integers within bounds: at least one, each once, in rising order."""
    found = [
        checks.integer(n, name, minimum=minimum, maximum=maximum) for n in _several(value, name)
    ]
    checks.integer(max(found), name, maximum=_LARGEST)
    return sorted(set(found))


def count(value: Any, name: str, *, minimum: int = 1) -> int:
    """Judge a number of neurons, patterns, states or the like."""
    return checks.integer(checks.integer(value, name, minimum=minimum), name, maximum=_LARGEST)


def room(shapes: Iterable[tuple[int, int]], *, itemsize: int = 8) -> None:
    """Refuse, before any trial, arrays of these shapes that do not fit into memory."""
    for rows, columns in shapes:
        what = f"a trial with {rows} x {columns} numbers"
        checks.memory(itemsize * rows * columns, what, "ask for fewer or for smaller ones")


def reals(value: Any, name: str, *, minimum: float, maximum: float | None = None) -> list[float]:
    """Judge real numbers within bounds: at least one, each once, in rising order."""
    found = [checks.real(x, name, minimum=minimum, maximum=maximum) for x in _several(value, name)]
    return sorted(set(found))


def networks(value: int | None, of: list[int], default: Callable[[int], int]) -> list[int]:
    """Judge the number of networks, one entry a size: the same for all when a number is given."""
    if value is None:
        return [default(n) for n in of]
    return [count(value, "networks")] * len(of)


def seed(rng: Any) -> int:
    """Turn ``rng`` into the seed that a configuration keeps: an integer stays as it is."""
    key = checks.key(rng)
    return int(rng) if isinstance(rng, (int, np.integer)) else key


def backend(name: str) -> str:
    """Return the backend that will do the work: "auto" is settled here, for all workers alike."""
    return backends.get(name).name


def network(rule: str, config: Mapping[str, Any]) -> HopfieldNetwork:
    """Make an empty network as the course does: only Storkey's rule keeps its diagonal."""
    keeps = rule in RULES and RULES[rule].keeps_diagonal
    return HopfieldNetwork(rule, zero_diagonal=not keeps, backend=config["backend"])


def _several(value: Any, name: str) -> list[Any]:
    """Judge a list of anything: at least one."""
    try:
        found = None if isinstance(value, str) else list(value)
    except TypeError:  # nothing to go through, or an array of no dimension
        found = None
    if found is None:
        raise InvalidTypeError(f"{name} must be a list; got {checks.show(value)}")
    if not found:
        raise InvalidInputError(f"{name} must not be empty")
    return found
