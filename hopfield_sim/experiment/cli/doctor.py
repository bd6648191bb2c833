"""Diagnosis of the installation: backends, kernels, packages, memory, data sets."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from hopfield_sim import backends, datasets
from hopfield_sim.backends import compiled, kernels
from hopfield_sim.checks import limits
from hopfield_sim.errors import HopfieldError, MissingDataError

__all__ = ["diagnosis"]

PACKAGES = {
    "numpy": "needed",
    "matplotlib": "figures",
    "imageio": "videos",
    "pillow": "pictures",
    "scipy": "theory",
    "jinja2": "report.html",
    "threadpoolctl": "one BLAS thread a worker",
    "imageio-ffmpeg": "videos as MP4",
    "pandas": "Result.to_dataframe",
    "xarray": "Result.to_xarray",
    "distributed": "--scheduler",
    "scikit-learn": "the 8 × 8 digits, the estimator",
}
"""Packages, and the purpose of each."""


def diagnosis() -> str:
    """Return the diagnosis, one line for each item.

    Examples
    --------
    >>> diagnosis().splitlines()[0].startswith("hopfield_sim")
    True
    """
    package = import_module("hopfield_sim")
    lines = [
        f"hopfield_sim {package.__version__} in {Path(str(package.__file__)).parent}",
        f"Python {platform.python_version()} on {platform.platform()}",
        f"{backends.threads(None)} processors for this process, {_memory()} of memory available",
        "",
        "backends (auto takes the compiled kernels where all of them are built):",
        *_table(_backends()),
        "",
        "compiled kernels:",
        *_table(_kernels()),
        "",
        "packages:",
        *_table(_packages()),
        "",
        "data sets (searched in $HOPFIELD_DATA and the usual folders):",
        *_table(_data()),
    ]
    return "\n".join(lines)


def _backends() -> Iterator[tuple[str, str]]:
    chosen = backends.get().name
    for name, why in backends.describe().items():
        device = backends.get(name).device if name in backends.available() else ""
        words = [why, *([device] if device else []), *(["in use"] if name == chosen else [])]
        yield name, ", ".join(words)


def _kernels() -> Iterator[tuple[str, str]]:
    folder = Path(kernels.__file__).parent
    for name in compiled.KERNELS:
        built = sorted(file.name for file in folder.glob(f"{name}.*") if file.suffix in _LIBRARIES)
        yield name, ", ".join(built) or "not built: python setup.py build_ext --inplace"


_LIBRARIES = (".so", ".pyd", ".dylib")


def _packages() -> Iterator[tuple[str, str]]:
    for name, use in PACKAGES.items():
        try:
            yield name, f"{version(name)} ({use})"
        except PackageNotFoundError:
            yield name, f"not installed ({use}): pip install {name}"


def _data() -> Iterator[tuple[str, str]]:
    readers: dict[str, Callable[[], Any]] = {
        "mnist": datasets.mnist,
        "fashion_mnist": datasets.fashion_mnist,
        "cifar10": datasets.cifar10,
        "digits": datasets.digits,
    }
    for name, reader in readers.items():
        try:
            dataset = reader()
            yield name, f"{len(dataset.train_images)} + {len(dataset.test_images)} images"
        except MissingDataError as error:
            yield name, str(error).partition(":")[0]
        except HopfieldError as error:  # damaged, or no package to read it
            yield name, " ".join(str(error).split())


def _memory() -> str:
    size = limits.available()
    return "an unknown amount" if size is None else f"{size / 2**30:.1f} GB"


def _table(rows: Iterator[tuple[str, str]]) -> list[str]:
    lines = list(rows)
    width = max(len(name) for name, _ in lines) + 2
    return [f"  {name:<{width}}{text}" for name, text in lines]
