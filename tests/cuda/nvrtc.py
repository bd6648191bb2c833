"""NVIDIA's own compilers on the kernels, without a GPU: machine code for sm_80 and sm_90, no
register spilt, arguments of the sizes that they have for g++.

``python tests/cuda/nvrtc.py`` needs the wheel nvidia-cuda-nvrtc; without it, it says so and fails.
"""

from __future__ import annotations

import ctypes
import re
import sys
from importlib.util import find_spec
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import numpy as np
import shim
from stand_in import EFFORT

from hopfield_sim.backends.cuda.source import OPTIONS, text

ARCHITECTURES = ("sm_80", "sm_90")
TYPES = [  # of weights and of fields
    (np.int8, np.int16),
    (np.int32, np.int32),
    (np.float64, np.float64),
    (np.int8, np.int32),
    (np.int16, np.int32),
    (np.float32, np.float32),
]
PLACES = [(2, np.uint16), (0, np.int32), (1, np.uint16), (0, np.uint16)]


def variants() -> list[tuple[str, str]]:
    """Texts that the engine asks for, each with what to call it; all of them in the long run."""
    whole = EFFORT == 2
    found: list[tuple[str, dict[str, object]]] = []
    for weight, field in TYPES if whole else TYPES[:3]:
        total = np.int32 if np.dtype(field).kind == "i" else field
        words = {"WEIGHT": weight, "FIELD": field, "CACHE": field, "SUM": total}
        found.append((f"{weight.__name__} {field.__name__}", words))
    for overlaps in (np.int16, np.int32) if whole else (np.int16,):
        words = {"PATTERNS": 1, "FIELD": np.int32, "CACHE": overlaps}
        found.append((f"patterns {overlaps.__name__}", words))
    made = [("retrieval", text("retrieval", FIELD=np.int32, CACHE=np.int32))]
    for near, site in ((1, np.uint16), (0, np.int32)):
        words = {"PATTERNS": 1, "FIELD": np.int32, "CACHE": np.int16, "NEAR": near, "INDEX": site}
        made.append((f"dense {near}, patterns int16", text("dense", **words)))
    for memory, real in (
        (np.float64, np.float64),
        (np.float32, np.float32),
        (np.float32, np.float64),
    ):
        for distances in ({}, {"DISTANCES": 1}):
            words = {"MEMORY": memory, "REAL": real, **distances}
            called = f"attention {memory.__name__} {real.__name__} {' '.join(distances)}"
            made.append((called, text("attention", **words)))
    for name, words in found:
        made.append((f"caches {name}", text("caches", NEAR=1, **words)))
        for near in (2, 1, 0) if whole else (2,):
            made.append((f"synchronous {near} {name}", text("synchronous", NEAR=near, **words)))
        for near, site in PLACES if whole else PLACES[:2]:
            kernels = text("asynchronous", NEAR=near, INDEX=site, **words)
            made.append((f"asynchronous {near} {site.__name__} {name}", kernels))
    return made


def library() -> Path | None:
    """NVRTC's shared library, if its wheel is installed."""
    spec = find_spec("nvidia")
    for folder in spec.submodule_search_locations or [] if spec else []:
        if found := sorted(Path(folder).glob("*/lib/libnvrtc.so.1[23]")):
            return found[-1]
    return None


class Compiler:
    """NVRTC by ctypes."""

    def __init__(self, path: Path) -> None:
        self._nvrtc = ctypes.CDLL(str(path))

    def version(self) -> str:
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._nvrtc.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor))
        return f"{major.value}.{minor.value}"

    def __call__(self, source: str, architecture: str) -> tuple[str, str]:
        """The PTX, and what the assembler says of registers."""
        program = ctypes.c_void_p()
        nvrtc = self._nvrtc
        nvrtc.nvrtcCreateProgram(
            ctypes.byref(program), source.encode(), b"kernels.cu", 0, None, None
        )
        options = [*OPTIONS, f"--gpu-architecture={architecture}", "--ptxas-options=-v"]
        given = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
        failed = nvrtc.nvrtcCompileProgram(program, len(options), given)
        log, ptx = (self._text(program, what) for what in ("ProgramLog", "PTX"))
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
        if failed:
            raise SystemExit(f"NVRTC refuses it for {architecture}:\n{log}")
        return ptx, log

    def _text(self, program: ctypes.c_void_p, what: str) -> str:
        size = ctypes.c_size_t()
        getattr(self._nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
        out = ctypes.create_string_buffer(size.value)
        getattr(self._nvrtc, f"nvrtcGet{what}")(program, out)
        return out.value.decode()


SIZES = {
    "u64": 8,
    "s64": 8,
    "f64": 8,
    "b64": 8,
    "u32": 4,
    "s32": 4,
    "f32": 4,
    "b32": 4,
    "u16": 2,
    "u8": 1,
}


def parameters(ptx: str) -> dict[str, list[int]]:
    """Sizes of each kernel's arguments."""
    found = re.findall(r"\.entry (\w+)\((.*?)\)", ptx, re.DOTALL)
    return {
        name: [SIZES[kind] for kind in re.findall(r"\.param \.(\w+)", listed)]
        for name, listed in found
    }


def report(log: str) -> list[tuple[str, int, int]]:
    """Kernels with their registers and the bytes that are spilt."""
    found = re.findall(
        r"entry function '(\w+)'.*?(\d+) bytes spill stores, (\d+) bytes spill loads"
        r".*?Used (\d+) registers",
        log,
        re.DOTALL,
    )
    return [(name, int(registers), int(out) + int(back)) for name, out, back, registers in found]


def main() -> None:
    path = library()
    if path is None:
        raise SystemExit("NVRTC is not here: pip install nvidia-cuda-nvrtc")
    compiler, n_kernels, most = Compiler(path), 0, 0
    for called, source in variants():
        wanted = None
        if shim.available() and any(
            words in called for words in ("int8 int16", "patterns int16", "attention float64")
        ):
            kernels = shim.Kernels(source)
            wanted = {k: [int(a[1:]) for a in kernels.wanted(k)] for k in shim.kernels_of(source)}
        for architecture in ARCHITECTURES:
            ptx, log = compiler(source, architecture)
            lines = report(log)
            assert {name for name, *_ in lines} == set(parameters(ptx)), log
            for name, registers, spilt in lines:
                if spilt:
                    raise SystemExit(f"{called}, {name}, {architecture}: {spilt} bytes are spilt")
                n_kernels, most = n_kernels + 1, max(most, registers)
            if wanted is not None and parameters(ptx) != wanted:
                raise SystemExit(f"{called}: arguments {parameters(ptx)}, for g++ {wanted}")
    print(
        f"NVRTC {compiler.version()}: {n_kernels} kernels of {len(variants())} texts for "
        f"{' and '.join(ARCHITECTURES)}, at most {most} registers, none spilt"
    )


if __name__ == "__main__":
    main()
