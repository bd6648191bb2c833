"""Display of memories and results: tables for notebooks, and the methods ``show``.

Figures are drawn by ``plotting``, which the package registers with ``figures_from``, so that this
module does not import it, and Matplotlib is loaded only when the first figure is drawn.
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

MOST = 8  # rows and thumbnails; of more, only the number is shown

_door: list[Callable[[], Any]] = []


def figures_from(load: Callable[[], Any]) -> None:
    """Register the figures: ``load()`` returns a module with ``run`` and ``memory``."""
    _door[:] = [load]


class ShowsRun:
    """The result of a recall, with a method ``show``."""

    n_neurons: int
    shape: Any
    patterns: Any
    states: Any
    stop: Any

    @checks.by_name
    def show(self, shape: tuple[int, ...] | None = None) -> Figure:
        """Plot the states as images: the cue if it was recorded, the final state, nearest pattern.

        Wrong bits are orange. At most ten states are shown.

        Parameters
        ----------
        shape : (height, width) or (height, width, 3), optional
            Shape of the images; by default that of the stored images, or a square.

        Returns
        -------
        Figure
            The figure. A script opens its window; a notebook displays it once.

        Raises
        ------
        InvalidInputError
            If the states do not have this shape.
        """
        return _door[0]().run(self, shape)

    def _counts(self) -> dict[str, Any]:
        """Additional columns of the table, one value for each of the first states."""
        return {}

    def _repr_html_(self) -> str:
        ends = np.reshape(self.states, (-1, self.n_neurons))
        known = self.patterns
        compared = ends if known is None or not len(known) else known
        black, white = thumbnails.value_range(compared[:MOST])
        pictures = thumbnails.elements(ends[:MOST], self.shape, black, white)
        columns: dict[str, Sequence[Any]] = {"": range(len(ends[:MOST]))}
        columns |= {"end": pictures} if any(pictures) else {}
        columns["stop"] = [escape(str(word)) for word in np.atleast_1d(self.stop)[:MOST]]
        for name, values in self._counts().items():
            columns[name] = np.atleast_1d(values)[:MOST].tolist()
        return titled(repr(self), table(columns), len(ends))


class ShowsMemory:
    """A memory, with a method ``show``."""

    @property
    @abstractmethod
    def _shape(self) -> Any:
        """Shape of stored images, or None."""

    @checks.by_name
    def show(self, states: Any = None, shape: tuple[int, ...] | None = None) -> Figure:
        """Plot the stored patterns as images, or states with their nearest patterns.

        Bits in which a state differs from the nearest pattern are orange. At most ten are shown.

        Parameters
        ----------
        states : (B, N), (N,) or images, optional
            States; by default the stored patterns.
        shape : (height, width) or (height, width, 3), optional
            Shape of the images; by default that of the stored images, or a square.

        Returns
        -------
        Figure
            The figure. A script opens its window; a notebook displays it once.

        Raises
        ------
        HopfieldError
            If nothing is stored, or the states do not have this shape.
        """
        return _door[0]().memory(self, states, shape)

    def _shown_patterns(self) -> NDArray[Any] | None:
        """Stored patterns (P, N), or None."""
        return getattr(self, "_patterns", None)

    def _repr_html_(self) -> str:
        return memory_html(repr(self), self._shown_patterns(), self._shape)


def memory_html(words: str, patterns: NDArray[Any] | None, shape: Any) -> str:
    """HTML of a memory: its description, and its first patterns (P, N) as thumbnails."""
    if patterns is None or not len(patterns):
        return titled(words, "", 0)
    black, white = thumbnails.value_range(patterns[:MOST])
    pictures = thumbnails.elements(patterns[:MOST], shape, black, white)
    return titled(words, f"<div>{''.join(pictures)}</div>" if any(pictures) else "", len(patterns))


def table(columns: Mapping[str, Sequence[Any]]) -> str:
    """HTML table of these columns; cells are HTML."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    rows = zip(*columns.values(), strict=True)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def titled(words: str, body: str, count: int) -> str:
    """HTML of a title, a body, and the number of items that are not shown."""
    left = f"<p>… and {count - MOST} more</p>" if count > MOST else ""
    return f"<div><p><code>{escape(words)}</code></p>{body}{left}</div>"
