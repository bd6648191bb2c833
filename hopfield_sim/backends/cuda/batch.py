"""States on the device during a recall. The processor has the counters, which the driver reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.cuda.device import Array, Device
from hopfield_sim.backends.protocol import STALE, Couplings, StateBatch
from hopfield_sim.checks import places


class ResidentBatch(StateBatch):
    """A batch with ``states``, ``cache`` and ``previous`` on the device.

    Whoever reads one of the three gets it where the caller's states are: itself, or a copy that is
    made when it is first read after a walk.

    Parameters
    ----------
    device : Device
        Where.
    couplings : Matrix or Factors
        Of the network.
    states : (B, N) array of int8 on the device
        What the walk begins with, and changes.
    index : (B,) ndarray of int64
        Places in the caller's batch.
    previous : (B, N) array of int8 on the device
        The states one step before; the same array as ``states`` where nobody needs them.
    place : str
        Name of the array module of the caller's states.
    """

    def __init__(
        self,
        device: Device,
        couplings: Couplings,
        states: Array,
        index: NDArray[np.int64],
        previous: Array,
        place: str = places.HERE,
    ) -> None:
        self._width = couplings.width
        self.stride = -(-self._width // 16) * 16
        """Numbers from one state's cache to the next."""
        self.device = device
        self.index = index
        self.index_there = device.upload(index)
        self.there = {
            "states": states,
            "cache": device.zeros((len(states), self.stride), couplings.cache_type),
            "previous": previous,
        }
        self.place = place
        self.updates, self.flips = (np.zeros(len(states), np.int64) for _ in range(2))
        self.stop = np.zeros(len(states), np.int8)
        self.fresh = np.full(len(states), STALE, np.uint8)

    def __len__(self) -> int:
        return len(self.index)

    def __getattr__(self, name: str) -> Any:
        there = self.__dict__.get("there", {})
        if name not in there:
            raise AttributeError(name)
        found = places.moved(there[name], self.place)
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
        """States where the caller's were, and counters; nothing else is on the device any more."""
        batch = StateBatch(self.states, np.empty((len(self), 0)), self.index, self.states)
        batch.updates, batch.flips = self.updates, self.flips
        batch.stop, batch.fresh = self.stop, self.fresh
        return batch
