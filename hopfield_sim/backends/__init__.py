"""One door to the engines: what computes, chosen by name.

``protocol.py`` says what engines receive and give, ``reference`` is the NumPy implementation that
defines every result, ``compiled`` the same with compiled loops, ``cuda`` the same on a GPU. The
environment variable ``HOPFIELD_SIM_KERNELS`` says whether compiled kernels are used: ``auto`` (when
all of them are built, the default), ``require`` (an error when one is missing) or ``none``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module

from hopfield_sim import checks
from hopfield_sim.backends.engines import Backend
from hopfield_sim.errors import InvalidInputError, MissingDependencyError

__all__ = ["Backend", "available", "describe", "get", "threads", "use_backend"]

_ROOMS = {"numpy": "reference", "cython": "compiled", "cupy": "cuda"}
"""Backends by name, each with the folder whose ``load`` makes it. To add one: a folder, and a line
here.
"""

NAMES = ("auto", *_ROOMS)
"""What ``backend=`` may be."""

_AUTOMATIC = ("cython", "numpy")
"""What "auto" means: the first of these that can be used."""

_chosen: ContextVar[str] = ContextVar("hopfield_sim_backend", default="auto")


def available() -> list[str]:
    """Names of the backends that can be used here, the reference first.

    Examples
    --------
    >>> available()[0]
    'numpy'
    """
    return [name for name in _ROOMS if isinstance(_loaded(name), Backend)]


def describe() -> dict[str, str]:
    """Each backend by name with "available", or why it cannot be used here.

    Examples
    --------
    >>> describe()["numpy"]
    'available'
    """
    found = {name: _loaded(name) for name in _ROOMS}
    return {n: "available" if isinstance(f, Backend) else str(f) for n, f in found.items()}


def get(name: str = "auto") -> Backend:
    """Return the backend of that name; "auto" is what ``use_backend`` chose, else the fastest one.

    Parameters
    ----------
    name : {"auto", "numpy", "cython", "cupy"}
        Implementation to use. "auto" never means a GPU.

    Raises
    ------
    InvalidInputError
        For an unknown name.
    MissingDependencyError
        When that backend cannot be used here; the message says how to get it.
    """
    name = checks.choice(name, NAMES, "backend")
    name = _chosen.get() if name == "auto" else name
    if name == "auto":
        for first in _AUTOMATIC:
            if isinstance(backend := _loaded(first), Backend):
                return backend
    found = _loaded(name)
    if isinstance(found, Backend):
        return found
    raise MissingDependencyError(
        f"backend {name!r} was asked for, but {found}; or use backend='numpy'"
    )


def setting(name: str) -> str:
    """Check a model's ``backend=`` and return it; "auto" stays, to be settled call by call."""
    return name if isinstance(name, str) and name == "auto" else get(name).name


@checks.by_name
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
def _loaded(name: str) -> Backend | MissingDependencyError:
    """The backend, or why it cannot be used here."""
    wish = os.environ.get("HOPFIELD_SIM_KERNELS", "auto")
    if wish not in ("auto", "require", "none"):
        raise InvalidInputError(
            f"HOPFIELD_SIM_KERNELS must be one of auto, require, none; found {wish!r}"
        )
    if name == "cython" and wish == "none":
        return MissingDependencyError("HOPFIELD_SIM_KERNELS=none turns it off; unset the variable")
    try:
        engines = import_module(f"hopfield_sim.backends.{_ROOMS[name]}").load()
    except MissingDependencyError as error:
        if name == "cython" and wish == "require":
            raise MissingDependencyError(f"HOPFIELD_SIM_KERNELS=require, but {error}") from error
        return error
    return Backend(name, **engines)


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
