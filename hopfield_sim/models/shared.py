"""Thread safety of memories.

What a memory has learnt is one immutable object, its ``_state``. Learning makes a new one and
replaces the old one by a single assignment, when nothing can fail any more; derived quantities are
attributes of the state. Only one thread learns at a time; all others use the current state, without
waiting.
"""

from __future__ import annotations

import functools
import inspect
import threading
from contextvars import ContextVar
from typing import Any, Self

import numpy as np

from hopfield_sim.checks import message
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError
from hopfield_sim.support import places

_is_quiet: ContextVar[bool] = ContextVar("hopfield_sim_is_quiet", default=False)


class Shared:
    """A memory with a lock, ``_lock``, held by ``store`` and all methods that modify it."""

    _lock: threading.RLock

    def __init_subclass__(cls) -> None:
        """Make all public methods ignore underflow, whatever ``np.seterr`` says, and raise
        ``InsufficientMemoryError`` where memory is short.

        Underflow is expected in a softmax, in high powers and in random features.
        """
        super().__init_subclass__()
        for name, member in list(vars(cls).items()):
            if not name.startswith("_") or name == "__init__":
                setattr(cls, name, _quiet(member))

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Create an instance with its own lock, also for copies and unpickled memories."""
        memory = super().__new__(cls)
        memory._lock = threading.RLock()
        return memory

    def __getstate__(self) -> dict[str, Any]:
        """The attributes without the lock."""
        return {name: value for name, value in self.__dict__.copy().items() if name != "_lock"}

    def _now(self) -> Self:
        """A snapshot of this memory: a copy that no other thread modifies."""
        memory = type(self).__new__(type(self))
        memory.__dict__.update(self.__getstate__())
        return memory


def _quiet(member: Any) -> Any:
    """Decorate a method or property to ignore underflow."""
    if isinstance(member, property):
        return property(_quiet(member.fget), _quiet(member.fset), doc=member.__doc__)
    if isinstance(member, classmethod):
        return classmethod(_quiet(member.__func__))
    if not inspect.isfunction(member):
        return member

    @functools.wraps(member)
    def quiet(*args: Any, **kwargs: Any) -> Any:
        if _is_quiet.get():  # a method that calls another pays once
            return member(*args, **kwargs)
        token = _is_quiet.set(True)
        try:
            with np.errstate(under="ignore"):
                return member(*args, **kwargs)
        except MemoryError as error:
            if isinstance(error, HopfieldError):
                raise
            told = message(error)
        finally:
            _is_quiet.reset(token)
        # Out here the error is gone, and with it the arrays that its frames had.
        places.forget()
        raise InsufficientMemoryError(f"not enough memory: {told}; pass fewer states at a time")

    return quiet
