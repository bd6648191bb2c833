"""Lock that allows one writer for each results file; it ends with its process."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import sys
import time
from datetime import datetime
from pathlib import Path

from hopfield_sim.errors import ResultsDirError

__all__ = ["Lock", "holder"]

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}
"""Error numbers of file systems without locks."""

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_WAIT, _WAITS = 0.02, 25
"""Seconds between tries, and number of tries, to read the name of a new holder."""


class Lock:
    """Exclusive right to write a file, until ``release``.

    Parameters
    ----------
    path : Path
        The file; a file of that name with ``.lock`` stands beside it while it is being written.

    Raises
    ------
    ResultsDirError
        When another process has it: which, where and since when; when the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = _beside(path)
        self.notice: str | None = None
        """Warning if the file system has no locks."""
        self._file: int | None = None
        while self._file is None:
            file = _open(self.path)
            try:
                _take(file)
            except BlockingIOError:
                raise ResultsDirError(
                    f"{path} is being written by {_owner(file)}; wait for it, or choose another "
                    "folder with --out, or another file with store="
                ) from None
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise ResultsDirError(f"cannot lock {path}: {error.strerror}") from error
                self.notice = (
                    f"{path} is on a file system without locks; do not let two processes write it"
                )
                self._file = file
            else:
                if _is(file, self.path):
                    self._file = file
            finally:
                if self._file is None:
                    os.close(file)
        with contextlib.suppress(OSError):  # a full disk: the holder is not named
            os.ftruncate(self._file, 0)
            since = datetime.now().astimezone().isoformat(" ", "seconds")
            text = f"process {os.getpid()} on {socket.gethostname()} since {since}"
            os.write(self._file, text.encode("utf-8", "replace"))

    def release(self) -> None:
        """Release the lock."""
        if self._file is None:
            return
        # Removed while the lock is held: a process that opened it before finds another file.
        with contextlib.suppress(OSError):
            self.path.unlink()
        os.close(self._file)
        self._file = None
        if sys.platform == "win32":  # where an open file cannot be removed
            with contextlib.suppress(OSError):
                self.path.unlink()


def holder(path: Path) -> str | None:
    """Return the process that writes a file, or None; writes nothing itself."""
    try:
        file = os.open(_beside(path), os.O_RDONLY | _NOFOLLOW)
    except OSError:
        return None
    try:
        _take(file, shared=True)
    except BlockingIOError:
        return _owner(file)
    except OSError:
        return None
    finally:
        os.close(file)
    return None


def _beside(path: Path) -> Path:
    """Return the lock file beside the file itself, links resolved, as for SQLite's log."""
    file = Path(os.path.realpath(path))
    return file.with_name(f"{file.name}.lock")


def _open(path: Path) -> int:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | _NOFOLLOW, 0o666)
    except OSError as error:
        raise ResultsDirError(
            f"cannot use {path.parent} as a folder of results: {error.strerror} ({path.name}); "
            "choose another one with --out, or another file with store="
        ) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ResultsDirError(f"{path} is no regular file; remove it")
    return file


def _is(file: int, path: Path) -> bool:
    """Return whether the path is still this file: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(file), os.lstat(path))
    except FileNotFoundError:
        return False


def _owner(file: int) -> str:
    for _ in range(_WAITS):
        os.lseek(file, 0, os.SEEK_SET)
        if text := os.read(file, 500):
            return text.decode("utf-8", "replace")
        time.sleep(_WAIT)
    return "another process"


if sys.platform == "win32":
    import msvcrt

    _FAR = 2**30
    """Offset of the locked byte, beyond the text: on Windows locked bytes cannot be read."""

    def _take(file: int, *, shared: bool = False) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, error.strerror) from error
        finally:
            os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _take(file: int, *, shared: bool = False) -> None:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
