"""What stands against the load: the memory of a point, its cues and how it recalls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.experiment.common.given import draw
from hopfield_sim.experiment.common.helpers import law, network
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.study import Config
from hopfield_sim.models import DenseMemory, ModernHopfield
from hopfield_sim.patterns import random_patterns

__all__ = ["DIRECTIONS", "STARTS", "Direction"]

Spins = NDArray[np.int8]

STARTS = ("pattern", "cue")
"""Where a state starts: in a stored pattern (warm), or in a noisy cue of it (cold)."""


def _pairs(config: Config, patterns: Spins, value: float) -> Any:
    return network(config["rule"], config).store(patterns, advise=False)


def _dense(config: Config, patterns: Spins, order: int) -> Any:
    interaction = own.named(config["interaction"])
    memory = DenseMemory(interaction, order, backend=config["backend"])
    return memory.store(patterns, advise=False)


def _modern(config: Config, patterns: Spins, beta: float) -> Any:
    beta, similarity = beta / patterns.shape[1], own.named(config["similarity"])
    memory = ModernHopfield(beta, similarity=similarity, backend=config["backend"])
    return memory.store(patterns.astype(np.float64))


def _usual(config: Config, p: int, n: int, value: float, rng: np.random.Generator) -> Spins:
    return draw(config, p, n, rng)


def _biased(config: Config, p: int, n: int, activity: float, rng: np.random.Generator) -> Spins:
    return random_patterns(p, n, activity=activity, rng=rng)


def _classical_law(row: Mapping[str, Any], temperature: float) -> float:
    load = row["n_patterns"] / row["n_neurons"]
    return float(law("retrieval_overlap", load, row["temperature"]))


def _dense_law(row: Mapping[str, Any], temperature: float) -> float:
    load = row["n_patterns"] / float(row["n_neurons"]) ** (row["order"] - 1)
    return float(law("dense_retrieval_overlap", load, row["order"])) if not temperature else np.nan


def _modern_law(row: Mapping[str, Any], temperature: float) -> float:
    return float(law("modern_retrieval_overlap", row["n_patterns"], row["beta"]))


@dataclass(frozen=True)
class Direction:
    """A direction of the diagram.

    Parameters
    ----------
    field : str
        Field of the study with its values.
    words : str
        What it is, as sentences have it.
    size : int
        Usual number of neurons.
    loads : tuple of float
        Usual loads.
    memory : callable
        (configuration, patterns, value) → a memory that has stored them.
    patterns : callable
        (configuration, P, N, value, generator) → patterns (P, N).
    anew : bool
        Whether every value has a memory of its own, with other patterns.
    law : callable, optional
        (row, temperature) → overlap of theory's state near a pattern, of random patterns.
    lines : str
        What the lines of its diagram are.
    starts : tuple of str
        Where states start.
    own_cues : bool
        Whether its values are the fractions of flipped bits of cues.
    kind : str
        Field of the study that says the kind of memory: a rule, interaction or similarity.
    usual : str
        Its value that theory and its lines are for.
    dense : bool
        Whether its values are orders n, and loads P/N^(n − 1).
    """

    field: str
    words: str
    size: int = 1000
    loads: tuple[float, ...] = (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16)
    memory: Callable[[Config, Spins, Any], Any] = _pairs
    patterns: Callable[..., Spins] = _usual
    anew: bool = False
    law: Callable[[Mapping[str, Any], float], float] | None = None
    lines: str = ""
    starts: tuple[str, ...] = STARTS
    own_cues: bool = False
    kind: str = "rule"
    usual: str = "hebbian"
    dense: bool = False

    def count(self, load: float, n_neurons: int, value: Any = None) -> int:
        """Return the number of patterns at a load.

        Examples
        --------
        >>> DIRECTIONS["flips"].count(0.08, 1000), DIRECTIONS["flips"].count(0.01, 20)
        (80, 1)
        >>> DIRECTIONS["order"].count(0.1, 100, 3)
        1000
        """
        power = value - 1 if self.dense else 1
        return max(round(load * float(n_neurons) ** power), 1)


DIRECTIONS = {
    "temperature": Direction(
        "temperatures",
        "temperature",
        law=_classical_law,
        lines="Lines: replica theory for an infinite Hebbian network.",
    ),
    "flips": Direction(
        "flips",
        "fraction of flipped bits",
        lines="Line: the load up to which an infinite Hebbian network has states near its "
        "patterns; how far their basins reach has no exact theory.",
        starts=STARTS[1:],
        own_cues=True,
    ),
    "activity": Direction(
        "activities",
        "activity",
        patterns=_biased,
        anew=True,
        lines="The overlap is the correlation over neurons. Theory has no lines here.",
    ),
    "order": Direction(
        "orders",
        "order",
        100,
        (0.002, 0.004, 0.008, 0.016, 0.03, 0.06, 0.12, 0.24),
        _dense,
        anew=True,
        law=_dense_law,
        lines="Lines: the critical load of each order for N → ∞.",
        kind="interaction",
        usual="polynomial",
        dense=True,
    ),
    "beta": Direction(
        "betas",
        "βN",
        200,
        (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
        _modern,
        anew=True,
        law=_modern_law,
        lines="Line: the least β at which an infinite network has a state near each pattern.",
        kind="similarity",
        usual="dot",
    ),
}
"""By the name of their column."""
