"""The handout's network class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.course import learning, saver, updates, walks

RULES = {"hebbian": learning.hebbian_weights, "storkey": learning.storkey_weights}


@checks.by_name
class HopfieldNetwork:
    """A network that stores patterns when it is made, and writes what it does into a saver.

    The methods are this module's functions with the network's weights. For anything beyond the
    course take :class:`hopfield_sim.HopfieldNetwork`.

    Parameters
    ----------
    patterns : (M, N) array_like
        Of ±1, a pattern a row.
    rule : {"hebbian", "storkey"}
        How they become weights.

    Attributes
    ----------
    w, weights : (N, N) ndarray of float64
        One array under two names.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For another rule, or anything but patterns of ±1.

    Examples
    --------
    >>> patterns = learning.generate_patterns(3, 100, rng=1)
    >>> net, history = HopfieldNetwork(patterns), saver.DataSaver()
    >>> net.dynamics(learning.perturb_pattern(patterns[2], 20, rng=2), history)
    >>> learning.pattern_match(patterns, history.get_data()["state"][-1])
    2
    """

    def __init__(self, patterns: Any, rule: str = "hebbian") -> None:
        self.w: NDArray[np.float64] = RULES[checks.choice(rule, RULES, "rule")](patterns)

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weights, the same array as ``w``."""
        return self.w

    @weights.setter
    def weights(self, weights: NDArray[np.float64]) -> None:
        self.w = weights

    def hebbian_weights(self, patterns: Any) -> NDArray[np.float64]:
        """The weights that :func:`hebbian_weights` gives; the network keeps its own."""
        return learning.hebbian_weights(patterns)

    def storkey_weights(self, patterns: Any) -> NDArray[np.float64]:
        """The weights that :func:`storkey_weights` gives; the network keeps its own."""
        return learning.storkey_weights(patterns)

    def update(self, state: Any) -> NDArray[Any]:
        """Update all neurons at once, as :func:`update` does."""
        return updates.update(state, self.w)

    def update_async(
        self, state: Any, *, rng: int | np.random.Generator | None = None
    ) -> NDArray[Any]:
        """Update one random neuron, as :func:`update_async` does."""
        return updates.update_async(state, self.w, rng=rng)

    def dynamics(self, state: Any, saver: Any, max_iter: int = 20) -> None:
        """Update all neurons at once until a state repeats; every state goes to the saver.

        What the saver gets is the list that :func:`dynamics` returns. A cycle of two states runs to
        ``max_iter``, and the energy can rise on the way.

        Parameters
        ----------
        state : (N,) array_like
            Not changed; need not be ±1.
        saver : DataSaver
            Receives the states and their energies, after what it holds already.
        max_iter : int
            The most updates to make.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For arguments that make no sense.
        """
        given, walk = walks.synchronous_walk(state, self.w, max_iter)
        _save(given, walk, saver, self.w, 1)

    def dynamics_async(
        self,
        state: Any,
        saver: Any,
        max_iter: int = 1000,
        convergence_num_iter: int = 100,
        skip: int = 10,
        *,
        rng: int | np.random.Generator | None = None,
    ) -> None:
        """Update one random neuron a step until nothing changes for many steps in a row.

        Hebbian and Storkey weights are symmetric, the diagonals 0 and positive as a rule: then the
        energy never rises. See :func:`dynamics_async` on how long to wait for convergence: the
        defaults are for networks of some ten neurons.

        Parameters
        ----------
        state : (N,) array_like
            Not changed; need not be ±1.
        saver : DataSaver
            Receives one state every ``skip`` steps, the initial one first, and always the final
            one, with their energies, after what it holds already.
        max_iter : int
            The most steps to make.
        convergence_num_iter : int
            Steps in a row without a change after which to stop.
        skip : int
            Steps from one stored state to the next.
        rng : None, int or numpy.random.Generator
            The seed.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For arguments that make no sense.
        """
        skip = checks.integer(skip, "skip", minimum=1)
        given, walk = walks.asynchronous_walk(state, self.w, max_iter, convergence_num_iter, rng)
        _save(given, walk, saver, self.w, skip)


def _save(given: NDArray[Any], walk: Any, into: Any, weights: NDArray[Any], skip: int) -> None:
    """Hand one moment every ``skip`` to a saver, and the last one."""
    store = saver.receiver(into, weights)
    as_given = walks.restore(given)
    moment = next(walk)
    store(given, moment.energy)
    step = 0
    for step, moment in enumerate(walk, start=1):
        if step % skip == 0:
            store(as_given(moment.spins), moment.energy)
    if step % skip:
        store(as_given(moment.spins), moment.energy)
