"""Memories on an NVIDIA GPU, by CuPy: networks of pair couplings and dense memories by kernels,
with the reference's bits for whole numbers, all others by the reference's own lines on CuPy's
arrays, few states of modern networks by a kernel.

``*.cuh`` beside this file are the kernels, ``source.py`` joins them into texts to compile,
``device.py`` has memory and launches, ``batch.py`` states on the device, ``walker.py`` what engines
of spins share, ``pairs.py``, ``dense.py``, ``attention.py``, ``waves.py`` and ``voting.py`` the
engines. Trained and restricted memories need none.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hopfield_sim.backends import reference
from hopfield_sim.errors import MissingDependencyError


def load() -> dict[str, Any]:
    """The engines; those of the memories above are on the device.

    Raises
    ------
    MissingDependencyError
        Without CuPy, without a driver, and without a device; the message says which.
    """
    cupy = _cupy()
    from hopfield_sim.backends.cuda.attention import CudaAttention
    from hopfield_sim.backends.cuda.dense import CudaDense
    from hopfield_sim.backends.cuda.device import Device
    from hopfield_sim.backends.cuda.pairs import CudaPairs
    from hopfield_sim.backends.cuda.voting import CudaVoting
    from hopfield_sim.backends.cuda.waves import CudaWaves

    device = Device(cupy)
    there: dict[str, Any] = {"pairs": CudaPairs(device), "dense": CudaDense(device)}
    there |= {"attention": CudaAttention(device), "waves": CudaWaves(), "voting": CudaVoting()}
    return reference.load() | there | {"xp": cupy, "device": device.named()}


def _cupy() -> Any:
    """CuPy, on a machine where it finds a device."""
    try:
        cupy = import_module("cupy")
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "cupy"
        found = "is not installed" if missing else f"cannot be imported ({error})"
        raise MissingDependencyError(
            f"CuPy {found}; pip install 'hopfield_sim[gpu-cuda13]', or 'hopfield_sim[gpu-cuda12]' "
            "where the NVIDIA driver is older than 580 (nvidia-smi prints its version)"
        ) from error
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        if "NoDevice" not in str(error):
            raise MissingDependencyError(
                f"CUDA finds no driver that it can use ({error}); install the NVIDIA driver of the "
                "GPU, 580 or newer for the extra gpu-cuda13, 525 or newer for gpu-cuda12"
            ) from error
        count = 0
    if count == 0:
        raise MissingDependencyError(
            "CUDA finds no GPU; `nvidia-smi -L` lists those of this machine, and the variable "
            "CUDA_VISIBLE_DEVICES may hide them"
        )
    return cupy
