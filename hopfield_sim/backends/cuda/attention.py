"""Attention on the device: a kernel for few queries; the reference's lines, whose arrays are there,
for many, in larger blocks.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from hopfield_sim.backends.cuda.device import Array, Device
from hopfield_sim.backends.cuda.source import text
from hopfield_sim.backends.cuda.walker import padded
from hopfield_sim.backends.reference.attention import Attended, Attention, Floats, Memories
from hopfield_sim.checks import places

_FEW: Final = 4
"""Queries up to which each reads the memories once from the cache; products read them twice."""

_CHUNKS: Final = 512
"""Parts of the memories, for several blocks on each multiprocessor."""

_ROWS: Final = 1 << 13
"""Largest number of memories of a part: a longer sum in float32 would lose digits."""

_TILE: Final = 8
"""Memories that ``attention.cuh`` looks at together."""


class CudaAttention(Attention):
    """The reference to rounding."""

    block_scores = 1 << 23
    block_numbers = 1 << 62
    block_differences = 1 << 26

    def __init__(self, device: Device) -> None:
        self.device = device

    def _stream(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        (b, n), real = queries.shape, queries.dtype
        shared = (2 * padded(n) + padded(_TILE)) * real.itemsize
        fits = shared <= self.device.shared_of_block
        theirs = memories.score is not None or places.module_of(queries) is np
        if b > _FEW or not fits or theirs:
            return super()._stream(memories, queries, beta)
        device, n_memories = self.device, len(memories.patterns)
        chunk = min(_ROWS, _TILE * -(-n_memories // (_TILE * _CHUNKS)))
        parts = -(-n_memories // chunk)
        totals, tops = device.empty((parts, b, n), real), device.empty((parts, b), real)
        masses, scaleds = (device.empty((parts, b), np.float64) for _ in range(2))
        device.launch(
            _text(memories, real), "attend", parts * b, device.threads(n, parts * b), np.int32(n),
            np.int64(n_memories), np.int64(chunk), np.int32(b), memories.patterns,
            memories.patterns if memories.keys is None else memories.keys,
            *_parameters(memories, real), device.upload(queries), real.type(beta),
            totals, tops, masses, scaleds, shared=shared,
        )  # fmt: skip
        xp = places.module_of(queries)
        shrink = xp.exp((tops - tops.max(axis=0)) * beta)
        mass, scaled = (shrink * masses).sum(axis=0), (shrink * scaleds).sum(axis=0)
        target = xp.einsum("kb,kbn->bn", shrink, totals)
        target /= scaled[:, None]
        return Attended(target, mass, scaled)


def _text(memories: Memories, real: np.dtype[Any]) -> str:
    words: dict[str, object] = {"MEMORY": memories.patterns.dtype, "REAL": real}
    return text("attention", **words, **({} if memories.mask is None else {"DISTANCES": 1}))


def _parameters(memories: Memories, real: np.dtype[Any]) -> tuple[Array, ...]:
    """The arguments SCORES_ARGS of ``attention.cuh``."""
    if memories.mask is not None:
        return (memories.mask.astype(real, copy=False),)

    def whole() -> tuple[Array, ...]:
        xp, p = places.module_of(memories.patterns), len(memories.patterns)
        return (
            xp.ones(p) if memories.scale is None else memories.scale,
            xp.zeros(p) if memories.bias is None else memories.bias,
        )

    made: tuple[Array, ...] = places.kept(memories, whole)
    return made
