"""What is in the file of a model, declared once; ``files.py`` writes and reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = dict[str, Any]
"""What a file says, by member: an array, a number or word where it has no axes, None if it is not
there.
"""


@dataclass(frozen=True)
class Member:
    """An array of a file.

    Parameters
    ----------
    type : str
        The kind of its dtype, with its size where only one will do, and its axes: "f8 N N". Axes of
        one name have one length; a number is a length.
    of : callable or str, optional
        What it is of a model: a function of it or the path of an attribute, its own name if not
        given.
    optional : bool
        Whether a file may lack it; one that is None is not written.
    none : object, optional
        What stands for None in a file.
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
        """What a model has to write."""
        value = self.of(model) if callable(self.of) else attrgetter(self.of or name)(model)
        value = self.none if value is None else value
        return None if value is None else np.asarray(value, self.dtype if self.dtype[1:] else None)

    def value(self, array: NDArray[Any]) -> Any:
        """What an array of a file says: itself, or a number or word."""
        value = array if array.ndim else array.item()
        return None if self.none is not None and value == self.none else value


SHAPE = Member("i8 axes", "_shape", optional=True)
"""Shape of images, if a memory stores images."""


class FileKind:
    """What a file of one kind of model has: its name there, and the members in their order.

    ``make`` makes the model of what a file says; the class that declares the kind sets it.
    """

    make: Callable[[Values], Any]

    def __init__(self, name: str, **members: Member) -> None:
        self.name, self.members = name, members

    def arrays(self, model: Any) -> dict[str, NDArray[Any]]:
        """What a file of this model has."""
        found = {name: member.array(model, name) for name, member in self.members.items()}
        return {name: array for name, array in found.items() if array is not None}


KINDS: dict[str, FileKind] = {}
"""All that ``load`` reads, by name."""
