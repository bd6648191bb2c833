"""What stands in for CuPy in tests without a GPU: memory is NumPy's, kernels run on the processor.

It has no more of CuPy than the package uses, and what it has is strict: a device array goes into
no NumPy function, copies and waits are counted, memory is limited, and a launch wants arguments of
the very types that the kernel declares, and no more threads and shared memory than a device has.

``install()`` puts it in CuPy's place; as a plugin of pytest (``-p stand_in``) it does that before
tests are collected.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Iterator
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
        self.waits = 0


counts = Counts()
counts.clear()


class Settings:
    """How kernels run: a seed of schedules that changes from launch to launch, or stays 0."""

    flags = shim.PLAIN
    shuffled = True
    limit: int | None = None
    allocated = 0
    devices: int | str = 1
    failing = "ignore"


settings = Settings()


def _freed(n_bytes: int) -> None:
    settings.allocated -= n_bytes


def _in(value: Any) -> Any:
    """What NumPy is given: the values of device arrays, and numbers; NumPy's arrays are refused."""
    if isinstance(value, ndarray):
        return value._values
    if isinstance(value, (list, tuple)):
        return type(value)(_in(item) for item in value)
    if isinstance(value, np.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    return value


def _out(found: Any) -> Any:
    """A device array of what NumPy gave; without dimensions where that is a number."""
    if isinstance(found, tuple):
        return tuple(map(_out, found))
    return ndarray(np.asarray(found))


def _called(function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    with np.errstate(all="ignore"):  # a device warns of nothing
        found = function(*_in(args), **{name: _in(value) for name, value in options.items()})
    if "out" in options:
        return options["out"]
    return _out(found)


class ndarray:
    """An array on the device: NumPy's functions refuse it, and reading a number is a wait."""

    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: np.ndarray, of: ndarray | None = None) -> None:
        self._values, self._of = values, of
        if of is not None:  # a view
            return
        if settings.limit is not None and settings.allocated + values.nbytes > settings.limit:
            raise OutOfMemoryError(f"Out of memory allocating {values.nbytes:,} bytes")
        settings.allocated += values.nbytes
        weakref.finalize(self, _freed, values.nbytes)

    shape = property(lambda self: self._values.shape)
    dtype = property(lambda self: self._values.dtype)
    ndim = property(lambda self: self._values.ndim)
    size = property(lambda self: self._values.size)
    nbytes = property(lambda self: self._values.nbytes)
    itemsize = property(lambda self: self._values.itemsize)
    T = property(lambda self: ndarray(self._values.T, self))

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[ndarray]:
        return (self[k] for k in range(len(self)))

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __array_function__(self, function: Any, *rest: Any) -> Any:
        raise TypeError(f"numpy.{function.__name__} of a device array")

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {"shape": self.shape, "typestr": self.dtype.str, "version": 3}

    def get(self) -> np.ndarray:
        counts.down.append(self.nbytes)
        return self._values.copy()

    def item(self) -> Any:
        counts.waits += 1
        return self._values.item()

    def __bool__(self) -> bool:
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __index__(self) -> int:
        return self.item().__index__()  # type: ignore[no-any-return]

    def __str__(self) -> str:
        counts.waits += 1
        return str(self._values)

    def __getitem__(self, key: Any) -> ndarray:
        found = np.asarray(self._values[_in(key)])
        return ndarray(found, self if np.shares_memory(found, self._values) else None)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._values[_in(key)] = _in(value)

    def reshape(self, *shape: Any) -> ndarray:
        found = self._values.reshape(*shape)
        return ndarray(found, self if np.shares_memory(found, self._values) else None)

    def astype(self, dtype: Any, *, copy: bool = True) -> ndarray:
        same = not copy and self.dtype == dtype
        return self if same else _called(self._values.astype, (dtype,), {})


def _method(name: str, *keywords: str) -> Any:
    def method(self: ndarray, *args: Any, **options: Any) -> Any:
        assert set(options) <= set(keywords), f"cupy.ndarray.{name} has no {options.keys()}"
        return _called(getattr(self._values, name), args, options)

    return method


for _name in ("sum", "mean"):
    setattr(ndarray, _name, _method(_name, "axis", "dtype", "keepdims"))
for _name in ("max", "min", "any", "all"):
    setattr(ndarray, _name, _method(_name, "axis", "keepdims"))
for _name in ("argmax", "copy", "diagonal", "nonzero"):
    setattr(ndarray, _name, _method(_name, "axis"))


def _operator(name: str) -> Any:
    def operate(self: ndarray, *other: Any) -> Any:
        return _called(getattr(np.ndarray, name), (self, *other), {})

    return operate


def _in_place(name: str) -> Any:
    def operate(self: ndarray, other: Any) -> ndarray:
        with np.errstate(all="ignore"):
            getattr(np.ndarray, name)(self._values, _in(other))
        return self

    return operate


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or"):
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
    setattr(ndarray, f"__r{_name}__", _operator(f"__r{_name}__"))
    setattr(ndarray, f"__i{_name}__", _in_place(f"__i{_name}__"))
for _name in ["eq", "ne", "lt", "le", "gt", "ge", "neg", "abs", "invert"]:
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))

ndarray.__module__ = "cupy"


def _function(name: str, *keywords: str) -> Any:
    def function(*args: Any, **options: Any) -> Any:
        assert set(options) <= set(keywords), f"cupy.{name} has no {options.keys()}"
        return _called(getattr(np, name), args, options)

    return function


FUNCTIONS = {
    name: _function(name, *keywords)
    for names, keywords in {
        "abs cos sin tanh exp expm1 floor log log1p sqrt maximum minimum subtract isfinite": (
            "out",
            "dtype",
        ),
        "where nonzero flatnonzero zeros_like ones clip eye triu tril": (),
        "zeros full arange": ("dtype",),
        "einsum": ("dtype",),
        "concatenate stack median partition": ("axis",),
    }.items()
    for name in names.split()
}


def array(values: Any, dtype: Any = None, order: str = "K") -> ndarray:
    if isinstance(values, ndarray):
        return ndarray(np.array(values._values, dtype, order=order))
    made = np.array(values, dtype, order=order)
    counts.up.append(made.nbytes)
    return ndarray(made)


def asarray(values: Any, dtype: Any = None) -> ndarray:
    same = isinstance(values, ndarray) and dtype in (None, values.dtype)
    return values if same else array(values, dtype)


def ascontiguousarray(values: Any) -> ndarray:
    same = isinstance(values, ndarray) and values._values.flags.c_contiguous
    return values if same else array(values, order="C")


def empty(shape: tuple[int, ...], dtype: Any = float) -> ndarray:
    made = np.empty(shape, dtype)
    made.reshape(-1).view(np.uint8).fill(0x5A)  # as whatever was there before
    return ndarray(made)


def fill_diagonal(a: ndarray, value: float) -> None:
    np.fill_diagonal(a._values, value)


def _cholesky(a: ndarray) -> ndarray:
    """Failure is silent, and leaves what it had begun with, unless somebody asked."""
    try:
        return ndarray(np.linalg.cholesky(a._values))
    except np.linalg.LinAlgError:
        if settings.failing == "raise":
            raise
        return ndarray(np.tril(a._values))


class errstate:
    """cupyx.errstate."""

    def __init__(self, *, linalg: str) -> None:
        self._wish = linalg

    def __enter__(self) -> None:
        self._before, settings.failing = settings.failing, self._wish

    def __exit__(self, *error: Any) -> None:
        settings.failing = self._before


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
        assert all(array.flags.c_contiguous for array in given if array.ndim), "a strided argument"
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
        FUNCTIONS, array=array, asarray=asarray, ascontiguousarray=ascontiguousarray,
        empty=empty, ndarray=ndarray, RawModule=RawModule, fill_diagonal=fill_diagonal,
        linalg=SimpleNamespace(
            cholesky=_cholesky,
            solve=lambda a, b: _called(np.linalg.solve, (a, b), {}),
            svd=lambda a, full_matrices: _out(
                tuple(np.linalg.svd(a._values, full_matrices=full_matrices))
            ),
        ),
        get_default_memory_pool=_Pool, __version__="stand-in",
        cuda=SimpleNamespace(
            Device=_Device,
            runtime=SimpleNamespace(
                getDeviceCount=_device_count, CUDARuntimeError=CUDARuntimeError,
                getDeviceProperties=lambda number: {"name": b"no GPU", "l2CacheSize": 1 << 20},
                driverGetVersion=lambda: 13020,
            ),
            memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
        ),
    )  # fmt: skip
    return cupy


def install() -> None:
    """Let ``import cupy`` find this, and ``import cupyx``."""
    sys.modules["cupy"], cupyx = module(), ModuleType("cupyx")
    cupyx.__dict__["errstate"] = errstate
    sys.modules["cupyx"] = cupyx


def pytest_configure() -> None:
    install()
