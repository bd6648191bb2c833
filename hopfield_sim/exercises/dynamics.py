"""Notebook 3: dynamics."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopfield_sim.exercises.draws import couplings, ring, spins
from hopfield_sim.exercises.exercise import exercise
from hopfield_sim.exercises.store import signs


def _orders() -> dict[str, tuple[np.ndarray, ...]]:
    tied = np.array([1, -1, -1, -1, 1, 1], dtype=np.int8)
    rng = np.random.default_rng(0)
    return {
        "N = 5": (couplings(5), spins(5), np.array([4, 2, 0, 1, 3])),
        "N = 8": (couplings(8), spins(8, seed=3), rng.permutation(8)),
        "N = 12": (couplings(12), spins(12), rng.permutation(12)),
        "a tie": (ring(6), tied, np.array([1, 0, 2, 3, 4, 5])),
    }


@exercise(3, _orders)
def update_async(weights: np.ndarray, state: np.ndarray, order: np.ndarray) -> np.ndarray:
    """One asynchronous sweep.

    Takes weights, (N, N), a state of ±1, (N,), and the order in which neurons are updated, (N,);
    returns the state after every neuron in turn has taken the sign of its field, which the
    neurons before it may have changed. Where the field is 0, it keeps its state.
    """
    new = np.array(state)
    for i in order:
        field = weights[i] @ new
        if field != 0:
            new[i] = np.sign(field)
    return new


update_async.holds(signs)


def _sweep(w: Any, s: Any, order: Any, *, tie: Any = None, new: Any = None) -> Any:
    new = s.copy() if new is None else new
    for i in order:
        field = w[i] @ new
        new[i] = np.sign(field) if field else new[i] if tie is None else tie
    return new


update_async.mistake(
    "all neurons see the state at the start: that is a synchronous update",
    lambda w, s, order: np.where(w @ s == 0, s, np.sign(w @ s)),
)
update_async.mistake("in place", lambda w, s, order: _sweep(w, s, order, new=s))
update_async.mistake("the sign of a field of 0 is 0", lambda w, s, o: _sweep(w, s, o, tie=0))
update_async.mistake(
    "at a tie your neuron takes +1; it keeps its state", lambda w, s, o: _sweep(w, s, o, tie=1)
)
update_async.mistake(
    "the neurons are updated from the first to the last, not in the order given",
    lambda w, s, order: _sweep(w, s, range(len(s))),
)


def _flows() -> dict[str, tuple[object, ...]]:
    rng = np.random.default_rng(5)
    sizes = {6: 4, 8: 5, 10: 6, 12: 6}
    flows: dict[str, tuple[object, ...]] = {
        f"N = {n}": (couplings(n), spins(n), rng.integers(0, n, 200), quiet)
        for n, quiet in sizes.items()
    }
    return flows | {"sites that run out": (couplings(9), spins(9), np.arange(7), 9)}


@exercise(3, _flows)
def recall_until_quiet(
    weights: np.ndarray, state: np.ndarray, sites: np.ndarray, quiet: int
) -> tuple[np.ndarray, int]:
    """Recall that stops when nothing has happened for a while.

    Takes weights, (N, N), a state of ±1, (N,), the neurons to update one after another, (T,), and
    a number `quiet`. It stops as soon as `quiet` updates in a row have changed nothing, or when
    the neurons run out. Returns the state and the number of updates done.
    """
    new, unchanged = np.array(state), 0
    for done, i in enumerate(sites, start=1):
        field = weights[i] @ new
        if field * new[i] < 0:
            new[i], unchanged = -new[i], 0
        else:
            unchanged += 1
        if unchanged == quiet:
            return new, done
    return new, len(sites)


def _quiet(
    w: Any, s: Any, sites: Any, quiet: Any, *, reset: Any = True, more: Any = 0, frozen: Any = False
) -> Any:
    new, unchanged = s.copy(), 0
    for done, i in enumerate(sites, start=1):
        if (w[i] @ (s if frozen else new)) * new[i] < 0:
            new[i] *= -1
            unchanged = 0 if reset else unchanged
        else:
            unchanged += 1
        if unchanged == quiet + more:
            return new, done
    return new, len(sites)


def _changes_s(w: Any, s: Any, sites: Any, quiet: Any) -> Any:
    new, done = _quiet(w, s, sites, quiet)
    s[:] = new
    return s, done


recall_until_quiet.mistake(
    "the counter of quiet updates is never reset when a neuron changes",
    lambda *given: _quiet(*given, reset=False),
)
recall_until_quiet.mistake("it stops one update too late", lambda *given: _quiet(*given, more=1))
recall_until_quiet.mistake(
    "it stops one update too early",
    lambda *given: _quiet(*given, more=-1),
)
recall_until_quiet.mistake(
    "fields are those of the state at the start: that is a synchronous update",
    lambda *given: _quiet(*given, frozen=True),
)
recall_until_quiet.mistake(
    "the number of updates is one too small: counting starts at 1",
    lambda *given: (_quiet(*given)[0], _quiet(*given)[1] - 1),
)
recall_until_quiet.mistake("in place", _changes_s)


@exercise(
    3,
    lambda: {
        "a fixed point": (ring(6), np.ones(6, dtype=np.int8)),
        "two neurons": (np.array([[0.0, 1], [1, 0]]), np.array([1, -1], dtype=np.int8)),
        "a path to a fixed point": (couplings(8), spins(8, seed=2)),
        "antiferromagnet": (-(couplings(7) ** 2), spins(7)),
    },
)
def period(weights: np.ndarray, state: np.ndarray) -> int:
    """Period in which synchronous updates end.

    Takes symmetric weights, (N, N), and a state of ±1, (N,); returns 1 if synchronous updates from
    there end in a fixed point and 2 if they end in a cycle of two states. There is nothing else.
    """
    before, now = None, np.array(state)
    while True:
        fields = weights @ now
        after = np.where(fields == 0, now, np.sign(fields))
        if (after == now).all():
            return 1
        if before is not None and (after == before).all():
            return 2
        before, now = now, after


def _two_steps_back(w: Any, s: Any) -> Any:
    for _ in range(100):
        s = np.where(w @ s == 0, s, np.sign(w @ s))
    return s


period.mistake(
    "a fixed point also equals the state two steps before: look at the last step first",
    lambda w, s: 2,
)
period.mistake("cycles are not seen: compare with the state two steps before", lambda w, s: 1)
period.mistake(
    "only the first step is looked at",
    lambda w, s: 1 if (np.where(w @ s == 0, s, np.sign(w @ s)) == s).all() else 2,
)
period.mistake(
    "a cycle has period 2, a fixed point 1: yours are the other way round",
    lambda w, s: 3 - period.solution(w, s),
)


@exercise(
    3,
    lambda: {
        "T = 1": (np.array([-0.7, 0.0, 0.3]), 1.0),
        "T = 0.4": (np.array([-1.0, 0.2, 2.0]), 0.4),
        "large fields": (np.array([-900.0, 0.0, 900.0]), 0.5),
    },
)
def up_probability(fields: np.ndarray, temperature: float) -> np.ndarray:
    """Probability of +1 in Glauber's dynamics.

    Takes fields, (N,), and a temperature T > 0; returns the probability that each neuron takes
    +1 in a heat bath, where energies are those of ±1 neurons: turning one costs 2 h.
    """
    return 0.5 * (1 + np.tanh(np.asarray(fields) / temperature))


def _logistic(x: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(x / 2)) / 2


up_probability.mistake(
    "a factor of 2 is missing: a neuron goes from -1 to +1, not from 0",
    lambda h, t: _logistic(h / t),
)
up_probability.mistake(
    "multiplied by T: fields are measured in units of it", lambda h, t: _logistic(2 * h * t)
)
up_probability.mistake(
    "that is the probability of -1: the sign is wrong", lambda h, t: _logistic(-2 * h / t)
)
up_probability.mistake(
    "that is the mean of the neuron, between -1 and +1", lambda h, t: np.tanh(h / t)
)
up_probability.mistake("the temperature is missing", lambda h, t: _logistic(2 * h))
up_probability.mistake(
    "does something overflow", lambda h, t: np.exp(h / t) / (np.exp(h / t) + np.exp(-h / t))
)


@exercise(3, lambda: {"5 sweeps": (2.0, 0.1, 5), "8 sweeps": (1.0, 0.5, 8)})
def annealing_schedule(start: float, end: float, sweeps: int) -> np.ndarray:
    """Temperatures of an annealing.

    Takes the first and the last temperature and the number of sweeps; returns the temperature of
    every sweep, (sweeps,), both ends included, each the same fraction of the one before.
    """
    return np.geomspace(start, end, sweeps)


annealing_schedule.mistake(
    "the steps are equal differences, not equal ratios", lambda a, b, n: np.linspace(a, b, n)
)
annealing_schedule.mistake(
    "the last temperature is not reached: there is one step less than there are sweeps",
    lambda a, b, n: a * (b / a) ** (np.arange(n) / n),
)
annealing_schedule.mistake(
    "the first temperature is left out", lambda a, b, n: a * (b / a) ** (np.arange(1, n + 1) / n)
)
annealing_schedule.mistake(
    "it heats: the order is turned round", lambda a, b, n: np.geomspace(b, a, n)
)


@exercise(3, lambda: {"N = 6": (spins(3, 6),), "N = 9": (spins(3, 9),)})
def mixture(patterns: np.ndarray) -> np.ndarray:
    """The symmetric mixture of three patterns, a spurious state.

    Takes three patterns of ±1, (3, N); returns the state of ±1, (N,), in which every neuron follows
    the majority of the three.
    """
    return np.sign(np.sum(patterns, axis=0))


mixture.mistake("not only -1 and +1", lambda p: p.mean(0))
mixture.mistake("that is the product of the three: no majority", lambda p: p.prod(0))
mixture.mistake("that is one of the patterns", lambda p: p[0])
mixture.mistake("that is the opposite of the majority", lambda p: -np.sign(p.sum(0)))
mixture.holds(signs)
