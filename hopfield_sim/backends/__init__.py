"""The engine room: who computes, chosen by name.

``protocol.py`` is the contract, ``numpy_backend.py`` the reference that defines every result,
``cython_backend.py`` the compiled engine; ``dense_protocol.py``, ``numpy_dense.py`` and
``cython_dense.py`` are the same for dense memories. The variable ``HOPFIELD_SIM_KERNELS`` says
whether kernels are used: ``auto`` (when they are built, the default), ``require`` (an error when
they are not) or ``none``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from hopfield_sim import checks
from hopfield_sim.backends.compiled.dense import CythonDense
from hopfield_sim.backends.compiled.pairs import CythonBackend, Kernels, load_kernels
from hopfield_sim.backends.dense_protocol import DenseBackend
from hopfield_sim.backends.protocol import Backend
from hopfield_sim.backends.reference.dense import NumpyDense
from hopfield_sim.backends.reference.pairs import NumpyBackend
from hopfield_sim.errors import InvalidInputError, MissingDependencyError

__all__ = ["available", "dense", "get", "threads", "use_backend"]

NAMES = ("auto", "numpy", "cython")

_chosen: ContextVar[str] = ContextVar("hopfield_sim_backend", default="auto")


def available() -> list[str]:
    """Names of the backends that can be used here, the reference first.

    Examples
    --------
    >>> available()[0]
    'numpy'
    """
    return ["numpy"] if _kernels() is None else ["numpy", "cython"]


def get(name: str = "auto") -> Backend:
    """The backend of that name; "auto" is what ``use_backend`` chose, else the fastest one.

    Raises
    ------
    InvalidInputError
        For an unknown name.
    MissingDependencyError
        When that backend is not to be had here; the message says how to get it.
    """
    name = checks.choice(name, NAMES, "backend")
    name = _chosen.get() if name == "auto" else name
    if name == "auto":
        name = available()[-1]
    if name == "cython" and _kernels() is None:
        raise MissingDependencyError(
            "backend 'cython' was asked for, but the compiled kernels are not built; build them "
            "with `python setup.py build_ext --inplace` (this needs a C compiler), or use "
            "backend='numpy'"
        )
    return _backend(name)


def dense(name: str = "auto") -> DenseBackend:
    """The backend of that name for dense memories; see ``get``."""
    return _dense_backend(get(name).name)


@contextmanager
def use_backend(name: str) -> Iterator[Backend]:
    """Within the block, models whose backend is "auto" use this one.

    Examples
    --------
    >>> with use_backend("numpy") as backend:
    ...     backend.name
    'numpy'
    """
    token = _chosen.set(get(name).name)
    try:
        yield get(name)
    finally:
        _chosen.reset(token)


def threads(wish: int | None) -> int:
    """How many threads to use: the wish, or the processors that this process may run on."""
    if wish is not None:
        return checks.integer(wish, "n_threads", minimum=1)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _backend(name: str) -> Backend:
    kernels = _kernels() if name == "cython" else None
    return NumpyBackend() if kernels is None else CythonBackend(kernels)


@cache
def _dense_backend(name: str) -> DenseBackend:
    kernels = _kernels() if name == "cython" else None
    return NumpyDense() if kernels is None else CythonDense(kernels.dense)


@cache
def _kernels() -> Kernels | None:
    wish = os.environ.get("HOPFIELD_SIM_KERNELS", "auto")
    if wish not in ("auto", "require", "none"):
        raise InvalidInputError(
            f"HOPFIELD_SIM_KERNELS must be one of auto, require, none; found {wish!r}"
        )
    kernels = None if wish == "none" else load_kernels()
    if wish == "require" and kernels is None:
        raise MissingDependencyError(
            "HOPFIELD_SIM_KERNELS=require, but the compiled kernels are not built; build them "
            "with `python setup.py build_ext --inplace`, or unset the variable to use the NumPy "
            "reference"
        )
    return kernels


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
