"""Pickled batches of CIFAR-10, read without executing code of the pickle.

A pickle is a program. First its instructions are listed, and only harmless ones are accepted; then
it is run by an unpickler in which the few names that a batch uses are replaced by placeholders, so
that no function of any library is called; finally the placeholders are converted to arrays, after
checks of their sizes.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import DatasetFormatError

LARGEST = 64_000_000
"""Maximum size of a file in bytes; a batch has 31 035 704 or a few less, up to twice as many if its
pixels are text.
"""

KEYS = ("batch_label", "data", "filenames", "labels")

_TEXT = {
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
    *("BINBYTES", "SHORT_BINBYTES", "GLOBAL", "STACK_GLOBAL"),
}
_REPEATABLE = {*_TEXT, "REDUCE"}
"""Objects that may be referenced repeatedly: none of them contains objects of its own kind."""
_TUPLES = {"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"}
_INSTRUCTIONS = {
    *_TEXT,
    *_TUPLES,
    *("PROTO", "FRAME", "STOP", "MARK", "REDUCE", "BUILD", "BYTEARRAY8"),
    *("EMPTY_DICT", "DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "LIST", "APPEND", "APPENDS"),
    *("EMPTY_TUPLE", "NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG1"),
    *("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET"),
}
_MOST = 500_000
"""Maximum number of instructions; a batch of 10 000 names and labels needs some 30 000."""
_MOST_TUPLES = 50


class _Name:
    """A function that a batch may call, and cannot modify."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *arguments: Any) -> Any:
        return self._make(*arguments)

    def __setstate__(self, state: Any) -> None:
        raise DatasetFormatError("it tries to change a function")


class _Array:
    """Placeholder of an array: its state (version, shape, dtype, Fortran order, bytes)."""

    def __init__(self, state: Any = None) -> None:
        self.state = state

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Type:
    """Placeholder of a dtype: its code, such as "u1", and its byte order."""

    def __init__(self, code: Any = None, *rest: Any) -> None:
        self.code = code
        self.order: Any = "|"

    def __setstate__(self, state: Any) -> None:
        self.order = state[1]

    def integers(self) -> np.dtype[np.integer]:
        """The dtype; raises unless it is an integer type."""
        parts = [part.decode() if type(part) is bytes else part for part in (self.order, self.code)]
        if parts[0] not in _ORDERS or parts[1] not in _INTEGERS:
            raise DatasetFormatError("its array is not of integers")
        return np.dtype("".join(parts))


_ORDERS = ("|", "<", ">", "=")
_INTEGERS = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8")


def _new_array(*arguments: Any) -> _Array:
    """Placeholder of an array whose state follows."""
    return _Array()


def _array_of(content: Any, kind: Any, shape: Any, order: Any) -> _Array:
    """Placeholder of an array in pickle protocol 5."""
    if type(content) is not bytearray and type(content) is not bytes:
        raise DatasetFormatError("its array has no bytes")
    return _Array((None, shape, kind, order == "F", bytes(content)))


def _bytes_of(text: Any, encoding: Any) -> bytes:
    """Bytes as Python 3 encodes them in protocols below 3."""
    if type(text) is not str or encoding != "latin1":
        raise DatasetFormatError("it uses an encoding that a CIFAR-10 batch does not need")
    return text.encode("latin1")


_KNOWN = {("numpy", "ndarray"): _Name(_new_array), ("numpy", "dtype"): _Name(_Type)}
_KNOWN["_codecs", "encode"] = _Name(_bytes_of)
for _core in ("numpy.core", "numpy._core"):  # before NumPy 2, and since
    _KNOWN[f"{_core}.multiarray", "_reconstruct"] = _Name(_new_array)
    _KNOWN[f"{_core}.numeric", "_frombuffer"] = _Name(_array_of)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise DatasetFormatError(
                f"it uses {module}.{name}, which a CIFAR-10 batch does not need; "
                "such a pickle may do harm and was not run"
            ) from None


def read(path: Path) -> dict[str, Any]:
    """Read the dictionary of a batch.

    Raises
    ------
    DatasetFormatError
        If the file is not a dictionary of the known keys with arrays, bytes, strings, integers and
        lists.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise DatasetFormatError(f"it holds {size} bytes; a batch has some 31 million")
        content = path.read_bytes()
        _inspect(content)
        batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
        if not isinstance(batch, dict):
            raise DatasetFormatError(f"it holds a {type(batch).__name__}, wanted a dictionary")
        return {_key(key): _value(value) for key, value in batch.items()}
    except DatasetFormatError as error:
        raise DatasetFormatError(f"{path} is not a CIFAR-10 batch: {error}") from None
    except OSError as error:
        raise DatasetFormatError(f"{path} cannot be read: {checks.message(error)}") from error
    except Exception as error:  # a damaged program can fail in many ways
        raise DatasetFormatError(f"{path} is damaged, or no CIFAR-10 batch: {error}") from error


def _inspect(content: bytes) -> None:
    """Check every instruction before any is executed."""
    before, tuples, noted = "", 0, 0
    repeatable: set[int] = set()
    for count, (instruction, operand, _) in enumerate(pickletools.genops(content)):
        name, argument = instruction.name, cast(Any, operand)
        if name not in _INSTRUCTIONS:
            raise DatasetFormatError(
                f"it has the instruction {name}, which a CIFAR-10 batch does not need"
            )
        # Nested tuples, or one repeated many times in another, take exponential time to hash.
        tuples += name in _TUPLES
        if count > _MOST or tuples > _MOST_TUPLES:
            raise DatasetFormatError("it has more instructions than a CIFAR-10 batch needs")
        if name == "MEMOIZE" or name.endswith("PUT"):
            place = noted if name == "MEMOIZE" else int(argument)
            if place > _MOST:  # the machine's memory would become that large
                raise DatasetFormatError(f"it notes something at place {place}")
            repeatable -= {place}
            repeatable |= {place} if before in _REPEATABLE else set()
            noted += 1
        elif name.endswith("GET") and int(argument) not in repeatable:
            raise DatasetFormatError("it repeats something other than a name or a text")
        before = name


def _key(key: Any) -> str:
    text = key.decode("latin1") if isinstance(key, bytes) else key
    if text not in KEYS:
        raise DatasetFormatError(f"it has the key {text!r:.80}; known are {', '.join(KEYS)}")
    return str(text)


def _value(value: Any) -> Any:
    if isinstance(value, _Array):
        return _array(value)
    if type(value) is list and all(type(item) in (int, bytes, str) for item in value):
        return value
    if type(value) in (bytes, str):
        return value
    raise DatasetFormatError(f"it holds a {type(value).__name__}")


def _array(placeholder: _Array) -> NDArray[np.integer]:
    """The array of a placeholder."""
    _, shape, kind, fortran, content = placeholder.state
    if not isinstance(kind, _Type):
        raise DatasetFormatError("its array is not of integers")
    if type(content) is not bytes:
        raise DatasetFormatError("its array has no bytes")
    return np.frombuffer(content, kind.integers()).reshape(shape, order="F" if fortran else "C")
