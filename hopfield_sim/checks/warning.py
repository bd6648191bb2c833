"""Warnings that point at the line which called this package, however deep inside they arise."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Final

__all__ = ["warn"]

_HERE: Final = f"{Path(__file__).parents[1]}{os.sep}"


def warn(message: str) -> None:
    """Issue a ``UserWarning`` at the first line outside this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_code.co_filename.startswith(_HERE) and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)
