"""Which studies there are: a folder each beside this file, and those of other packages.

To add one to the package: a folder with ``study.py``, whose ``STUDY`` is a ``Study``, and an
``__init__.py`` with its ``QUESTION`` and ``SECONDS``. One from outside has an entry point in the
group "hopfield_sim.studies", or is asked for by "module:name".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules

from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment import studies
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.study import Study

__all__ = ["COURSE", "STUDIES", "Studies"]

COURSE = ("capacity", "robustness", "energy", "checkerboard", "image")
"""The course study: what the command line runs when no study is named, in the report's order."""

_GROUP = "hopfield_sim.studies"


class Studies(Mapping[str, type[Study]]):
    """Every study by its name, the course's first; a study is loaded when it is asked for."""

    def __init__(self) -> None:
        folders = sorted(m.name for m in iter_modules(studies.__path__) if m.ispkg)
        self._folders = [*COURSE, *(name for name in folders if name not in COURSE)]
        self._loaded: dict[str, type[Study]] = {}

    def __getitem__(self, name: str) -> type[Study]:
        """Return the study of that name, or at "module:name"."""
        if name not in self._loaded:
            if name in self._folders:
                found = import_module(f"{studies.__name__}.{name}.study").STUDY
            elif ":" in name:
                found = _checked(own.find(name, "a study"), name)
            else:
                found = _checked(self._others[name].load(), name)
            self._loaded[name] = self._loaded[found.name] = found
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a study; those elsewhere are asked last, for that takes longer."""
        return name in self._loaded or name in self._folders or name in self._others

    def __iter__(self) -> Iterator[str]:
        named = (study.name for study in self._loaded.values())  # by "module:name" too
        yield from dict.fromkeys([*self._folders, *self._others, *named])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def about(self, name: str) -> tuple[str, int]:
        """Return what a study asks and how long it takes, without loading it if possible."""
        if name in self._folders:
            folder = import_module(f"{studies.__name__}.{name}")
            return folder.QUESTION, folder.SECONDS
        study = self[name]
        return study.question, study.seconds

    @cached_property
    def _others(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=_GROUP)}


def _checked(found: object, where: str) -> type[Study]:
    if not (isinstance(found, type) and issubclass(found, Study)):
        raise InvalidInputError(
            f"{where} must be a class that derives from hopfield_sim.experiment.Study; "
            f"it is {found!r}"
        )
    return found


STUDIES = Studies()
"""All of them."""
