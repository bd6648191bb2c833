"""A promise that is broken is an AssertionError of the package's own, with a message."""

from __future__ import annotations

from typing import Any

from hopfield_sim.errors import HopfieldError


class BrokenPromise(HopfieldError, AssertionError):
    """A rule or a memory does not do what those of the package do; the message says what."""


def require(holds: Any, message: str) -> None:
    """An assertion that stays when Python is told to leave assertions out."""
    if not holds:
        raise BrokenPromise(message)
