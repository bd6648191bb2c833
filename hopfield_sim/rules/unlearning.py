"""Unlearning (J. J. Hopfield, D. I. Feinstein, R. G. Palmer, Nature 304, 158, 1983)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.protocol import Dynamics, Limits, Matrix
from hopfield_sim.backends.reference.philox import random_spins
from hopfield_sim.rules.hebbian import hebbian
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.support.products import gram

_MOST = 10
"""What is unlearnt at most, in units of what was learnt."""

_TOGETHER = 10
"""Dreams by the same weights; each takes so little away that the others hardly notice."""

_SWEEPS = 100
"""Largest number of sweeps of a dream; most end in ten."""


@checks.by_name
def unlearning(
    patterns: Any,
    *,
    steps: int | None = None,
    rate: float = 0.02,
    rng: int | np.random.Generator | None = 0,
    zero_diagonal: bool = True,
) -> NDArray[np.float64]:
    r"""Hebb's rule, weakened by what the network falls into from random states.

    Starting from Hebb's weights, a random state is updated, one neuron after another, until it
    rests in a state s, which is unlearnt:

    .. math:: W_{ij} ← W_{ij} - \frac{ε}{N} s_i s_j

    Mixtures of patterns attract more than patterns do, and lose more: up to about as many patterns
    as half of the neurons become stable, and fewer states are spurious. With too many dreams the
    patterns go too.

    Parameters
    ----------
    patterns : (P, N) or (P, H, W) array_like
        Patterns of ±1.
    steps : int, optional
        Number of dreams, ten at a time by the same weights; by default P/2ε, which unlearns half of
        what was learnt, and at most 10 P/ε.
    rate : float
        Strength ε of a dream, from 1e-6 to 1, where a pattern has the strength 1.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the dreams.
    zero_diagonal : bool
        ``False`` keeps the diagonal of the formula.

    Returns
    -------
    (N, N) ndarray of float64
        The weights, symmetric.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``patterns`` are not a non-empty array of ±1, or another argument is out of range.
    InsufficientMemoryError
        If the weight matrix does not fit into memory.

    See Also
    --------
    hopfield_sim.rules.dreaming : The same in closed form.

    Examples
    --------
    A single pattern is all that there is to dream of:

    >>> unlearning([[1, 1, -1, -1]]).round(12) * 4
    array([[ 0. ,  0.5, -0.5, -0.5],
           [ 0.5,  0. , -0.5, -0.5],
           [-0.5, -0.5,  0. ,  0.5],
           [-0.5, -0.5,  0.5,  0. ]])
    """
    array, _ = checks.patterns(patterns)
    rate = checks.real(rate, "rate", minimum=1e-6, maximum=1)
    n_patterns, n_neurons = array.shape
    usual = round(n_patterns / (2 * rate))
    most = math.ceil(_MOST * n_patterns / rate)
    steps = usual if steps is None else checks.integer(steps, "steps", minimum=0, maximum=most)
    zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
    checks.memory(
        24 * n_neurons**2 + 4 * array.size,
        f"the weights of {n_neurons} neurons",
        "use fewer neurons",
    )
    weights = hebbian(array)
    draw = checks.generator(rng)
    for start in range(0, steps, _TOGETHER):
        states = _dreams(weights, min(_TOGETHER, steps - start), checks.key(draw))
        weights -= gram(states) * (rate / n_neurons)
        np.fill_diagonal(weights, 0.0)
    if not zero_diagonal:
        np.fill_diagonal(weights, (n_patterns - rate * steps) / n_neurons)
    return weights


# Read by testing.check_rule.
unlearning.stochastic = True  # type: ignore[attr-defined]


def _dreams(weights: NDArray[np.float64], count: int, key: int) -> NDArray[np.float64]:
    """Where so many random states come to rest."""
    n = len(weights)
    couplings, how = Matrix(weights, np.zeros(n), 1.0), Dynamics("async", "random", key, 1)
    tie = np.full(n, 4 * np.finfo(np.float64).eps * n * np.abs(weights).max())
    pairs = backends.get().pairs
    batch = pairs.start(couplings, random_spins(key, count, n), how)
    pairs.advance(couplings, batch, Limits(tie, -tie), how, _SWEEPS * n)
    return batch.ended().states.astype(np.float64)


UNLEARNING = LearningRule("unlearning", "unlearning", unlearning)
