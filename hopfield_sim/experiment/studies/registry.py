"""Registry of studies: the folders beside this file, and those of other packages.

To add one to the package: a folder with ``study.py``, whose ``STUDY`` is a ``Study``, and an
``__init__.py`` with its ``QUESTION`` and ``SECONDS``. One from outside has an entry point in the
group "hopfield_sim.studies", or is selected as "module:name".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from typing import Any

from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment import studies
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.study import Study

__all__ = ["COURSE", "STUDIES", "Studies", "typed"]

COURSE = ("capacity", "robustness", "energy", "checkerboard", "image")
"""The course study: what the command line runs when no study is named, in the report's order."""

_GROUP = "hopfield_sim.studies"


class Studies(Mapping[str, type[Study]]):
    """All studies by name, those of the course first; each is imported on first access."""

    def __init__(self) -> None:
        folders = sorted(m.name for m in iter_modules(studies.__path__) if m.ispkg)
        self._folders = [*COURSE, *(name for name in folders if name not in COURSE)]
        self._loaded: dict[str, type[Study]] = {}

    def __getitem__(self, name: str) -> type[Study]:
        """Return the study of that name, or at "module:name"."""
        name = self.canonical(name)
        if name not in self._loaded:
            if name in self._folders:
                study = import_module(f"{studies.__name__}.{name}.study").STUDY
            elif ":" in name:
                study = _checked(own.find(name, "a study"), name)
            else:
                study = _checked(self._others[name].load(), name)
            self._loaded[name] = self._loaded[study.name] = study
        return self._loaded[name]

    def canonical(self, name: Any) -> Any:
        """Return the name of a study as an identifier: "alpha_c" for "alpha-c"."""
        known = str(name).replace("-", "_")
        return known if known in self._folders else name

    def __contains__(self, name: object) -> bool:
        """Return whether a study exists; entry points come last, since they take longer to read."""
        name = self.canonical(name)
        return name in self._loaded or name in self._folders or name in self._others

    def __iter__(self) -> Iterator[str]:
        named = (study.name for study in self._loaded.values())  # by "module:name" too
        yield from dict.fromkeys([*self._folders, *self._others, *named])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def about(self, name: str) -> tuple[str, int]:
        """Return the question and duration of a study, if possible without importing it."""
        name = self.canonical(name)
        if name in self._folders:
            folder = import_module(f"{studies.__name__}.{name}")
            return folder.QUESTION, folder.SECONDS
        study = self[name]
        return study.question, study.seconds

    @cached_property
    def _others(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=_GROUP)}


def _checked(study: object, where: str) -> type[Study]:
    if not (isinstance(study, type) and issubclass(study, Study)):
        raise InvalidInputError(
            f"{where} must be a class that derives from hopfield_sim.experiment.Study; "
            f"it is {study!r}"
        )
    return study


STUDIES = Studies()
"""All studies."""


def typed(name: str) -> str:
    """Return the name of a study as it is typed.

    Examples
    --------
    >>> typed("alpha_c"), typed("my_studies:Mine")
    ('alpha-c', 'my_studies:Mine')
    """
    return name if ":" in name else name.replace("_", "-")
