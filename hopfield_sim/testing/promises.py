"""A promise that is broken is an AssertionError with a message."""

from __future__ import annotations

from typing import Any


def require(holds: Any, message: str) -> None:
    """An assertion that stays when Python is told to leave assertions out."""
    if not holds:
        raise AssertionError(message)
