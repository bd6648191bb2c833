"""Dynamics of a state, and its energy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.course.arguments import TIE, reach
from hopfield_sim.course.walks import (
    Moment,
    asynchronous_walk,
    energy_of,
    restore,
    signs,
    stored,
    synchronous_walk,
    validate,
)


@checks.by_name
def energy(state: Any, weights: Any) -> float:
    r"""Energy of a state, with the diagonal of the weights.

    .. math:: E(s) = -\frac{1}{2} \sum_{ij} W_{ij} s_i s_j

    Asynchronous updates never increase it if W is symmetric with W_ii ≥ 0 (Hopfield, Proc. Natl.
    Acad. Sci. USA 79, 2554, 1982). Synchronous updates can.

    Parameters
    ----------
    state : (N,) array_like, or any shape with N elements
        The state, of any finite numbers.
    weights : (N, N) array_like
        The weights.

    Returns
    -------
    float
        The energy.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the shapes do not match, or values are not finite numbers.

    Examples
    --------
    >>> energy([[2, 5]], np.ones((2, 2)))
    -24.5
    """
    _, spins, w = validate(state, weights)
    reach(w, w, spins)
    return energy_of(spins, w @ spins)


@checks.by_name
def update(state: Any, weights: Any) -> NDArray[Any]:
    r"""Update all neurons simultaneously: s_i ← +1 where Σ_j W_ij s_j ≥ 0, else −1.

    Parameters
    ----------
    state, weights : array_like
        As in :func:`energy`; neither is modified, and the state need not be ±1.

    Returns
    -------
    ndarray
        The new state, with the shape and dtype of ``state``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As :func:`energy`.

    Examples
    --------
    >>> update(np.array([1, -1]), np.array([[0, 0.5], [0.5, 0]]))
    array([-1,  1])
    >>> update([1, -1, 0], np.zeros((3, 3)))
    array([1, 1, 1])
    """
    old, spins, w = validate(state, weights)
    return restore(old)(signs(w @ spins, TIE * reach(w, w, spins)))


@checks.by_name
def update_async(
    state: Any, weights: Any, *, rng: int | np.random.Generator | None = None
) -> NDArray[Any]:
    """Update one neuron, chosen uniformly at random.

    This reads one row of the weights, in O(N).

    Parameters
    ----------
    state, weights : array_like
        As in :func:`energy`; neither is modified, and the state need not be ±1.
    rng : None, int or numpy.random.Generator
        Random number generator or seed. In a loop, pass one Generator: the same seed would choose
        the same neuron every time.

    Returns
    -------
    ndarray
        The new state, with the shape and dtype of ``state``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As :func:`energy`.

    Examples
    --------
    >>> update_async(np.array([-1]), np.array([[0.0]]))
    array([1])
    """
    new, spins, w = validate(state, weights)
    site = int(checks.generator(rng).integers(spins.size))
    limit = -TIE * reach(w, w[site], spins)
    new.flat[site] = 1 if w[site] @ spins >= limit else -1
    return new


@checks.by_name
def dynamics(state: Any, weights: Any, max_iter: int) -> list[NDArray[Any]]:
    """Update all neurons simultaneously until a state repeats.

    With symmetric weights the dynamics ends in a fixed point or in a cycle of two states
    (Goles-Chacc, Fogelman-Soulié and Pellegrin, Discrete Appl. Math. 12, 261, 1985). It stops only
    if a state equals the previous one, so a cycle of two runs to ``max_iter``. The energy can
    increase.

    Parameters
    ----------
    state, weights : array_like
        As in :func:`energy`; neither is modified, and the state need not be ±1.
    max_iter : int
        Maximum number of updates.

    Returns
    -------
    list of ndarray
        All states, starting with the initial one; a fixed point is included twice.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As :func:`energy`, and if ``max_iter`` is negative.
    InsufficientMemoryError
        If the history does not fit into memory.

    Examples
    --------
    >>> dynamics(np.array([1, 8, 0, 9]), np.ones((4, 4)), 10)
    [array([1, 8, 0, 9]), array([1, 1, 1, 1]), array([1, 1, 1, 1])]

    Two neurons that copy each other alternate for ever:

    >>> dynamics(np.array([1, -1]), np.array([[0, 0.5], [0.5, 0]]), 3)
    [array([ 1, -1]), array([-1,  1]), array([ 1, -1]), array([-1,  1])]
    """
    start, walk = synchronous_walk(state, weights, max_iter)
    return _history(start, walk)


@checks.by_name
def dynamics_async(
    state: Any,
    weights: Any,
    max_iter: int,
    convergence_num_iter: int,
    *,
    rng: int | np.random.Generator | None = None,
) -> list[NDArray[Any]]:
    """Update one random neuron per step until nothing has changed for many consecutive steps.

    Each change restarts the count. If the weights are symmetric with W_ii ≥ 0, the energy never
    increases, and the dynamics reaches a fixed point. But ``convergence_num_iter`` steps without a
    change do not prove that it is reached: an unstable neuron is not selected in them with
    probability (1 − 1/N)^convergence_num_iter. Some 10 N steps are safe, N are not.

    Parameters
    ----------
    state, weights : array_like
        As in :func:`energy`; neither is modified, and the state need not be ±1.
    max_iter : int
        Maximum number of steps.
    convergence_num_iter : int
        Number of consecutive steps without a change after which to stop.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    list of ndarray
        All states, starting with the initial one, one per step.

    Raises
    ------
    InvalidInputError, InvalidTypeError, InsufficientMemoryError
        As :func:`dynamics`, and if ``convergence_num_iter`` is below 1.

    Examples
    --------
    >>> history = dynamics_async(np.array([1, 1, -1, 1]), np.ones((4, 4)), 1000, 50, rng=1)
    >>> history[0], history[-1]
    (array([ 1,  1, -1,  1]), array([1, 1, 1, 1]))
    >>> all((state == 1).all() for state in history[-51:])
    True
    """
    start, walk = asynchronous_walk(state, weights, max_iter, convergence_num_iter, rng)
    return _history(start, walk)


def _history(start: NDArray[Any], walk: Iterator[Moment]) -> list[NDArray[Any]]:
    """All states of a walk, as separate arrays."""
    restored = restore(start)
    moments = stored(start, walk)
    next(moments)
    # The original comes first: large integers are not exact in float64.
    return [start, *(restored(moment.spins) for moment in moments)]
