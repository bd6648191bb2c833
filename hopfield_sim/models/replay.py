"""Sequences: patterns that follow each other, by slow synapses (H. Sompolinsky, I. Kanter, Phys.
Rev. Lett. 57, 2861, 1986) or as values of memories (H. T. Chaudhry et al., NeurIPS 36, 2023).
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models.dense.memory import DenseMemory
from hopfield_sim.models.dense.mixed import Mixed
from hopfield_sim.models.hopfield.network import HopfieldNetwork
from hopfield_sim.models.modern.memory import ModernHopfield


@checks.by_name
def replay(
    network: Any,
    transitions: Any = None,
    states: Any = None,
    *,
    delay: int = 5,
    strength: float = 2.0,
    max_sweeps: int = 100,
    rng: Any = None,
) -> Any:
    r"""Go from pattern to pattern.

    A memory whose values are the next patterns, ``store(patterns, np.roll(patterns, -1, axis=0))``,
    goes on by itself, all neurons at once, s(t + 1) = ``recall_values(s(t))``, for a
    ``DenseMemory`` of many neurons

    .. math:: s_i(t + 1) = \operatorname{sign} \sum_\mu \xi_i^{\mu+1} F'(\xi^\mu \cdot s(t)) .

    With ``transitions`` each pattern stays for τ sweeps before the next one follows: fast synapses
    hold, and slow ones, which see the state some sweeps ago, lead on. Neurons of a
    ``HopfieldNetwork``, which are updated one after another and would else mix the patterns, see

    .. math:: h_i(t) = \sum_j W_{ij}\, s_j + λ \sum_j V_{ij}\, s_j(t - τ) ,

    and those of a ``DenseMemory``, all at once (a mixed network whose slow part looks back at one
    moment), the values v of ``transitions``,

    .. math:: h_i(t) = \sum_\mu \xi_i^\mu f_S(\xi^\mu \cdot s(t))
        + λ \sum_\mu v_i^\mu f_A(\xi^\mu \cdot s(t - τ)) ,

    where f(m) is F(m + 1) − F(m − 1) over its value at m = N (for e^x: at the largest overlap of
    the state).

    Parameters
    ----------
    network : HopfieldNetwork, DenseMemory or ModernHopfield
        Network that has stored the patterns, with weights W, or a ``DenseMemory`` of them without
        values; or, without ``transitions``, a memory with values of N numbers, or a network by
        ``rules.sequence``, whose neurons then move at once.
    transitions : HopfieldNetwork or DenseMemory, optional
        Network by ``rules.sequence`` of the same patterns, with weights V; beside a
        ``DenseMemory`` another one, whose values are the next patterns.
    states : (B, N), (N,) or image array_like
        Initial states; not modified.
    delay : int
        Delay τ ≥ 1 of ``transitions``, in sweeps. During the first τ only ``network`` acts.
    strength : float
        Strength λ ≥ 0 of ``transitions``; above 1, or patterns are not left.
    max_sweeps : int
        Number of sweeps, or steps of all neurons.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the orders of updates.

    Returns
    -------
    (max_sweeps + 1, B, N) ndarray of int8, or of float for a ModernHopfield
        The states at the start and after each sweep; without the B axis for a single state.

    Raises
    ------
    NotStoredError
        If a network has stored nothing, or a memory has no values.
    InvalidInputError, InvalidTypeError
        If a network is none, their kinds, their sizes or those of values differ, ``states`` do not
        match, or a number is out of range.

    References
    ----------
    H. T. Chaudhry, J. A. Zavatone-Veth, D. Krotov, C. Pehlevan, *Long sequence Hopfield memory*,
    NeurIPS 36 (2023), eq. 5, and its mixed network.

    Examples
    --------
    >>> from hopfield_sim import rules
    >>> patterns = [[1, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1]]
    >>> stay = HopfieldNetwork().store(patterns)
    >>> lead = HopfieldNetwork(rules.sequence).store(patterns)
    >>> replay(stay, lead, patterns[0], delay=2, max_sweeps=4, rng=0)
    array([[ 1,  1,  1,  1, -1, -1, -1, -1],
           [ 1,  1,  1,  1, -1, -1, -1, -1],
           [ 1,  1, -1, -1,  1,  1, -1, -1],
           [ 1,  1, -1, -1,  1,  1, -1, -1],
           [ 1,  1,  1,  1, -1, -1, -1, -1]], dtype=int8)

    >>> from hopfield_sim import DenseMemory
    >>> memory = DenseMemory(order=4).store(patterns, patterns[::-1])
    >>> replay(memory, states=patterns[0], max_sweeps=2)[:, :4]
    array([[ 1,  1,  1,  1],
           [ 1,  1, -1, -1],
           [ 1,  1,  1,  1]], dtype=int8)
    """
    n_sweeps = checks.integer(max_sweeps, "max_sweeps", minimum=0)
    delay = checks.integer(delay, "delay", minimum=1)
    strength = checks.real(strength, "strength", minimum=0, maximum=1e100)
    key = checks.key(rng)
    if transitions is None:
        return _alone(network, states, n_sweeps)
    dense = isinstance(network, DenseMemory)
    kind = DenseMemory if dense else HopfieldNetwork
    for given, name in ((network, "network"), (transitions, "transitions")):
        if not isinstance(given, kind):
            raise InvalidTypeError(
                f"{name} must be a {kind.__name__}; got {checks.show(given)}. Slow transitions "
                "are of the kind of network; a memory with values needs none: "
                "replay(memory, states=states)"
            )
    if network.n_neurons != transitions.n_neurons:
        raise InvalidInputError(
            f"transitions must have {network.n_neurons} neurons, as network has; "
            f"got {transitions.n_neurons}"
        )
    cues = network._validate(states)
    rows = _rows(cues.array, n_sweeps)
    if dense:
        _mixed(network._now(), transitions._now(), rows, delay, strength)
        return cues.restore(rows, axis=1)
    for sweep in range(n_sweeps):
        past = sweep + 1 - delay
        pulled = strength * transitions.fields(rows[past]) if past >= 0 else None
        rows[sweep + 1] = network.recall(
            rows[sweep], max_sweeps=1, field=pulled, rng=key, start_sweep=sweep
        ).states
    return cues.restore(rows, axis=1)


def _mixed(
    network: DenseMemory,
    transitions: DenseMemory,
    rows: NDArray[np.int8],
    delay: int,
    strength: float,
) -> None:
    """Fill the rows after the first by steps of a mixed network."""
    if network._state.paired.array is not None:
        raise InvalidInputError(
            "network must hold its patterns, without values, beside transitions; "
            "store(patterns) them alone"
        )
    _lead_to_neurons(transitions, "transitions: values")
    alone = Mixed(network._state, transitions._state, 0.0)
    both = Mixed(network._state, transitions._state, strength)

    def overlaps(memory: DenseMemory, states: NDArray[np.int8]) -> NDArray[np.int64]:
        return places.moved(memory._overlaps_of(states)[1], places.HERE)

    for sweep in range(len(rows) - 1):
        past = sweep + 1 - delay
        rows[sweep + 1] = (alone if past < 0 else both).step(
            overlaps(network, rows[sweep]), overlaps(transitions, rows[max(past, 0)])
        )


def _lead_to_neurons(memory: Any, name: str) -> None:
    """Raise if values are not as long as the patterns."""
    if memory.values.shape[1] != memory.n_neurons:
        raise InvalidInputError(
            f"{name} must have {memory.n_neurons} numbers, as the patterns that they lead to; "
            f"got {memory.values.shape[1]}"
        )


def _alone(memory: Any, states: Any, n_sweeps: int) -> Any:
    """The states of a memory that leads from each pattern to the next by itself."""
    if not isinstance(memory, (HopfieldNetwork, DenseMemory, ModernHopfield)):
        raise InvalidTypeError(
            "network must be a HopfieldNetwork, or a memory with values, DenseMemory or "
            f"ModernHopfield; got {checks.show(memory)}"
        )
    now = memory._now()
    if not isinstance(now, HopfieldNetwork):
        _lead_to_neurons(now, "values")
    cues: checks.Batch[Any] = now._validate(states)
    rows = _rows(cues.array, n_sweeps)
    for before, after in itertools.pairwise(rows):
        if isinstance(now, HopfieldNetwork):
            after[...] = now.recall(before, update="sync", max_sweeps=1).states.reshape(after.shape)
        else:
            after[...] = now.recall_values(before).reshape(after.shape)
    return cues.restore(rows, axis=1)


def _rows(states: NDArray[Any], n_sweeps: int) -> NDArray[Any]:
    """An array of the states at the start and after each sweep, of which the first row is set."""
    shape = (n_sweeps + 1, *states.shape)
    checks.memory(
        states.itemsize * int(np.prod(shape, dtype=float)), "the states", "make fewer sweeps"
    )
    rows = np.empty(shape, states.dtype)
    rows[0] = states
    return rows
