"""Checks of interactions: the properties that dense memories rely on."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models import DenseMemory
from hopfield_sim.models.dense.own import interaction as found
from hopfield_sim.patterns import random_patterns
from hopfield_sim.testing.promises import BrokenPromise, require

__all__ = ["check_interaction"]

_NEURONS, _PATTERNS = 64, 3
# How far two computations of one number may differ, and a slope from a difference quotient,
# relative to the largest.
_ROUNDING, _QUOTIENT = 1e-12, 1e-4


@checks.by_name
def check_interaction(interaction: Any, order: int = 3) -> None:
    """Check that an interaction F has the properties that all interactions of the package share.

    F of an array is F of each number, the same whenever it is called, real and finite; it is
    largest at the largest overlap, so that a pattern lies lower than the states around it; its
    slope, if it has one, is that of its values; and a dense memory with it holds a few patterns.

    Parameters
    ----------
    interaction : str or callable
        Name of an interaction, or a function of an array of overlaps, as ``DenseMemory`` takes it.
    order : int
        Order n.

    Raises
    ------
    BrokenPromise
        At the first property that does not hold; the message says which, where, and the
        consequence.
    InvalidInputError, InvalidTypeError
        If the name is unknown, or ``interaction`` is neither a string nor callable.

    Examples
    --------
    >>> check_interaction(lambda x: np.abs(x) ** 3)
    >>> check_interaction(lambda x: -(x**2))
    Traceback (most recent call last):
    hopfield_sim.testing.promises.BrokenPromise: F must be largest at the largest overlap...
    """
    kind = found(interaction, order)
    x = np.arange(-_NEURONS, _NEURONS + 1.0)
    try:
        values = np.asarray(kind(x), np.float64)
        again, backwards = kind(x), kind(x[::-1])[::-1]
        square, alone = kind(np.stack([x, x]))[0], kind(x[-1:])
    except InvalidInputError as error:
        raise BrokenPromise(checks.message(error)) from error
    near = _ROUNDING * np.abs(values).max()
    require(
        np.array_equal(again, values),
        f"{kind} gives other values when it is called again with the same overlaps: memories, and "
        "both backends, would differ.",
    )
    require(
        all(
            np.allclose(other, values[-len(other) :], rtol=0, atol=near)
            for other in (backwards, square, alone)
        ),
        f"{kind} of an array must be F of each number alone; it depends on the other overlaps.",
    )
    _check_grows(values, x)
    _check_slope(kind, x)
    patterns = random_patterns(_PATTERNS, _NEURONS, rng=0)
    gaps = DenseMemory(interaction, order).store(patterns, advise=False).energy_gap(patterns)
    mu, i = np.unravel_index(int(gaps.argmin()), gaps.shape)
    require(
        gaps[mu, i] > 0,
        f"pattern {mu} of {_PATTERNS} is not a minimum of the energy among {_NEURONS} neurons: "
        f"flipping neuron {i} changes it by {gaps[mu, i]:.3g}. So few patterns must hold "
        "themselves; F must grow faster than x.",
    )


def _check_grows(values: Any, x: Any) -> None:
    worst = int(values[1:-1].argmax()) + 1
    require(
        values[-1] > values[worst],
        "F must be largest at the largest overlap, so that a pattern has the lowest energy; "
        f"F({x[-1]:g}) = {values[-1]:.6g}, but F({x[worst]:g}) = {values[worst]:.6g}.",
    )


def _check_slope(kind: Any, x: Any) -> None:
    here = x[:-1] + 0.5
    slopes, h = kind.slope(here), 1e-4
    quotients = (kind(here + h) - kind(here - h)) / (2 * h)
    away = np.abs(slopes - quotients)
    worst = int(away.argmax())
    require(
        away[worst] <= _QUOTIENT * np.abs(quotients).max(),
        f"the slope of {kind} at {here[worst]:g} is {slopes[worst]:.6g}, but the difference "
        f"quotient is {quotients[worst]:.6g}.",
    )
