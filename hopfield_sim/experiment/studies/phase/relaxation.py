"""Overlaps of states with their targets while they relax, in blocks of sweeps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.experiment.sweeps.result import mean_and_error
from hopfield_sim.models.base.continuous import ContinuousMemory

__all__ = ["BLOCKS", "correlations", "overlaps", "relaxed", "settled"]

BLOCKS = 3
"""Blocks of sweeps: the first relaxes, the other two are compared."""

_LEAST_DRIFT = 0.002
"""Overlaps that differ by less between two blocks are not told apart."""


def relaxed(
    memory: Any,
    starts: NDArray[np.int8],
    targets: NDArray[np.int8],
    *,
    sweeps: int,
    temperature: float,
    biased: bool,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the overlaps (B, 2) of states with their targets, averaged over the last two blocks.

    Parameters
    ----------
    memory : BinaryMemory or ContinuousMemory
        A memory with its patterns.
    starts, targets : (B, N) ndarray of int8
        Initial states, and the pattern of each.
    sweeps : int
        Sweeps of a block, or steps of a continuous memory.
    temperature : float
        Temperature; continuous memories have none.
    biased : bool
        Whether to return correlations over neurons in place of overlaps.
    rng : numpy.random.Generator
        Randomness.
    """
    measure = correlations if biased else overlaps
    record = {"near": lambda states: measure(states, targets)}
    most = BLOCKS * sweeps
    continuous = isinstance(memory, ContinuousMemory)
    if continuous:
        cues = starts.astype(np.float64)
        run = memory.recall(cues, max_steps=most, record=record, advise=False)
    else:
        run = memory.recall(
            starts, temperature=temperature, max_sweeps=most, record=record, n_threads=1, rng=rng
        )
    found = run.recorded["near"]
    # A state at rest is recorded no more; the last row holds from then on.
    kept = found[np.minimum(np.arange(1, most + 1), len(found) - 1)]
    return np.asarray(kept.reshape(BLOCKS, sweeps, -1).mean(axis=1)[1:].T)


def settled(pairs: NDArray[np.float64]) -> bool:
    """Return whether overlaps (S, 2) of S states in two blocks agree within their error.

    Examples
    --------
    >>> settled(np.array([[0.9, 0.91], [0.9, 0.89]])), settled(np.array([[0.9, 0.8], [0.9, 0.81]]))
    (True, False)
    """
    drift, error = mean_and_error((pairs[:, 1] - pairs[:, 0]).tolist())
    return abs(drift) <= 4.0 * error or abs(drift) <= _LEAST_DRIFT


def overlaps(states: NDArray[Any], targets: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the overlap (B,) of each state with its target."""
    if states.dtype.kind == "i":  # of ±1, whose products fit their type
        return np.asarray((states * targets).sum(axis=1, dtype=np.int64) / targets.shape[1])
    return np.einsum("bi,bi->b", states, targets, dtype=np.float64) / targets.shape[1]


def correlations(states: NDArray[Any], targets: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the correlation over neurons (B,) of each state with its target; 0 without variance.

    Examples
    --------
    >>> target = np.array([[1, 1, 1, -1]], np.int8)
    >>> correlations(target, target), correlations(np.ones((1, 4), np.int8), target)
    (array([1.]), array([0.]))
    """
    s, t = (x - x.mean(axis=1, keepdims=True) for x in (states, targets))
    both = np.sqrt((s * s).mean(axis=1) * (t * t).mean(axis=1))
    return np.where(both > 0, (s * t).mean(axis=1) / np.where(both > 0, both, 1.0), 0.0)
