"""Thread safety of memories.

What a memory has learnt is one immutable object, its ``_state``. Learning makes a new one and
replaces the old one by a single assignment, when nothing can fail any more; derived quantities are
attributes of the state. Only one thread learns at a time; all others use the current state, without
waiting.
"""

from __future__ import annotations

import functools
import threading
from typing import Any, Self, TypeVar

from hopfield_sim.checks import message, places
from hopfield_sim.checks.keywords import decorate, explained
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, NotStoredError

T = TypeVar("T")


class Shared:
    """A memory with a lock, ``_lock``, held by ``store`` and all methods that modify it."""

    _lock: threading.RLock

    def __init_subclass__(cls) -> None:
        """Make all public methods explain wrong arguments, ignore underflow, whatever ``np.seterr``
        says, and raise ``InsufficientMemoryError`` where memory is short.

        Underflow is expected in a softmax, in high powers and in random features.
        """
        super().__init_subclass__()
        decorate(cls, _public)
        for name, member in list(vars(cls).items()):
            if isinstance(member, property) and not name.startswith("_"):
                setattr(
                    cls, name, property(_public(member.fget, name), member.fset, doc=member.__doc__)
                )

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
        memory = object.__new__(type(self))
        memory.__dict__ = self.__dict__.copy()
        return memory


def stored(what: T | None) -> T:
    """Return the argument, or raise NotStoredError if it is None."""
    if what is None:
        raise NotStoredError("the memory has stored nothing yet; call store(patterns) first")
    return what


def _public(function: Any, called: str) -> Any:
    """Decorate a method as ``Shared`` describes."""
    told = explained(function, called)

    @functools.wraps(function)
    def public(*args: Any, **kwargs: Any) -> Any:
        try:
            return told(*args, **kwargs)
        except MemoryError as error:
            if isinstance(error, HopfieldError):
                raise
            reason = message(error)
        # Out here the error is gone, and with it the arrays that its frames had.
        places.forget()
        raise InsufficientMemoryError(f"not enough memory: {reason}; pass fewer states at a time")

    return public
