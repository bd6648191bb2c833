"""A device on which a test chooses what the engine else decides."""

from __future__ import annotations

import stand_in

from hopfield_sim.backends.cuda.device import Device


class Chosen(Device):
    """A device whose blocks and places are those that a test asks for."""

    block: int | None = None
    near = 2

    def threads(self, n: int, n_states: int) -> int:
        return self.block or super().threads(n, n_states)

    def holds(self, shared: int, n_states: int) -> bool:
        return self.near == 2

    def place(self, near: int) -> None:
        """2: all in shared memory; 1: without the order of visits; 0: votes alone."""
        self.near = near
        self.shared_of_block = stand_in.H100["MaxSharedMemoryPerBlockOptin"] if near else 512
