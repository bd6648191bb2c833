"""A state on its way: what both the functions and the network step through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.course.arguments import TIE, reach, size, state_of, weights_for

_BLOCK = 1024
"""Random sites drawn at a time. Part of what a seed means, as is the order of drawing."""


class Moment(NamedTuple):
    """A state on its way, (N,) float64, and its energy. The array is overwritten by the next."""

    spins: NDArray[np.float64]
    energy: float


Walk = tuple[NDArray[Any], Iterator[Moment]]
"""The start as it was given (a copy), and every moment from it on."""


def synchronous_walk(state: Any, weights: Any, max_iter: int) -> Walk:
    """Judge the arguments, then walk as :func:`dynamics` does."""
    given, spins, w = judge(state, weights)
    return given, _synchronous(spins, w, checks.integer(max_iter, "max_iter", minimum=0))


def asynchronous_walk(
    state: Any, weights: Any, max_iter: int, convergence_num_iter: int, rng: Any
) -> Walk:
    """Judge the arguments, then walk as :func:`dynamics_async` does."""
    given, spins, w = judge(state, weights)
    max_iter = checks.integer(max_iter, "max_iter", minimum=0)
    patience = checks.integer(convergence_num_iter, "convergence_num_iter", minimum=1)
    return given, _asynchronous(spins, w, max_iter, patience, checks.generator(rng))


def restore(given: NDArray[Any]) -> Callable[[NDArray[np.float64]], NDArray[Any]]:
    """What gives a state of the walk the shape and type in which its start came, in a copy."""
    shape, kind = given.shape, given.dtype
    return lambda spins: spins.astype(kind).reshape(shape)


def _synchronous(
    spins: NDArray[np.float64], weights: NDArray[np.float64], max_iter: int
) -> Iterator[Moment]:
    width = TIE * reach(weights, weights, spins) / size(spins)
    fields = weights @ spins
    yield Moment(spins, energy_of(spins, fields))
    for _ in range(max_iter):
        new = signs(fields, width * size(spins))
        rests = np.array_equal(new, spins)
        if not rests:
            fields = weights @ new
        yield Moment(new, energy_of(new, fields))
        if rests:
            return
        spins = new


def _asynchronous(
    spins: NDArray[np.float64],
    weights: NDArray[np.float64],
    max_iter: int,
    patience: int,
    source: np.random.Generator,
) -> Iterator[Moment]:
    # A step asks for one field: one row of W. Only a change costs a column too, for the energy.
    width = TIE * reach(weights, weights, spins) / size(spins)
    limits = (-width * size(spins)).tolist()
    level = energy_of(spins, weights @ spins)
    yield Moment(spins, level)
    quiet = 0
    for step in range(max_iter):
        if step % _BLOCK == 0:
            sites = source.integers(spins.size, size=_BLOCK).tolist()
        site = sites[step % _BLOCK]
        field = float(weights[site] @ spins)
        old, new = float(spins[site]), 1.0 if field >= limits[site] else -1.0
        if new == old:
            quiet += 1
        else:
            quiet = 0
            # E changes by −½ Δ (W s + Wᵀ s)_i − ½ Δ² W_ii, which needs no symmetry.
            delta, back = new - old, float(weights[:, site] @ spins)
            level -= 0.5 * delta * (field + back + delta * float(weights[site, site]))
            spins[site] = new
            if abs(old) > 1.0:  # only before every neuron had its turn
                limits = (-width * size(spins)).tolist()
        yield Moment(spins, level)
        if quiet == patience:
            return


# ------------------------------------------------------------------ what a step is made of


def judge(
    state: Any, weights: Any
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
    """The state as it came (a copy), as (N,) float64, and the weights."""
    given = state_of(state)
    w = weights_for(weights, given)
    return given, given.astype(np.float64, copy=True).ravel(), w


def signs(fields: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    """+1 where a field is positive, or zero but for rounding; else −1."""
    return np.where(fields >= -width, 1.0, -1.0)


def energy_of(spins: NDArray[np.float64], fields: NDArray[np.float64]) -> float:
    """E = −½ s·h, from a state and its fields h = W s."""
    return -0.5 * float(spins @ fields) + 0.0  # no negative zero
