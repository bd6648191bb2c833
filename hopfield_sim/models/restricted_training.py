"""Training a restricted network step by step: how well it does, when to stop, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, energy
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models import bipartite

Floats = NDArray[np.float64]

Step = Callable[[Floats, Floats], Floats]
"""From patterns X (P, N) and W (N, m) to the W after one step."""

HISTORY = ("errors", "cost", "energy")
"""What every step is judged by, beside its number."""

_LARGE = 1 << 18
"""Numbers in W from which several threads in its products are faster than one."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Patience:
    """When to stop: at ``least`` steps or later, as soon as every bit is reproduced, or when no
    step of the last ``patience`` lowered the cost by more than ``min_delta``; at ``most`` steps.
    """

    most: int
    least: int
    patience: int
    min_delta: float

    @classmethod
    def judged(cls, max_iter: Any, min_iter: Any, patience: Any, min_delta: Any) -> Patience:
        """From the arguments of ``store``.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For what makes no sense.
        """
        most = checks.integer(max_iter, "max_iter", minimum=1)
        least = checks.integer(min_iter, "min_iter", minimum=0)
        if least > most:
            raise InvalidInputError(
                f"min_iter must be at most max_iter = {most}; got {least}; raise max_iter, too"
            )
        waits = checks.integer(patience, "patience", minimum=1)
        return cls(most, least, waits, checks.real(min_delta, "min_delta", minimum=0))


def train(
    step: Step, patterns: NDArray[np.int8], weights: Floats, when: Patience
) -> tuple[Floats, list[Row]]:
    """Make steps until it is time to stop.

    Returns
    -------
    weights : (N, m)
        Those after the best step: fewest wrong bits, and of those the lowest cost.
    history : list of dict
        A row a step, from 1: see ``judge``.
    """
    from threadpoolctl import threadpool_limits  # only for who learns

    with threadpool_limits(1 if weights.size < _LARGE else None, user_api="blas"):
        return _train(step, patterns, weights, when)


def _train(
    step: Step, patterns: NDArray[np.int8], weights: Floats, when: Patience
) -> tuple[Floats, list[Row]]:
    bits = patterns.astype(np.float64)
    history: list[Row] = []
    best, kept = None, weights
    lowest, waited = np.inf, 0
    for number in range(1, when.most + 1):
        weights = step(bits, weights)
        row = {"iteration": number, **judge(patterns, weights)}
        history.append(row)
        rank = (row["errors"], row["cost"])
        if best is None or rank < best:
            best, kept = rank, weights
        if row["cost"] < lowest - when.min_delta:
            lowest, waited = row["cost"], 0
        else:
            waited += 1
        if number >= when.least and (row["errors"] == 0 or waited >= when.patience):
            break
    return kept, history


def judge(patterns: NDArray[np.int8], weights: Floats) -> Row:
    """How well the patterns (P, N) are reproduced.

    ``errors`` counts the bits that one step of recall changes, ``cost`` is the mean of (f(x) − x)²
    over all bits, ``energy`` the mean of E over the patterns.
    """
    fields = bipartite.fields(weights, patterns)
    wrong = bipartite.signs(fields, patterns) != patterns
    energies = energy.restricted(bipartite.inputs(weights, patterns), patterns.shape[1])
    return {
        "errors": int(wrong.sum()),
        "cost": float(np.square(np.tanh(fields) - patterns).mean()),
        "energy": float(energies.mean()),
    }
