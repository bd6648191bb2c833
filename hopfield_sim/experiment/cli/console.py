"""Output of the command line to any stream: closed, full, or not UTF-8.

No output may end the work: characters that cannot be encoded are transliterated, and text that
cannot be written is dropped.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
import unicodedata
from typing import TextIO

__all__ = ["complain", "prepare", "say", "warn"]

_PLAIN = {"×": "x", "−": "-", "–": "-", "—": "-", "√": "sqrt", "≤": "<=", "≥": ">=", "’": "'"}


def prepare() -> None:
    """Prepare the standard streams for characters outside their encoding, and closed ones."""
    with contextlib.suppress(OSError):
        # Files that are opened later must not become the standard output or error.
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            os.set_inheritable(number, True)
        os.close(number)
    codecs.register_error("hopfield_sim.plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.reconfigure(errors="hopfield_sim.plain")  # type: ignore[union-attr]


def say(text: str) -> bool:
    """Print to standard output; return whether it was written, or its reader had closed it."""
    try:
        _write(text, sys.stdout)
    except BrokenPipeError:
        return True
    except (OSError, ValueError) as error:
        complain(f"error: cannot write to the standard output: {error}")
        return False
    return True


def complain(text: str) -> None:
    """Print to standard error, if it is open."""
    with contextlib.suppress(OSError, ValueError):
        _write(text, sys.stderr)


def warn(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning in place of ``warnings.showwarning``, without a line of the source."""
    complain(f"warning: {message}")


def _write(text: str, stream: TextIO | None) -> None:
    if stream is None:  # closed before the program started
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except (OSError, ValueError):
        # Discard the rest of the buffer, or the interpreter would try to write it again at exit.
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
        raise


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Transliterate what an encoding lacks: x for ×, alpha for α, o for ö; else escape it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelt, error.object[error.start : error.end])), error.end


def _spelt(letter: str) -> str:
    if letter in _PLAIN:
        return _PLAIN[letter]
    name = unicodedata.name(letter, "").split()
    if "GREEK" in name:
        return name[-1].lower()
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or letter.encode("ascii", "backslashreplace").decode()
