"""Numbers of any size that a float has, wherever numbers may be real: finite answers, or words."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.random import Generator

import hopfield_sim as hs
from benchmarks.reliability import arguments
from benchmarks.reliability.tally import Tally

ROUNDS = (4000, 200_000)

SPINS = hs.random_patterns(3, 9, rng=0)
LABELS = np.arange(6) % 2

Verbs = dict[str, Callable[[], Any]]


def attack(rounds: int, first: int = 0) -> Tally:
    """Make a memory with numbers of any size, and ask it for one of all that it tells."""
    tally = Tally()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(first, first + rounds):
            _one(number, tally)
    return tally


def _one(number: int, tally: Tally) -> None:
    generator = np.random.default_rng(number)
    name, make = list(MEMORIES.items())[number % len(MEMORIES)]
    what = f"{number}, {name}"
    try:
        with np.errstate(all="raise"):  # as people set it to find errors of their own
            verbs = make(generator)
            verb = generator.choice(list(verbs))
            what = f"{what}.{verb}"
            answer = verbs[verb]()
    except hs.errors.HopfieldError:
        tally.right("refused")
    except Exception as error:
        tally.lost(f"{what}: {type(error).__name__}: {error}")
    else:
        # Where a sum of features is zero, nothing is left of it: the energy is infinite.
        allowed = arguments.without_nan if name == "distributed" else arguments.finite
        tally.judge(allowed(answer), "finite", f"{what}: not finite")


def _size(generator: Generator) -> float:
    """From 5e-324 to 1.8e308, or something usual."""
    exponent = generator.uniform(*((-323.3, 308.25) if generator.random() < 0.5 else (-2, 2)))
    return float(10.0**exponent)


def _reals(generator: Generator, *shape: int) -> Any:
    """Numbers of one size."""
    with np.errstate(all="ignore"):
        return np.clip(generator.normal(size=shape) * _size(generator), -1.7e308, 1.7e308)


def _hopfield(generator: Generator) -> Verbs:
    weights = np.triu(_reals(generator, 9, 9), 1)
    thresholds = _reals(generator, 9)
    net = hs.HopfieldNetwork.from_weights(weights + weights.T, thresholds=thresholds)
    return _of_spins(net, generator) | {"fields": partial(net.fields, SPINS)}


def _dense(generator: Generator) -> Verbs:
    word = generator.choice(["polynomial", "rectified", "exponential"])
    order = int(generator.integers(2, 65))
    return _of_spins(hs.DenseMemory(str(word), order).store(SPINS), generator)


def _trained(generator: Generator) -> Verbs:
    rate, temperature = _size(generator), _size(generator)
    memory = hs.TrainedDenseMemory(4, 3, rate=rate, temperature=temperature, rng=0)
    return _of_spins(memory.store(SPINS, max_iter=20), generator)


def _of_spins(memory: Any, generator: Generator) -> Verbs:
    how = {"temperature": _size(generator), "max_sweeps": 3, "record": ["energy"]}
    return {
        "energy": partial(memory.energy, SPINS),
        "energy_gap": partial(memory.energy_gap, SPINS),
        "recall": partial(memory.recall, SPINS, rng=0),
        "warm recall": partial(memory.recall, SPINS, rng=0, **how),
    }


def _restricted(generator: Generator) -> Verbs:
    method = str(generator.choice(["rotation", "gradient"]))
    memory = hs.RestrictedHopfield(4, gate=min(1.0, _size(generator)), rng=0)
    memory.store(SPINS, method=method, max_iter=20, rate=_size(generator))
    return {name: partial(getattr(memory, name), SPINS) for name in ("energy", "hidden", "recall")}


def _modern(generator: Generator) -> Verbs:
    similarity = str(generator.choice(["dot", "cosine", "euclidean", "manhattan"]))
    patterns, states = _reals(generator, 5, 9), _reals(generator, 5, 9)
    dtype = generator.choice(["f4", "f8"])
    with np.errstate(all="ignore"):
        memory = hs.ModernHopfield(_size(generator), similarity=similarity)
        memory.store(patterns.astype(dtype))
    verbs = ("energy", "gradient", "attention", "recall", "suggest_beta")
    return {name: partial(getattr(memory, name), states) for name in verbs}


def _distributed(generator: Generator) -> Verbs:
    kernel = str(generator.choice(["sincos", "cos", "exp", "expexp"]))
    memory = hs.DistributedMemory(9, _size(generator), kernel=kernel, rng=0)
    memory.store(_reals(generator, 5, 9))
    states = _reals(generator, 5, 9)
    verbs = ("energy", "gradient", "features", "recall")
    along = partial(memory.curvature, states, _reals(generator, 5, 9))
    return {name: partial(getattr(memory, name), states) for name in verbs} | {"curvature": along}


def _classifier(generator: Generator) -> Verbs:
    inputs = np.clip(_reals(generator, 6, 9), -1, 1)
    ends = (_size(generator), _size(generator))
    memory = hs.DenseClassifier(4, epochs=2, rate=_size(generator), temperature=ends, rng=0)
    memory.fit(inputs, LABELS)
    verbs = ("votes", "decide", "participation")
    return {name: partial(getattr(memory, name), inputs) for name in verbs}


MEMORIES: dict[str, Callable[[Generator], Verbs]] = {
    "hopfield": _hopfield,
    "dense": _dense,
    "trained": _trained,
    "restricted": _restricted,
    "modern": _modern,
    "distributed": _distributed,
    "classifier": _classifier,
}
