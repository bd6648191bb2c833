"""Colourful image tiles: drawn by the package, or made from a folder of your own pictures."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.datasets import drawn, places
from hopfield_sim.datasets.dataset import Dataset, dataset
from hopfield_sim.errors import InvalidInputError, MissingDataError
from hopfield_sim.patterns.images import over_white, resize
from hopfield_sim.patterns.picture_file import SUFFIXES, read

_LARGEST = 1024


@checks.by_name
def tiles(
    path: str | PathLike[str] | None = None,
    *,
    n_tiles: int | None = None,
    size: int = 32,
    rng: int | np.random.Generator | None = 0,
) -> Dataset:
    """Colourful square images, all different: a stand-in for photographs that is always at hand.

    Without ``path`` the package draws them: discs of random size that hide each other, with soft
    shading and a fine texture, in few colours a tile. Their pixels are correlated as those of
    photographs are: neighbours are alike, edges are sharp, brightness varies more than colour. With
    ``path`` they are the pictures of a folder, each cut to its middle square.

    Parameters
    ----------
    path : str or path, optional
        A folder of pictures, taken in the order of their names; copies of the same picture count
        once.
    n_tiles : int, optional
        How many: 1000 drawn ones, or all pictures of the folder, when not given. More of a seed
        begin with the same ones.
    size : int
        Pixels a side, 8 to 1024.
    rng : None, int or numpy.random.Generator
        Source of randomness of the drawn ones: 0 when not given, for the same tiles every time.

    Returns
    -------
    Dataset
        Images (n, size, size, 3) uint8, all for learning, without labels.

    Raises
    ------
    MissingDataError
        When the folder is not there or has no pictures.
    InvalidInputError
        For a file that is no picture, or more tiles than the folder has.

    References
    ----------
    A. B. Lee, D. Mumford, J. Huang, Occlusion models for natural images, Int. J. Computer Vision
    41, 35 (2001).

    Examples
    --------
    >>> tiles(n_tiles=2).train_images.shape
    (2, 32, 32, 3)
    """
    size = checks.integer(size, "size", minimum=8, maximum=_LARGEST)
    if n_tiles is not None:
        n_tiles = checks.integer(n_tiles, "n_tiles", minimum=1)
    folder = places.given(path)
    if folder is None:
        count = 1000 if n_tiles is None else n_tiles
        checks.memory(6 * count * size**2, f"{count} tiles", "draw fewer, or smaller ones")
        return dataset("tiles", (drawn.tiles(count, size, checks.key(rng)), None))
    return dataset("tiles", (_cut(folder, n_tiles, size), None), source=folder)


def pictures(folder: Path) -> list[Path]:
    """The files of a folder that are called as pictures are, by their names; hidden ones are not
    looked at.
    """
    try:
        files = [file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES]
    except (OSError, ValueError) as error:
        raise MissingDataError(
            f"path must be a folder of pictures; there is no folder {str(folder)!r}: "
            f"{checks.told(error)}"
        ) from error
    found = sorted(file for file in files if not file.name.startswith(".") and file.is_file())
    if not found:
        raise MissingDataError(
            f"{str(folder)!r} has no pictures: no file ends with {', '.join(sorted(SUFFIXES))}"
        )
    return found


def _cut(folder: Path, n_tiles: int | None, size: int) -> NDArray[np.uint8]:
    """The first different pictures of a folder as tiles."""
    found: dict[bytes, NDArray[np.uint8]] = {}
    for file in pictures(folder):
        if len(found) == n_tiles:
            break
        tile = _square(read(file), size, file)
        found.setdefault(tile.tobytes(), tile)
    if n_tiles is not None and len(found) < n_tiles:
        raise InvalidInputError(
            f"n_tiles must be at most the number of different pictures in {folder}, {len(found)}; "
            f"got {n_tiles}"
        )
    return np.stack(list(found.values()))


def _square(pixels: NDArray[np.generic], size: int, file: Path) -> NDArray[np.uint8]:
    """The middle square, by averages over areas, in red, green and blue."""
    white = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}.get(pixels.dtype)
    if white is None:
        raise InvalidInputError(
            f"{file} must be a grey or colour picture of 8 or 16 bits; found {pixels.dtype} of "
            f"shape {pixels.shape}"
        )
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[top : top + side, left : left + side].reshape(side, side, -1)
    colours = over_white(square, white)
    planes = [resize(colours[:, :, c], (size, size)) for c in range(colours.shape[2])]
    tile = np.rint(np.stack(planes, axis=2) * (255 / white)).clip(0, 255).astype(np.uint8)
    return np.broadcast_to(tile, (size, size, 3)).copy()
