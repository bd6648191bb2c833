"""A device on which a test chooses what the engine else decides."""

from __future__ import annotations

import stand_in

from hopfield_sim.backends.cuda.device import Device


class Chosen(Device):
    """A device whose blocks and places are those that a test asks for."""

    block: int | None = None
    near = 3

    def threads(self, n: int, n_states: int) -> int:
        return self.block or super().threads(n, n_states)

    def holds(self, shared: int, n_states: int) -> bool:
        return self.near == 3

    def place(self, near: int) -> None:
        """3: all in shared memory; 2: not the order of visits; 1: bits and votes; 0: votes."""
        self.near = near
        most = stand_in.H100["MaxSharedMemoryPerBlockOptin"]
        self.shared_of_block = {3: most, 2: most, 1: 400, 0: 15}[near]
