"""States as images: −1 black, +1 white, in a grid with captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.plotting import style
from hopfield_sim.plotting.runs import image_shape

GAP = 0.09  # between images, in widths of an image
GROUP = 0.14  # before a group of columns, in the same unit
RIM = 0.02  # around all images, so that the outer frames are not cut
LINE = 0.16  # height of a line of caption, inches
TILE, PIXEL = 32_000, 24  # bytes that an image takes with its frame, and one of its pixels
WRONG_BLACK, WRONG_WHITE = to_rgb("#8A3B00"), to_rgb("#FFB84D")  # as in videos


@dataclass(frozen=True)
class Tile:
    """One image of a mosaic, (H, W) with values from −1 to +1 or (H, W, 3) from 0 to 1, its
    caption, its colour map, and a mask of wrong pixels, (H, W).
    """

    image: NDArray[np.float64]
    caption: str = ""
    colours: str = "gray"
    wrong: NDArray[np.bool_] | None = None


@checks.by_name
def states(
    states: Any,
    shape: tuple[int, int] | None = None,
    *,
    captions: Sequence[str] | None = None,
    columns: int | None = None,
    reference: Any = None,
    ax: Any = None,
) -> Figure:
    """Plot states as a grid of images: −1 black, +1 white, intermediate values grey.

    If a reference is specified, wrong pixels are orange: light for a wrong +1, dark for a wrong −1.

    Parameters
    ----------
    states : (B, N), (N,) or (B, H, W) array_like
        States; values outside [−1, 1] are clipped.
    shape : (height, width), optional
        Shape of the images; by default (H, W) of the states, or a square.
    captions : sequence of str, optional
        Captions of the images.
    columns : int, optional
        Number of images per row; by default at most 10.
    reference : (B, N), (N,) or (B, H, W) array_like, optional
        Correct states, one for each state or one for all. A pixel is wrong if it differs by more
        than 1: −1 in place of +1, but not 0 in place of either. By default, the captions are then
        the numbers of wrong pixels.
    ax : matplotlib Axes, optional
        Axes to draw into; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If height × width is not N, or the number of captions or the shape of the reference does not
        match the states.

    Examples
    --------
    >>> figure = states([[1, -1, -1, 1], [1, 1, 1, -1]], (2, 2), captions=["a", "b"])
    >>> len(figure.axes[0].images)
    2
    """
    images = as_images(states, shape)
    marks: Sequence[Any] = [None] * len(images)
    if reference is not None:
        marks = list(wrong(images, _referring(reference, images)))
        if captions is None:
            captions = [f"{mark.sum()} wrong" for mark in marks]
    words = _captions(captions, len(images))
    if columns is None:
        columns = min(len(images), 10)
    columns = checks.integer(columns, "columns", minimum=1)
    tiles = [Tile(i, word, wrong=m) for i, word, m in zip(images, words, marks, strict=True)]
    grid = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    with style.house():
        return mosaic(grid, ax=ax)


def wrong(states: NDArray[Any], reference: NDArray[Any]) -> NDArray[np.bool_]:
    """Mask of sites that differ from the reference by more than 1, such as in sign."""
    return np.asarray(np.abs(states - reference) > 1)


def _referring(reference: Any, images: NDArray[np.float64]) -> NDArray[np.float64]:
    """The reference as images, one for all images or one for each."""
    array = checks.numeric(reference, "reference").astype(np.float64)
    if array.size == images[0].size:
        return array.reshape(1, *images.shape[1:])
    if array.size != images.size:
        raise InvalidInputError(
            f"reference must be one state of {images[0].size} neurons or {len(images)} of them; "
            f"found shape {array.shape}"
        )
    return array.reshape(images.shape)


def as_images(states: Any, shape: Any) -> NDArray[np.float64]:
    """States in any of the accepted shapes as (B, H, W)."""
    if hasattr(states, "states") and not isinstance(states, np.ndarray):
        raise InvalidTypeError(
            f"states must be an array of numbers; got {checks.show(states)}; draw its .states"
        )
    array = checks.numeric(states, "states")
    if array.ndim not in (1, 2, 3) or array.size == 0:
        raise InvalidInputError(
            f"states must be (N,), (B, N) or (B, H, W), not empty; found shape {array.shape}"
        )
    n_images = 1 if array.ndim == 1 else len(array)
    checks.memory(
        PIXEL * array.size + TILE * n_images,
        f"a figure of {n_images} images with {array.size} pixels",
        "draw fewer states",
    )
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0].tolist()
        raise InvalidInputError(f"states must be finite; found {array[tuple(where)]} at {where}")
    own = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
    flat = array.reshape(1 if array.ndim == 1 else len(array), -1)
    height, width = image_shape(shape, flat.shape[1], own)
    return flat.reshape(-1, height, width)


def _captions(captions: Sequence[str] | None, wanted: int) -> list[str]:
    if captions is None:
        return [""] * wanted
    if isinstance(captions, str):
        captions = [captions]
    words = [str(word) for word in checks.sequence(captions, "captions", "str")]
    if len(words) != wanted:
        raise InvalidInputError(
            f"captions must be one a state, {wanted}; found {len(words)}; None writes none"
        )
    return words


def mosaic(
    grid: Sequence[Sequence[Tile | None]],
    *,
    ax: Any = None,
    headings: Sequence[tuple[int, str]] = (),
    labels: Sequence[str] = (),
    title: str = "",
    size: float | None = None,
) -> Figure:
    """Rows of images in one panel; ``headings`` stand over columns, ``labels`` before rows.

    All images have the shape of the first. ``size`` is the width of an image in inches.
    """
    first = next(tile for row in grid for tile in row if tile is not None)
    tall = first.image.shape[0] / first.image.shape[1]
    columns = max(len(row) for row in grid)
    if size is None:
        size = float(np.clip(9.0 / columns, 0.7, 2.2))
    lines = max(len(tile.caption.splitlines()) for row in grid for tile in row if tile is not None)
    # Distances in widths of an image, so that captions get the inches that their letters need.
    head = lines * LINE / size + (0.05 if lines else 0.0)
    top = 0.26 / size if headings else 0.0
    step = tall + head + GAP
    left = 0.085 / size * max((len(label) for label in labels), default=0)
    starts = [i * (1 + GAP) + GROUP * sum(0 < c <= i for c, _ in headings) for i in range(columns)]
    width, height = starts[-1] + 1, len(grid) * step - GAP + top
    inches = (size * (width + left) + 0.2, size * height + (0.4 if title else 0.2))
    (ax,) = style.panels(ax, ["images"], 1, inches, title)
    for j, row in enumerate(grid):
        y = top + j * step + head
        for i, tile in enumerate(row):
            if tile is not None:
                _tile(ax, tile, starts[i], y, tall, 8 if size >= 1.2 else 7.5)
        if labels:
            ax.text(-0.08, y + tall / 2, labels[j], ha="right", va="center", fontsize=9)
    for column, heading in headings:
        ax.text(starts[column], 0.0, heading, ha="left", va="top", fontsize=10, weight="bold")
    ax.set_xlim(-left - RIM, width + RIM)
    ax.set_ylim(height + RIM, -RIM)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return style.figure_of(ax)


def _tile(ax: Axes, tile: Tile, x: float, y: float, tall: float, letters: float) -> None:
    """An image with a thin frame, which separates white images from the background."""
    image = tile.image
    if tile.wrong is not None and image.ndim == 2:
        image = np.repeat((image.clip(-1, 1)[..., None] + 1) / 2, 3, axis=2)
        image[tile.wrong] = np.where(image[tile.wrong] > 0.5, WRONG_WHITE, WRONG_BLACK)
    ax.imshow(
        image,
        cmap=tile.colours,
        vmin=-1,
        vmax=1,
        interpolation="nearest",
        extent=(x, x + 1, y + tall, y),
    )
    frame = Rectangle((x, y), 1, tall, fill=False, edgecolor=style.FAINT, linewidth=0.8)
    ax.add_patch(frame)
    if tile.caption:
        ax.text(x + 0.5, y - 0.03, tile.caption, ha="center", va="bottom", fontsize=letters)
