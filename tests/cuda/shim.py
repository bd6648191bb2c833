"""Kernels compiled by g++ and run on the processor; what happens is in ``cuda_on_cpu.cpp``."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "cuda_on_cpu"
FLAGS = ["-std=c++17", "-g", "-fPIC", "-ffp-contract=off", "-fno-strict-aliasing", f"-I{HERE}"]
WARNINGS = ["-Wall", "-Wno-unknown-pragmas", "-Wno-unused-function"]
PLAIN = ("-O1",)
WATCHED = ("-O1", "-fsanitize=thread")
COVERED = ("-O0", "--coverage")


class KernelError(RuntimeError):
    """A launch that would go wrong on a device."""


class _Launch(ctypes.Structure):
    _fields_ = (
        ("blocks", ctypes.c_uint),
        ("threads", ctypes.c_uint),
        ("shared", ctypes.c_uint64),
        ("seed", ctypes.c_uint64),
        ("n_arrays", ctypes.c_uint64),
        ("arrays", ctypes.c_void_p),
        ("sizes", ctypes.c_void_p),
        ("message", ctypes.c_char_p),
    )


def available() -> bool:
    """Whether there is a g++."""
    return which("g++") is not None


def kernels_of(text: str) -> list[str]:
    """Names of the kernels that are left when the preprocessor has been through a text."""
    marked = text.replace("__global__", "KERNEL_HERE")
    command = ["g++", "-E", "-P", *FLAGS, "-x", "c++", "-include", "cuda_on_cpu.h", "-"]
    seen = subprocess.run(command, input=marked, capture_output=True, text=True, check=True).stdout
    return re.findall(r"KERNEL_HERE void (\w+)\(", seen)


def compiled(text: str, flags: tuple[str, ...] = PLAIN) -> Path:
    """A library with the kernels of a text, made if there is none yet."""
    library = _made(text, flags, ".so")
    if not library.exists():
        exports = "\n".join(f"EXPORT({kernel})" for kernel in kernels_of(text))
        unit = _object(f'#include "cuda_on_cpu.h"\n{text}\n{exports}\n', flags)
        watched = ("-O2", "-DWATCHED") if flags is WATCHED else ("-O2",)
        shim = _object((HERE / "cuda_on_cpu.cpp").read_text(), watched)
        coverage = ["--coverage"] if flags is COVERED else []
        _replacing(library, "g++", "-shared", *coverage, str(unit), str(shim), "-ldl")
    return library


def _made(text: str, flags: tuple[str, ...], end: str) -> Path:
    header = (HERE / "cuda_on_cpu.h").read_text(), (HERE / "cuda_on_cpu.cpp").read_text()
    BUILD.mkdir(parents=True, exist_ok=True)
    return BUILD / (hashlib.sha256(repr((text, flags, header)).encode()).hexdigest()[:20] + end)


def _object(unit: str, flags: tuple[str, ...]) -> Path:
    made = _made(unit, flags, ".o")
    if not made.exists():
        source = made.with_suffix(f".{os.getpid()}.cpp")
        source.write_text(unit)
        counts = ["-dumpbase", str(made.with_suffix(""))] if flags is COVERED else []
        _replacing(made, "g++", *FLAGS, *flags, *counts, *WARNINGS, "-c", str(source))
        source.unlink()
    return made


def _replacing(made: Path, *command: str) -> None:
    """Let a compiler write a file whole or not at all: others may want the same one."""
    mine = made.with_suffix(f".{os.getpid()}")
    done = subprocess.run([*command, "-o", str(mine)], capture_output=True, text=True)
    if done.returncode:
        raise KernelError(f"{' '.join(command)}\n{done.stderr}")
    os.replace(mine, made)


class Kernels:
    """The kernels of one text."""

    def __init__(self, text: str, flags: tuple[str, ...] = PLAIN) -> None:
        self.path = compiled(text, flags)
        self._library = ctypes.CDLL(str(self.path))

    @cache  # noqa: B019 (libraries stay loaded anyway)
    def wanted(self, name: str) -> list[str]:
        """Types of a kernel's arguments, "P8" for a pointer."""
        out = ctypes.create_string_buffer(256)
        getattr(self._library, f"describe_{name}")(out)
        return re.findall("..", out.value.decode())

    def __call__(
        self, name: str, blocks: int, threads: int, arguments: Any, shared: int = 0, seed: int = 0
    ) -> None:
        """Launch one with NumPy arrays and numbers of the very types that it declares."""
        given = [
            "P8" if isinstance(a, np.ndarray) else np.dtype(type(a)).str[1:] for a in arguments
        ]
        if given != self.wanted(name):
            raise KernelError(f"{name} wants {self.wanted(name)}; got {given}")
        arrays = [a for a in arguments if isinstance(a, np.ndarray)]
        assert all(a.flags.c_contiguous for a in arrays)
        places = (ctypes.c_uint64 * len(arrays))(*(a.ctypes.data for a in arrays))
        sizes = (ctypes.c_uint64 * len(arrays))(*(a.nbytes for a in arrays))
        values = [np.uint64(a.ctypes.data) if isinstance(a, np.ndarray) else a for a in arguments]
        boxes = [ctypes.create_string_buffer(v.tobytes(), 8) for v in values]
        pointers = (ctypes.c_void_p * len(boxes))(*(ctypes.addressof(box) for box in boxes))
        message = ctypes.create_string_buffer(512)
        launch = _Launch(
            blocks, threads, shared, seed, len(arrays),
            ctypes.addressof(places), ctypes.addressof(sizes),
            ctypes.cast(message, ctypes.c_char_p),
        )  # fmt: skip
        if getattr(self._library, f"launch_{name}")(ctypes.byref(launch), pointers):
            raise KernelError(f"{name}: {self._located(message.value.decode())}")

    def _located(self, message: str) -> str:
        """The message with a line of the source for an address in the library."""
        address = re.search(r"\[\+(0x[0-9a-f]+)\]", message)
        if address is None:
            return message
        found = subprocess.run(
            ["addr2line", "-e", str(self.path), address[1]], capture_output=True, text=True
        ).stdout
        return message.replace(address[0], found.strip().split("/")[-1])
