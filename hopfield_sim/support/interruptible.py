"""Long LAPACK calls that Ctrl-C can interrupt; results are unchanged.

Python handles signals between bytecode instructions, and a decomposition is a single call. So a
daemon thread makes the call while the main thread waits in short steps; an interrupted call runs to
its end in the background.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError as NotYet
from contextvars import copy_context
from threading import current_thread, main_thread
from typing import Any, Final, TypeVar

from numpy.typing import NDArray

from hopfield_sim.support.daemons import Daemons

_SMALL: Final = 1 << 17
"""Size of matrices that LAPACK decomposes in less than about 0.2 s."""

_STEP: Final = 0.1
"""Seconds of one wait, for systems where signals do not interrupt it."""

_Answer = TypeVar("_Answer")


def interruptible(function: Callable[..., _Answer], *arrays: NDArray[Any]) -> _Answer:
    """Return ``function(*arrays)``, abandoned at Ctrl-C; the function must not change anything.

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
    except RuntimeError:  # no thread can be started
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
