"""While the command line is being loaded, a signal ends it without a traceback.

``python -m hopfield_sim.experiment``, ``hopfield-sim`` and ``python -m hopfield_sim.course`` load
this package, and NumPy with it, before their own first line runs.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

__all__ = ["SIGNALS", "guard"]

SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
"""What stops a command line: Ctrl-C, ``kill``, a terminal that is closed."""

_MODULES = "hopfield_sim.experiment", "hopfield_sim.course"


def guard() -> None:
    """Be ready for signals, if it is the command line that loads the package."""
    if not _is_command(sys.argv, sys.orig_argv):
        return
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, _leave)


def _is_command(words: list[str], typed: list[str]) -> bool:
    """Whether this process is our command line, from what it was started with.

    Examples
    --------
    >>> _is_command(["-m", "xor"], ["python", "-m", "hopfield_sim.experiment", "xor"])
    True
    >>> _is_command(["my.py"], ["python", "my.py"])
    False
    """
    if words[:1] == ["-m"]:  # so it is until the module itself is run
        return typed[len(typed) - len(words)].removesuffix(".__main__").endswith(_MODULES)
    name = os.path.splitext(os.path.basename(words[0] if words else ""))[0]
    return name == "hopfield-sim" and "--multiprocessing-fork" not in typed


def _leave(number: int, _: FrameType | None) -> None:
    os.write(2, b"stopped before anything was begun\n")
    os._exit(128 + number)
