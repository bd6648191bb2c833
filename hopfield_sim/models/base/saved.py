"""Saving and loading of models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from os import PathLike
from typing import Any, ClassVar, Self

from hopfield_sim import checks
from hopfield_sim.models.base.members import KINDS, FileKind, Values
from hopfield_sim.models.base.shared import Shared


class Saved(Shared, ABC):
    """A model that can be saved; subclasses define ``_file`` and ``_from_file``."""

    _file: ClassVar[FileKind]

    def __init_subclass__(cls) -> None:
        """Register the kind of file for ``load``."""
        super().__init_subclass__()
        if "_file" in vars(cls):
            KINDS[cls._file.name], cls._file.make = cls._file, cls._from_file

    def save(self, path: str | PathLike[str]) -> None:
        """Save the model to a ``.npz`` file, which ``hopfield_sim.load`` reads; without pickles.

        For random quantities the seed is saved. A user-defined learning rule is not saved: the
        loaded network has its weights and patterns, but cannot learn.

        Parameters
        ----------
        path : str or path
            The file.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If the path is invalid.
        ResultsDirError
            If the file cannot be written.
        """
        from hopfield_sim.models.base import (
            files,  # zip archives and checksums: for who writes files
        )

        files.save(path, self._file.name, self._file.arrays(self._now()))

    @classmethod
    @abstractmethod
    def _from_file(cls, values: Values) -> Self:
        """Make a model from the members of a file, whose dtypes and shapes are validated."""


@checks.by_name
def load(path: str | PathLike[str]) -> Any:
    """Load a model from a file written by its method ``save``.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    HopfieldNetwork, DenseMemory, ...
        A model of the class that was saved.

    Raises
    ------
    ModelFileError
        If the file does not exist, is not a model file, or is damaged.
    """
    from hopfield_sim.models.base import files

    return files.load(path, KINDS)
