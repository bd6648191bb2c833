"""Limit of the number of BLAS threads, if threadpoolctl is installed."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

__all__ = ["limit"]


def limit(threads: int | None) -> AbstractContextManager[Any]:
    """Limit BLAS to ``threads`` threads from now on, or within a ``with`` block; None: no limit.

    Without threadpoolctl there is no limit: workers that share the processors are slower, and the
    last bits of a large product may depend on the number of threads.
    """
    try:
        from threadpoolctl import threadpool_limits  # imported only when needed
    except ImportError:
        return nullcontext()
    return threadpool_limits(threads, user_api="blas")
