"""What memories and results show of themselves: tables for notebooks, and the door to figures.

Figures are drawn upstairs. The front door of the package says where (``figures_from``), so that
nothing down here imports them, and nothing loads Matplotlib before a figure is asked for.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.support import thumbnails

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 8  # rows and thumbnails; of more, the number is told

_door: list[Callable[[], Any]] = []


def figures_from(load: Callable[[], Any]) -> None:
    """Say where figures are drawn: ``load()`` returns a module with ``run`` and ``memory``."""
    _door[:] = [load]


class ShowsRun:
    """A recall's result that can be looked at."""

    n_neurons: int
    shape: Any
    patterns: Any
    states: Any
    stop: Any

    @checks.by_name
    def show(self, shape: tuple[int, ...] | None = None) -> Figure:
        """Draw the states as images: the cue where it was recorded, the end, the nearest pattern.

        Wrong bits are orange. Of many states the first ten are drawn.

        Parameters
        ----------
        shape : (height, width) or (height, width, 3), optional
            Of the images; without it the memory's own, or a square.

        Returns
        -------
        Figure
            In a script its window opens; a notebook shows it once.

        Raises
        ------
        InvalidInputError
            When the numbers of a state make no image of that shape.
        """
        return _door[0]().run(self, shape)

    def _counts(self) -> dict[str, Any]:
        """Further columns of the table, a value for each of the first states."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        ends = np.reshape(self.states, (-1, self.n_neurons))
        known = self.patterns
        judged = ends if known is None or not len(known) else known
        black, white = thumbnails.value_range(judged[:MOST])
        pictures = thumbnails.elements(ends[:MOST], self.shape, black, white)
        columns: dict[str, Sequence[Any]] = {"": range(len(ends[:MOST]))}
        columns |= {"end": pictures} if any(pictures) else {}
        columns["stop"] = [escape(str(word)) for word in np.atleast_1d(self.stop)[:MOST]]
        for name, found in self._counts().items():
            columns[name] = np.atleast_1d(found)[:MOST].tolist()
        return titled(repr(self), table(columns), len(ends))


class ShowsMemory:
    """A memory whose patterns can be looked at."""

    @property
    @abstractmethod
    def _shape(self) -> Any:
        """That of stored images, or None."""

    @checks.by_name
    def show(self, states: Any = None, shape: tuple[int, ...] | None = None) -> Figure:
        """Draw the stored patterns as images, or states beside the patterns nearest to them.

        Bits in which a state differs from the nearest pattern are orange. Of many, ten are drawn.

        Parameters
        ----------
        states : (B, N), (N,) or images, optional
            The stored patterns if left out.
        shape : (height, width) or (height, width, 3), optional
            Of the images; without it the memory's own, or a square.

        Returns
        -------
        Figure
            In a script its window opens; a notebook shows it once.

        Raises
        ------
        HopfieldError
            When nothing is stored, or the numbers of a state make no image of that shape.
        """
        return _door[0]().memory(self, states, shape)

    def _shown_patterns(self) -> NDArray[Any] | None:
        """Stored patterns (P, N), where they are kept."""
        return getattr(self, "_patterns", None)

    def _repr_html_(self) -> str:
        return memory_html(repr(self), self._shown_patterns(), self._shape)


def memory_html(words: str, patterns: NDArray[Any] | None, shape: Any) -> str:
    """What a memory says of itself, and its first patterns (P, N) as thumbnails."""
    if patterns is None or not len(patterns):
        return titled(words, "", 0)
    black, white = thumbnails.value_range(patterns[:MOST])
    pictures = thumbnails.elements(patterns[:MOST], shape, black, white)
    return titled(words, f"<div>{''.join(pictures)}</div>" if any(pictures) else "", len(patterns))


def table(columns: Mapping[str, Sequence[Any]]) -> str:
    """Columns as a table; cells are HTML."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    rows = zip(*columns.values(), strict=True)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def titled(words: str, body: str, count: int) -> str:
    """What the object says of itself, the body, and how many are left out of it."""
    left = f"<p>… and {count - MOST} more</p>" if count > MOST else ""
    return f"<div><p><code>{escape(words)}</code></p>{body}{left}</div>"
