"""Members of the file of a model, declared once; ``files.py`` writes and reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = dict[str, Any]
"""Contents of a file by member: an array, a number or word if it has no axes, None if missing.
"""


@dataclass(frozen=True)
class Member:
    """An array of a file.

    Parameters
    ----------
    type : str
        Kind of the dtype, with the size if only one is accepted, and the axes: "f8 N N". Axes of
        one name have one length; a number is a length.
    of : callable or str, optional
        Its value for a model: a function of the model or the path of an attribute, by default the
        name of the member.
    optional : bool
        Whether a file may lack it; one that is None is not written.
    none : object, optional
        Value that represents None in a file.
    """

    type: str
    of: Callable[[Any], Any] | str = ""
    optional: bool = False
    none: Any = None

    @property
    def dtype(self) -> str:
        """The kind of its dtype, and perhaps the size."""
        return self.type.split()[0]

    @property
    def axes(self) -> list[str]:
        """The names of its axes."""
        return self.type.split()[1:]

    def array(self, model: Any, name: str) -> NDArray[Any] | None:
        """The array to write for a model."""
        value = self.of(model) if callable(self.of) else attrgetter(self.of or name)(model)
        value = self.none if value is None else value
        return None if value is None else np.asarray(value, self.dtype if self.dtype[1:] else None)

    def value(self, array: NDArray[Any]) -> Any:
        """The value of an array of a file: itself, or a number or word."""
        value = array if array.ndim else array.item()
        return None if self.none is not None and value == self.none else value


SHAPE = Member("i8 axes", "_shape", optional=True)
"""Shape of images, if a memory stores images."""


class FileKind:
    """Name and members, in order, of the files of one kind of model.

    ``make`` makes a model from the contents; the class that declares the kind sets it.
    """

    make: Callable[[Values], Any]

    def __init__(self, name: str, **members: Member) -> None:
        self.name, self.members = name, members

    def arrays(self, model: Any) -> dict[str, NDArray[Any]]:
        """The arrays of the file of this model."""
        found = {name: member.array(model, name) for name, member in self.members.items()}
        return {name: array for name, array in found.items() if array is not None}


def members_of(kind: FileKind, part: str) -> dict[str, Member]:
    """The members of the files of another kind, for a model that has one as its attribute
    ``part``.
    """

    def moved(name: str, member: Member) -> Member:
        return replace(member, of=lambda model: member.array(attrgetter(part)(model), name))

    return {name: moved(name, member) for name, member in kind.members.items()}


KINDS: dict[str, FileKind] = {}
"""All kinds of files that ``load`` reads, by name."""
