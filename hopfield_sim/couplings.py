"""What a network's weights are in memory: exact integers when they are Hebb's, a real matrix
otherwise.

Textbook weights W = ΞᵀΞ/N turn fields that are exactly zero into ±1e-17, with a sign that depends
on the order of summation. Hebbian couplings are therefore kept as the integers N·W, compared with
N·θ; the division by N is applied outside. Real weights have a *tie width* instead: fields closer to
the threshold than the rounding of a sum count as ties.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.numpy_backend import probability_words
from hopfield_sim.backends.protocol import Couplings, HeatBath, Limits
from hopfield_sim.errors import InvalidInputError

_INT32_SAFE = 2**29
"""Largest N·P whose fields, and thresholds beyond every field, fit an int32."""

_CERTAIN = 34 * np.log(2)
"""Beyond this value of 2h/T the probability, rounded to 32 bits, is 0 or 1."""

_LARGEST_SUM = 1e300

_TABLE_LIMIT = 1 << 22

_BLOCK_ROWS = 1024


def hebbian(patterns: NDArray[np.int8], *, zero_diagonal: bool) -> Couplings:
    """Exact couplings N·W = ΞᵀΞ of (P, N) patterns.

    Raises
    ------
    InsufficientMemoryError
        When the matrix does not fit.
    """
    return change_hebbian(None, patterns, patterns, 1, zero_diagonal=zero_diagonal)


def change_hebbian(
    previous: Couplings | None,
    patterns: NDArray[np.int8],
    changed: NDArray[np.int8],
    sign: int,
    *,
    zero_diagonal: bool,
) -> Couplings:
    """The couplings of all ``patterns``, from the ``previous`` ones by adding (sign 1) or
    removing (−1) ``changed``.
    """
    n_patterns, n = patterns.shape
    weight = _integer_type(n_patterns, n)
    exact_to = n * max(n_patterns, len(changed))
    real_type = np.dtype(np.float32 if exact_to < 2**24 else np.float64)
    xi = changed.astype(real_type)
    columns = np.empty((n, n), weight)
    for start in range(0, n, _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        product = xi[:, block].T @ xi
        columns[block] = product if previous is None else previous.columns[block] + sign * product
    field = np.dtype(np.float64) if weight.kind == "f" else np.dtype(np.int32)
    diagonal = np.zeros(n, field) if zero_diagonal else np.full(n, n_patterns, field)
    np.fill_diagonal(columns, diagonal)
    return Couplings(columns, diagonal, float(n), patterns.astype(real_type))


def real(weights: NDArray[np.float64], *, symmetric: bool = False) -> Couplings:
    """Couplings of a real matrix W, (N, N), kept as it is if symmetric (looked up unless known)."""
    symmetric = symmetric or is_symmetric(weights)
    columns = weights if symmetric else np.ascontiguousarray(weights.T)
    return Couplings(columns, np.ascontiguousarray(np.diagonal(weights)), 1.0)


def is_symmetric(weights: NDArray[Any]) -> bool:
    """Is W equal to its transpose, to the last bit? Compared in blocks, without a copy."""
    n = len(weights)
    return all(
        np.array_equal(weights[i : i + _BLOCK_ROWS, i:], weights[i:, i : i + _BLOCK_ROWS].T)
        for i in range(0, n, _BLOCK_ROWS)
    )


def refuse_overflow(couplings: Couplings, thresholds: NDArray[np.float64]) -> None:
    """Refuse weights and thresholds whose sums over N² pairs might not be finite.

    Raises
    ------
    InvalidInputError
        When they might not.
    """
    n = couplings.n_neurons
    limit = _LARGEST_SUM / n**2
    sizes: dict[str, NDArray[Any]] = {"thresholds": thresholds}
    if not couplings.exact:
        sizes["weights"] = couplings.columns
    for name, values in sizes.items():
        if max(float(values.max()), -float(values.min())) > limit:
            raise InvalidInputError(
                f"{name} must be at most {limit:.3g} in size for {n} neurons, or energies "
                "overflow; divide weights, thresholds and temperatures by one number: nothing else "
                "changes"
            )


def tie_width(couplings: Couplings, thresholds: NDArray[np.float64]) -> float:
    """How close to its threshold a field counts as equal to it: 0 for exact couplings."""
    if couplings.exact:
        return 0.0
    largest = max(abs(float(couplings.columns.max())), abs(float(couplings.columns.min())))
    span = couplings.n_neurons * largest + float(np.abs(thresholds).max())
    return 4 * float(np.finfo(np.float64).eps) * span


def limits(
    couplings: Couplings,
    thresholds: NDArray[np.float64],
    ties: str,
    clamp: NDArray[np.bool_] | None,
) -> Limits:
    """Zero temperature: the fields above which a site becomes +1, and below which −1."""
    scaled = _snapped(couplings, thresholds)
    above: NDArray[Any]
    never: tuple[float, float]
    if couplings.diagonal.dtype.kind == "i":
        edge = np.clip(scaled, -_INT32_SAFE, _INT32_SAFE)
        below: NDArray[Any] = np.ceil(edge).astype(np.int32)
        above = below - np.int32(1) if ties == "plus" else np.floor(edge).astype(np.int32)
        never = (2**31 - 1, -(2**31))
    else:
        width = tie_width(couplings, thresholds)
        below = scaled - width
        above = np.nextafter(below, -np.inf) if ties == "plus" else scaled + width
        never = (np.inf, -np.inf)
    if clamp is not None:
        above[clamp], below[clamp] = never
    return Limits(above, below)


def heat_bath(
    couplings: Couplings,
    thresholds: NDArray[np.float64],
    temperature: float,
    clamp: NDArray[np.bool_] | None,
) -> HeatBath:
    """Temperature T > 0: P(s_i = +1) = 1/(1 + exp(−2 (h_i − W_ii s_i)/T)) (Glauber, J. Math. Phys.
    4, 294, 1963).

    For integer fields and thresholds the probabilities are tabulated once, so that no backend
    rounds an exponential of its own.
    """
    n = couplings.n_neurons
    # Beyond these bounds it is hot or cold altogether; they keep the quotients finite.
    gain = 2.0 / (min(max(float(temperature), 1e-250), 1e250) * couplings.scale)
    clamped = np.zeros(n, np.uint8) if clamp is None else clamp.astype(np.uint8)
    if couplings.diagonal.dtype.kind != "i":
        return HeatBath(gain, _snapped(couplings, thresholds), np.zeros(n), clamped)
    assert couplings.patterns is not None
    scaled = np.clip(_snapped(couplings, thresholds), -_INT32_SAFE, _INT32_SAFE)
    whole = np.floor(scaled)
    offset, fraction = whole.astype(np.int32), scaled - whole
    reach = n * len(couplings.patterns) + int(np.abs(offset).max())
    half = int(min(np.ceil(_CERTAIN / gain), reach))
    if fraction.any() or half > _TABLE_LIMIT:
        return HeatBath(gain, offset, fraction, clamped)
    table = probability_words(gain * np.arange(-half, half + 1))
    return HeatBath(gain, offset, fraction, clamped, table)


def _snapped(couplings: Couplings, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """θ in the fields' units; N·θ that differs from a whole number by rounding alone is made
    whole.
    """
    if not couplings.exact:
        return thresholds.copy()
    scaled = thresholds * couplings.scale
    whole = np.round(scaled)
    close = np.abs(scaled - whole) <= 4 * np.finfo(np.float64).eps * np.abs(scaled)
    return np.where(close, whole, scaled)


def _integer_type(n_patterns: int, n_neurons: int) -> np.dtype[Any]:
    """The narrowest type that no coupling overflows, while every field fits an int32; else
    float64, exact to 2⁵³.
    """
    if n_patterns * n_neurons > _INT32_SAFE:
        return np.dtype(np.float64)
    return np.dtype(np.int16 if n_patterns < 2**15 else np.int32)
