"""How many threads BLAS takes: a limit where threadpoolctl is there to set one, else its own."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

__all__ = ["limit"]


def limit(threads: int | None) -> AbstractContextManager[Any]:
    """Give BLAS so many threads from now on, or within a ``with`` block; None leaves it as it is.

    Without threadpoolctl nothing is limited. Results are as good then, but slower where several
    workers share the processors, and the last bits of a large product may depend on their number.
    """
    try:
        from threadpoolctl import threadpool_limits  # only for who computes much
    except ImportError:
        return nullcontext()
    return threadpool_limits(threads, user_api="blas")
