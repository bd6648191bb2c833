"""Warnings that point to the line that called the package, from any depth."""

from __future__ import annotations

import sys
import warnings

_INSIDE = __name__.partition(".")[0], "numpy"


def warn(message: str) -> None:
    """Warn the first caller outside of this package and NumPy; in a new thread, the outermost."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _INSIDE:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, UserWarning, stacklevel=level + 1)
