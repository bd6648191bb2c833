"""A plugin of pytest: memories whose backend is "auto" are on the GPU, or what stands in for it."""

from __future__ import annotations

import stand_in

from hopfield_sim import backends


def pytest_configure() -> None:
    if not stand_in.REAL:
        stand_in.install()
    backends.get("cupy")
    backends._chosen.set("cupy")
