"""The arguments that studies have in common, judged once: sizes, rules, networks, seed, backend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from hopfield_sim import backends, checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models import HopfieldNetwork

__all__ = [
    "ADJECTIVES",
    "RULES",
    "UPDATES",
    "backend",
    "interactions",
    "network",
    "networks",
    "orders",
    "rules",
    "seed",
    "sizes",
]

RULES = ("hebbian", "storkey", "pseudoinverse", "perceptron")
UPDATES = ("sync", "async")

ADJECTIVES = {
    "hebbian": "Hebbian",
    "storkey": "Storkey",
    "pseudoinverse": "pseudo-inverse",
    "perceptron": "perceptron",
    "polynomial": "polynomial",
    "rectified": "rectified",
    "sync": "synchronous",
    "async": "asynchronous",
}
"""The words of the configuration as a sentence has them."""


def sizes(value: Any, *, minimum: int = 3) -> list[int]:
    """Judge numbers of neurons: at least one, each once, in rising order."""
    found = [checks.integer(n, "sizes", minimum=minimum) for n in several(value, "sizes")]
    return sorted(set(found))


def rules(value: Any) -> list[str]:
    """Judge learning rules by name: at least one, each once."""
    found = [checks.choice(rule, RULES, "rules") for rule in several(value, "rules")]
    return list(dict.fromkeys(found))


def orders(value: Any, *, minimum: int = 1, maximum: int) -> list[int]:
    """Judge powers of a dense memory: at least one, each once, in rising order."""
    found = [
        checks.integer(n, "orders", minimum=minimum, maximum=maximum)
        for n in several(value, "orders")
    ]
    return sorted(set(found))


def interactions(value: Any, known: Iterable[str]) -> list[str]:
    """Judge interactions of a dense memory by name: at least one, each once."""
    words = list(known)
    found = [checks.choice(w, words, "interactions") for w in several(value, "interactions")]
    return list(dict.fromkeys(found))


def fractions(value: Any) -> list[float]:
    """Judge fractions of the bits: at least one, each once, in rising order."""
    found = [checks.real(f, "fractions", minimum=0, maximum=1) for f in several(value, "fractions")]
    return sorted(set(found))


def networks(value: int | None, of: list[int], default: Callable[[int], int]) -> list[int]:
    """Judge the number of networks, one entry a size: the same for all when a number is given."""
    if value is None:
        return [default(n) for n in of]
    return [checks.integer(value, "networks", minimum=1)] * len(of)


def seed(rng: Any) -> int:
    """Turn ``rng`` into the seed that a configuration keeps: an integer stays as it is."""
    key = checks.key(rng)
    return int(rng) if isinstance(rng, (int, np.integer)) else key


def backend(name: str) -> str:
    """Return the backend that will do the work: "auto" is settled here, for all workers alike."""
    return backends.get(name).name


def network(rule: str, config: Mapping[str, Any]) -> HopfieldNetwork:
    """Make an empty network as the course does: only Storkey's rule keeps its diagonal."""
    return HopfieldNetwork(rule, zero_diagonal=rule != "storkey", backend=config["backend"])


def several(value: Any, name: str) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidTypeError(f"{name} must be a list; got {checks.show(value)}")
    found = list(value)
    if not found:
        raise InvalidInputError(f"{name} must not be empty")
    return found
