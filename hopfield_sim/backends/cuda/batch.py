"""States on the device during a recall. The processor has the counters, which the driver reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.cuda.device import Array, Device
from hopfield_sim.backends.protocol import STALE, Couplings, StateBatch


class ResidentBatch(StateBatch):
    """A batch with ``states``, ``cache`` and ``previous`` on the device.

    Whoever reads one of the three gets a copy, made when it is first read after a walk.

    Parameters
    ----------
    device : Device
        Where.
    couplings : Matrix or Factors
        Of the network.
    states : (B, N) ndarray of int8
        What the walk begins with.
    index : (B,) ndarray of int64
        Places in the caller's batch.
    previous : (B, N) ndarray of int8
        The states one step before; the same array as ``states`` where nobody needs them.
    """

    def __init__(
        self,
        device: Device,
        couplings: Couplings,
        states: NDArray[np.int8],
        index: NDArray[np.int64],
        previous: NDArray[np.int8],
    ) -> None:
        self._width = couplings.width
        self.stride = -(-self._width // 16) * 16
        """Numbers from one state's cache to the next."""
        self.device = device
        self.index = index
        self.index_there = device.upload(index)
        self.there = {
            "states": device.upload(states),
            "cache": device.zeros((len(states), self.stride), couplings.cache_type),
        }
        self.there["previous"] = (
            self.there["states"] if previous is states else device.upload(previous)
        )
        self.updates, self.flips = (np.zeros(len(states), np.int64) for _ in range(2))
        self.stop = np.zeros(len(states), np.int8)
        self.fresh = np.full(len(states), STALE, np.uint8)

    def __len__(self) -> int:
        return len(self.index)

    def __getattr__(self, name: str) -> Any:
        there = self.__dict__.get("there", {})
        if name not in there:
            raise AttributeError(name)
        found = there[name].get()
        self.__dict__[name] = found[:, : self._width] if name == "cache" else found
        return self.__dict__[name]

    def progress(self) -> Array:
        """The counters on the device, as Progress in ``common.cuh`` has them."""
        return self.device.upload(
            np.array([self.updates, self.flips, self.stop, self.fresh], np.int64)
        )

    def moved(self, progress: Array) -> None:
        """Take the counters after a walk; copies of what it changed are forgotten."""
        self.updates[:], self.flips[:], self.stop[:], self.fresh[:] = progress.get()
        for name in self.there:
            self.__dict__.pop(name, None)

    def copied_to(self, batch: StateBatch) -> None:
        """Bring all that a walk may change to a batch in the processor's memory."""
        names = ["states", "cache", "updates", "flips", "stop", "fresh"]
        if batch.previous is not batch.states:
            names.append("previous")
        for name in names:
            getattr(batch, name)[...] = getattr(self, name)

    def ended(self) -> StateBatch:
        """States and counters in the processor's memory; nothing is on the device any more."""
        batch = StateBatch(self.states, np.empty((len(self), 0)), self.index, self.states)
        batch.updates, batch.flips = self.updates, self.flips
        batch.stop, batch.fresh = self.stop, self.fresh
        return batch
