"""Checks that arrays fit into memory, before they are allocated."""

from __future__ import annotations

from hopfield_sim.checks import limits
from hopfield_sim.errors import InsufficientMemoryError

# Smaller allocations are not checked.
_SMALL = 16 * 2**20

_UNITS = {10**9: "GB", 10**6: "MB", 10**3: "kB"}


def fits(n_bytes: int) -> bool:
    """Whether ``n_bytes`` can be allocated without swapping, as far as the system says."""
    available = None if n_bytes < _SMALL else _available_memory()
    return available is None or n_bytes <= available


def memory(n_bytes: int, what: str, instead: str) -> None:
    """Raise, before anything is allocated, if ``n_bytes`` do not fit into the available memory.

    Parameters
    ----------
    n_bytes : int
        Size of the allocation, temporaries included.
    what, instead : str
        What is allocated, and what to do instead, for the message.

    Raises
    ------
    InsufficientMemoryError
        If ``n_bytes`` exceeds the available memory of the machine, or the limits of this process by
        control groups (of containers and batch systems) or ``ulimit``.
    """
    if not fits(n_bytes):
        wanted, available = _told(n_bytes, _available_memory() or 0)
        raise InsufficientMemoryError(
            f"not enough memory for {what}: {wanted} wanted, {available} available; {instead}"
        )


def _available_memory() -> int | None:
    return limits.available()


def _told(*sizes: int) -> list[str]:
    """Sizes in words, with as many digits as tell them apart."""
    for digits in (1, 3, 6, 9):
        words = [_size(n_bytes, digits) for n_bytes in sizes]
        if len(set(words)) == len(words):
            break
    return words


def _size(n_bytes: int, digits: int) -> str:
    if n_bytes >= 10**18:
        return "more than a billion GB"
    for scale, unit in _UNITS.items():
        if n_bytes >= scale / 2:
            return f"{n_bytes / scale:,.{digits}f} {unit}"
    return f"{n_bytes} bytes"
