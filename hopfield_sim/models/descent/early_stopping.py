"""Iterative learning of patterns: when to stop, and which weights to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.members import Member, Values
from hopfield_sim.support import blas

T = TypeVar("T", bound=NDArray[np.floating])

Row = dict[str, Any]

_LARGE = 1 << 18
"""Number of weights from which on several threads are faster than one in matrix products."""


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
    def validated(
        cls, max_iter: Any, min_iter: Any, patience: Any, min_delta: Any, *, usual: int
    ) -> Patience:
        """Validate the arguments of ``store``; ``usual`` is the default of ``min_iter``.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If an argument is out of range or of a wrong type.
        """
        most = checks.integer(max_iter, "max_iter", minimum=1)
        if min_iter is None:
            min_iter = min(usual, most)
        least = checks.integer(min_iter, "min_iter", minimum=0)
        if least > most:
            raise InvalidInputError(
                f"min_iter must be at most max_iter = {most}; got {least}; raise max_iter, too"
            )
        waits = checks.integer(patience, "patience", minimum=1)
        return cls(most, least, waits, checks.real(min_delta, "min_delta", minimum=0))


def train(
    step: Callable[[T], T], evaluate: Callable[[T], Row], weights: T, when: Patience
) -> tuple[T, list[Row]]:
    """Iterate learning steps until the stopping criterion is met.

    Parameters
    ----------
    step : callable
        One learning step, from weights to weights.
    evaluate : callable
        Evaluation of weights: a dict with at least ``errors``, the number of wrong bits, and
        ``cost``.
    weights : ndarray
        Initial weights.
    when : Patience
        Stopping criterion.

    Returns
    -------
    weights : ndarray
        Weights after the best step: the fewest wrong bits and, among those, the lowest cost.
    history : list of dict
        One row per step: its ``iteration``, from 1, and its evaluation.
    """
    history: list[Row] = []
    best, kept = None, weights
    lowest, waited = np.inf, 0
    with blas.limit(1 if weights.size < _LARGE else None):
        for number in range(1, when.most + 1):
            weights = step(weights)
            row = {"iteration": number, **evaluate(weights)}
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


def wrong_bits(history: Sequence[Row]) -> int:
    """Number of wrong bits of the weights that are kept.

    Examples
    --------
    >>> wrong_bits([{"errors": 3}, {"errors": 1}, {"errors": 2}])
    1
    """
    return min(int(row["errors"]) for row in history)


def warn_of_wrong_bits(
    changed: NDArray[np.bool_], patterns: NDArray[np.int8], n_steps: int, units: int, what: str
) -> None:
    """Warn the caller of ``store`` if learning ended with patterns that are not fixed points.

    ``changed`` (P, N) are the bits that one step of recall changes; ``units`` is the number of
    hidden units, or of memories, and ``what`` says which of the two.
    """
    errors = int(changed.sum())
    if errors:
        n_patterns, n = patterns.shape
        alone = _told_by_no_other(changed, patterns)
        advice = []
        if alone:
            which = "them" if alone == errors else f"{alone} of them"
            advice.append(
                f"no other bit tells {which}, for another pattern differs there and in at most one "
                "bit more: they cannot be learnt from the others"
            )
        if alone < errors:
            few = f"use more {what} than {units}: as many as patterns serve; or "
            few *= units < n_patterns
            advice.append(f"{few}ask for more steps with max_iter= and patience=")
        checks.warn(
            f"not converged: after {n_steps} steps one step of recall still changes {errors} "
            f"of the {patterns.size} bits of these {n_patterns} patterns of {n} neurons; "
            f"{'; '.join(advice)}. What was learnt is kept; advise=False keeps this quiet",
        )


def _told_by_no_other(bits: NDArray[np.bool_], patterns: NDArray[np.int8]) -> int:
    """Number of bits (P, N) whose flip makes a pattern equally near to another pattern."""
    count = 0
    for row in np.flatnonzero(bits.any(axis=1)):
        differs = patterns != patterns[row]
        near = differs[differs.sum(axis=1) <= 2]
        count += int((bits[row] & near.any(axis=0)).sum())
    return count


def columns(dtypes: Mapping[str, str]) -> dict[str, Member]:
    """The history of a memory in a file: one array per column."""

    def column(name: str) -> Callable[[Any], list[float]]:
        return lambda memory: [row[name] for row in memory._state.history]

    return {name: Member(f"{dtype} steps", column(name)) for name, dtype in dtypes.items()}


def rows_of(values: Values, names: Iterable[str]) -> list[Row]:
    """The history from these columns of a file.

    Raises
    ------
    InvalidInputError
        If there are no rows, or values are not finite.
    """
    arrays = [values[name] for name in names]
    if not len(arrays[0]) or not all(np.isfinite(one).all() for one in arrays):
        raise InvalidInputError("its history is not one")
    return [
        {"iteration": number, **dict(zip(names, row, strict=True))}
        for number, row in enumerate(zip(*(one.tolist() for one in arrays), strict=True), start=1)
    ]
