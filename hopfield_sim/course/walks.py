"""The dynamics of a state, step by step, for the functions and the network class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.course.arguments import TIE, reach, size, state_of, weights_for

_BLOCK = 1024
"""Random sites drawn at a time. Results for a given seed depend on it and on the drawing order."""

_CHUNK = 32 * 2**20
"""Bytes of stored states after which the available memory is checked again."""

_OVERHEAD = 128
"""Bytes of an array besides its numbers."""


class Moment(NamedTuple):
    """Current state, (N,) float64, and its energy. The next step overwrites the array.

    ``ahead`` is a number of further steps that are certain to follow.
    """

    spins: NDArray[np.float64]
    energy: float
    ahead: int = 0


Walk = tuple[NDArray[Any], Iterator[Moment]]
"""A copy of the initial state, and an iterator over all moments, starting with the initial one."""


def synchronous_walk(state: Any, weights: Any, max_iter: int) -> Walk:
    """Validate the arguments, then iterate as :func:`dynamics`."""
    start, spins, w = validate(state, weights)
    return start, _synchronous(spins, w, checks.integer(max_iter, "max_iter", minimum=0))


def asynchronous_walk(
    state: Any, weights: Any, max_iter: int, convergence_num_iter: int, rng: Any
) -> Walk:
    """Validate the arguments, then iterate as :func:`dynamics_async`."""
    start, spins, w = validate(state, weights)
    max_iter = checks.integer(max_iter, "max_iter", minimum=0)
    patience = checks.integer(convergence_num_iter, "convergence_num_iter", minimum=1)
    return start, _asynchronous(spins, w, max_iter, patience, checks.generator(rng))


def restore(start: NDArray[Any]) -> Callable[[NDArray[np.float64]], NDArray[Any]]:
    """Function that copies a state of the walk to the shape and dtype of the initial state."""
    shape, kind = start.shape, start.dtype
    return lambda spins: spins.astype(kind).reshape(shape)


def stored(start: NDArray[Any], walk: Iterator[Moment], skip: int = 1) -> Iterator[Moment]:
    """Check that the states of a walk, one every ``skip`` steps, fit into memory as they come.

    Those that are certain to come are checked before the first of them.

    Raises
    ------
    InsufficientMemoryError
        If they do not fit.
    """
    each = start.nbytes + _OVERHEAD
    block = skip * max(1, _CHUNK // each)
    checked = block  # steps ahead, from the current one
    for step, moment in enumerate(walk):
        if moment.ahead > checked or checked == 0:
            checked = max(moment.ahead, block)
            checks.memory(
                each * (checked // skip),
                f"a history of {(step + checked) // skip} or more states of {start.size} neurons",
                "make fewer steps, or store one state every `skip`, as "
                "HopfieldNetwork.dynamics_async does",
            )
        yield moment
        checked -= 1


def _synchronous(
    spins: NDArray[np.float64], weights: NDArray[np.float64], max_iter: int
) -> Iterator[Moment]:
    width = TIE * reach(weights, weights, spins) / size(spins)
    fields = weights @ spins
    yield Moment(spins, energy_of(spins, fields))
    before = spins
    for left in reversed(range(max_iter)):
        new = signs(fields, width * size(spins))
        rests = np.array_equal(new, spins)
        if not rests:
            fields = weights @ new
        alternates = not rests and np.array_equal(new, before)
        yield Moment(new, energy_of(new, fields), left if alternates else 0)
        if rests:
            return
        before, spins = spins, new


def _asynchronous(
    spins: NDArray[np.float64],
    weights: NDArray[np.float64],
    max_iter: int,
    patience: int,
    source: np.random.Generator,
) -> Iterator[Moment]:
    # A step needs one field: one row of W. Only a change needs a column too, for the energy.
    width = TIE * reach(weights, weights, spins) / size(spins)
    limits = (-width * size(spins)).tolist()
    level = energy_of(spins, weights @ spins)
    yield Moment(spins, level, min(max_iter, patience))
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
            # E changes by −½ Δ (W s + Wᵀ s)_i − ½ Δ² W_ii, also for asymmetric W.
            delta, back = new - old, float(weights[:, site] @ spins)
            level -= 0.5 * delta * (field + back + delta * float(weights[site, site]))
            spins[site] = new
            if abs(old) > 1.0:  # only until every neuron was updated once
                limits = (-width * size(spins)).tolist()
        yield Moment(spins, level, min(max_iter - step - 1, patience - quiet))
        if quiet == patience:
            return


# ------------------------------------------------------------------ parts of a step


def validate(
    state: Any, weights: Any
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
    """A copy of the state, the state as (N,) float64, and the weights."""
    start = state_of(state)
    w = weights_for(weights, start)
    return start, start.astype(np.float64, copy=True).ravel(), w


def signs(fields: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    """+1 where a field is positive, or zero up to rounding; else −1."""
    return np.where(fields >= -width, 1.0, -1.0)


def energy_of(spins: NDArray[np.float64], fields: NDArray[np.float64]) -> float:
    """E = −½ s·h, from a state and its fields h = W s."""
    return -0.5 * float(spins @ fields) + 0.0  # no negative zero
