"""Where arrays are: NumPy's in the processor's memory, those of other array modules on a device.

Lines that serve both take their functions from the module of their arguments; ``stop`` of a recall,
words, is always NumPy's.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = "numpy"
"""Name of the array module of the processor's memory."""

_ON_DEVICES = "__cuda_array_interface__"

_kept: dict[int, Any] = {}


def is_elsewhere(value: Any) -> bool:
    """Whether it is an array on a device; classes of some have the attribute on processors too."""
    try:
        return hasattr(type(value), _ON_DEVICES) and hasattr(value, _ON_DEVICES)
    except Exception:  # an object's own property may raise anything
        return False


def module_of(array: Any) -> Any:
    """The array module whose functions take this array.

    Examples
    --------
    >>> module_of(np.ones(2)).__name__
    'numpy'
    """
    if isinstance(array, (np.ndarray, np.generic)) or not is_elsewhere(array):
        return np
    xp = sys.modules[type(array).__module__.partition(".")[0]]
    return xp if isinstance(array, getattr(xp, "ndarray", ())) else np


def moved(array: Any, place: str) -> Any:
    """The array in the module of that name; itself if it is there already.

    Examples
    --------
    >>> states = np.ones(2)
    >>> moved(states, HERE) is states
    True
    """
    if module_of(array).__name__ == place or array.dtype.kind == "U":
        return array
    return array.get() if place == HERE else sys.modules[place].asarray(array)


def beside(array: Any, other: Any) -> Any:
    """A constant array where the other one is; a copy there is kept as long as the array lives."""
    xp = module_of(other)
    return array if module_of(array) is xp else kept(array, lambda: xp.ascontiguousarray(array))


def kept(owner: Any, make: Callable[[], Any]) -> Any:
    """Copy of an object on a device, made by ``make`` once and cached."""
    key = id(owner)
    if key not in _kept:
        _kept[key] = make()
        weakref.finalize(owner, _kept.pop, key, None).atexit = False
    return _kept[key]


def forget() -> None:
    """Discard all cached copies; they are made again when needed."""
    _kept.clear()


def guarded(array: NDArray[Any]) -> Any:
    """For a caller's function: a view that it cannot write to, or on a device a copy."""
    if module_of(array) is not np:
        return array.copy()
    view = array.view()
    view.flags.writeable = False
    return view
