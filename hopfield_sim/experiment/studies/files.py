"""The pictures and data sets of ``--file``: where they lie, what they are called, their hashes."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hopfield_sim import checks, datasets
from hopfield_sim.datasets import Dataset, places
from hopfield_sim.datasets.tiles import pictures
from hopfield_sim.errors import InvalidTypeError, MissingDataError

__all__ = ["data_set", "names_of", "paths_of", "picture_files", "provenance", "sha256"]

CIFAR = "cifar10"
"""The word for CIFAR-10 wherever it lies."""

_SHOWN = 12
"""Hexadecimal digits of a hash that a reader compares."""

_LONGEST = 60
"""Characters of a name: it becomes a part of the names of files."""


def paths_of(files: Any) -> list[Path]:
    """Each path as it stands, or where data sets lie if there is nothing at it.

    Raises
    ------
    InvalidTypeError
        For anything but paths.
    """
    found = [files] if isinstance(files, str | os.PathLike) else files
    if not isinstance(found, list | tuple) or not all(
        isinstance(file, str | os.PathLike) for file in found
    ):
        raise InvalidTypeError(f"files must be a list of paths; got {checks.show(files)}")
    return [places.located(file) for file in found]


def data_set(path: Path) -> Dataset | None:
    """CIFAR-10 by its word, in a folder or in an ``.npz``; None where there are pictures."""
    if path.suffix == ".npz":
        return datasets.cifar10(path)
    if str(path) == CIFAR and not places.exists(path):
        return datasets.cifar10()
    if places.is_dir(path):
        try:
            return datasets.cifar10(path)
        except MissingDataError:
            return None
    return None


def picture_files(path: Path) -> list[Path]:
    """A file, or the pictures of a folder."""
    return pictures(path) if places.is_dir(path) else [path]


def names_of(files: Sequence[Path]) -> list[str]:
    """Different names, also where upper and lower case are the same, that can be read and written:
    files' stems, numbered by their places where several are equal.

    Examples
    --------
    >>> names_of([Path("me.png"), Path("a/x.png"), Path("b/X.png"), Path("x-2.png")])
    ['me', 'x-3', 'X-4', 'x-2']
    """
    stems = [_readable(file.stem) for file in files]
    keys = [_key(stem) for stem in stems]
    taken = {key for key in keys if keys.count(key) == 1}
    names = []
    for place, (stem, key) in enumerate(zip(stems, keys, strict=True), start=1):
        name, number = stem, place
        while keys.count(key) > 1 and (name == stem or _key(name) in taken):
            name, number = f"{stem}-{number}", number + 1
        taken.add(_key(name))
        names.append(name)
    return names


def sha256(file: Path) -> str:
    """Of a file's bytes, as ``sha256sum`` prints it."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def provenance(data: Mapping[str, str]) -> str:
    """A sentence with the data and their hashes; "" for none.

    Examples
    --------
    >>> provenance({"MNIST": "0123456789abcdef" * 4})
    'Data, by SHA-256: MNIST 0123456789ab.'
    """
    listed = ", ".join(f"{name} {digest[:_SHOWN]}" for name, digest in data.items())
    return f"Data, by SHA-256: {listed}." if listed else ""


def _key(name: str) -> str:
    """Equal for names that some file systems take for the same."""
    return unicodedata.normalize("NFC", name).casefold()


def _readable(stem: str) -> str:
    """Text that any file and page can hold."""
    text = os.fsencode(stem).decode("utf-8", "replace")[:_LONGEST]
    return "".join(letter if letter.isprintable() else "_" for letter in text)
