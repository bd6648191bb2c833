"""Values of memories: what a memory with another one, of any size, recalls from its patterns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import Batch, Stored, places
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.base.members import Values
from hopfield_sim.models.base.shared import Shared, stored
from hopfield_sim.models.base.spins import read_only

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Paired:
    """The values of the memories, (P, M), and the shape of each if they are images; ``array`` is
    None if the memories have none.
    """

    array: NDArray[Any] | None = None
    shape: Shape | None = None

    @property
    def width(self) -> int | None:
        """M, or None."""
        return None if self.array is None else self.array.shape[1]

    def joined(self, new: Stored[Any] | None, n_known: int, n_new: int) -> Self:
        """The values of the ``n_known`` patterns stored before and of ``n_new`` new ones.

        Raises
        ------
        InvalidInputError
            If only some have values, their number is wrong, or images have another shape.
        """
        if new is None:
            if self.array is not None:
                raise InvalidInputError(
                    f"values must be given for these patterns too, since the {n_known} stored "
                    "before have values; pass store(patterns, values)"
                )
            return self
        without = n_known if self.array is None else 0
        if without or len(new.array) != n_new:
            raise InvalidInputError(
                f"values must be one for each pattern; got {len(new.array)} values, and with these "
                f"patterns {without + n_new} have none"
            )
        if self.array is None:
            return replace(self, array=new.array, shape=new.shape)
        if new.shape not in (None, self.shape):
            raise InvalidInputError(
                f"values must be of shape {self.shape or (self.width,)} each, like those stored; "
                f"got {new.shape}"
            )
        return replace(self, array=np.concatenate([self.array, new.array]))

    def without(self, index: int) -> Self:
        """The values without that of the memory ``index``."""
        if self.array is None:
            return self
        return replace(self, array=np.delete(self.array, index, axis=0))

    def demanded(self) -> NDArray[Any]:
        """The values, (P, M).

        Raises
        ------
        NotStoredError
            If there are none.
        """
        if self.array is None:
            raise NotStoredError("the memories have no values; call store(patterns, values)")
        return self.array

    def restored(self, found: NDArray[Any], states: Batch[Any]) -> Any:
        """Values (B, M) of states, in the form in which the states came."""
        return states._replace(shape=self.shape).restore(places.moved(found, states.place))


NO_VALUES = Paired()
"""What memories without values have."""


class WithValues(Shared):
    """A memory whose patterns may have values; its ``_state`` has them as ``paired``."""

    _state: Any

    @property
    def values(self) -> NDArray[Any]:
        """The values of the memories (P, M), read-only.

        Raises
        ------
        NotStoredError
            If nothing is stored, or the memories have no values.
        """
        state = self._state
        stored(state.patterns)
        return read_only(state.paired.demanded())


def shape_of(file: Values, axes: int | None = None) -> Shape | None:
    """The shape of the values in a file that are images, of so many axes, or None."""
    if file["values"] is None:
        return None
    return checks.image_shape(file["value_shape"], file["values"].shape[1], axes=axes)
