"""The experiment of the handout: how often a pattern is recalled."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, models
from hopfield_sim.course.network import RULES
from hopfield_sim.patterns import flip, random_patterns
from hopfield_sim.support import blas

# For fewer neurons, threads of a matrix product cost more than they gain.
_LARGE = 1000

_LISTS = "successful_t_values", "unsuccessful_t_values"

_Arguments = ParamSpec("_Arguments")
_Experiment = Callable[_Arguments, dict[str, Any]]


def _with_two_lists(function: _Experiment[_Arguments]) -> _Experiment[_Arguments]:
    """Let ``experiment`` be called as students do, with two lists before ``num_trials``."""

    @wraps(function)
    def either(*args: Any, **named: Any) -> dict[str, Any]:
        if len(args) > 5 and isinstance(args[4], list) and isinstance(args[5], list):
            args, lists = (*args[:4], *args[6:]), args[4:6]
        elif named.keys() >= set(_LISTS):
            lists = tuple(named.pop(name) for name in _LISTS)
        else:
            return function(*args, **named)
        result = function(*args, **named)
        result = {key: v if isinstance(v, list) else [v] for key, v in result.items()}
        for load, fraction in zip(result["num_patterns"], result["match_frac"], strict=True):
            lists[fraction < 0.9].append(load)
        return result

    return either


@_with_two_lists
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
    """Fraction of perturbed random patterns that synchronous dynamics recalls exactly.

    Every trial uses a new network and perturbs a stored pattern chosen at random. For a list of
    numbers of patterns, one network learns patterns up to the largest number and is tested at each
    number in the list; this takes no longer than the largest alone.

    Parameters
    ----------
    size : int
        Number of neurons N.
    num_patterns : int or list of int
        Number of stored patterns.
    weight_rule : {"hebbian", "storkey"}
        Learning rule. Storkey's weights keep their diagonal, and a field of zero gives +1, as
        everywhere in the course.
    num_perturb : int
        Number of distinct elements to flip.
    num_trials : int
        Number of networks. The standard error of a fraction p is √(p (1 − p)/num_trials).
    max_iter : int
        Maximum number of synchronous updates.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    dict
        The arguments ``network_size``, ``weight_rule``, ``num_patterns`` and ``num_perturb``, and
        the fraction ``match_frac``, a list if ``num_patterns`` is a list.

    Notes
    -----
    Also called as ``experiment(size, num_patterns, weight_rule, num_perturb, successful,
    unsuccessful, num_trials=10, max_iter=100)``, as in a published student project: then numbers of
    patterns with a fraction of at least 0.9 are appended to the list ``successful``, the others to
    ``unsuccessful``, and every entry of the result is a list.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``size``, ``num_patterns`` or ``num_trials`` is below 1, ``max_iter`` is negative,
        ``num_perturb`` is not from 0 to N, or ``weight_rule`` is unknown.

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
    """Whether the pattern was recalled, at each load, by one network that learns incrementally."""
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
    """Final state of the handout's synchronous dynamics: a cycle of two runs to ``max_iter``."""
    run = net.recall(cue, update="sync", ties="plus", max_sweeps=max_iter)
    if run.stop == "cycle" and (max_iter - run.sweeps) % 2:
        return net.recall(run.states, update="sync", ties="plus", max_sweeps=1).states
    return run.states
