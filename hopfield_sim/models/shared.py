"""Memories that several threads use at once: what one of them learns the others see as a whole.

What a memory has learnt is one object, its ``_state``, which nobody changes. Learning makes another
and puts it in its place by one assignment, when nothing can fail any more; what is derived from a
state lives on it. One thread at a time learns; all others take the state that they find, without
waiting.
"""

from __future__ import annotations

import threading
from typing import Any, Self


class Shared:
    """A memory with a lock, ``_lock``, which ``store`` and all that changes it hold."""

    _lock: threading.RLock

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
