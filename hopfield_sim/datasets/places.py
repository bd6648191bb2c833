"""Locations of data sets: an argument, ``$HOPFIELD_DATA``, and folders of other packages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import InvalidTypeError, MissingDataError

VARIABLE = "HOPFIELD_DATA"


def validate(path: Any) -> Path | None:
    """Validate the argument ``path``."""
    if path is None:
        return None
    return _path(path)


def located(path: str | os.PathLike[str]) -> Path:
    """Resolve a path: as it is or, if nothing is there, relative to the data folders."""
    wanted = _path(path)
    there = (wanted, *(root / wanted for root in _roots()))
    return next((place for place in there if exists(place)), wanted)


def candidates(path: Any, inside: Iterable[str], more: Iterable[str] = ()) -> list[Path]:
    """Existing folders or files to search, in order of preference.

    Parameters
    ----------
    path : str, path or None
        A folder or file; if not None, nothing else is searched.
    inside : iterable of str
        Subfolders that may contain the files, in any of the folders.
    more : iterable of str
        Further folders, of this data set alone.
    """
    return [place for place in _searched(path, inside, more) if exists(place)]


def is_file(place: Path) -> bool:
    """Whether the file exists and is accessible."""
    return _accessible(place.is_file)


def missing(
    name: str, path: Any, inside: Iterable[str], files: str, get: str, note: str = ""
) -> MissingDataError:
    """An error that says which files were searched for, where, and how to get them."""
    wanted = validate(path)
    where = str(wanted) if wanted is not None else _listed(_roots())
    closed = [str(place) for place in _searched(path, inside) if _closed(place)]
    note += f"; permission denied in {', '.join(closed)}" if closed else ""
    return MissingDataError(
        f"{name} is not here: {files} not found in {where}{note}; nothing is downloaded by this "
        f"package: {get}, then pass path= or set ${VARIABLE} to the folder"
    )


def _searched(path: Any, inside: Iterable[str], more: Iterable[str] = ()) -> list[Path]:
    """All folders or files to search, each once, whether they exist or not."""
    wanted = validate(path)
    roots = _roots() if wanted is None else [wanted]
    places = [root / sub for root in roots for sub in ("", *inside)]
    places += [_path(place) for place in more] if wanted is None else []
    return list(dict.fromkeys(places))


def _closed(place: Path) -> bool:
    """Whether the folder exists and this process may not enter it."""
    try:
        os.stat(os.path.join(place, "."))
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _roots() -> list[Path]:
    """Folders of data sets: $HOPFIELD_DATA, the usual ones of torchvision, and that of Keras."""
    roots = [os.environ.get(VARIABLE, "")]
    roots += ["data", "~/data", _joined(os.environ.get("TORCH_HOME", "~/.cache/torch"), "datasets")]
    roots += [_joined(os.environ.get("KERAS_HOME", "~/.keras"), "datasets")]
    return [_path(root) for root in roots if root]


def _joined(folder: str, name: str) -> str:
    return str(Path(folder) / name)


def _listed(roots: list[Path]) -> str:
    note = "" if os.environ.get(VARIABLE) else f"${VARIABLE} (not set), "
    return note + ", ".join(map(str, roots))


def is_dir(place: Path) -> bool:
    """Whether the folder exists and is accessible."""
    return _accessible(place.is_dir)


def exists(place: Path) -> bool:
    """Whether the path exists and is accessible."""
    return _accessible(place.exists)


def _path(path: Any) -> Path:
    """Expand ``~``, unless there is no home folder or no such user."""
    try:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError
        text = os.fsdecode(path)
    except TypeError:  # or a path that is neither text nor bytes
        raise InvalidTypeError(f"path must be a str or a path; got {checks.show(path)}") from None
    return Path(os.path.expanduser(text))  # Path.expanduser raises RuntimeError


def _accessible(exists: Callable[[], bool]) -> bool:
    try:
        return exists()
    except (OSError, ValueError):  # no permission, or a name with a zero byte in it
        return False
