"""Model files: ``.npz`` archives with the members that the model declares, validated before
decompression. No pickles are used.

In addition to its arrays a file has one member ``manifest``: JSON with the kind of model and the
dtype, shape and SHA-256 of each member.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks.reals import copied
from hopfield_sim.errors import InsufficientMemoryError, ModelFileError
from hopfield_sim.models.base.members import KINDS, FileKind, Member, Values
from hopfield_sim.support import disk, npz

FORMAT = 1
_MANIFEST = "manifest"
_MANIFEST_LIMIT = 1 << 20
_PIECE = 1 << 26
"""Number of bytes written in one step."""

_WORD_LIMIT = 400
"""Maximum number of bytes of the name of a rule, a kernel, ..."""

Arrays = dict[str, NDArray[Any]]


def save(path: str | PathLike[str], kind: str, members: Arrays) -> None:
    """Write a model atomically.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the path is invalid.
    ResultsDirError
        If the file cannot be written.
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
                for start in range(0, len(payload), _PIECE):  # Ctrl-C is handled between two
                    member.write(payload[start : start + _PIECE])


def load(path: str | PathLike[str], kinds: Mapping[str, FileKind]) -> Any:
    """Read a model of one of these kinds that ``save`` wrote.

    Raises
    ------
    ModelFileError
        If the file does not exist, is not a model file, or is damaged.
    """
    source = checks.path(path)
    try:
        with disk.reading(source) as stream, zipfile.ZipFile(stream) as archive:
            return _read(archive, kinds)
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
        # Damage can cause many errors: bad zip entries, headers, checksums, deflate streams, JSON,
        # values.
        raise ModelFileError(
            f"{str(source)!r} is damaged, or no model file of this package: {checks.message(error)}"
        ) from error


def _read(archive: zipfile.ZipFile, kinds: Mapping[str, FileKind]) -> Any:
    """The model of an archive."""
    entries = {info.filename: info for info in archive.infolist()}
    if len(entries) != len(archive.infolist()):
        raise ModelFileError("a member occurs twice")
    manifest = _read_manifest(archive, entries)
    kind, described = manifest["kind"], manifest["members"]
    if kind not in KINDS:
        raise ModelFileError(f"unknown kind of model {kind!r}")
    if kind not in kinds:
        raise ModelFileError(f"it holds a model of the kind {kind!r}; wanted {', '.join(kinds)}")
    if set(entries) != {f"{name}.npy" for name in (*described, _MANIFEST)}:
        raise ModelFileError("its members are not those that its manifest lists")
    members = kinds[kind].members
    missing = [name for name in members if not (members[name].optional or name in described)]
    if missing:
        raise ModelFileError(f"member {missing[0]!r} is missing")
    size = sum(entry.file_size for entry in entries.values())
    checks.memory(2 * size, "the model in a file", "load it on a larger machine")
    values: Values = dict.fromkeys(members)
    lengths: dict[str, int] = {}
    for name in described:
        if name not in members:
            raise ModelFileError(f"member {name!r} is unknown")
        entry, member = entries[f"{name}.npy"], members[name]
        array = _read_member(archive, entry, name, described[name], member, lengths)
        values[name] = member.value(array)
    return kinds[kind].make(values)


def _read_manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    entry = entries.get(f"{_MANIFEST}.npy")
    if entry is None or entry.file_size > _MANIFEST_LIMIT:
        raise ModelFileError("it has no manifest")
    text = npz.array(npz.content(archive, entry), kinds="u", wanted="bytes")
    manifest = json.loads(text.tobytes())
    if manifest["format"] != FORMAT:
        raise ModelFileError(f"format {manifest['format']!r} is not the one known here, {FORMAT}")
    return dict(manifest)


def _read_member(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    name: str,
    described: dict[str, Any],
    member: Member,
    lengths: dict[str, int],
) -> NDArray[Any]:
    """One array, its size checked before it is inflated and its checksum after; ``lengths`` holds
    those of the axes of members before it.
    """
    kind, axes = member.dtype, member.axes
    shape = tuple(checks.integer(length, "a length", minimum=0) for length in described["shape"])
    dtype = np.dtype(str(described["dtype"]))
    if not dtype.str.lstrip("<>|=").startswith(kind) or len(shape) != len(axes):
        raise ModelFileError(f"member {name!r} is {dtype} with {len(shape)} axes")
    for axis, length in zip(axes, shape, strict=True):
        wanted = lengths.setdefault(axis, int(axis) if axis.isdigit() else length)
        if length != wanted:
            raise ModelFileError(
                f"member {name!r} has the shape {shape}; its {axis} must be {wanted}"
            )
    if kind == "U" and not axes and dtype.itemsize > _WORD_LIMIT:
        raise ModelFileError(f"member {name!r} is a text of {dtype.itemsize} bytes")
    if kind == "U" and entry.compress_type != zipfile.ZIP_STORED:  # it might grow a thousandfold
        raise ModelFileError(f"member {name!r} is a compressed text")
    size = dtype.itemsize * math.prod(shape)
    if not 0 <= entry.file_size - size <= npz.HEADER_LIMIT:
        raise ModelFileError(f"member {name!r} is not of the size that its shape {shape} makes")
    payload = npz.content(archive, entry)
    if hashlib.sha256(payload).hexdigest() != described["sha256"]:
        raise ModelFileError(f"member {name!r} does not have its checksum")
    array = npz.array(payload, kinds=kind[0], wanted=str(dtype))
    if array.shape != shape or array.dtype != dtype:
        raise ModelFileError(f"member {name!r} is not what the manifest says")
    return copied(array, dtype.newbyteorder("="))


def _npy(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
    return stream.getvalue()
