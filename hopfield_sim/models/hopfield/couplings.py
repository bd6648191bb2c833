"""Representation of weights in memory: exact integers for Hebb's rule, as a matrix, as the
patterns themselves, or those that a graph keeps; otherwise a real matrix, or its entries that are
not zero.

Textbook weights W = ΞᵀΞ/N turn fields that are exactly zero into ±1e-17, with a sign that depends
on the order of summation. Hebbian couplings are therefore stored as the integers N·W, compared with
N·θ; the division by N is applied outside. Real weights have a *tie width* instead: fields closer to
the threshold than the rounding of a sum count as ties.

A Hebbian matrix of N² numbers is computed only if it is faster (``prefers_matrix``): the patterns
contain the same information.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.protocol import (
    INT32_SAFE,
    Couplings,
    Factors,
    HeatBath,
    Limits,
    Matrix,
    Sparse,
    largest,
)
from hopfield_sim.backends.reference.pairs import Pairs, probability_words
from hopfield_sim.checks import Compressed
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.support import compressed
from hopfield_sim.support.compressed import most_terms, rows_of
from hopfield_sim.support.products import product

_INT16_SAFE = 2**15 - 3
"""Fields up to this size, limits beyond them and one that none reaches fit an int16."""

_CERTAIN = 34 * np.log(2)
"""Beyond this value of 2h/T the probability, rounded to 32 bits, is 0 or 1."""

_LARGEST_SUM = {"f4": 1e37, "f8": 1e300}

_TABLE_LIMIT = 1 << 22

_SWEEPS_WORTH_A_MATRIX = 40
"""A matrix is made when sweeps times patterns come to so many neurons."""

_MATRIX_BYTES = 8
"""Bytes of memory per coupling while the matrix is computed."""

_CACHED_NEURONS = 2500
"""Number of neurons up to which a matrix fits into the processor's cache."""

_BLOCK_ROWS = 1024


def factors(patterns: NDArray[np.int8], *, zero_diagonal: bool) -> Factors:
    """Exact couplings N·W = ΞᵀΞ of (P, N) patterns, without their matrix."""
    n_patterns, n = patterns.shape
    # The largest field is N·P, and whole numbers are exact in float64 to 2⁵³.
    field = np.int32 if patterns.size <= INT32_SAFE else np.float64
    return Factors(patterns, np.full(n, 0 if zero_diagonal else n_patterns, field))


def matrix(
    learnt: Factors,
    backend: Pairs,
    previous: Matrix | None = None,
    changed: NDArray[np.int8] | None = None,
    sign: int = 1,
) -> Matrix:
    """The matrix of these factors: from the ``previous`` one by adding (sign 1) or removing (−1)
    the ``changed`` patterns, if given.
    """
    if previous is None or changed is None:
        columns = backend.hebbian(learnt)
    else:
        # No sum on the way is larger than all patterns together.
        most = len(learnt.patterns) + len(changed)
        columns = backend.hebbian(Factors(changed, learnt.diagonal))
        columns = columns.astype(np.int16 if most < 2**15 else np.int32, copy=False)
        columns *= sign
        columns += previous.columns.astype(columns.dtype, copy=False)
    np.fill_diagonal(columns, learnt.diagonal)
    return whole(columns, learnt.diagonal, learnt.scale, learnt)


def whole(
    columns: NDArray[np.integer],
    diagonal: NDArray[Any],
    scale: float,
    factors: Factors | None = None,
) -> Matrix:
    """Couplings of a matrix of whole numbers with this diagonal, in the narrowest dtypes."""
    reach = max(
        int(np.abs(columns[start : start + _BLOCK_ROWS]).sum(axis=1, dtype=np.int64).max())
        for start in range(0, len(columns), _BLOCK_ROWS)
    )
    weight, field = _narrowest(_largest(columns), reach)
    columns = columns.astype(weight, copy=False)
    return Matrix(columns, diagonal.astype(field), scale, reach, factors)


def _largest(columns: NDArray[Any]) -> int:
    return max(int(columns.max(initial=0)), -int(columns.min(initial=0)))


def _narrowest(largest: int, reach: int) -> tuple[type[Any], type[Any]]:
    """The narrowest dtypes of weights and fields that do not overflow; narrow ones are faster."""
    if reach > INT32_SAFE:
        return np.float64, np.float64
    field = np.int16 if reach <= _INT16_SAFE else np.int32
    if largest < 2**7:
        return np.int8, field
    return (np.int16 if largest < 2**15 else np.int32), field


def prefers_matrix(
    learnt: Factors,
    backend: Pairs,
    sweeps: int,
    *,
    sync: bool,
    stochastic: bool,
    made: bool,
    flips: float = 0.0,
) -> bool:
    """Whether recalls of ``sweeps`` sweeps are faster with the matrix; ``made``: it exists already.

    For synchronous updates the patterns are faster up to P = N. For asynchronous updates they are
    faster if the matrix does not fit into the cache and the load is small, or at a temperature if
    there are many ``flips`` a visit, each of which reads a row of it; or if computing the matrix
    does not pay off. ``benchmarks/`` has the crossovers.
    """
    n_patterns, n = learnt.patterns.shape
    if not made and (
        sweeps * n_patterns < _SWEEPS_WORTH_A_MATRIX * n or not checks.fits(_MATRIX_BYTES * n * n)
    ):
        return False
    if sync:
        return n_patterns > n
    # With a temperature flips are rarer, and all that a matrix costs is flips.
    load = backend.pattern_load / (2 if stochastic else 1)
    hot = stochastic and flips * n > backend.pattern_flips * n_patterns
    return n <= _CACHED_NEURONS or (n_patterns > load * n and not hot)


def real(weights: NDArray[np.floating], *, symmetric: bool = False) -> Matrix:
    """Couplings of a real matrix W, (N, N), kept as it is if symmetric (looked up unless known)."""
    symmetric = symmetric or is_symmetric(weights)
    columns = weights if symmetric else np.ascontiguousarray(weights.T)
    return Matrix(columns, np.ascontiguousarray(np.diagonal(weights)), 1.0)


def diluted(patterns: NDArray[np.int8], kept: Compressed, backend: Pairs) -> Sparse:
    """Exact couplings N·W_ij = Σ_μ ξ_i ξ_j of (P, N) patterns where a graph keeps them, given as
    compressed columns.
    """
    n_patterns, n = patterns.shape
    diagonal = np.zeros(n, np.float64)
    own = kept.columns == rows_of(kept.starts)
    diagonal[kept.columns[own]] = n_patterns
    values = backend.kept(factors(patterns, zero_diagonal=True), kept.starts, kept.columns)
    most = n_patterns * most_terms(kept.columns)
    weight, field = _narrowest(_largest(values), most)
    values = values.astype(weight, copy=False)
    diagonal = diagonal.astype(field)
    return Sparse(kept.starts, kept.columns, values, diagonal, float(n), exact=True, reach=most)


def sparse(columns: Compressed, dtype: np.dtype[np.floating]) -> Sparse:
    """Couplings of real weights, from the compressed columns of W."""
    assert columns.values is not None
    values = checks.narrowed(columns.values, dtype, "weights")
    diagonal = np.zeros(columns.n_neurons, dtype)
    own = columns.columns == rows_of(columns.starts)
    diagonal[columns.columns[own]] = values[own]
    return Sparse(columns.starts, columns.columns, values, diagonal, 1.0, exact=False)


def masked(weights: NDArray[np.float64], kept: Compressed) -> NDArray[np.float64]:
    """W with zeros where a graph does not keep it, given as compressed columns."""
    places = kept.columns, rows_of(kept.starts)
    left = np.zeros_like(weights)
    left[places] = weights[places]
    return left


def entries(weights: NDArray[np.float64], kept: Compressed) -> Compressed:
    """The compressed columns of W where a graph keeps it."""
    return kept._replace(values=weights[kept.columns, rows_of(kept.starts)])


def dense(couplings: Sparse) -> NDArray[np.floating]:
    """The matrix W, (N, N), of sparse couplings."""
    n, values = couplings.n_neurons, couplings.values
    weights = np.zeros((n, n), values.dtype if values.dtype.kind == "f" else np.float64)
    weights[couplings.targets, rows_of(couplings.starts)] = values / couplings.scale
    return weights


def symmetric(couplings: Couplings) -> bool:
    """Whether W equals its transpose exactly."""
    if isinstance(couplings, Factors):
        return True
    if isinstance(couplings, Matrix):
        return is_symmetric(couplings.columns)
    return compressed.is_symmetric(couplings.starts, couplings.targets, couplings.values)


def fields_of_reals(couplings: Couplings) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """The function from real states V, (B, N), to W V, (B, N); without the matrix of Hebbian
    couplings.
    """
    n = couplings.n_neurons
    if isinstance(couplings, Sparse):
        starts, sources, order = compressed.transposed(couplings.starts, couplings.targets)
        sources = sources.astype(np.intp)  # as take reads them
        values = couplings.values[order] / couplings.scale
        reached = np.flatnonzero(np.diff(starts))  # neurons that have inputs
        firsts = starts[reached]

        def by_rows(v: NDArray[np.float64]) -> NDArray[np.float64]:
            fields = np.zeros((len(v), n))
            for field, one in zip(fields, v, strict=True):
                if reached.size:
                    field[reached] = np.add.reduceat(values * one.take(sources), firsts)
            return fields

        return by_rows
    if isinstance(couplings, Factors):
        xi = couplings.patterns.astype(np.float64)
        own = couplings.diagonal.astype(np.float64) - len(xi)  # instead of that of ΞᵀΞ
        return lambda v: (product(product(v, xi.T), xi) + own * v) / couplings.scale
    columns = couplings.columns.astype(np.float64, copy=False)
    return lambda v: product(v, columns) / couplings.scale


def is_symmetric(weights: NDArray[Any]) -> bool:
    """Whether W equals its transpose exactly; compared in blocks, without a copy."""
    n = len(weights)
    return all(
        np.array_equal(weights[i : i + _BLOCK_ROWS, i:], weights[i:, i : i + _BLOCK_ROWS].T)
        for i in range(0, n, _BLOCK_ROWS)
    )


def refuse_overflow(
    couplings: Couplings, thresholds: NDArray[np.float64], name: str = "thresholds"
) -> None:
    """Reject weights, and thresholds or fields, whose sums over N² pairs might overflow.

    Raises
    ------
    InvalidInputError
        If they might overflow.
    """
    n = couplings.n_neurons
    sizes = {name: largest(thresholds)}
    limit = _LARGEST_SUM["f8"] / n**2
    if not (couplings.exact or isinstance(couplings, Factors)):
        sizes["weights"] = couplings.largest
        limit = _LARGEST_SUM[couplings.numbers.dtype.str[1:]] / n**2
    for name, size in sizes.items():
        if not size <= limit:
            raise InvalidInputError(
                f"{name} must be at most {limit:.3g} in size for {n} neurons, or energies "
                "overflow; divide weights, thresholds, fields and temperatures by one number: "
                "nothing else changes"
            )


def tie_width(couplings: Couplings, thresholds: NDArray[np.float64]) -> float:
    """Maximum distance of a field from its threshold for a tie: 0 for exact couplings."""
    if couplings.exact or isinstance(couplings, Factors):
        return 0.0
    span = couplings.most_terms * couplings.largest + largest(thresholds)
    return 4 * float(np.finfo(couplings.numbers.dtype).eps) * span


def _rounding(couplings: Couplings) -> float:
    """Bound of twice the rounding error of an addition to a field: sums are of no more than all
    weights of a site or, where a few flips are added together, of eight.
    """
    if couplings.exact or isinstance(couplings, Factors):
        return 0.0
    eps = float(np.finfo(couplings.numbers.dtype).eps)
    return eps * max(couplings.most_terms, 8) * couplings.largest


def limits(
    couplings: Couplings,
    thresholds: NDArray[np.float64],
    ties: str,
    clamp: NDArray[np.bool_] | None,
) -> Limits:
    """Zero temperature: the fields above which a site becomes +1, and below which −1."""
    scaled = snapped(couplings, thresholds)
    field = couplings.diagonal.dtype
    above: NDArray[Any]
    if field.kind == "i":
        beyond = couplings.reach + 1
        edge = np.clip(scaled, -beyond, beyond) if thresholds.any() else scaled
        below: NDArray[Any] = np.ceil(edge).astype(field)
        above = below - field.type(1) if ties == "plus" else np.floor(edge).astype(field)
    else:
        width = tie_width(couplings, thresholds)
        below = (scaled - width).astype(field)
        above = (
            np.nextafter(below, field.type(-np.inf))
            if ties == "plus"
            else (scaled + width).astype(field)
        )
    if clamp is not None:
        whole = field.kind == "i"
        above[clamp] = np.iinfo(field).max if whole else np.inf
        below[clamp] = np.iinfo(field).min if whole else -np.inf
    return Limits(above, below, _rounding(couplings))


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
        return HeatBath(gain, np.zeros(n, np.int32), snapped(couplings, thresholds), clamped)
    scaled = np.clip(snapped(couplings, thresholds), -INT32_SAFE, INT32_SAFE)
    whole = np.floor(scaled)
    offset, fraction = whole.astype(np.int32), scaled - whole
    reach = couplings.reach + int(np.abs(offset).max())
    half = int(min(np.ceil(_CERTAIN / gain), reach))
    if fraction.any() or half > _TABLE_LIMIT:
        return HeatBath(gain, offset, fraction, clamped)
    table = probability_words(gain * np.arange(-half, half + 1))
    return HeatBath(gain, offset, fraction, clamped, table)


def snapped(couplings: Couplings, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """θ in the fields' units; N·θ that differs from a whole number by rounding alone is made
    whole.
    """
    if not couplings.exact or not thresholds.any():
        return thresholds.copy()
    scaled = thresholds * couplings.scale
    whole = np.round(scaled)
    close = np.abs(scaled - whole) <= 4 * np.finfo(np.float64).eps * np.abs(scaled)
    return np.where(close, whole, scaled)
