"""Atomic writing of files, and reading of regular files only."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, ResultsDirError


@contextmanager
def replacing(path: Path, *, suffix: str = "") -> Iterator[BinaryIO]:
    """Open a new file that takes the place of ``path`` when the block ends without an error.

    Until then it is a temporary file beside ``path``, which is removed if anything goes wrong. A
    link stays a link: the file that it points to is replaced. A new file gets the permissions that
    ``open`` gives to one, a file that is replaced keeps its own.

    Parameters
    ----------
    path : Path
        The file, validated by ``checks.path``.
    suffix : str
        Suffix of the temporary file.

    Raises
    ------
    ResultsDirError
        If the file cannot be written; the message has its name.
    """
    draft = None
    try:
        target, mode = _target(path)
        draft = target.with_name(f".{secrets.token_hex(8)}{suffix}")
        # Nobody else may read what replaces a private file, not even for a moment.
        first_mode = 0o666 if mode is None else 0o600
        # "x" never opens what is there already, nor what a link points to.
        with open(draft, "x+b", opener=lambda name, flags: os.open(name, flags, first_mode)) as new:
            yield cast(BinaryIO, new)
            new.flush()
            os.fsync(new.fileno())
        if mode is not None:
            draft.chmod(mode)
        draft.replace(target)
    except BaseException as error:
        if draft is not None:
            with suppress(OSError):
                draft.unlink()
        if isinstance(error, OSError) and not isinstance(error, HopfieldError):
            raise ResultsDirError(f"cannot write {str(path)!r}: {checks.message(error)}") from error
        raise


def write(path: Path, content: bytes) -> Path:
    """Write a file as ``replacing`` does; return its path."""
    with replacing(path) as stream:
        stream.write(content)
    return path


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read; a pipe or a device, which might never end, is an ``OSError``."""
    # Opening a pipe would wait for somebody to write into it.
    flags = getattr(os, "O_NONBLOCK", 0)
    with open(path, "rb", opener=lambda name, usual: os.open(name, usual | flags)) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError("it is no regular file")
        yield stream


def _target(path: Path) -> tuple[Path, int | None]:
    """The file that a path means, links followed, and its permissions if it is there."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise OSError(f"there is no folder {str(target.parent)!r}; make it first")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return target, None
    if stat.S_ISDIR(mode):
        raise OSError("it is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise OSError("it is no regular file")
    return target, stat.S_IMODE(mode)
