"""States as images in a grid with captions: −1 black, +1 white, greys or colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.plotting import style
from hopfield_sim.plotting.runs import image_shape, picture_shape
from hopfield_sim.support.thumbnails import value_range

GAP = 0.09  # between images, in widths of an image
GROUP = 0.14  # before a group of columns, in the same unit
BARS = 0.32  # height of the bars below an image, in the same unit
RIM = 0.02  # around all images, so that the outer frames are not cut
LINE = 0.16  # height of a line of caption, inches
TILE, PIXEL = 32_000, 24  # bytes that an image takes with its frame, and one of its pixels
WRONG_BLACK, WRONG_WHITE = to_rgb("#8A3B00"), to_rgb("#FFB84D")  # as in videos


@dataclass(frozen=True)
class Tile:
    """One image of a mosaic, (H, W) with values from −1 to +1 or (H, W, 3) from 0 to 1, its
    caption, its colour map, a mask of wrong pixels, (H, W), and values drawn as small bars below,
    from −1 to +1.
    """

    image: NDArray[np.float64]
    caption: str = ""
    colours: str = "gray"
    wrong: NDArray[np.bool_] | None = None
    bars: NDArray[np.float64] | None = None


@checks.by_name
def states(
    states: Any,
    shape: tuple[int, ...] | None = None,
    *,
    captions: Sequence[str] | None = None,
    columns: int | None = None,
    reference: Any = None,
    cues: Any = None,
    vmin: float | None = None,
    vmax: float | None = None,
    ax: Any = None,
) -> Figure:
    """Plot states as a grid of images: −1 black, +1 white, other values grey, or in colour.

    If a reference is specified, wrong pixels of binary states are orange, light for a wrong +1 and
    dark for a wrong −1; in other images they have an orange frame.

    Parameters
    ----------
    states : (B, N), (N,), (B, H, W) or (B, H, W, 3) array_like
        States; values outside [vmin, vmax] are clipped.
    shape : (height, width) or (height, width, 3), optional
        Shape of the images; by default that of the states, or a square.
    captions : sequence of str, optional
        Captions of the images.
    columns : int, optional
        Number of images per row; by default at most 10.
    reference : array_like of the shape of the states, or one state, optional
        Correct states, one for each state or one for all. A pixel is wrong if it differs by more
        than half of vmax − vmin: −1 in place of +1, but not 0 in place of either. By default, the
        captions are then the numbers of wrong pixels.
    cues : array_like of the shape of the states, optional
        The states from which recall started, drawn in a row above what was recalled; above them
        the reference, if it is specified.
    vmin, vmax : float, optional
        Values drawn black and white. By default −1 and 1 if all values lie between; otherwise, and
        for colours, 0 and 1 or 0 and 255 if they fit, or the smallest and the largest value.
    ax : matplotlib Axes, optional
        Axes to draw into; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If height × width is not N, vmin is not less than vmax, or the number of captions or the
        shape of the reference or of the cues does not match the states.

    Examples
    --------
    >>> figure = states([[1, -1, -1, 1], [1, 1, 1, -1]], (2, 2), captions=["a", "b"])
    >>> len(figure.axes[0].images)
    2
    """
    images = as_images(states, shape)
    rows = {"recalled": images}
    if cues is not None:
        rows = {"cue": _beside(cues, "cues", images), **rows}
    right = None if reference is None else _beside(reference, "reference", images)
    black, white = _ends(np.stack(list(rows.values())), vmin, vmax)
    if columns is None:
        columns = min(len(images), 10)
    columns = checks.integer(columns, "columns", minimum=1)
    own = None if captions is None and right is not None else _captions(captions, len(images))
    tiles = {
        name: _tiles(drawn, right, black, white, own if name == "recalled" else None)
        for name, drawn in rows.items()
    }
    if right is not None and cues is not None:
        tiles = {"original": _tiles(right, None, black, white, None), **tiles}
    starts = range(0, len(images), columns)
    grid = [row[start : start + columns] for start in starts for row in tiles.values()]
    labels = list(tiles) * len(starts) if cues is not None else []
    with style.house():
        return mosaic(grid, ax=ax, labels=labels)


def _tiles(
    images: NDArray[np.float64],
    reference: NDArray[np.float64] | None,
    black: float,
    white: float,
    captions: Sequence[str] | None,
) -> list[Tile | None]:
    """One tile per image, with values from −1 to 1, or of colours from 0 to 1."""
    share = (images - black) / (white - black)
    shown = share.clip(0, 1) if images.ndim == 4 else 2 * share - 1
    marks: Sequence[Any] = [None] * len(images)
    if reference is not None:
        marks = list(wrong(images, reference, (white - black) / 2))
    if captions is None:
        captions = ["" if mark is None else f"{mark.sum()} wrong" for mark in marks]
    return [Tile(i, word, wrong=m) for i, word, m in zip(shown, captions, marks, strict=True)]


def wrong(states: NDArray[Any], reference: NDArray[Any], more: float = 1.0) -> NDArray[np.bool_]:
    """Mask of pixels that differ from the reference by more than this, such as in sign, in any of
    three colours.
    """
    mask = np.asarray(np.abs(states - reference) > more)
    return np.asarray(mask.any(axis=-1)) if mask.ndim == 4 else mask


def _beside(given: Any, name: str, images: NDArray[np.float64]) -> NDArray[np.float64]:
    """The reference or the cues as images, one for all images or one for each."""
    array = checks.numeric(given, name).astype(np.float64)
    if array.size not in (images[0].size, images.size):
        raise InvalidInputError(
            f"{name} must be one state of {images[0].size} neurons or {len(images)} of them; "
            f"found shape {array.shape}"
        )
    return np.broadcast_to(array.reshape(-1, *images.shape[1:]), images.shape)


def _ends(images: NDArray[np.float64], vmin: Any, vmax: Any) -> tuple[float, float]:
    """The values that are black and white."""
    black, white = value_range(images)
    if images.ndim < 5 and np.abs(images).max() <= 1:
        black, white = -1.0, 1.0
    black = black if vmin is None else checks.real(vmin, "vmin")
    white = white if vmax is None else checks.real(vmax, "vmax")
    if not black < white:
        raise InvalidInputError(f"vmin must be less than vmax; found {black:g} and {white:g}")
    return black, white


def as_images(states: Any, shape: Any) -> NDArray[np.float64]:
    """States in any of the accepted shapes as (B, H, W) or (B, H, W, 3)."""
    if hasattr(states, "states") and not isinstance(states, np.ndarray):
        raise InvalidTypeError(
            f"states must be an array of numbers; got {checks.show(states)}; draw its .states"
        )
    array = checks.numeric(states, "states")
    coloured = array.ndim == 4 and array.shape[3] == 3
    if not (array.ndim in (1, 2, 3) or coloured) or array.size == 0:
        raise InvalidInputError(
            "states must be (N,), (B, N), (B, H, W) or (B, H, W, 3), not empty; "
            f"found shape {array.shape}"
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
    flat = array.reshape(n_images, -1)
    if coloured or (isinstance(shape, Sequence) and len(shape) == 3):
        size = picture_shape(shape, flat.shape[1], array.shape[1:] if coloured else None)
    else:
        own = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
        size = image_shape(shape, flat.shape[1], own)
    return flat.reshape(-1, *size)


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
    above = max((len(words.splitlines()) for _, words in headings), default=0)
    top = (0.09 + 0.17 * above) / size if headings else 0.0
    barred = any(tile is not None and tile.bars is not None for row in grid for tile in row)
    step = tall + head + GAP + (BARS if barred else 0.0)
    longest = max((len(line) for label in labels for line in label.splitlines()), default=0)
    left = 0.085 / size * longest
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
    if tile.wrong is not None:
        if image.ndim == 2 and (np.abs(image) == 1).all():
            image = np.repeat((image[..., None] + 1) / 2, 3, axis=2)
            image[tile.wrong] = np.where(image[tile.wrong] > 0.5, WRONG_WHITE, WRONG_BLACK)
        else:
            ax.add_collection(_frames(tile.wrong, x, y, tall))
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
    if tile.bars is not None:
        ax.add_collection(_bars(tile, x, y + tall))
    if tile.caption:
        ax.text(x + 0.5, y - 0.03, tile.caption, ha="center", va="bottom", fontsize=letters)


def _frames(wrong: NDArray[np.bool_], x: float, y: float, tall: float) -> LineCollection:
    """A thin square around every wrong pixel."""
    corners = np.array([(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)])
    around = (np.argwhere(wrong)[:, None] + corners) / wrong.shape
    squares = np.stack([x + around[..., 1], y + tall * around[..., 0]], axis=-1)
    return LineCollection(list(squares), colors=style.VERMILLION, linewidths=0.8, zorder=3)


def _bars(tile: Tile, x: float, y: float) -> PolyCollection:
    """One bar per value, side by side below an image, up for positive values; in its colours."""
    assert tile.bars is not None
    middle, width = y + BARS / 2 + 0.02, 1 / len(tile.bars)
    corners = []
    for place, value in enumerate(tile.bars.clip(-1, 1)):
        left, end = x + place * width, middle - 0.45 * BARS * value
        right = left + 0.8 * width
        corners.append([(left, middle), (right, middle), (right, end), (left, end)])
    shades = colormaps[tile.colours]((tile.bars + 1) / 2)
    return PolyCollection(corners, facecolors=shades, edgecolors=style.INK, linewidths=0.25)
