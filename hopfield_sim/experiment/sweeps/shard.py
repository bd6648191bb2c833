"""Part of the trials of a sweep: ``--shard 2/3``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WHOLE", "Shard"]


@dataclass(frozen=True)
class Shard:
    """Slice ``number`` of ``count``, counted from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def of(self, start: int, trials: int) -> range:
        """Return the trials of a cell in the shard; its first has number ``start`` in the sweep.

        Examples
        --------
        >>> list(Shard(1, 3).of(4, 5))
        [2]
        """
        return range((self.number - 1 - start) % self.count, trials, self.count)


WHOLE = Shard(1, 1)
