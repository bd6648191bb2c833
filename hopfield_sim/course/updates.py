"""How a state moves under weights, and its energy."""

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


def energy(state: Any, weights: Any) -> float:
    r"""Energy of a state, the diagonal of the weights included.

    .. math:: E(s) = -\frac{1}{2} \sum_{ij} W_{ij} s_i s_j

    Asynchronous updates never raise it when W is symmetric with W_ii ≥ 0 (Hopfield, Proc. Natl.
    Acad. Sci. USA 79, 2554, 1982). Synchronous ones can.

    Parameters
    ----------
    state : array_like (N,) or any shape of N numbers
        Not only ±1.
    weights : array_like (N, N)
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
    _, spins, w = _judge(state, weights)
    reach(w, w, spins)
    return _energy(spins, w @ spins)


def update(state: Any, weights: Any) -> NDArray[Any]:
    r"""Update all neurons at once: s_i ← +1 where Σ_j W_ij s_j ≥ 0, else −1.

    Parameters
    ----------
    state : array_like (N,) or any shape of N numbers
        Not changed; need not be ±1.
    weights : array_like (N, N)
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
    given, spins, w = _judge(state, weights)
    return _like(given, _signs(w @ spins, TIE * reach(w, w, spins)))


def update_async(
    state: Any, weights: Any, *, rng: int | np.random.Generator | None = None
) -> NDArray[Any]:
    """Update one neuron, each with the same probability; the others stay as they are.

    This reads one row of the weights, O(N).

    Parameters
    ----------
    state : array_like (N,) or any shape of N numbers
        Not changed; need not be ±1.
    weights : array_like (N, N)
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
    given, spins, w = _judge(state, weights)
    site = int(checks.generator(rng).integers(spins.size))
    limit = -TIE * reach(w, w[site], spins)
    given.flat[site] = 1 if w[site] @ spins >= limit else -1
    return given


def dynamics(state: Any, weights: Any, max_iter: int) -> list[NDArray[Any]]:
    """Update all neurons at once, again and again, until a state repeats.

    With symmetric weights this ends in a fixed point or in a cycle of two states (Goles-Chacc,
    Fogelman-Soulié and Pellegrin, Discrete Appl. Math. 12, 261, 1985). Only equality with the state
    just before stops it, so a cycle of two runs to ``max_iter``. The energy can rise on the way.

    Parameters
    ----------
    state : array_like (N,) or any shape of N numbers
        Not changed; need not be ±1.
    weights : array_like (N, N)
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
    state : array_like (N,) or any shape of N numbers
        Not changed; need not be ±1.
    weights : array_like (N, N)
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


# ------------------------------------------------------------------ walks, also for the network

Walk = tuple[NDArray[Any], Iterator[Moment]]
"""The start as it was given (a copy), and every moment from it on."""


def synchronous_walk(state: Any, weights: Any, max_iter: int) -> Walk:
    """Judge the arguments, then walk as :func:`dynamics` does."""
    given, spins, w = _judge(state, weights)
    return given, _synchronous(spins, w, checks.integer(max_iter, "max_iter", minimum=0))


def asynchronous_walk(
    state: Any, weights: Any, max_iter: int, convergence_num_iter: int, rng: Any
) -> Walk:
    """Judge the arguments, then walk as :func:`dynamics_async` does."""
    given, spins, w = _judge(state, weights)
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
    yield Moment(spins, _energy(spins, fields))
    for _ in range(max_iter):
        new = _signs(fields, width * size(spins))
        rests = np.array_equal(new, spins)
        if not rests:
            fields = weights @ new
        yield Moment(new, _energy(new, fields))
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
    level = _energy(spins, weights @ spins)
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


# ------------------------------------------------------------------ private


def _judge(
    state: Any, weights: Any
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
    """The state as it came (a copy), as (N,) float64, and the weights."""
    given = state_of(state)
    w = weights_for(weights, given)
    return given, given.astype(np.float64, copy=True).ravel(), w


def _signs(fields: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    """+1 where a field is positive, or zero but for rounding; else −1."""
    return np.where(fields >= -width, 1.0, -1.0)


def _energy(spins: NDArray[np.float64], fields: NDArray[np.float64]) -> float:
    return -0.5 * float(spins @ fields) + 0.0  # no negative zero


def _like(given: NDArray[Any], spins: NDArray[np.float64]) -> NDArray[Any]:
    return restore(given)(spins)


def _history(given: NDArray[Any], walk: Iterator[Moment]) -> list[NDArray[Any]]:
    """All states of a walk, each an array of its own."""
    as_given = restore(given)
    next(walk)
    history = [given]  # as it came: large whole numbers are not exact in float64
    for moment in walk:
        if len(history) % _BLOCK == 0:
            checks.memory(
                2 * _BLOCK * given.nbytes,
                f"a history of more than {len(history)} states of {given.size} neurons",
                "make fewer steps, or use HopfieldNetwork.dynamics_async, which stores one state "
                "every `skip`",
            )
        history.append(as_given(moment.spins))
    return history
