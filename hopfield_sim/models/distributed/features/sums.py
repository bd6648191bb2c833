"""Sums of features over memories, T = Σ φ(ξ), and products ⟨φ(x), T⟩ with their gradients.

Everything is a matrix product with one block of directions after another: scratch does not grow
with Y.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.waves import Waves
from hopfield_sim.checks import places
from hopfield_sim.models.distributed.features.kernels import Kernel
from hopfield_sim.models.distributed.features.projection import Block, Projection

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
    for rows, block, h in _tiles(drawn, beta, states, engine):
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
    for rows, block, h in _tiles(drawn, beta, patterns, engine):
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
    (count, n), xp = states.shape, places.module_of(states)
    product, scale = xp.zeros(count), kernel.scale(drawn.n_features)
    pull = xp.zeros((count, n) if gradient else (0, 0))
    log_scale = xp.full(count, -np.inf) if kernel.positive else xp.zeros(count)
    memory = places.beside(memory, states)
    for rows, block, h in _tiles(drawn, beta, states, engine):
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
            weights: Any = sum(slope * one for slope, one in zip(slopes, part, strict=True))
            pull[rows] += weights @ block.directions
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
    for rows, block, h in _tiles(drawn, beta, states, engine):
        part = memory[:, block.rows].astype(states.dtype)
        waves = kernel.waves(h, block.phases, np.zeros((1, 1), states.dtype), engine)[0]
        height = sum(wave * one for wave, one in zip(waves, part, strict=True))
        along = directions[rows] @ block.directions.T
        out[rows] -= (np.asarray(height) * along) @ block.directions
    return out * (beta * kernel.scale(drawn.n_features))


def _tiles(
    drawn: Projection, beta: float, states: Floats, engine: Waves
) -> Iterator[tuple[slice, Block, Floats]]:
    """√β S x, (b, R), for some states and some directions at a time, where the states are."""
    pieces = Waves if places.module_of(states) is np else engine
    tall = min(len(states), pieces.states)
    wide = max(1, pieces.scratch // (tall * states.dtype.itemsize))
    root = states.dtype.type(np.sqrt(beta))
    for drawn_block in drawn.blocks():
        block = _beside(drawn_block, states)
        for left in range(0, len(block.directions), wide):
            piece = _piece(block, slice(left, left + wide))
            for top in range(0, len(states), tall):
                rows = slice(top, top + tall)
                h = states[rows] @ piece.directions.T
                h *= root
                yield rows, piece, h


def _beside(block: Block, states: Floats) -> Block:
    """The block where the states are."""
    directions = places.beside(block.directions, states)
    return Block(block.rows, directions, places.beside(block.phases, states))


def _piece(block: Block, rows: slice) -> Block:
    """Return some rows of a block."""
    directions, first = block.directions[rows], block.rows.start + rows.start
    return Block(slice(first, first + len(directions)), directions, block.phases[rows])


def _damping(kernel: Kernel, beta: float, states: Floats) -> Floats:
    """β‖x‖², (b, 1), in the exponent of the positive kernels."""
    xp = places.module_of(states)
    if not kernel.positive:
        return xp.zeros((1, 1), states.dtype)
    squares = xp.einsum("bi,bi->b", states, states)
    return (states.dtype.type(beta) * squares)[:, None]


def _rescale(
    h: Floats, shift: Floats, log_scale: NDArray[np.float64], *, both: bool
) -> NDArray[np.float64]:
    """Raise ``log_scale`` to the largest exponent seen, in place; what earlier sums are to be
    multiplied with.
    """
    xp = places.module_of(h)
    largest = (abs(h) if both else h).max(axis=1) - shift[:, 0]
    before = log_scale.copy()
    xp.maximum(log_scale, largest, out=log_scale)
    return xp.exp(before - log_scale)


def _sum(waves: list[Floats], part: Floats) -> Any:
    return sum((wave @ one for wave, one in zip(waves, part, strict=True)), start=np.float64(0.0))
