"""Images and data sets of ``--file``: their paths, names and hashes."""

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

__all__ = ["data_set", "hashes_of", "names_of", "paths_of", "picture_files", "provenance", "sha256"]

CIFAR = "cifar10"
"""Name that stands for CIFAR-10 in its default place."""

_SHOWN = 12
"""Number of hexadecimal digits shown of a hash."""

_LONGEST = 60
"""Largest number of characters of a name; it becomes a part of file names."""


def paths_of(files: Any) -> list[Path]:
    """Return each path, or its place in the data folder where it does not exist.

    Raises
    ------
    InvalidTypeError
        For a value that is not a path or a list of paths.
    """
    paths = [files] if isinstance(files, str | os.PathLike) else files
    if not isinstance(paths, list | tuple) or not all(
        isinstance(file, str | os.PathLike) for file in paths
    ):
        raise InvalidTypeError(f"files must be a list of paths; got {checks.show(files)}")
    return [places.located(file) for file in paths]


def data_set(path: Path) -> Dataset | None:
    """Return CIFAR-10, by its name, from a folder or an ``.npz``; None for other paths."""
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
    """Return the file itself, or the images of a folder."""
    return pictures(path) if places.is_dir(path) else [path]


def names_of(files: Sequence[Path]) -> list[str]:
    """Return printable names that differ also without regard to case: the stems of the files, with
    their positions appended where several are equal.

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
    """Return the SHA-256 of a file's bytes, as ``sha256sum`` prints it."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hashes_of(paths: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by name; of a folder that of the hashes of its pictures."""
    return dict(zip(names_of(paths), map(_hash, paths), strict=True))


def _hash(path: Path) -> str:
    if not places.is_dir(path):
        return sha256(path)
    return hashlib.sha256("".join(map(sha256, picture_files(path))).encode()).hexdigest()


def provenance(config: Mapping[str, Any]) -> str:
    """Return a sentence with the data of a configuration and their hashes; "" for none.

    Examples
    --------
    >>> provenance({"origin": {"MNIST": "0123456789abcdef" * 4}})
    'Data, by SHA-256: MNIST 0123456789ab.'
    """
    given = config.get("patterns") or {}
    data = config.get("origin") or given.get("origin", {})
    listed = ", ".join(f"{name} {digest[:_SHOWN]}" for name, digest in data.items())
    text = f"Data, by SHA-256: {listed}." if listed else ""
    return f"{text} Curves of theory are those of random patterns." if given else text


def _key(name: str) -> str:
    """Return a key that is equal for names that some file systems do not distinguish."""
    return unicodedata.normalize("NFC", name).casefold()


def _readable(stem: str) -> str:
    """Return a stem without characters that a file name or page cannot hold."""
    text = os.fsencode(stem).decode("utf-8", "replace")[:_LONGEST]
    return "".join(letter if letter.isprintable() else "_" for letter in text)
