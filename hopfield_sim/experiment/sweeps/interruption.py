"""Interruption of the command line within a second: Ctrl-C, ``kill``, a closed terminal.

The first signal is a ``KeyboardInterrupt``, as everywhere in Python, but the main thread may be in
the middle of a long matrix product. So a second thread watches: when a moment has passed, or at the
second signal, it ends the process. What is saved stays saved, as it does after ``kill -9``.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from hopfield_sim.support.startup import SIGNALS

__all__ = ["run"]

_MOMENT = 0.7
"""Seconds for the main thread to close open files."""


def run(act: Callable[[], int], words: Callable[[], None]) -> int:
    """Run a function that signals can stop, and return its exit code.

    When a signal stops it, the process ends with the code 128 + its number.

    Parameters
    ----------
    act : callable
        Function to run; returns an exit code.
    words : callable
        Prints that it was stopped, and how to continue it.
    """
    return _Run(act, words).run()


class _Run:
    def __init__(self, act: Callable[[], int], words: Callable[[], None]) -> None:
        self._act = act
        self._words = words
        self._said = threading.Lock()
        self._number: int | None = None
        self._done = False

    def run(self) -> int:
        self._install()
        try:
            code = self._act()
            self._done = True
        except BaseException as error:
            # Compiled code may have made an error of its own of the signal's, as a module does that
            # was just being imported.
            if self._number is None and not isinstance(error, KeyboardInterrupt):
                raise
            self._done = True
            self._say()
            # Without returning: trials may still run in threads, during which the interpreter must
            # not be finalized.
            atexit._run_exitfuncs()
            _leave(128 + (self._number or signal.SIGINT))
        return code

    def _install(self) -> None:
        self._signals, wake = socket.socketpair()
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.detach(), warn_on_full_buffer=False)
        for number in SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:  # ignored under nohup
                signal.signal(number, self._raise)
        threading.Thread(target=self._watch, name="signals", daemon=True).start()

    def _raise(self, number: int, _: FrameType | None) -> None:
        if self._number is None and not self._done:
            self._number = number
            raise KeyboardInterrupt

    def _watch(self) -> None:
        (number,) = self._signals.recv(1)
        select.select([self._signals], [], [], _MOMENT)
        self._say()
        _leave(128 + number)

    def _say(self) -> None:
        if self._said.acquire(blocking=False):
            self._words()


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(code)
