"""Where data sets lie: an argument, ``$HOPFIELD_DATA``, and the folders that others keep."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import InvalidTypeError, MissingDataError

VARIABLE = "HOPFIELD_DATA"


def given(path: Any) -> Path | None:
    """Judge the argument ``path``."""
    if path is None:
        return None
    return _path(path)


def located(path: str | os.PathLike[str]) -> Path:
    """Where a path leads: as it stands or, if nothing is there, in the folders of data sets."""
    wanted = _path(path)
    there = (wanted, *(root / wanted for root in _roots()))
    return next((place for place in there if exists(place)), wanted)


def candidates(path: Any, inside: Iterable[str], more: Iterable[str] = ()) -> list[Path]:
    """The places to look in that exist, the first to be preferred.

    Parameters
    ----------
    path : str, path or None
        A folder or file of the caller's: then nowhere else.
    inside : iterable of str
        Subfolders under which the files may lie in any of the folders.
    more : iterable of str
        Further folders where only this data set lies.
    """
    wanted = given(path)
    roots = _roots() if wanted is None else [wanted]
    places = [root / sub for root in roots for sub in ("", *inside)]
    if wanted is None:
        places += [_path(place) for place in more]
    return [place for place in dict.fromkeys(places) if exists(place)]


def is_file(place: Path) -> bool:
    """Whether there is such a file, and it may be looked at."""
    return _asked(place.is_file)


def missing(name: str, path: Any, files: str, get: str, note: str = "") -> MissingDataError:
    """The error that says what was looked for, where, and how to get it."""
    wanted = given(path)
    where = str(wanted) if wanted is not None else _listed(_roots())
    return MissingDataError(
        f"{name} is not here: {files} not found in {where}{note}; nothing is downloaded by this "
        f"package: {get}, then pass path= or set ${VARIABLE} to the folder"
    )


def _roots() -> list[Path]:
    """Folders of data sets: the variable's, torchvision's as people lay it out, and Keras's."""
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
    """Whether there is such a folder, and it may be looked at."""
    return _asked(place.is_dir)


def exists(place: Path) -> bool:
    """Whether there is anything, and it may be looked at."""
    return _asked(place.exists)


def _path(path: Any) -> Path:
    """``~`` is the home folder; as it stands where there is none, or no such user."""
    try:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError
        text = os.fsdecode(path)
    except TypeError:  # or a path that is neither text nor bytes
        raise InvalidTypeError(f"path must be a str or a path; got {checks.show(path)}") from None
    return Path(os.path.expanduser(text))  # Path.expanduser raises RuntimeError


def _asked(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):  # no right to look, or a name with a zero byte in it
        return False
