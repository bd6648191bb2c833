"""Sums of features over memories, T = Σ φ(ξ), and products ⟨φ(x), T⟩ with their gradients.

Everything is a matrix product with one block of directions after another: scratch does not grow
with Y.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.waves import Waves
from hopfield_sim.models.distributed.features.kernels import Kernel
from hopfield_sim.models.distributed.features.projection import Block, Projection

_SCRATCH: Final = 1 << 18
"""Bytes of a scratch array, which fits the second-level cache."""

_STATES: Final = 256
"""States at a time: the directions of a piece serve them all while they are in the cache."""

Floats = NDArray[np.floating]


class Comparison(NamedTuple):
    """⟨φ(x), T⟩ = exp(``log_scale``) · ``product`` for each state.

    Attributes
    ----------
    product : (B,) ndarray of float64
        About the number of memories at the state, times exp(−``log_scale``).
    log_scale : (B,) ndarray of float64
        0 where features are waves; exponentials overflow or vanish without it.
    gradient : (B, D) float64 or None
        Of ⟨φ(x), T⟩, times exp(−``log_scale``).
    """

    product: NDArray[np.float64]
    log_scale: NDArray[np.float64]
    gradient: NDArray[np.float64] | None


def features(
    kernel: Kernel, drawn: Projection, beta: float, states: Floats, engine: Waves
) -> Floats:
    """Return φ of each state, (B, parts · Y): the first part of all rows of S, then the second."""
    out = np.empty((len(states), kernel.parts, drawn.n_features), states.dtype)
    scale = kernel.scale(drawn.n_features)
    for rows, block, h in _tiles(drawn, beta, states):
        shift = _damping(kernel, beta, states[rows])
        for part, wave in enumerate(kernel.waves(h, block.phases, shift, engine)[0]):
            out[rows, part, block.rows] = scale * wave
    return out.reshape(len(states), -1)


def total(
    kernel: Kernel, drawn: Projection, beta: float, patterns: Floats, engine: Waves
) -> NDArray[np.float64]:
    """Return Σ φ(ξ) over the patterns, (parts, Y)."""
    out = np.zeros((kernel.parts, drawn.n_features))
    scale = kernel.scale(drawn.n_features)
    for rows, block, h in _tiles(drawn, beta, patterns):
        shift = _damping(kernel, beta, patterns[rows])
        for part, wave in enumerate(kernel.waves(h, block.phases, shift, engine)[0]):
            out[part, block.rows] += scale * wave.sum(axis=0, dtype=np.float64)
    return out


def compare(
    kernel: Kernel,
    drawn: Projection,
    beta: float,
    states: Floats,
    memory: NDArray[np.float64],
    engine: Waves,
    *,
    gradient: bool = False,
) -> Comparison:
    """⟨φ(x), T⟩ of each state with T = ``memory``, (parts, Y), and its gradient where wanted."""
    count, n = states.shape
    product, scale = np.zeros(count), kernel.scale(drawn.n_features)
    pull = np.zeros((count, n) if gradient else (0, 0))
    log_scale = np.full(count, -np.inf) if kernel.positive else np.zeros(count)
    for rows, block, h in _tiles(drawn, beta, states):
        part = memory[:, block.rows].astype(states.dtype)
        shift = _damping(kernel, beta, states[rows])
        if kernel.positive:
            faded = _rescale(h, shift, log_scale[rows], both=kernel.parts == 2)
            product[rows] *= faded
            if gradient:
                pull[rows] *= faded[:, None]
            shift = shift + log_scale[rows, None].astype(shift.dtype)
        waves, slopes = kernel.waves(h, block.phases, shift, engine)
        product[rows] += _sum(waves, part)
        if gradient:
            weights = sum(slope * one for slope, one in zip(slopes, part, strict=True))
            pull[rows] += np.asarray(weights) @ block.directions
    product *= scale
    if not gradient:
        return Comparison(product, log_scale, None)
    pull *= scale * np.sqrt(beta)
    if kernel.positive:
        pull -= (2 * beta * product)[:, None] * states
    return Comparison(product, log_scale, pull)


def curve(
    kernel: Kernel,
    drawn: Projection,
    beta: float,
    states: Floats,
    directions: Floats,
    memory: NDArray[np.float64],
    engine: Waves,
) -> NDArray[np.float64]:
    """∇²⟨φ(x), T⟩ v of each state, (B, D), for waves: φ'' = −φ, so it is −β Sᵀ ((φ T) ∘ S v)."""
    out = np.zeros(states.shape)
    for rows, block, h in _tiles(drawn, beta, states):
        part = memory[:, block.rows].astype(states.dtype)
        waves = kernel.waves(h, block.phases, np.zeros((1, 1), states.dtype), engine)[0]
        height = sum(wave * one for wave, one in zip(waves, part, strict=True))
        along = directions[rows] @ block.directions.T
        out[rows] -= (np.asarray(height) * along) @ block.directions
    return out * (beta * kernel.scale(drawn.n_features))


def _tiles(drawn: Projection, beta: float, states: Floats) -> Iterator[tuple[slice, Block, Floats]]:
    """√β S x, (b, R), for some states and some directions at a time."""
    tall = min(len(states), _STATES)
    wide = max(1, _SCRATCH // (tall * states.dtype.itemsize))
    root = states.dtype.type(np.sqrt(beta))
    for block in drawn.blocks():
        for left in range(0, len(block.directions), wide):
            piece = _piece(block, slice(left, left + wide))
            for top in range(0, len(states), tall):
                rows = slice(top, top + tall)
                h = states[rows] @ piece.directions.T
                h *= root
                yield rows, piece, h


def _piece(block: Block, rows: slice) -> Block:
    """Return some rows of a block."""
    directions, first = block.directions[rows], block.rows.start + rows.start
    return Block(slice(first, first + len(directions)), directions, block.phases[rows])


def _damping(kernel: Kernel, beta: float, states: Floats) -> Floats:
    """β‖x‖², (b, 1), in the exponent of the positive kernels."""
    if not kernel.positive:
        return np.zeros((1, 1), states.dtype)
    squares = np.einsum("bi,bi->b", states, states)
    return np.asarray(states.dtype.type(beta) * squares)[:, None]


def _rescale(
    h: Floats, shift: Floats, log_scale: NDArray[np.float64], *, both: bool
) -> NDArray[np.float64]:
    """Raise ``log_scale`` to the largest exponent seen, in place; what earlier sums are to be
    multiplied with.
    """
    largest = (np.abs(h) if both else h).max(axis=1) - shift[:, 0]
    before = log_scale.copy()
    np.maximum(log_scale, largest, out=log_scale)
    return np.exp(before - log_scale)


def _sum(waves: list[Floats], part: Floats) -> Any:
    return sum((wave @ one for wave, one in zip(waves, part, strict=True)), start=np.float64(0.0))
