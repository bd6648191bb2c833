"""Sequences by slow synapses (H. Sompolinsky, I. Kanter, Phys. Rev. Lett. 57, 2861, 1986)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models.hopfield.network import HopfieldNetwork


@checks.by_name
def replay(
    network: HopfieldNetwork,
    transitions: HopfieldNetwork,
    states: Any,
    *,
    delay: int = 5,
    strength: float = 2.0,
    max_sweeps: int = 100,
    rng: Any = None,
) -> Any:
    r"""Go from pattern to pattern, one neuron after another: fast synapses hold, slow ones lead on.

    In sweep t neurons see, besides the fields of ``network``, those that ``transitions`` has for
    the state some sweeps ago,

    .. math:: h_i(t) = \sum_j W_{ij}\, s_j + λ \sum_j V_{ij}\, s_j(t - τ) ,

    so that each pattern stays for τ sweeps before the next one follows. Neurons that are updated
    one after another need this: without a delay they would mix the patterns.

    Parameters
    ----------
    network : HopfieldNetwork
        Network that has stored the patterns, with weights W.
    transitions : HopfieldNetwork
        Network by ``rules.sequence`` of the same patterns, with weights V.
    states : (B, N), (N,) or image array_like of ±1
        Initial states; not modified.
    delay : int
        Delay τ ≥ 1 in sweeps. During the first τ sweeps only ``network`` acts.
    strength : float
        Strength λ ≥ 0; above 1, or patterns are not left.
    max_sweeps : int
        Number of sweeps.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the orders of updates.

    Returns
    -------
    (max_sweeps + 1, B, N) ndarray of int8
        The states at the start and after each sweep; without the B axis for a single state.

    Raises
    ------
    NotStoredError
        If a network has stored nothing.
    InvalidInputError, InvalidTypeError
        If a network is none, their sizes differ, ``states`` do not match, or a number is out of
        range.

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
    """
    for given, name in ((network, "network"), (transitions, "transitions")):
        if not isinstance(given, HopfieldNetwork):
            raise InvalidTypeError(f"{name} must be a HopfieldNetwork; got {checks.show(given)}")
    if network.n_neurons != transitions.n_neurons:
        raise InvalidInputError(
            f"transitions must have {network.n_neurons} neurons, as network has; "
            f"got {transitions.n_neurons}"
        )
    cues = network._validate(states)
    delay = checks.integer(delay, "delay", minimum=1)
    strength = checks.real(strength, "strength", minimum=0, maximum=1e100)
    n_sweeps = checks.integer(max_sweeps, "max_sweeps", minimum=0)
    key = checks.key(rng)
    shape = (n_sweeps + 1, *cues.array.shape)
    checks.memory(int(np.prod(shape, dtype=float)), "the states", "make fewer sweeps")
    rows: NDArray[np.int8] = np.empty(shape, np.int8)
    rows[0] = cues.array
    for sweep in range(n_sweeps):
        past = sweep + 1 - delay
        pulled = strength * transitions.fields(rows[past]) if past >= 0 else None
        rows[sweep + 1] = network.recall(
            rows[sweep], max_sweeps=1, field=pulled, rng=key, start_sweep=sweep
        ).states
    return cues.restore(rows, axis=1)
