"""Reading the TOML file of ``--config``; its path may name anything."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

from hopfield_sim.errors import InvalidInputError

__all__ = ["read"]

_LARGEST = 2**20
"""Largest size of a configuration file, in bytes."""

_NESTED = re.compile(
    r"""(?<![\w\\-])(?:(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*\.[ \t]*){50}""", re.ASCII
)
"""A dotted key of 50 parts or more: tomllib takes quadratic time for them."""

_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe without a writer must not block."""


def read(path: Path) -> dict[str, Any]:
    """Return the table in a TOML file.

    Raises
    ------
    InvalidInputError
        When it cannot be read, is not a regular file, is too large, or is not TOML.
    """
    import tomllib  # a tenth of the time of `--help`, which has no use for it

    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _NO_WAIT)) as file:
            ordinary = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read(_LARGEST + 1) if ordinary else b""
    except OSError as error:
        raise InvalidInputError(f"cannot read config file {path}: {error.strerror}") from error
    except ValueError as error:  # a NUL in the path
        raise InvalidInputError(f"cannot read config file {str(path)!r}: {error}") from error
    if not ordinary:
        raise InvalidInputError(f"config file {path} must be a file; it is a pipe or a device")
    if len(content) > _LARGEST:
        raise InvalidInputError(f"{path} is not a configuration file: it is larger than a megabyte")
    try:
        text = content.decode("utf-8")
        if _NESTED.search(text):
            raise RecursionError
        return tomllib.loads(text)
    except RecursionError:
        raise InvalidInputError(f"{path} is nested too deeply for a configuration file") from None
    except ValueError as error:  # of TOML, UTF-8, or an integer of thousands of digits
        raise InvalidInputError(f"{path} is not a TOML file: {error}") from error
