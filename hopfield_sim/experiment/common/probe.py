"""Retrieval of noisy cues by networks that learn one pattern after another.

Hebbian networks of random patterns are a single compiled call for one cell, from drawing them to
the score. Others learn the patterns of all points one after another, and then recall the cues of
all of them in a single call; large ones, of whose matrices there is room for few, point by point.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import KW_ONLY, dataclass
from itertools import islice
from threading import Lock
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.experiment.common.given import Patterned, draw, independent
from hopfield_sim.experiment.common.helpers import network, repeats
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload
from hopfield_sim.models import HopfieldNetwork
from hopfield_sim.models.hopfield.together import settled
from hopfield_sim.patterns import flip
from hopfield_sim.rules import RULES

__all__ = ["Probed", "overlaps"]

_ONE_AT_A_TIME = Lock()
_SMALL = 150
"""Neurons up to which the trials of one process are made one at a time: they are short steps in
Python and NumPy, at each of which two threads wait for each other, longer than both take."""
_NUMBERS = 1 << 20
"""Weights and spins of cues in memory at a time: all points of a small network's curve, one point
of a large one's."""


@dataclass(frozen=True, eq=False)
class Probed(Patterned):
    """Base class of studies that probe networks, by rule and size, along a curve.

    ``budget`` has the smallest number of networks of a size, and their total number of neurons:
    small networks differ more from each other, and cost less.
    """

    budget: ClassVar[tuple[int, int]]

    sizes: Sequence[int] = option((), kinds.integers(3), "numbers of neurons, N")
    rules: Sequence[Any] = option(
        ("hebbian", "storkey"), kinds.memories(RULES), "learning rules, or memories of your own"
    )
    networks: int | None = repeats(
        "number of independent networks for each size and rule; by default more of small ones"
    )
    _: KW_ONLY
    max_sweeps: int = option(
        100, kinds.integer(1), "largest number of synchronous steps of a recall"
    )

    def settle(self, config: Config) -> Config:
        """Set the number of networks of each size."""
        config = super().settle(config)
        networks, (fewest, neurons) = config["networks"], self.budget
        usual = [max(fewest, min(200, neurons // n)) for n in config["sizes"]]
        config["networks"] = usual if networks is None else [networks] * len(usual)
        return config

    def cells(self) -> list[Cell]:
        """Return one cell for each curve: rule and size."""
        config = self.config
        return [
            Cell({"rule": rule, "n_neurons": n}, count)
            for rule in config["rules"]
            for n, count in zip(config["sizes"], config["networks"], strict=True)
        ]

    @abstractmethod
    def trials(self, cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]) -> list[Payload]:
        """Probe several networks of one rule and size at every point of the curve."""


def overlaps(
    rule: str,
    config: Mapping[str, Any],
    n_neurons: int,
    n_patterns: Sequence[int],
    flipped: Sequence[int],
    rngs: Sequence[np.random.Generator],
) -> NDArray[np.int64]:
    """Return the overlap N·m of each final state with its pattern, (K, L, S).

    Parameters
    ----------
    rule : str
        Learning rule.
    config : mapping
        Configuration with ``states`` (S, the number of cues), ``backend`` and ``max_sweeps``.
    n_neurons : int
        Number of neurons, N.
    n_patterns, flipped : sequences of L int
        At each point, how many patterns are stored (in rising order) and how many distinct
        bits of every cue are flipped. The cues are spread evenly over the patterns.
    rngs : sequence of K numpy.random.Generator
        One for each network; its result depends on no other.
    """
    if rule != "hebbian" or not independent(config):
        with _ONE_AT_A_TIME if n_neurons <= _SMALL else nullcontext():
            return np.stack(
                [_learning(rule, config, n_neurons, n_patterns, flipped, rng) for rng in rngs]
            )
    most = max(n_patterns)
    checks.memory(
        2 * most * n_neurons,
        f"{checks.show(most)} patterns of {checks.show(n_neurons)} neurons",
        "study smaller networks",
    )
    return backends.get(config["backend"]).pairs.retrieval(
        n_neurons,
        np.asarray(n_patterns, np.int64),
        np.asarray(flipped, np.int64),
        config["states"],
        np.array([checks.key(rng) for rng in rngs], np.uint64),
        config["max_sweeps"],
        n_threads=1,  # the sweep runs its workers in parallel
    )


def _learning(
    rule: str,
    config: Mapping[str, Any],
    n_neurons: int,
    n_patterns: Sequence[int],
    flipped: Sequence[int],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return the same, (L, S), for one network with any rule, some points at a time."""
    patterns, n_states = draw(config, max(n_patterns), n_neurons, rng), config["states"]
    networks = _growing(rule, config, patterns, n_patterns)
    out = np.empty((len(n_patterns), n_states), np.int64)
    step = max(1, _NUMBERS // (n_neurons * (n_neurons + n_states)))
    for start in range(0, len(n_patterns), step):
        points = range(start, min(start + step, len(n_patterns)))
        targets = np.empty((len(points), n_states, n_neurons), np.int8)
        cues, keys = targets.copy(), []
        for target, cue, point in zip(targets, cues, points, strict=True):
            # Early and late patterns differ: those that have more cues are drawn at random.
            target[:] = patterns[np.resize(rng.permutation(n_patterns[point]), n_states)]
            cue[:] = flip(target, count=flipped[point], rng=rng)
            keys.append(checks.key(rng))
        ends = _ends(list(islice(networks, len(points))), cues, config["max_sweeps"], keys)
        out[start : points.stop] = np.einsum("kbi,kbi->kb", ends, targets, dtype=np.int64)
    return out


def _growing(
    rule: str, config: Mapping[str, Any], patterns: NDArray[np.int8], n_patterns: Sequence[int]
) -> Iterator[Any]:
    """Yield a memory, by a rule as in the course or one of a user, with so many patterns."""
    net, stored = network(rule, config) if own.is_rule(rule) else own.memory(rule), 0
    for count in n_patterns:
        if count > stored and isinstance(net, HopfieldNetwork):
            net = copy(net).store(patterns[stored:count], advise=False)
        elif count > stored:  # whether it adds to what it holds is its own affair
            net = own.memory(rule)
            net.store(patterns[:count], **own.taken(net.store, advise=False))
        stored = count
        yield net


def _ends(
    networks: Sequence[Any], cues: NDArray[np.int8], max_sweeps: int, keys: Sequence[int]
) -> NDArray[np.int8]:
    """Return the final states, (K, S, N), of cues of each network."""
    if type(networks[0]) is HopfieldNetwork:
        return settled(networks, cues, ties="plus", max_sweeps=max_sweeps)
    ends = np.empty_like(cues)
    for net, cue, end, key in zip(networks, cues, ends, keys, strict=True):
        how: dict[str, Any] = {"update": "sync", "ties": "plus", "max_sweeps": max_sweeps}
        how |= {"rng": checks.generator(key), "n_threads": 1}
        run = net.recall(cue, **own.taken(net.recall, **how))
        end[:] = np.where(np.asarray(getattr(run, "states", run)) < 0, -1, 1)
    return ends
