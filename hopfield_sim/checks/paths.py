"""Paths of files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hopfield_sim.checks.arguments import show
from hopfield_sim.errors import InvalidInputError, InvalidTypeError


def path(value: Any, name: str = "path") -> Path:
    """Validate the path of a file or folder: a str or path that this system can encode.

    A ``~`` or ``~user`` at its beginning is replaced by the home folder, as in a shell.
    """
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
    try:
        place = Path(text).expanduser() if text.startswith("~") else Path(text)
    except RuntimeError as error:  # a user that there is not, or one without a home
        raise InvalidInputError(
            f"{name} is {show(text)}, whose home folder is unknown; write it without ~, or "
            f"{os.path.join('.', text)!r} for a file of this name"
        ) from error
    return place.absolute() if str(place).startswith("~") else place  # "./~x", which Path shortens
