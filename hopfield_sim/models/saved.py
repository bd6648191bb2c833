"""Models that can be saved, and loading them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from os import PathLike
from typing import Any, ClassVar, Self

from hopfield_sim import checks
from hopfield_sim.models.members import KINDS, FileKind, Values
from hopfield_sim.models.shared import Shared


@checks.by_name
class Saved(Shared, ABC):
    """A model that can be saved; the class below has its ``_file``, and makes a model of one."""

    _file: ClassVar[FileKind]

    def __init_subclass__(cls) -> None:
        """Make its files known to ``load``."""
        super().__init_subclass__()
        if "_file" in vars(cls):
            KINDS[cls._file.name], cls._file.make = cls._file, cls._from_file

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a ``.npz`` file that ``hopfield_sim.load`` reads, to be used or to
        learn more; no pickle is involved.

        What a seed draws is not written, its seed is. A learning rule of your own cannot be: the
        loaded network has its weights and patterns and learns no more.
        """
        from hopfield_sim.models import files  # zip archives and checksums: for who writes files

        files.save(path, self._file.name, self._file.arrays(self._now()))

    @classmethod
    @abstractmethod
    def _from_file(cls, values: Values) -> Self:
        """The model that was saved; its members are checked but for what they mean."""


@checks.by_name
def load(path: str | PathLike[str]) -> Any:
    """Read a model that its ``save`` wrote.

    Raises
    ------
    ModelFileError
        For a file that is not there, not a model, or damaged in any way.
    """
    from hopfield_sim.models import files

    return files.load(path, KINDS)
