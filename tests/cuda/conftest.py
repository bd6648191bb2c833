"""The GPU backend without a GPU; with ``HOPFIELD_SIM_GPU=1``, on one, by the real CuPy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import shim
import stand_in
from chosen import Chosen
from stand_in import EFFORT, REAL

from hopfield_sim import backends


@pytest.fixture
def cupy() -> Iterator[Any]:
    """CuPy, or what stands in for it, as the only CuPy there is."""
    if REAL:
        import cupy

        yield cupy
        backends._loaded.cache_clear()
        return
    if not shim.available() and EFFORT == 0:
        pytest.skip("the kernels run on the processor by g++, which is not here")
    before = {name: sys.modules.get(name) for name in ("cupy", "cupyx")}
    stand_in.install()
    stand_in.counts.clear()
    backends._loaded.cache_clear()
    yield sys.modules["cupy"]
    settings = stand_in.Settings
    for name in list(vars(stand_in.settings)):
        if name != "allocated":
            setattr(stand_in.settings, name, getattr(settings, name))
    for name, module in before.items():
        sys.modules.pop(name, None)
        if module is not None:
            sys.modules[name] = module
    backends._loaded.cache_clear()


@pytest.fixture
def device(cupy: Any) -> Chosen:
    return Chosen(cupy)
