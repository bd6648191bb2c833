"""The only place where arrays and arguments from outside are judged.

Every function takes what a caller passed and returns it in the one form the rest of the package
works with (a fresh array, a plain number), or raises from :mod:`hopfield_sim.errors`. The caller's
own arrays are never changed and never kept.
"""

from __future__ import annotations

import difflib
import numbers
import operator
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.errors import InsufficientMemoryError, InvalidInputError, InvalidTypeError

__all__ = [
    "Batch",
    "Stored",
    "choice",
    "flag",
    "generator",
    "integer",
    "key",
    "memory",
    "numeric",
    "patterns",
    "real",
    "signs",
    "site_mask",
    "states",
    "temperatures",
    "thresholds",
    "weights",
]

# Below this an allocation is not worth asking the operating system about.
_SMALL = 16 * 2**20


class Stored(NamedTuple):
    """Patterns as the package keeps them.

    ``array`` is (P, N) int8, C-contiguous and nobody else's; ``shape`` is (H, W) when the patterns
    came as images, else ``None``.
    """

    array: NDArray[np.int8]
    shape: tuple[int, int] | None


class Batch(NamedTuple):
    """States as the package works with them, and how the caller wants the answer back.

    ``array`` is (B, N) int8, C-contiguous and nobody else's; ``single`` says that one state came
    without its B axis; ``image`` that the sites came as (H, W) = ``shape``.
    """

    array: NDArray[np.int8]
    single: bool
    image: bool
    shape: tuple[int, int] | None = None

    def restore(self, answer: NDArray[Any], *, axis: int = 0, sites: bool = True) -> Any:
        """Give an answer the shape in which the states came.

        Parameters
        ----------
        answer : ndarray
            Has B entries along ``axis``: (B,), (B, N), (B, P) or, with ``axis=1``, (T+1, B, N).
        axis : int
            Where B is.
        sites : bool
            Whether axes after ``axis`` end with the N sites, which become (H, W) for images. Say
            ``False`` for (B, P).

        Returns
        -------
        ndarray or scalar
            The B axis is dropped for a single state; a number or word alone is a Python one.
        """
        if self.image and sites and self.shape is not None and answer.ndim > axis + 1:
            answer = answer.reshape(*answer.shape[:-1], *self.shape)
        if not self.single:
            return answer
        one = answer[(slice(None),) * axis + (0,)]
        return one.item() if np.ndim(one) == 0 else one


# --------------------------------------------------------------------------- arrays of ±1


def patterns(value: Any, *, n_neurons: int | None = None, name: str = "patterns") -> Stored:
    """Judge patterns: (P, N), or images (P, H, W), of -1 and +1.

    Raises
    ------
    InvalidInputError
        For another shape, no patterns, a length other than ``n_neurons`` or a value other than ±1.
    InvalidTypeError
        For something that is not an array of real numbers.
    """
    array = numeric(value, name, allow_bool=True)
    if array.ndim == 1:
        raise InvalidInputError(
            f"{name} must be (P, N), one pattern a row; got shape {array.shape}; "
            f"for one pattern pass it as a row, {name}[None, :]"
        )
    if array.ndim not in (2, 3):
        raise InvalidInputError(
            f"{name} must be (P, N), or images (P, H, W); got shape {array.shape}"
        )
    if array.shape[0] == 0:
        raise InvalidInputError(f"{name} must hold at least one pattern; got shape {array.shape}")
    shape = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
    length = int(np.prod(array.shape[1:], dtype=object))
    if length == 0:
        raise InvalidInputError(f"{name} must have at least one neuron; got shape {array.shape}")
    if n_neurons is not None and length != n_neurons:
        raise InvalidInputError(
            f"{name} must have {n_neurons} neurons a row; got shape {array.shape}"
            + ("; did you transpose?" if array.shape[0] == n_neurons else "")
        )
    return Stored(signs(array, name).reshape(array.shape[0], length), shape)


def states(
    value: Any,
    n_neurons: int | None,
    *,
    shape: tuple[int, int] | None = None,
    n_patterns: int | None = None,
    name: str = "states",
) -> Batch:
    """Judge states: (N,) or (B, N) and, where the sites have a ``shape``, (H, W) or (B, H, W).

    Parameters
    ----------
    n_neurons : int or None
        The N wanted; ``None`` takes what comes, and three axes are then images.
    shape : (int, int), optional
        The (H, W) of a network that learned images.
    n_patterns : int, optional
        The number of stored patterns: a state of that length gets "did you transpose?".
    """
    array = numeric(value, name, allow_bool=True)
    if array.ndim == 0 or array.size == 0:
        raise InvalidInputError(f"{name} must hold at least one state; got shape {array.shape}")
    if n_neurons is None:
        if array.ndim == 3:
            shape = (array.shape[1], array.shape[2])
        n_neurons = int(np.prod(array.shape[1:] if array.ndim == 3 else array.shape[-1:]))
    # (B, N) is tried first: with an image shape of (1, N) both readings would fit.
    if array.ndim in (1, 2) and array.shape[-1] == n_neurons:
        single, image = array.ndim == 1, False
    elif shape is not None and array.ndim in (2, 3) and array.shape[-2:] == tuple(shape):
        single, image = array.ndim == 2, True
    else:
        wanted = f"({n_neurons},) or (B, {n_neurons})"
        if shape is not None:
            wanted += f", or images {tuple(shape)} or (B, {shape[0]}, {shape[1]})"
        turned = array.shape[-1] == n_patterns or (array.ndim == 2 and array.shape[0] == n_neurons)
        raise InvalidInputError(
            f"{name} must be {wanted}; got shape {array.shape}"
            + ("; did you transpose?" if turned else "")
        )
    return Batch(signs(array, name).reshape(-1, n_neurons), single, image, shape if image else None)


def signs(array: NDArray[Any], name: str) -> NDArray[np.int8]:
    """Copy an array of -1 and +1 to int8, C-contiguous, or name the first entry that is neither."""
    if array.dtype == np.bool_:
        raise InvalidInputError(
            f"{name} must be -1 or +1; got True and False; for bool data use from_binary"
        )
    memory(3 * array.size, f"{name} of shape {array.shape}", "pass fewer rows at a time")
    bad = (array != 1) & (array != -1)
    if bad.any():
        found = array[_first(bad)]
        hint = ""
        if found == 0:
            hint = "; for 0/1 data use from_binary"
        elif found > 1:
            hint = "; for a grey image use from_image"
        raise InvalidInputError(f"{name} must be -1 or +1; found {found} at {_at(bad)}{hint}")
    return array.astype(np.int8, order="C", copy=True)


# --------------------------------------------------------------------------- arrays of numbers


def numeric(value: Any, name: str, *, allow_bool: bool = False) -> NDArray[Any]:
    """See a value as a plain array of real numbers, or raise; no copy where none is needed.

    Masked, object, complex, structured, string and date arrays are refused, and so are ragged
    lists. Values are not looked at: NaN passes.
    """
    if _holds_mask(value):
        raise InvalidTypeError(
            f"{name} must be a plain array; got a masked one; "
            "fill the masked entries first, with .filled(...)"
        )
    try:
        array = np.asarray(value)
    except Exception as error:  # an object's own __array__ may raise anything
        raise InvalidInputError(
            f"{name} must be an array of real numbers; got {show(value)}, of which numpy says: "
            f"{error}"
        ) from error
    if array.dtype.kind in "iuf" or (allow_bool and array.dtype.kind == "b"):
        return array
    if array.size == 0 and array.dtype.kind != "V":  # an empty list has no kind of its own
        return array.astype(np.float64)
    raise InvalidTypeError(
        f"{name} must be an array of real numbers; got {_kind(array)} (dtype {array.dtype})"
    )


def weights(value: Any, *, name: str = "weights") -> NDArray[np.float64]:
    """Judge a coupling matrix: (N, N), finite; a fresh float64 array."""
    array = numeric(value, name)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] == 0:
        raise InvalidInputError(f"{name} must be a square matrix (N, N); got shape {array.shape}")
    return _finite(array, name)


def thresholds(value: Any, n_neurons: int, *, name: str = "thresholds") -> NDArray[np.float64]:
    """Judge thresholds: ``None`` (zeros), a number for all, or (N,), finite; fresh float64 (N,)."""
    if value is None:
        return np.zeros(n_neurons)
    array = numeric(value, name)
    if array.ndim > 0 and array.shape != (n_neurons,):
        raise InvalidInputError(
            f"{name} must be a number or ({n_neurons},), one a neuron; got shape {array.shape}"
        )
    return np.broadcast_to(_finite(array, name), (n_neurons,)).copy()


def site_mask(
    value: Any, n_neurons: int, name: str, *, shape: tuple[int, int] | None = None
) -> NDArray[np.bool_]:
    """Judge a choice of sites: bool (N,), or (H, W) where the sites have that ``shape``."""
    array = numeric(value, name, allow_bool=True)
    if array.dtype != np.bool_:
        raise InvalidTypeError(
            f"{name} must be boolean, True or False for each neuron; got dtype {array.dtype}; "
            f"for a list of indices i use np.isin(np.arange({n_neurons}), i)"
        )
    if array.shape != (n_neurons,) and (shape is None or array.shape != tuple(shape)):
        raise InvalidInputError(
            f"{name} must be ({n_neurons},), one entry a neuron; got shape {array.shape}"
            + ("; use .ravel()" if array.size == n_neurons else "")
        )
    return array.reshape(-1).copy()


def temperatures(value: Any, max_sweeps: int) -> NDArray[np.float64]:
    """Judge a temperature: a number for ``max_sweeps`` sweeps, or a sequence, one a sweep.

    Returns
    -------
    ndarray (max_sweeps,) or (len(value),) of float64
        A number is repeated by a read-only view, so that any ``max_sweeps`` costs nothing.
    """
    array = numeric(value, "temperature")
    if array.ndim > 1 or array.size == 0:
        raise InvalidInputError(
            "temperature must be a number, or a sequence with one temperature a sweep; "
            f"got shape {array.shape}"
        )
    schedule = _finite(array, "temperature")
    below = schedule < 0
    if below.any():
        where = f" at {_at(below)}" if array.ndim else ""
        raise InvalidInputError(
            f"temperature must be 0 or more; found {schedule[_first(below)]}{where}"
        )
    if array.ndim == 1:
        return schedule
    return np.broadcast_to(schedule, (integer(max_sweeps, "max_sweeps", minimum=0, maximum=2**48),))


# --------------------------------------------------------------------------- single arguments


def integer(
    value: Any, name: str, *, minimum: int | None = None, maximum: int | None = None
) -> int:
    """Judge a whole number within bounds; True and 3.0 are not whole numbers here."""
    if not isinstance(value, (bool, np.bool_)):
        try:
            number = operator.index(value)
        except Exception:  # not an integer: said below
            pass
        else:
            _within(number, name, minimum, maximum)
            return number
    raise InvalidTypeError(f"{name} must be an integer; got {show(value)}")


def real(
    value: Any, name: str, *, minimum: float | None = None, maximum: float | None = None
) -> float:
    """Judge a finite real number within bounds."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and type(value) is np.ndarray:
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InvalidTypeError(f"{name} must be a real number; got {show(value)}")
    try:
        number = float(value)
    except Exception as error:  # 10**400 is a real number that no float holds
        raise InvalidInputError(f"{name} must fit a float; got {show(value)}") from error
    if not np.isfinite(number):
        raise InvalidInputError(f"{name} must be finite; got {number}")
    _within(number, name, minimum, maximum)
    return number


def flag(value: Any, name: str) -> bool:
    """Judge a yes or no: True or False, nothing else."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise InvalidTypeError(f"{name} must be True or False; got {show(value)}")


def choice(value: Any, options: Iterable[str], name: str) -> str:
    """Judge a word out of a list; the error for an unknown one names the nearest."""
    words = list(options)
    listed = ", ".join(f'"{word}"' for word in words)
    if not isinstance(value, str):
        raise InvalidTypeError(f"{name} must be one of {listed}; got {show(value)}")
    if value in words:
        return str(value)
    # The cut keeps difflib, which is quadratic, away from a whole book.
    near = difflib.get_close_matches(value[:80].lower(), words, n=1, cutoff=0.0)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    raise InvalidInputError(f"{name} must be one of {listed}; got {show(value)}{hint}")


def key(rng: Any) -> int:
    """Turn ``rng`` into a 64-bit key; a Generator is consumed once.

    ``None`` is fresh entropy, an integer s is ``SeedSequence(s).generate_state(1, uint64)[0]`` and
    a :class:`numpy.random.Generator` gives its next 64 bits.
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
    """Make the generator that belongs to the key of ``rng``."""
    return np.random.Generator(np.random.PCG64(key(rng)))


# --------------------------------------------------------------------------- memory


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
        When ``n_bytes`` exceeds what the operating system calls available.
    """
    if n_bytes < _SMALL:
        return
    available = _available_memory()
    if available is not None and n_bytes > available:
        raise InsufficientMemoryError(
            f"not enough memory for {what}: {_gigabytes(n_bytes)} wanted, "
            f"{_gigabytes(available)} available; {instead}"
        )


def _available_memory() -> int | None:
    """Bytes that can be allocated without swapping; None where the system does not tell."""
    try:
        with open("/proc/meminfo", "rb") as lines:
            for line in lines:
                if line.startswith(b"MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _gigabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes < 10**18 else "more than a billion GB"


# --------------------------------------------------------------------------- for the messages


def show(value: Any) -> str:
    """Print a value in a few words, whatever its own ``repr`` does."""
    try:
        text = repr(value)
    except Exception:  # a broken __repr__, or an integer too long to print
        text = f"a value of type {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


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


def _finite(array: NDArray[Any], name: str) -> NDArray[np.float64]:
    """Copy to float64, or name the first entry that is not finite."""
    memory(10 * array.size, f"{name} of shape {array.shape}", "use a smaller network")
    with np.errstate(over="ignore"):  # a long double may overflow: it is then found below
        copy = array.astype(np.float64, order="C", copy=True)
    bad = ~np.isfinite(copy)
    if bad.any():
        where = f" at {_at(bad)}" if array.ndim else ""
        raise InvalidInputError(f"{name} must be finite; found {copy[_first(bad)]}{where}")
    return copy


def _first(bad: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), bad.shape))


def _at(bad: NDArray[np.bool_]) -> str:
    return "[" + ", ".join(map(str, _first(bad))) + "]"


def _holds_mask(value: Any, depth: int = 3) -> bool:
    """Whether a masked array hides in a value; numpy would drop the mask of one inside a list."""
    if isinstance(value, np.ma.MaskedArray):
        return True
    return (
        depth > 0
        and isinstance(value, (list, tuple))
        and any(_holds_mask(item, depth - 1) for item in value)
    )


def _kind(array: NDArray[Any]) -> str:
    if array.dtype.names is not None:
        return "a structured array"
    words = {"c": "complex numbers", "O": "objects", "b": "True and False", "U": "text"}
    words |= {"S": "bytes", "M": "dates", "m": "time spans", "V": "raw bytes"}
    return words.get(array.dtype.kind, "something else")
