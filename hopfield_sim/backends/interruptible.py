"""Long calls of LAPACK, during which a Ctrl-C is heard; their results keep their bits.

Python handles a signal between two of its own steps, and a decomposition is a single one. So the
main thread has a daemon thread make the call and waits for it in short steps; one that is
interrupted goes on to its end, and nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError as NotYet
from contextvars import copy_context
from threading import current_thread, main_thread
from typing import Any, Final, TypeVar

from numpy.typing import NDArray

from hopfield_sim.backends.daemons import Daemons

_SMALL: Final = 1 << 17
"""Numbers that LAPACK decomposes in less than about 0.2 s."""

_STEP: Final = 0.1
"""Seconds to wait at a time, for systems on which a wait itself hears nothing."""

_Answer = TypeVar("_Answer")


def interruptible(function: Callable[..., _Answer], *arrays: NDArray[Any]) -> _Answer:
    """``function(*arrays)``, at the first Ctrl-C left to itself; it may change nothing.

    Examples
    --------
    >>> import numpy as np
    >>> interruptible(np.linalg.cholesky, np.array([[4.0]]))
    array([[2.]])
    """
    if sum(array.size for array in arrays) <= _SMALL or current_thread() is not main_thread():
        return function(*arrays)
    pool = Daemons(1)
    try:
        waiting = pool.submit(copy_context().run, function, *arrays)
    except RuntimeError:  # the system has no thread left
        return function(*arrays)
    pool.shutdown(wait=False)
    while True:
        try:
            answer: _Answer = waiting.result(_STEP)
        except NotYet:
            if waiting.done():  # what the function itself raised
                raise
        else:
            return answer
