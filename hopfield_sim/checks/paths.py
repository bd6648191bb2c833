"""Paths of files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hopfield_sim.checks.arguments import show
from hopfield_sim.errors import InvalidInputError, InvalidTypeError


def path(value: Any, name: str = "path") -> Path:
    """Validate the path of a file or folder: a str or path that this system can encode."""
    try:
        text = os.fspath(value)
    except Exception:  # no path, or an object's own __fspath__, which may raise anything
        text = None
    if not isinstance(text, str):
        raise InvalidTypeError(f"{name} must be a str or a path; got {show(value)}")
    if not text:
        raise InvalidInputError(f"{name} must name a file; got an empty text")
    try:
        if b"\0" in os.fsencode(text):
            raise InvalidInputError(f"{name} must not contain a zero byte; got {show(text)}")
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"{name} must be a name that this system can encode; got {show(text)}"
        ) from error
    return Path(text)
