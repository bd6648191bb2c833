"""Whether something fits into memory, asked before it is allocated."""

from __future__ import annotations

from hopfield_sim.checks import limits
from hopfield_sim.errors import InsufficientMemoryError

# Below this an allocation is not worth asking the operating system about.
_SMALL = 16 * 2**20


def fits(n_bytes: int) -> bool:
    """Whether so much can be allocated without swapping, as far as the system tells."""
    available = None if n_bytes < _SMALL else _available_memory()
    return available is None or n_bytes <= available


def memory(n_bytes: int, what: str, instead: str) -> None:
    """Refuse, before anything is allocated, what does not fit into the memory available.

    Parameters
    ----------
    n_bytes : int
        Size of what would be allocated, temporaries included.
    what, instead : str
        The subject of the message, and what to do instead.

    Raises
    ------
    InsufficientMemoryError
        When ``n_bytes`` exceeds what the machine has available, or what this process is allowed by
        its control groups (those of containers and batch systems) and ``ulimit``.
    """
    if not fits(n_bytes):
        raise InsufficientMemoryError(
            f"not enough memory for {what}: {_gigabytes(n_bytes)} wanted, "
            f"{_gigabytes(_available_memory() or 0)} available; {instead}"
        )


def _available_memory() -> int | None:
    return limits.available()


def _gigabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes < 10**18 else "more than a billion GB"
