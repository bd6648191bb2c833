"""The compiled kernels. Everything else about the package is in pyproject.toml.

Every ``hopfield_sim/backends/kernels/*.pyx`` becomes an extension. Two variables steer the build:

``HOPFIELD_SIM_KERNELS``
    ``auto`` (the default): a kernel that cannot be compiled is left out, with a warning; the NumPy
    reference does its work. ``require``: the build fails instead. ``none``: nothing is compiled.
``HOPFIELD_SIM_TRACE``
    ``1`` compiles line tracing into the kernels so that coverage can see their lines. Slow: for CI.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

FOLDER = Path("hopfield_sim/backends/kernels")
KERNELS = os.environ.get("HOPFIELD_SIM_KERNELS", "auto")
TRACE = os.environ.get("HOPFIELD_SIM_TRACE", "0") == "1"

# No -ffast-math and no fused multiply-add: every machine must round like the NumPy reference.
# No -march=native: a wheel must run on other processors than the one that built it.
GCC_FLAGS = ["-O3", "-ffp-contract=off"]
MSVC_FLAGS = ["/O2", "/fp:precise"]

if KERNELS not in ("auto", "require", "none"):
    sys.exit(f"HOPFIELD_SIM_KERNELS must be auto, require or none; found {KERNELS!r}")


def extensions() -> list[Extension]:
    """One extension for every kernel file."""
    if KERNELS == "none":
        return []
    headers = sorted(path.as_posix() for path in [*FOLDER.glob("*.pxd"), *FOLDER.glob("*.h")])
    macros = [
        ("CYTHON_TRACE", "1"),
        ("CYTHON_TRACE_NOGIL", "1"),
        ("CYTHON_USE_SYS_MONITORING", "0"),
    ]
    return [
        Extension(
            f"hopfield_sim.backends.kernels.{path.stem}",
            [path.as_posix()],
            include_dirs=[FOLDER.as_posix()],
            depends=headers,
            define_macros=macros if TRACE else [],
        )
        for path in sorted(FOLDER.glob("*.pyx"))
    ]


class BuildKernels(build_ext):
    """Translate and compile the kernels; without a compiler, carry on unless they are required."""

    def finalize_options(self) -> None:
        """Compile as many kernels at once as there are processors."""
        super().finalize_options()
        if self.parallel is None:
            self.parallel = os.cpu_count() or 1

    def build_extensions(self) -> None:
        """Run Cython here and not above: metadata and sdist need neither it nor a compiler."""
        if not self.extensions:
            return
        try:
            from Cython.Build import cythonize
        except ImportError:
            if KERNELS == "require":
                sys.exit("HOPFIELD_SIM_KERNELS=require, but Cython is missing: pip install Cython")
            self.warn("Cython is missing: no kernels are built, the NumPy reference will be used")
            self.extensions[:] = []
            return
        translated = cythonize(
            self.extensions,
            force=TRACE or bool(self.force),
            # Coverage looks for the generated C beside its source; else it would be litter there.
            build_dir=None if TRACE else "build/cython",
            compiler_directives={"linetrace": TRACE},
        )
        sources = {extension.name: extension.sources for extension in translated}
        flags = MSVC_FLAGS if self.compiler.compiler_type == "msvc" else GCC_FLAGS
        if self.compiler.compiler_type == "unix":  # Python's own -g: kernels five times as large
            words = self.compiler.compiler_so
            self.compiler.set_executables(compiler_so=[word for word in words if word != "-g"])
        for extension in self.extensions:
            extension.sources = sources[extension.name]
            extension.extra_compile_args = flags
            extension.optional = KERNELS != "require"  # set here because cythonize drops it
        super().build_extensions()
        missing = [
            e.name for e in self.extensions if not Path(self.get_ext_fullpath(e.name)).exists()
        ]
        if missing:
            self.warn(
                f"not compiled: {', '.join(missing)}; the NumPy reference will be used instead"
            )


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildKernels}, license="MIT")
