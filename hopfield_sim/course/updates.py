"""How a state moves under weights, and its energy."""

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
    judge,
    restore,
    signs,
    synchronous_walk,
)

_CHECK = 1024
"""States of a history after which to ask again whether there is memory for as many more."""


@checks.by_name
def energy(state: Any, weights: Any) -> float:
    r"""Energy of a state, the diagonal of the weights included.

    .. math:: E(s) = -\frac{1}{2} \sum_{ij} W_{ij} s_i s_j

    Asynchronous updates never raise it when W is symmetric with W_ii ≥ 0 (Hopfield, Proc. Natl.
    Acad. Sci. USA 79, 2554, 1982). Synchronous ones can.

    Parameters
    ----------
    state : (N,) array_like, or any shape with N elements
        Not only ±1.
    weights : (N, N) array_like
        Not changed.

    Returns
    -------
    float

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For shapes that do not fit, or values that are not finite numbers.

    Examples
    --------
    >>> energy([[2, 5]], np.ones((2, 2)))
    -24.5
    """
    _, spins, w = judge(state, weights)
    reach(w, w, spins)
    return energy_of(spins, w @ spins)


@checks.by_name
def update(state: Any, weights: Any) -> NDArray[Any]:
    r"""Update all neurons at once: s_i ← +1 where Σ_j W_ij s_j ≥ 0, else −1.

    Parameters
    ----------
    state : (N,) array_like, or any shape with N elements
        Not changed; need not be ±1.
    weights : (N, N) array_like
        Not changed.

    Returns
    -------
    ndarray
        The new state, of the old one's shape and type.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For shapes that do not fit, or values that are not finite numbers.

    Examples
    --------
    >>> update(np.array([1, -1]), np.array([[0, 0.5], [0.5, 0]]))
    array([-1,  1])
    >>> update([1, -1, 0], np.zeros((3, 3)))
    array([1, 1, 1])
    """
    given, spins, w = judge(state, weights)
    return restore(given)(signs(w @ spins, TIE * reach(w, w, spins)))


@checks.by_name
def update_async(
    state: Any, weights: Any, *, rng: int | np.random.Generator | None = None
) -> NDArray[Any]:
    """Update one neuron, each with the same probability; the others stay as they are.

    This reads one row of the weights, O(N).

    Parameters
    ----------
    state : (N,) array_like, or any shape with N elements
        Not changed; need not be ±1.
    weights : (N, N) array_like
        Not changed.
    rng : None, int or numpy.random.Generator
        The seed. In a loop hand over one Generator: the same number would choose the same neuron.

    Returns
    -------
    ndarray
        The new state, of the old one's shape and type.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For shapes that do not fit, or values that are not finite numbers.

    Examples
    --------
    >>> update_async(np.array([-1]), np.array([[0.0]]))
    array([1])
    """
    given, spins, w = judge(state, weights)
    site = int(checks.generator(rng).integers(spins.size))
    limit = -TIE * reach(w, w[site], spins)
    given.flat[site] = 1 if w[site] @ spins >= limit else -1
    return given


@checks.by_name
def dynamics(state: Any, weights: Any, max_iter: int) -> list[NDArray[Any]]:
    """Update all neurons at once, again and again, until a state repeats.

    With symmetric weights this ends in a fixed point or in a cycle of two states (Goles-Chacc,
    Fogelman-Soulié and Pellegrin, Discrete Appl. Math. 12, 261, 1985). Only equality with the state
    just before stops it, so a cycle of two runs to ``max_iter``. The energy can rise on the way.

    Parameters
    ----------
    state : (N,) array_like, or any shape with N elements
        Not changed; need not be ±1.
    weights : (N, N) array_like
        Not changed.
    max_iter : int
        The most updates to make.

    Returns
    -------
    list of ndarray
        All states from the initial one on; the one that repeats is there twice.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments that make no sense.

    Examples
    --------
    >>> dynamics(np.array([1, 8, 0, 9]), np.ones((4, 4)), 10)
    [array([1, 8, 0, 9]), array([1, 1, 1, 1]), array([1, 1, 1, 1])]

    Two neurons that copy each other trade places for ever:

    >>> dynamics(np.array([1, -1]), np.array([[0, 0.5], [0.5, 0]]), 3)
    [array([ 1, -1]), array([-1,  1]), array([ 1, -1]), array([-1,  1])]
    """
    given, walk = synchronous_walk(state, weights, max_iter)
    return _history(given, walk)


@checks.by_name
def dynamics_async(
    state: Any,
    weights: Any,
    max_iter: int,
    convergence_num_iter: int,
    *,
    rng: int | np.random.Generator | None = None,
) -> list[NDArray[Any]]:
    """Update one random neuron a step until nothing has changed for many steps in a row.

    A change starts the count again. The energy never rises when the weights are symmetric with
    W_ii ≥ 0, and then the states come to rest. But ``convergence_num_iter`` steps without a change
    are no proof of that: they miss a neuron that wants to change with probability
    (1 − 1/N)^convergence_num_iter. Of the order of 10 N is safe, N is not.

    Parameters
    ----------
    state : (N,) array_like, or any shape with N elements
        Not changed; need not be ±1.
    weights : (N, N) array_like
        Not changed.
    max_iter : int
        The most steps to make.
    convergence_num_iter : int
        Steps in a row without a change after which to stop.
    rng : None, int or numpy.random.Generator
        The seed.

    Returns
    -------
    list of ndarray
        All states from the initial one on, one a step.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments that make no sense.
    InsufficientMemoryError
        When the history outgrows the memory available.

    Examples
    --------
    >>> history = dynamics_async(np.array([1, 1, -1, 1]), np.ones((4, 4)), 1000, 50, rng=1)
    >>> history[0], history[-1]
    (array([ 1,  1, -1,  1]), array([1, 1, 1, 1]))
    >>> all((state == 1).all() for state in history[-51:])
    True
    """
    given, walk = asynchronous_walk(state, weights, max_iter, convergence_num_iter, rng)
    return _history(given, walk)


def _history(given: NDArray[Any], walk: Iterator[Moment]) -> list[NDArray[Any]]:
    """All states of a walk, each an array of its own."""
    as_given = restore(given)
    next(walk)
    history = [given]  # as it came: large whole numbers are not exact in float64
    for moment in walk:
        if len(history) % _CHECK == 0:
            checks.memory(
                2 * _CHECK * given.nbytes,
                f"a history of more than {len(history)} states of {given.size} neurons",
                "make fewer steps, or use HopfieldNetwork.dynamics_async, which stores one state "
                "every `skip`",
            )
        history.append(as_given(moment.spins))
    return history
