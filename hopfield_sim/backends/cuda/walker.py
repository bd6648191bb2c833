"""Batches of spins on the device, advanced by a few sweeps per launch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from hopfield_sim.backends.cuda.batch import ResidentBatch
from hopfield_sim.backends.cuda.device import Array, Device
from hopfield_sim.backends.cuda.source import text
from hopfield_sim.backends.protocol import (
    FRESH,
    RUNNING,
    STALE,
    Couplings,
    Factors,
    Matrix,
    StateBatch,
)
from hopfield_sim.checks import places

_VISITS: Final = 1 << 20
"""Visits of a state in one launch, a tenth of a second at most: a Ctrl-C is heard between two."""

ALL_VISITS: Final = 1 << 30
"""Visits of all states in one launch, for the same reason."""

_SHORT: Final = 1 << 16
"""Sites of so many are counted in 16 bits."""

_FAR_BYTES: Final = 1 << 30
"""Of memory on the device for what blocks need and has no room in their shared memory."""

VOTES: Final = 512
"""Bytes of shared memory for the votes of a block."""

_STATES: Final = 8
_TILE_BYTES: Final = 1024
"""States of a block that computes fields, and its bytes of shared memory."""

Launch = Callable[[int, Array], None]
"""Launches kernels that bring states, with their progress, to an update."""


class Walker:
    """States of ±1 on a device, a block of threads a state."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def _begun(self, couplings: Couplings, states: Array, update: str) -> ResidentBatch:
        """A batch of these states, which it takes, with their caches."""
        index = np.arange(len(states), dtype=np.int64)
        there, place = self.device.upload(states), places.module_of(states).__name__
        previous = there.copy() if update == "sync" else there
        batch = ResidentBatch(self.device, couplings, there, index, previous, place)
        self._fill(couplings, batch)
        return batch

    def _drive(
        self,
        launch: Launch,
        couplings: Couplings,
        moving: ResidentBatch,
        batch: StateBatch,
        until: int,
        work: int = 1,
    ) -> None:
        """Bring every state to ``until`` or its end, some sweeps a launch, ``work`` a visit."""
        n, going = couplings.n_neurons, moving.stop == RUNNING
        visits = min(_VISITS, ALL_VISITS // max(1, len(moving))) // work
        some = max(1, visits // n) * n
        end = int(moving.updates[going].min(initial=until))
        while going.any():
            end = min(end + some, until)
            self._launched(launch, moving, end)
            while (moving.fresh == STALE).any():
                self._fill(couplings, moving)
                self._launched(launch, moving, end)
            going = (moving.stop == RUNNING) & (moving.updates < until)
        if moving is not batch:
            moving.copied_to(batch)

    def _launched(self, launch: Launch, moving: ResidentBatch, until: int) -> None:
        progress = moving.progress()
        launch(until, progress)
        moving.moved(progress)

    def _fill(self, couplings: Couplings, moving: ResidentBatch) -> None:
        """Compute the caches that are stale."""
        if not (moving.fresh == STALE).any():
            return
        n, n_states = couplings.n_neurons, len(moving)
        common = (
            *self._couplings(couplings), moving.there["states"], moving.there["cache"],
            np.int64(moving.stride), moving.progress(), np.int64(n_states),
        )  # fmt: skip
        if isinstance(couplings, Matrix):
            threads = min(256, -(-n // 32) * 32)
            blocks = -(-n // threads) * -(-n_states // _STATES)
            kernels = text("caches", **types(couplings))
            self.device.launch(kernels, "caches", blocks, threads, *common, shared=_TILE_BYTES)
        else:
            near = bit_bytes(n) <= self.device.shared_of_block
            shared, far_bytes = (bit_bytes(n), 0) if near else (0, bit_bytes(n))
            kernels = text("caches", NEAR=int(near), **types(couplings))
            far, parts = self._far(far_bytes, n_states)
            for first in parts:
                self.device.launch(
                    kernels, "caches", min(parts.step, n_states - first),
                    self.device.threads(n, n_states), *common, np.int64(first), far,
                    np.int64(far_bytes), shared=shared,
                )  # fmt: skip
        moving.fresh[moving.fresh == STALE] = FRESH

    def _far(self, far_bytes: int, n_states: int) -> tuple[Array, range]:
        """Global memory for the walks, per state, and the first state of each part of the batch
        that fits into it.
        """
        at_once = max(1, min(n_states, _FAR_BYTES // max(1, far_bytes)))
        far = self.device.empty((max(1, far_bytes * at_once),), np.uint8)
        return far, range(0, n_states, at_once)

    def _resident(self, couplings: Couplings, batch: StateBatch) -> ResidentBatch:
        """The batch, or a copy of it on the device."""
        if isinstance(batch, ResidentBatch):
            return batch
        up = self.device.upload
        states = up(batch.states)
        previous = states if batch.previous is batch.states else up(batch.previous)
        moving = ResidentBatch(self.device, couplings, states, batch.index, previous)
        for name in ("updates", "flips", "stop", "fresh"):
            getattr(moving, name)[...] = getattr(batch, name)
        cache = np.zeros((len(moving), moving.stride), couplings.cache_type)
        cache[:, : couplings.width] = batch.cache
        moving.there["cache"] = up(cache)
        return moving

    def _couplings(self, couplings: Couplings) -> tuple[Any, ...]:
        """The arguments COUPLINGS_ARGS of ``couplings.cuh``."""
        made: tuple[Any, ...] = places.kept(couplings, lambda: self._uploaded(couplings))
        return made

    def _uploaded(self, couplings: Couplings) -> tuple[Any, ...]:
        n = couplings.n_neurons
        if isinstance(couplings, Factors):
            sites, patterns = (
                bits.astype("<u8", copy=False).view("<u4")
                for bits in (couplings.site_bits, couplings.pattern_bits)
            )
            return (
                np.int32(n), np.int32(couplings.width), couplings.own,
                self.device.upload(sites), np.int64(sites.shape[1]),
                self.device.upload(patterns), np.int64(patterns.shape[1]),
            )  # fmt: skip
        assert isinstance(couplings, Matrix)
        columns = couplings.columns
        if n % 16:
            columns = np.zeros((n, padded(n)), columns.dtype)
            columns[:, :n] = couplings.columns
        return np.int32(n), self.device.upload(columns), np.int64(columns.shape[1])


def padded(count: int) -> int:
    """To a multiple of 16, as ``take`` in ``common.cuh`` does."""
    return -(-count // 16) * 16


def bit_bytes(n: int) -> int:
    """Bytes that n spins take as bits."""
    return 4 * padded(-(-n // 32))


def site_type(n: int) -> np.dtype[Any]:
    """What holds the number of a site."""
    return np.dtype(np.uint16 if n <= _SHORT else np.int32)


def types(couplings: Couplings) -> dict[str, Any]:
    """Definitions of the types that ``couplings.cuh`` uses."""
    field, cache = couplings.diagonal.dtype, couplings.cache_type
    types: dict[str, Any] = {"FIELD": field, "CACHE": cache}
    if isinstance(couplings, Factors):
        return {**types, "PATTERNS": 1}
    assert isinstance(couplings, Matrix)
    total = field if field.kind == "f" else np.dtype(np.int32)
    return {**types, "WEIGHT": couplings.columns.dtype, "SUM": total}
