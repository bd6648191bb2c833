"""A GPU: memory on it, launches of kernels, and how many threads a walk is given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from importlib import import_module
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from numpy.typing import NDArray

from hopfield_sim.backends.cuda.source import OPTIONS
from hopfield_sim.checks import places
from hopfield_sim.errors import InsufficientMemoryError

Array = Any
"""An array on the device."""

_WITHOUT_ASKING = 48 << 10
"""Bytes of shared memory that any kernel may use."""


class Device:
    """The current device of CuPy.

    Parameters
    ----------
    cupy : module
        CuPy, or what behaves like it.
    """

    def __init__(self, cupy: Any) -> None:
        self._cupy = cupy
        self.out_of_memory: type[BaseException] = cupy.cuda.memory.OutOfMemoryError
        self.current = cupy.cuda.Device()
        attributes = self.current.attributes
        self.processors: int = attributes["MultiProcessorCount"]
        self.shared_of_block: int = attributes["MaxSharedMemoryPerBlockOptin"]
        self.shared_of_processor: int = attributes["MaxSharedMemoryPerMultiprocessor"]
        self._kernels: dict[tuple[str, str], Any] = {}

    def upload(self, array: NDArray[Any]) -> Array:
        """A copy on the device, C-contiguous; such an array itself."""
        return self._cupy.ascontiguousarray(array)

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """Room on the device, not filled."""
        return self._cupy.empty(shape, dtype)

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """The same, filled with zeros."""
        return self._cupy.zeros(shape, dtype)

    def failing_aloud(self) -> AbstractContextManager[Any]:
        """A context in which decompositions raise ``numpy.linalg.LinAlgError`` where they fail."""
        context: AbstractContextManager[Any] = import_module("cupyx").errstate(linalg="raise")
        return context

    def release(self) -> None:
        """Give all memory back that no array in use has."""
        places.forget()
        self._cupy.get_default_memory_pool().free_all_blocks()

    def launch(
        self, text: str, name: str, blocks: int, threads: int, *arguments: Any, shared: int = 0
    ) -> None:
        """Run a kernel; arguments are arrays on the device and NumPy's numbers, as it declares
        them.
        """
        key = (text, name)
        if key not in self._kernels:
            module = self._cupy.RawModule(code=text, options=OPTIONS)
            self._kernels[key] = module.get_function(name)
        kernel = self._kernels[key]
        if shared > _WITHOUT_ASKING:
            kernel.max_dynamic_shared_size_bytes = shared
        kernel((blocks,), (threads,), arguments, shared_mem=shared)

    def described(self) -> dict[str, Any]:
        """What it is: for tables of measured times."""
        runtime = self._cupy.cuda.runtime
        properties = runtime.getDeviceProperties(self.current.id)
        return {
            "card": properties["name"].decode(),
            "CUDA of the driver": runtime.driverGetVersion(),
            "CuPy": self._cupy.__version__,
            "processors": self.processors,
            "bytes of cache": properties["l2CacheSize"],
        }

    def named(self) -> str:
        """The card, and what it is used by, in words."""
        about = self.described()
        card, cupy = about["card"], about["CuPy"]
        major, minor = divmod(about["CUDA of the driver"] // 10, 100)
        return f"{card}, driver for CUDA {major}.{minor}, CuPy {cupy}"

    def threads(self, n: int, n_states: int) -> int:
        """How many threads a block has that walks in a state of n sites: many where there are few
        states, and never more than there are sites.
        """
        least = 64 if n < 2048 else 128 if n < 6144 else 256
        share = 1024 * self.processors // max(1, n_states)
        threads = next((t for t in (least, 128, 256) if least <= t and 2 * t > share), 256)
        return min(threads, -(-n // 32) * 32)

    def holds(self, shared: int, n_states: int) -> bool:
        """Whether enough blocks with ``shared`` bytes of shared memory fit on the device to keep it
        busy: all blocks at once, or 16 per multiprocessor.
        """
        if shared > self.shared_of_block:
            return False
        room = self.shared_of_processor // (shared + 1024)
        return room >= 16 or n_states <= room * self.processors


class OnDevice(Protocol):
    """An engine that has a device."""

    device: Device


Self = TypeVar("Self", bound=OnDevice)
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def on_device(
    method: Callable[Concatenate[Self, Given], Answer],
) -> Callable[Concatenate[Self, Given], Answer]:
    """Run a method on the engine's device; if its memory is short, free what can be and say so."""

    @wraps(method)
    def guarded(self: Self, /, *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        try:
            with self.device.current:
                return method(self, *args, **kwargs)
        except self.device.out_of_memory as error:
            told = str(error)
        # Out here the error is gone, and with it the arrays that its frames had.
        self.device.release()
        raise InsufficientMemoryError(
            f"not enough memory on the GPU: {told}; pass fewer states at a time, or use "
            "backend='auto'"
        )

    return guarded
