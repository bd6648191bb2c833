"""A progress bar in one line of standard error, in ASCII.

If the stream is closed, full or a broken pipe, only the drawing stops.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import time

__all__ = ["Bar", "clock"]

_TERMINAL, _FILE = 0.1, 10.0
"""Seconds between two drawings: a terminal has a moving bar, a file a line now and then."""

_WIDEST, _NARROWEST = 40, 10
"""Maximum and minimum width of the bar, in characters."""


class Bar:
    """A bar with a percentage, a text, the elapsed time and, if known, the remaining time.

    Parameters
    ----------
    shown : bool
        Whether to draw the bar.
    """

    def __init__(self, *, shown: bool = True) -> None:
        self._start = time.monotonic()
        self._stream = sys.stderr if shown else None
        self._terminal = False
        with contextlib.suppress(AttributeError, OSError, ValueError):
            self._terminal = self._stream is not None and self._stream.isatty()
        self._every = _TERMINAL if self._terminal else _FILE
        self._when = -float("inf")
        self._drawn = self._newest = ""

    def draw(self, fraction: float, words: str, left: float | None = None) -> None:
        """Draw the bar, if it is due.

        Parameters
        ----------
        fraction : float
            Completed fraction, from 0 to 1.
        words : str
            Description of the work.
        left : float, optional
            Remaining time in seconds, if known.
        """
        if self._stream is None:
            return
        now = time.monotonic()
        times = f"{clock(now - self._start)} gone"
        times += "" if left is None else f", about {clock(left)} left"
        self._newest = self._line(min(max(fraction, 0.0), 1.0), words, times)
        if now - self._when >= self._every:
            self._when = now
            self._show()

    def say(self, text: str) -> None:
        """Print a line of text above the bar."""
        over = f"\r{text:{len(self._drawn)}}\n" if self._terminal else f"{text}\n"
        self._put(over)
        self._drawn = ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        """Draw the last state, and end the line."""
        if self._newest:
            self._show()
            self._put("\n" if self._terminal else "")

    def _line(self, fraction: float, words: str, times: str) -> str:
        percent = f"{int(100 * fraction):3d}%"
        status = f"| {words} [{times}]"
        # A terminal may claim to have no size, as those of containers do.
        room = min(shutil.get_terminal_size((100, 24)).columns or 100, 120) - 1
        width = min(max(room - len(percent) - len(status) - 1, _NARROWEST), _WIDEST)
        filled = int(width * fraction)
        line = f"{percent}|{'#' * filled:{width}}{status}"
        return line[:room] if self._terminal else line

    def _show(self) -> None:
        if self._newest != self._drawn:
            over = f"\r{self._newest:{len(self._drawn)}}"  # overwrites a longer line
            self._put(over if self._terminal else f"{self._newest}\n")
            self._drawn = self._newest

    def _put(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the reader is gone: continue without a bar
            self._stream = None


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds, with hours where there are any.

    Examples
    --------
    >>> clock(65), clock(3 * 3600 + 61)
    ('1:05', '3:01:01')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
