"""The result of a recall of pairs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from hopfield_sim import checks
from hopfield_sim.recall.spins import Recall


@dataclass(frozen=True, repr=False)
class BidirectionalRecall(Recall):
    """The result of a recall of pairs; without the B axis for a single pair.

    All of ``Recall`` is there, whose states are those of keys and values one after the other:
    ``states`` is (B, N_x + N_y), ``trajectory`` (T+1, B, N_x + N_y).

    Attributes
    ----------
    x : (B, N_x) ndarray of int8
        Final states of the keys; (B, H, W) if they are images.
    y : (B, N_y) ndarray of int8
        Final states of the values; (B, H, W) if they are images.
    """

    _keys: checks.Batch[np.int8]
    _values: checks.Batch[np.int8]

    @classmethod
    def _of(cls, run: Recall, keys: checks.Batch[np.int8], values: checks.Batch[np.int8]) -> Self:
        """The recall ``run`` of the network, of pairs that were given like these."""
        known = {field.name: getattr(run, field.name) for field in fields(run)}
        return cls(**known, _keys=keys, _values=values)

    @property
    def x(self) -> Any:
        """Final states of the keys, (B, N_x)."""
        return self._keys.restore(self._batch.states[:, : self._keys.array.shape[1]])

    @property
    def y(self) -> Any:
        """Final states of the values, (B, N_y)."""
        return self._values.restore(self._batch.states[:, self._keys.array.shape[1] :])
