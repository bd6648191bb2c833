"""Single arguments: numbers, flags, sequences, mappings and random number generators."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from hopfield_sim.errors import InvalidInputError, InvalidTypeError


def integer(
    value: Any, name: str, *, minimum: int | None = None, maximum: int | None = None
) -> int:
    """Validate an integer within bounds; True and 3.0 are not accepted."""
    if not isinstance(value, (bool, np.bool_)):
        try:
            number = operator.index(value)
        except Exception:  # not an integer: raised below
            pass
        else:
            _within(number, name, minimum, maximum)
            return number
    raise InvalidTypeError(f"{name} must be an integer; got {show(value)}")


def real(
    value: Any, name: str, *, minimum: float | None = None, maximum: float | None = None
) -> float:
    """Validate a finite real number within bounds."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and type(value) is np.ndarray:
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InvalidTypeError(f"{name} must be a real number; got {show(value)}")
    try:
        number = float(value)
    except Exception as error:  # 10**400 is a real number, but no float
        raise InvalidInputError(f"{name} must fit a float; got {show(value)}") from error
    if not np.isfinite(number):
        raise InvalidInputError(f"{name} must be finite; got {number}")
    _within(number, name, minimum, maximum)
    return number


def flag(value: Any, name: str) -> bool:
    """Validate a flag: True or False only."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise InvalidTypeError(f"{name} must be True or False; got {show(value)}")


def sequence(value: Any, name: str, of: str) -> list[Any]:
    """Validate a sequence (not a string) of items that ``of`` describes in the message."""
    try:
        if isinstance(value, (str, bytes, Mapping)):
            raise TypeError
        return list(value)
    except TypeError:
        raise InvalidTypeError(f"{name} must be a sequence of {of}; got {show(value)}") from None


def mapping(value: Any, name: str, of: str) -> dict[Any, Any]:
    """Validate a mapping of items that ``of`` describes in the message."""
    if not isinstance(value, Mapping):
        raise InvalidTypeError(f"{name} must map {of}; got {show(value)}")
    return dict(value)


def key(rng: Any) -> int:
    """Convert ``rng`` to a 64-bit key; a Generator is used once.

    ``None`` is new entropy, an integer s is ``SeedSequence(s).generate_state(1, uint64)[0]``, and
    of a :class:`numpy.random.Generator` the next 64 bits are used.
    """
    if rng is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(0, 2**64, dtype=np.uint64))
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool):
        seed = int(rng)
        if seed < 0:
            raise InvalidInputError(f"rng must be a seed of 0 or more; got {show(seed)}")
        return int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0])
    raise InvalidTypeError(
        f"rng must be None, an integer seed or a numpy.random.Generator; got {show(rng)}; "
        "make one with numpy.random.default_rng(seed)"
    )


def generator(rng: Any) -> np.random.Generator:
    """A generator seeded with the key of ``rng``."""
    return stream(key(rng))


def stream(entropy: int | tuple[int, ...], *place: int) -> np.random.Generator:
    """The generator at one place of the tree that grows from a key: independent of all others.

    Examples
    --------
    >>> a, b = stream(3, 0), stream(3, 1)
    >>> bool(a.integers(2**32) == b.integers(2**32))
    False
    """
    seeds = np.random.SeedSequence(entropy, spawn_key=place)
    return np.random.Generator(np.random.PCG64(seeds))


def show(value: Any) -> str:
    """A short ``repr`` of any value, even if its own ``repr`` fails."""
    try:
        text = repr(value)
    except Exception:  # a broken __repr__, or an integer too long to print
        text = f"a value of type {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


def message(error: BaseException) -> str:
    """The message of an error, in one line; of an OSError the reason, without the file name."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def _within(number: float, name: str, minimum: float | None, maximum: float | None) -> None:
    low = minimum is not None and number < minimum
    high = maximum is not None and number > maximum
    if not (low or high):
        return
    if maximum is None:
        wanted = f"{minimum} or more"
    elif minimum is None:
        wanted = f"{maximum} or less"
    else:
        wanted = f"from {minimum} to {maximum}"
    raise InvalidInputError(f"{name} must be {wanted}; got {show(number)}")
