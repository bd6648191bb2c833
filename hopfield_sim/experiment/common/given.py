"""Patterns of your own in a study: the option ``--patterns``, for files, folders and arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.common.packing import unpack_states
from hopfield_sim.experiment.common.pattern_files import packed
from hopfield_sim.experiment.sweeps.fields import (
    Kind,
    choice,
    integer,
    one_or_default,
    option,
    real,
)
from hopfield_sim.experiment.sweeps.study import Config, Study
from hopfield_sim.patterns import hidden_manifold, hierarchical, random_patterns

__all__ = ["Patterned", "draw", "fitting", "independent", "rows"]

Spins = NDArray[np.int8]

KIND = Kind(packed, "PATH", "paths, or an array (P, N) or (P, H, W)", checks.path, repeated=True)


_USUAL = {"kind": "random", "activity": 0.5, "correlation": 0.0, "family": 10, "factors": 0.2}
"""What random patterns are by default."""

_TAKES = {
    "random": ("activity", "correlation"),
    "hierarchical": ("correlation", "family"),
    "hidden-manifold": ("factors",),
}
"""What says more about random patterns of a kind."""


@dataclass(frozen=True, eq=False)
class Patterned(Study):
    """Base class of studies of random patterns, or of those of a user.

    The number of neurons is that of the given patterns, and no more are stored than were given.
    """

    _: KW_ONLY
    patterns: Any = option(
        None,
        one_or_default(KIND),
        "patterns of your own instead of random ones: .npy, .npz, .csv, a picture or a folder of "
        "pictures; each network stores rows drawn from them",
    )
    kind: str = option(
        "random",
        choice(_TAKES),
        "kind of random patterns: all alike, in families, or combinations of few factors",
    )
    activity: float = option(0.5, real(0, 1), "probability of +1 in random patterns")
    correlation: float = option(
        0.0,
        real(0, 1),
        "mean overlap of random patterns, of hierarchical ones within a family; 0 for independent "
        "ones",
    )
    family: int = option(10, integer(1), "number of hierarchical patterns in a family")
    factors: float = option(
        0.2, real(0, 1000), "number of factors of a hidden manifold, as a fraction of N"
    )

    def settle(self, config: Config) -> Config:
        """Let given patterns decide how many neurons there are, and how many patterns at most."""
        other = [name for name, usual in _USUAL.items() if config[name] != usual]
        kind = config["kind"]
        if strange := [name for name in other if name not in ("kind", *_TAKES[kind])]:
            raise InvalidInputError(
                f"{strange[0]} does not go with kind={kind!r}, which takes "
                f"{' and '.join(_TAKES[kind])}; leave it out"
            )
        if kind == "hierarchical" and not config["correlation"]:
            raise InvalidInputError(
                "hierarchical patterns need a correlation, the mean overlap of two of one family, "
                "above 0; got 0, at which all are independent"
            )
        draw(config | {"patterns": None}, 1, 1, np.random.default_rng(0))  # refuses what is not
        if config["patterns"] is not None:
            if other:
                raise InvalidInputError(
                    f"{', '.join(_USUAL)} are of random patterns; those of patterns= are what they "
                    f"are; got {', '.join(other)}, too"
                )
            most, n = config["patterns"]["states"]["shape"]
            config |= {"sizes": [n]} if "sizes" in config else {}
            config |= {"n_neurons": n} if "n_neurons" in config else {}
            if "n_patterns" in config:
                config["n_patterns"] = min(config["n_patterns"], most)
        return config


def draw(config: Mapping[str, Any], count: int, n_neurons: int, rng: np.random.Generator) -> Spins:
    """Return patterns (count, N): random ones of the kind that is asked for, those of a family
    one after another, or different rows of those given, in any order.
    """
    given = rows(config)
    if given is not None:
        return given[rng.permutation(len(given))[:count]]
    how = {name: config.get(name, usual) for name, usual in _USUAL.items()}
    if how["kind"] == "hierarchical":
        family = how["family"]
        tree = [-(-count // family), family]
        return hierarchical(tree, n_neurons, [0.0, how["correlation"]], rng=rng)[:count]
    if how["kind"] == "hidden-manifold":
        return hidden_manifold(count, n_neurons, max(1, round(how["factors"] * n_neurons)), rng=rng)
    how = {name: how[name] for name in _TAKES["random"]}
    return random_patterns(count, n_neurons, **how, rng=rng)


def independent(config: Mapping[str, Any]) -> bool:
    """Return whether patterns are random, unbiased and independent, as theory has them."""
    return config.get("patterns") is None and all(
        config.get(name, usual) == usual for name, usual in _USUAL.items()
    )


def rows(config: Mapping[str, Any]) -> Spins | None:
    """Return the given patterns (P, N), read-only; None for random ones."""
    given = config.get("patterns")
    if given is None:
        return None
    return _unpacked(given["states"]["bits"], *given["states"]["shape"])


def fitting(config: Config, name: str, count: Callable[[Any], int]) -> list[Any]:
    """Return the values of a field for which there are patterns enough; warn of the others.

    Parameters
    ----------
    config : dict
        Configuration.
    name : str
        Field, a list.
    count : callable
        Value of it → number of patterns.
    """
    values: list[Any] = config[name]
    if config["patterns"] is None:
        return values
    most, n = config["patterns"]["states"]["shape"]
    kept = [value for value in values if count(value) <= most]
    if len(kept) < len(values):
        checks.warn(
            f"{name}: {most} patterns of {n} neurons are given, too few for "
            f"{', '.join(f'{value:g}' for value in values if value not in kept)}, left out"
        )
    if not kept:
        raise InvalidInputError(
            f"{name} must ask for at most the {most} patterns that are given; got "
            f"{checks.show(values)}"
        )
    return kept


@lru_cache(maxsize=4)
def _unpacked(bits: str, *shape: int) -> Spins:
    states = unpack_states({"bits": bits, "shape": shape})
    states.flags.writeable = False
    return states
