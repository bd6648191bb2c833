"""Models on disk: a ``.npz`` with a closed schema, checked before anything is inflated. No pickle
anywhere.

Beside its arrays a file has one member ``manifest``: JSON with the kind of model and each member's
dtype, shape and SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InsufficientMemoryError, ModelFileError
from hopfield_sim.support import disk

FORMAT = 1
_MANIFEST = "manifest"
_MANIFEST_LIMIT = 1 << 20
_HEADER_LIMIT = 1 << 16
_PIECE = 1 << 26
"""Bytes that are written in one step."""

_WORD_LIMIT = 400
"""Bytes of the name of a rule, a kernel, ..."""

_COMPRESSION = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: 1032}
"""How many bytes one byte can become, by the two methods that ``save`` uses."""

Members = dict[str, NDArray[Any]]

SCHEMAS: dict[str, dict[str, tuple[str, int, bool]]] = {
    # member: (dtype kind and size, number of axes, required)
    "hopfield": {
        "rule": ("U", 0, True),
        "zero_diagonal": ("b1", 0, True),
        "thresholds": ("f8", 1, True),
        "patterns": ("i1", 2, False),
        "weights": ("f", 2, False),
        "diagonal": ("f8", 1, False),
        "shape": ("i8", 1, False),
    },
    "distributed": {
        "n_features": ("i8", 0, True),
        "n_neurons": ("i8", 0, True),
        "n_patterns": ("i8", 0, True),
        "beta": ("f8", 0, True),
        "kernel": ("U", 0, True),
        "energy": ("U", 0, True),
        "orthogonal": ("b1", 0, True),
        "key": ("u8", 0, True),
        "dtype": ("U", 0, True),
        "memory": ("f8", 1, True),
        "probe": ("f8", 1, True),
        "shape": ("i8", 1, False),
    },
    "modern": {
        "beta": ("f8", 0, True),
        "similarity": ("U", 0, True),
        "patterns": ("f", 2, True),
        "shape": ("i8", 1, False),
    },
    "restricted": {
        "weights": ("f8", 2, True),
        "patterns": ("i1", 2, True),
        "gate": ("f8", 0, True),
        "key": ("u8", 0, True),
        "errors": ("i8", 1, True),
        "cost": ("f8", 1, True),
        "energy": ("f8", 1, True),
        "shape": ("i8", 1, False),
    },
    "trained": {
        "memories": ("f8", 2, True),
        "patterns": ("i1", 2, True),
        "order": ("i8", 0, True),
        "power": ("i8", 0, True),
        "learning": ("f8", 1, True),
        "automatic": ("b1", 0, True),
        "temperature": ("f8", 0, True),
        "key": ("u8", 0, True),
        "rate": ("f8", 1, True),
        "errors": ("i8", 1, True),
        "cost": ("f8", 1, True),
        "shape": ("i8", 1, False),
    },
    "classifier": {
        "n_memories": ("i8", 0, True),
        "order": ("i8", 0, True),
        "cost": ("i8", 0, True),
        "epochs": ("i8", 0, True),
        "batch": ("i8", 0, True),
        "rate": ("f8", 0, True),
        "damp": ("f8", 0, True),
        "momentum": ("f8", 0, True),
        "ramp": ("i8", 0, True),
        "patience": ("i8", 0, True),
        "key": ("u8", 0, True),
        "automatic": ("b1", 0, True),
        "memories": ("f", 2, True),
        "velocity": ("f", 2, True),
        "best": ("f", 2, False),
        "digest": ("i8", 0, True),
        "schedule": ("f8", 1, True),
        "history": ("f8", 2, True),
        "numbers": ("i8", 1, False),
        "words": ("U", 1, False),
        "truths": ("b1", 1, False),
        "signed": ("b1", 0, False),
        "shape": ("i8", 1, False),
    },
    "dense": {
        "interaction": ("U", 0, True),
        "order": ("i8", 0, True),
        "energy": ("U", 0, True),
        "patterns": ("i1", 2, True),
        "shape": ("i8", 1, False),
    },
}


def save(path: str | PathLike[str], kind: str, members: Members) -> None:
    """Write a model, whole or not at all.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For a path that cannot be one.
    ResultsDirError
        When the file cannot be written.
    """
    target = checks.path(path)
    payloads = {name: _npy(array) for name, array in members.items()}
    manifest = {
        "format": FORMAT,
        "kind": kind,
        "members": {
            name: {
                "dtype": array.dtype.str,
                "shape": list(array.shape),
                "sha256": hashlib.sha256(payloads[name]).hexdigest(),
            }
            for name, array in members.items()
        },
    }
    text = np.frombuffer(json.dumps(manifest).encode(), np.uint8)
    with disk.replacing(target) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, payload in {_MANIFEST: _npy(text), **payloads}.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # without the time: a model is the same bytes
            entry.external_attr = 0o644 << 16
            small = name in members and members[name].dtype.itemsize == 1
            entry.compress_type = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
            entry.file_size = len(payload)
            with archive.open(entry, "w") as member:
                for start in range(0, len(payload), _PIECE):  # between two a Ctrl-C is heard
                    member.write(payload[start : start + _PIECE])


def load(path: str | PathLike[str], makers: dict[str, Callable[[Members], Any]]) -> Any:
    """Read a model that ``save`` wrote and hand its members to the maker of its kind.

    Raises
    ------
    ModelFileError
        For a file that is not there, not a model, or damaged in any way.
    """
    source = checks.path(path)
    try:
        with disk.reading(source) as stream, zipfile.ZipFile(stream) as archive:
            kind, members = _read(archive)
        if kind not in makers:
            raise ModelFileError(
                f"it holds a model of the kind {kind!r}; wanted {', '.join(makers)}"
            )
        return makers[kind](members)
    except InsufficientMemoryError:
        raise
    except MemoryError as error:
        raise InsufficientMemoryError(
            f"not enough memory to read {str(source)!r}; load it on a larger machine"
        ) from error
    except FileNotFoundError as error:
        raise ModelFileError(f"there is no file {str(source)!r}") from error
    except ModelFileError as error:
        raise ModelFileError(f"{str(source)!r} is not a usable model file: {error}") from error
    except Exception as error:
        if isinstance(error, OSError) and error.filename:  # it could not be opened
            raise ModelFileError(f"cannot read {str(source)!r}: {checks.message(error)}") from error
        # Damage shows in a hundred ways: bad zip entries, headers, checksums, deflate streams,
        # JSON, values.
        raise ModelFileError(
            f"{str(source)!r} is damaged, or no model file of this package: {checks.message(error)}"
        ) from error


def _read(archive: zipfile.ZipFile) -> tuple[str, Members]:
    """The kind and the verified members of an archive."""
    entries = {info.filename: info for info in archive.infolist()}
    if len(entries) != len(archive.infolist()):
        raise ModelFileError("a member occurs twice")
    manifest = _read_manifest(archive, entries)
    kind, described = manifest["kind"], manifest["members"]
    schema = SCHEMAS.get(kind)
    if schema is None:
        raise ModelFileError(f"unknown kind of model {kind!r}")
    if set(entries) != {f"{name}.npy" for name in (*described, _MANIFEST)}:
        raise ModelFileError("its members are not those that its manifest lists")
    missing = [
        name for name, (_, _, required) in schema.items() if required and name not in described
    ]
    if missing:
        raise ModelFileError(f"member {missing[0]!r} is missing")
    size = sum(entry.file_size for entry in entries.values())
    checks.memory(2 * size, "the model in a file", "load it on a larger machine")
    return kind, {
        name: _read_member(archive, entries[f"{name}.npy"], name, described[name], schema)
        for name in described
    }


def _read_manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    entry = entries.get(f"{_MANIFEST}.npy")
    if entry is None or entry.file_size > _MANIFEST_LIMIT:
        raise ModelFileError("it has no manifest")
    text = np.lib.format.read_array(io.BytesIO(_inflated(archive, entry)), allow_pickle=False)
    manifest = json.loads(text.tobytes())
    if manifest["format"] != FORMAT:
        raise ModelFileError(f"format {manifest['format']!r} is not the one known here, {FORMAT}")
    return dict(manifest)


def _read_member(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    name: str,
    described: dict[str, Any],
    schema: dict[str, tuple[str, int, bool]],
) -> NDArray[Any]:
    """One array, its size judged before it is inflated and its checksum after."""
    if name not in schema:
        raise ModelFileError(f"member {name!r} is unknown")
    kind, axes, _ = schema[name]
    shape = tuple(checks.integer(length, "a length", minimum=0) for length in described["shape"])
    dtype = np.dtype(str(described["dtype"]))
    if not dtype.str.lstrip("<>|=").startswith(kind) or len(shape) != axes:
        raise ModelFileError(f"member {name!r} is {dtype} with {len(shape)} axes")
    if kind == "U" and not axes and dtype.itemsize > _WORD_LIMIT:
        raise ModelFileError(f"member {name!r} is a text of {dtype.itemsize} bytes")
    if kind == "U" and entry.compress_type != zipfile.ZIP_STORED:  # it might grow a thousandfold
        raise ModelFileError(f"member {name!r} is a compressed text")
    size = dtype.itemsize * math.prod(shape)
    if not 0 <= entry.file_size - size <= _HEADER_LIMIT:
        raise ModelFileError(f"member {name!r} is not of the size that its shape {shape} makes")
    payload = _inflated(archive, entry)
    if hashlib.sha256(payload).hexdigest() != described["sha256"]:
        raise ModelFileError(f"member {name!r} does not have its checksum")
    array = np.lib.format.read_array(io.BytesIO(payload), allow_pickle=False)
    if array.shape != shape or array.dtype != dtype:
        raise ModelFileError(f"member {name!r} is not what the manifest says")
    return np.ascontiguousarray(array).reshape(shape)


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, and never more than it says it has."""
    ratio = _COMPRESSION.get(entry.compress_type, 0)
    if entry.file_size > ratio * entry.compress_size:
        raise ModelFileError(
            f"{entry.filename} cannot be {entry.file_size} bytes out of {entry.compress_size}"
        )
    with archive.open(entry) as stream:
        return stream.read(entry.file_size + 1)


def _npy(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
    return stream.getvalue()
