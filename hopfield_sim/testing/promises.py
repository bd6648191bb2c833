"""The exception of failed checks, an AssertionError with an explanation."""

from __future__ import annotations

from typing import Any

from hopfield_sim.errors import HopfieldError


class BrokenPromise(HopfieldError, AssertionError):
    """A rule or a memory violates a property of those of the package; the message says which."""


def require(holds: Any, message: str) -> None:
    """Raise BrokenPromise unless the condition holds; not disabled by ``python -O``."""
    if not holds:
        raise BrokenPromise(message)
