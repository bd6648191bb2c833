"""Memories that several threads use at once: what one of them learns the others see as a whole.

What a memory has learnt is one object, its ``_state``, which nobody changes. Learning makes another
and puts it in its place by one assignment, when nothing can fail any more; what is derived from a
state lives on it. One thread at a time learns; all others take the state that they find, without
waiting.
"""

from __future__ import annotations

import functools
import inspect
import threading
from typing import Any, Self

import numpy as np


class Shared:
    """A memory with a lock, ``_lock``, which ``store`` and all that changes it hold."""

    _lock: threading.RLock

    def __init_subclass__(cls) -> None:
        """Make all that is public the same whatever ``np.seterr`` says of numbers that vanish.

        They do in a softmax, in a high power, in a random feature, and are no error there.
        """
        super().__init_subclass__()
        for name, member in list(vars(cls).items()):
            if not name.startswith("_") or name == "__init__":
                setattr(cls, name, _quiet(member))

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """With a lock of its own, also when it is copied or read from a pickle."""
        memory = super().__new__(cls)
        memory._lock = threading.RLock()
        return memory

    def __getstate__(self) -> dict[str, Any]:
        """All but the lock."""
        return {name: value for name, value in self.__dict__.copy().items() if name != "_lock"}

    def _now(self) -> Self:
        """Return this memory as it is now: a copy, which no other thread changes."""
        memory = type(self).__new__(type(self))
        memory.__dict__.update(self.__getstate__())
        return memory


def _quiet(member: Any) -> Any:
    """A method or a property under which numbers vanish without a word."""
    if isinstance(member, property):
        return property(_quiet(member.fget), _quiet(member.fset), doc=member.__doc__)
    if isinstance(member, classmethod):
        return classmethod(_quiet(member.__func__))
    if not inspect.isfunction(member):
        return member

    @functools.wraps(member)
    def quiet(*args: Any, **kwargs: Any) -> Any:
        with np.errstate(under="ignore"):
            return member(*args, **kwargs)

    return quiet
