"""Colour image tiles: drawn by the package, or read from a folder of images."""

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
    """Square colour images, all different: a substitute for photographs that needs no files.

    Without ``path`` the package draws them: occluding discs of random size, with soft shading and a
    fine texture, in a few colours per tile. Their pixels are correlated as those of photographs:
    neighbours are similar, edges are sharp, brightness varies more than hue. With ``path`` they are
    the images of a folder, each cropped to its central square.

    Parameters
    ----------
    path : str or path, optional
        A folder of images, which are sorted by name; duplicates count once.
    n_tiles : int, optional
        Number of tiles; by default 1000 drawn ones, or all images of the folder. For the same seed,
        a larger number extends the tiles of a smaller one.
    size : int
        Number of pixels along a side, 8 to 1024.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of drawn tiles; by default 0, the same tiles every time.

    Returns
    -------
    Dataset
        Images (n, size, size, 3) of uint8, all in the training part, without labels.

    Raises
    ------
    MissingDataError
        If the folder does not exist or has no images.
    InvalidInputError
        If a file is not an image, or the folder has fewer than ``n_tiles`` images.

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
    folder = places.validate(path)
    if folder is None:
        count = 1000 if n_tiles is None else n_tiles
        checks.memory(6 * count * size**2, f"{count} tiles", "draw fewer, or smaller ones")
        return dataset("tiles", (drawn.tiles(count, size, checks.key(rng)), None))
    return dataset("tiles", (_cut(folder, n_tiles, size), None), source=folder)


def pictures(folder: Path) -> list[Path]:
    """The image files of a folder, by their suffixes, sorted by name, without hidden files."""
    try:
        files = [file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES]
    except (OSError, ValueError) as error:
        raise MissingDataError(
            f"path must be a folder of pictures; cannot list {str(folder)!r}: "
            f"{checks.message(error)}"
        ) from error
    images = sorted(file for file in files if not file.name.startswith(".") and file.is_file())
    if not images:
        raise MissingDataError(
            f"{str(folder)!r} has no pictures: no file ends with {', '.join(sorted(SUFFIXES))}"
        )
    return images


def _cut(folder: Path, n_tiles: int | None, size: int) -> NDArray[np.uint8]:
    """The first different images of a folder as tiles."""
    unique: dict[bytes, NDArray[np.uint8]] = {}
    for file in pictures(folder):
        if len(unique) == n_tiles:
            break
        tile = square(read(file), size, file)
        unique.setdefault(tile.tobytes(), tile)
    if n_tiles is not None and len(unique) < n_tiles:
        raise InvalidInputError(
            f"n_tiles must be at most the number of different pictures in {folder}, {len(unique)}; "
            f"got {n_tiles}"
        )
    return np.stack(list(unique.values()))


def square(pixels: NDArray[np.generic], size: int, file: Path) -> NDArray[np.uint8]:
    """The central square in RGB, resized by area averaging."""
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
