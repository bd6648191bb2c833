"""What stands in for CuPy in tests without a GPU: memory is NumPy's, kernels run on the processor.

It has no more of CuPy than the package uses, and what it has is strict: a device array goes into
no NumPy function, copies are counted, memory is limited, and a launch wants arguments of the very
types that the kernel declares, and no more threads and shared memory than a device has.

``install()`` puts it in CuPy's place; as a plugin of pytest (``-p stand_in``) it does that before
tests are collected.
"""

from __future__ import annotations

import os
import sys
import weakref
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import shim

REAL = os.environ.get("HOPFIELD_SIM_GPU") == "1"
EFFORT = int(os.environ.get("HOPFIELD_SIM_EMULATE", "0"))
"""0: what ``make test`` has time for; 1: ``make gpu-emulate``; 2: ``make gpu-emulate-long``."""

H100 = {
    "MaxSharedMemoryPerBlockOptin": 232448,
    "MaxSharedMemoryPerMultiprocessor": 233472,
    "MultiProcessorCount": 132,
    "MaxThreadsPerBlock": 1024,
}


class OutOfMemoryError(MemoryError):
    """cupy.cuda.memory.OutOfMemoryError."""


class CUDARuntimeError(RuntimeError):
    """cupy.cuda.runtime.CUDARuntimeError."""


class CUDADriverError(RuntimeError):
    """cupy.cuda.driver.CUDADriverError."""


class Counts:
    """What went there and back since ``clear``."""

    def clear(self) -> None:
        self.up: list[int] = []
        self.down: list[int] = []
        self.launches: list[str] = []


counts = Counts()
counts.clear()


class Settings:
    """How kernels run: a seed of schedules that changes from launch to launch, or stays 0."""

    flags = shim.PLAIN
    shuffled = True
    limit: int | None = None
    allocated = 0
    devices: int | str = 1


settings = Settings()


def _freed(n_bytes: int) -> None:
    settings.allocated -= n_bytes


class ndarray:
    """An array on the device: it can be brought back, and that is all."""

    __array_ufunc__ = None

    def __init__(self, values: np.ndarray) -> None:
        if settings.limit is not None and settings.allocated + values.nbytes > settings.limit:
            raise OutOfMemoryError(f"Out of memory allocating {values.nbytes:,} bytes")
        self._values = values
        settings.allocated += values.nbytes
        weakref.finalize(self, _freed, values.nbytes)
        self.shape, self.dtype, self.nbytes = values.shape, values.dtype, values.nbytes

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {"shape": self.shape, "typestr": self.dtype.str, "version": 3}

    def get(self) -> np.ndarray:
        counts.down.append(self.nbytes)
        return self._values.copy()


def asarray(values: np.ndarray) -> ndarray:
    assert type(values) is np.ndarray
    counts.up.append(values.nbytes)
    return ndarray(values.copy())


def empty(shape: tuple[int, ...], dtype: Any) -> ndarray:
    made = np.empty(shape, dtype)
    made.view(np.uint8).fill(0x5A)  # as whatever was there before
    return ndarray(made)


def zeros(shape: tuple[int, ...], dtype: Any) -> ndarray:
    return ndarray(np.zeros(shape, dtype))


class RawModule:
    """Kernels of a text, compiled when the first is launched."""

    def __init__(self, *, code: str, options: tuple[str, ...]) -> None:
        assert all(option.startswith("--") for option in options)
        self.code = code
        self._made: dict[tuple[str, ...], shim.Kernels] = {}

    def kernels(self) -> shim.Kernels:
        if settings.flags not in self._made:
            self._made[settings.flags] = shim.Kernels(self.code, settings.flags)
        return self._made[settings.flags]

    def get_function(self, name: str) -> RawKernel:
        return RawKernel(self, name)


class RawKernel:
    def __init__(self, module: RawModule, name: str) -> None:
        self._module, self._name = module, name
        self.max_dynamic_shared_size_bytes = 48 << 10

    def __call__(
        self, grid: tuple[int], block: tuple[int], args: tuple[Any, ...], *, shared_mem: int = 0
    ) -> None:
        if not 0 < grid[0] < 2**31 or not 0 < block[0] <= H100["MaxThreadsPerBlock"]:
            raise CUDADriverError(f"CUDA_ERROR_INVALID_VALUE: {grid[0]} blocks of {block[0]}")
        most = H100["MaxSharedMemoryPerBlockOptin"]
        if shared_mem > min(self.max_dynamic_shared_size_bytes, most):
            raise CUDADriverError(f"CUDA_ERROR_INVALID_VALUE: {shared_mem} bytes shared")
        for arg in args:
            assert isinstance(arg, (ndarray, np.generic)), f"{type(arg)} has no type to go by"
        counts.launches.append(self._name)
        seed = len(counts.launches) if settings.shuffled else 0
        given = [arg._values if isinstance(arg, ndarray) else arg for arg in args]
        self._module.kernels()(self._name, grid[0], block[0], given, shared_mem, seed)


class _Device:
    attributes = H100
    id = 0

    def synchronize(self) -> None:
        return None

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: Any) -> None:
        return None


def _device_count() -> int:
    if isinstance(settings.devices, str):
        raise CUDARuntimeError(settings.devices)
    return settings.devices


class _Pool:
    def free_all_blocks(self) -> None:
        pass


def module() -> ModuleType:
    """What ``import cupy`` gives."""
    cupy = ModuleType("cupy")
    cupy.__dict__.update(
        asarray=asarray, empty=empty, zeros=zeros, ndarray=ndarray, RawModule=RawModule,
        get_default_memory_pool=_Pool, __version__="stand-in",
        cuda=SimpleNamespace(
            Device=_Device,
            runtime=SimpleNamespace(
                getDeviceCount=_device_count, CUDARuntimeError=CUDARuntimeError,
                getDeviceProperties=lambda number: {"name": b"no GPU", "l2CacheSize": 1 << 20},
                driverGetVersion=lambda: 0,
            ),
            memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
        ),
    )  # fmt: skip
    return cupy


def install() -> None:
    """Let ``import cupy`` find this."""
    sys.modules["cupy"] = module()


def pytest_configure() -> None:
    install()
