"""The handout's experiment: how often a pattern is recalled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, models
from hopfield_sim.backends import blas
from hopfield_sim.course.network import RULES
from hopfield_sim.patterns import flip, random_patterns

# Below this many neurons the threads of a matrix product wait for each other more than they work.
_LARGE = 1000


@checks.by_name
def experiment(
    size: int,
    num_patterns: Any,
    weight_rule: str,
    num_perturb: int,
    num_trials: int = 10,
    max_iter: int = 100,
    *,
    rng: int | np.random.Generator | None = None,
) -> dict[str, Any]:
    """Store random patterns, perturb one, let it flow synchronously: the fraction recalled exactly.

    Every trial makes a network of its own, and perturbs a pattern chosen at random. With a list of
    numbers of patterns it learns as many as the largest says and is tried at every number on the
    way: the fractions are those of one network that grows, which takes no longer than the largest.

    Parameters
    ----------
    size : int
        Neurons N.
    num_patterns : int or list of int
        Patterns to store.
    weight_rule : {"hebbian", "storkey"}
        Storkey's weights keep their diagonal, and a field of zero gives +1, as everywhere in the
        course.
    num_perturb : int
        Distinct elements to flip.
    num_trials : int
        Networks. The fraction p then has a standard error of √(p (1 − p)/num_trials).
    max_iter : int
        The most synchronous updates to make.
    rng : None, int or numpy.random.Generator
        The seed.

    Returns
    -------
    dict
        ``network_size``, ``weight_rule``, ``num_patterns``, ``num_perturb`` as given, and
        ``match_frac``, a list of fractions if ``num_patterns`` is one.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments that make no sense.

    Examples
    --------
    >>> experiment(100, 5, "hebbian", 20, rng=1)["match_frac"]
    1.0
    >>> experiment(100, [5, 40], "hebbian", 20, rng=1)["match_frac"]
    [1.0, 0.0]
    """
    size = checks.integer(size, "size", minimum=1)
    weight_rule = checks.choice(weight_rule, RULES, "weight_rule")
    num_perturb = checks.integer(num_perturb, "num_perturb", minimum=0, maximum=size)
    num_trials = checks.integer(num_trials, "num_trials", minimum=1)
    max_iter = checks.integer(max_iter, "max_iter", minimum=0)
    several = np.ndim(num_patterns) == 1 and len(num_patterns) > 0
    loads = [
        checks.integer(load, "num_patterns", minimum=1)
        for load in (num_patterns if several else [num_patterns])
    ]
    source = checks.generator(rng)
    recalled = np.zeros(len(loads))
    with blas.limit(1 if size < _LARGE else None):
        for _ in range(num_trials):
            recalled += _trial(size, loads, weight_rule, num_perturb, max_iter, source)
    fractions = (recalled / num_trials).tolist()
    return {
        "network_size": size,
        "weight_rule": weight_rule,
        "num_patterns": loads if several else loads[0],
        "num_perturb": num_perturb,
        "match_frac": fractions if several else fractions[0],
    }


def _trial(
    size: int,
    loads: list[int],
    rule: str,
    num_perturb: int,
    max_iter: int,
    source: np.random.Generator,
) -> NDArray[np.bool_]:
    """Was the pattern recalled, at each load? One network learns more and more."""
    patterns = random_patterns(max(loads), size, rng=source)
    net = models.HopfieldNetwork(rule, zero_diagonal=rule == "hebbian")
    recalled = np.zeros(len(loads), bool)
    stored = 0
    for index in np.argsort(loads, kind="stable"):
        load = loads[index]
        if load > stored:
            net.store(patterns[stored:load])
            stored = load
        target = patterns[source.integers(load)]
        cue = flip(target, count=num_perturb, rng=source)
        recalled[index] = np.array_equal(_end(net, cue, max_iter), target)
    return recalled


def _end(net: models.HopfieldNetwork, cue: NDArray[np.int8], max_iter: int) -> NDArray[np.int8]:
    """Where the handout's synchronous dynamics ends: a cycle of two runs to ``max_iter``."""
    run = net.recall(cue, update="sync", ties="plus", max_sweeps=max_iter)
    if run.stop == "cycle" and (max_iter - run.sweeps) % 2:
        return net.recall(run.states, update="sync", ties="plus", max_sweeps=1).states
    return run.states
