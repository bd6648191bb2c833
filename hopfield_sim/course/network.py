"""The handout's network class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.course import learning, saver, updates, walks
from hopfield_sim.models.labels import label

RULES = {"hebbian": learning.hebbian_weights, "storkey": learning.storkey_weights}


@checks.by_name
class HopfieldNetwork:
    """Network that stores patterns on construction, and records its dynamics in a saver.

    The methods are the functions of this module, applied with the network's weights. For anything
    beyond the course use :class:`hopfield_sim.HopfieldNetwork`.

    Parameters
    ----------
    patterns : (M, N) array_like
        Patterns of ±1, one per row.
    rule : {"hebbian", "storkey"}
        Learning rule.

    Attributes
    ----------
    w, weights : (N, N) ndarray of float64
        The weights; both names refer to the same array.
    patterns : (M, N) ndarray
        A copy of the patterns.
    rule : str
        The learning rule.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the rule is unknown, or ``patterns`` are not ±1.

    Examples
    --------
    >>> patterns = learning.generate_patterns(3, 100, rng=1)
    >>> net, history = HopfieldNetwork(patterns), saver.DataSaver()
    >>> net.dynamics(learning.perturb_pattern(patterns[2], 20, rng=2), history)
    >>> learning.pattern_match(patterns, history.get_data()["state"][-1])
    2
    """

    def __init__(self, patterns: Any, rule: str = "hebbian") -> None:
        self.rule = checks.choice(rule, RULES, "rule")
        self.w: NDArray[np.float64] = RULES[self.rule](patterns)
        self.patterns = np.array(patterns)

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weights, the same array as ``w``."""
        return self.w

    @weights.setter
    def weights(self, weights: NDArray[np.float64]) -> None:
        self.w = weights

    def hebbian_weights(self, patterns: Any) -> NDArray[np.float64]:
        """Weights of :func:`hebbian_weights`; those of the network are not changed."""
        return learning.hebbian_weights(patterns)

    def storkey_weights(self, patterns: Any) -> NDArray[np.float64]:
        """Weights of :func:`storkey_weights`; those of the network are not changed."""
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
        """Update all neurons simultaneously until a state repeats; every state is saved.

        The saver receives the list that :func:`dynamics` returns. A cycle of two states runs to
        ``max_iter``, and the energy can increase.

        Parameters
        ----------
        state : (N,) array_like
            Initial state; not modified, and need not be ±1.
        saver : DataSaver
            The states and their energies are appended to it.
        max_iter : int
            Maximum number of updates.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If ``state`` does not have N finite numbers, ``saver`` is not a DataSaver, or
            ``max_iter`` is negative.
        InsufficientMemoryError
            If the states do not fit into memory.
        """
        start, walk = walks.synchronous_walk(state, self.w, max_iter)
        _save(start, walk, saver, self, "sync", 1)

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
        """Update one random neuron per step until nothing changes for many steps.

        The weights of both rules are symmetric; Hebbian ones have a zero diagonal, Storkey's a
        usually positive one: then the energy never increases. See :func:`dynamics_async` for the
        choice of ``convergence_num_iter``: the default is for networks of some ten neurons.

        Parameters
        ----------
        state : array_like
            As in ``dynamics``.
        saver : DataSaver
            The initial state, one state every ``skip`` steps and the final state, with their
            energies, are appended to it.
        max_iter, convergence_num_iter, rng
            As in :func:`dynamics_async`.
        skip : int
            Number of steps between two saved states.

        Raises
        ------
        InvalidInputError, InvalidTypeError, InsufficientMemoryError
            As ``dynamics``, and if ``convergence_num_iter`` or ``skip`` is below 1.
        """
        skip = checks.integer(skip, "skip", minimum=1)
        start, walk = walks.asynchronous_walk(state, self.w, max_iter, convergence_num_iter, rng)
        _save(start, walk, saver, self, "async", skip)


def _save(
    start: NDArray[Any], walk: Any, into: Any, network: HopfieldNetwork, update: str, skip: int
) -> None:
    """Save one state every ``skip`` steps, and the last one; tell the saver where they are from."""
    store = saver.receiver(into, network.w)
    restored = walks.restore(start)
    if saver.keeps_all(into):
        walk = walks.stored(start, walk, skip)
    moment = next(walk)
    store(start, moment.energy)
    step, steps = 0, [0]
    for step, moment in enumerate(walk, start=1):
        if step % skip == 0:
            store(restored(moment.spins), moment.energy)
            steps.append(step)
    if step % skip:
        store(restored(moment.spins), moment.energy)
        steps.append(step)
    if isinstance(into, saver.DataSaver):
        unit = {"sync": "updates of all neurons", "async": "updates of one neuron"}[update]
        names = f"{label(network.rule)}, {label(update)}"
        sizes = f"N = {start.size}, P = {len(network.patterns)}"
        into._source = saver.Source(steps, unit, f"{names} · {sizes}")
