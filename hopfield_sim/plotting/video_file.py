"""Frames into a file: GIF always, MP4 where imageio-ffmpeg is installed."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import imageio.v2 as iio2
import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from hopfield_sim.errors import InvalidInputError, MissingDependencyError, ResultsDirError
from hopfield_sim.plotting.video_palette import palette

MP4_FPS = 25  # frames are repeated to last as long as they should


def target(path: str | os.PathLike[str]) -> Path:
    """Judge where a video is to go, before any of the work is done."""
    place = Path(path)
    kind = place.suffix.lower()
    if kind not in (".gif", ".mp4"):
        raise InvalidInputError(
            f"path must end with .gif or .mp4; found {place.name!r}; try {place.stem + '.gif'!r}"
        )
    if kind == ".mp4" and importlib.util.find_spec("imageio_ffmpeg") is None:
        raise MissingDependencyError(
            "an .mp4 needs imageio-ffmpeg: pip install hopfield_sim[video]; a .gif needs nothing"
        )
    if not place.parent.is_dir():
        raise ResultsDirError(f"path: there is no folder {str(place.parent)!r}; make it first")
    return place


def write(
    path: Path,
    frames: NDArray[np.uint8],
    seconds: Sequence[float],
    colours: NDArray[np.uint8] | None = None,
) -> None:
    """Write frames, places in the palette (F, h, w), each to be shown for so long.

    The palette is that of ``video_palette`` unless ``colours`` (C, 3) are given. The file appears
    whole or not at all.
    """
    colours = palette() if colours is None else colours
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix.lower())
        os.close(handle)
    except OSError as error:
        raise ResultsDirError(f"cannot write {str(path)!r}: {error.strerror}") from error
    draft = Path(name)
    try:
        if path.suffix.lower() == ".gif":
            _gif(draft, frames, seconds, colours)
        else:
            _mp4(draft, frames, seconds, colours)
        draft.chmod(0o666 & ~_umask())  # mkstemp makes files that nobody else may read
        draft.replace(path)
    except OSError as error:
        raise ResultsDirError(f"cannot write {str(path)!r}: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _gif(
    path: Path, frames: NDArray[np.uint8], seconds: Sequence[float], colours: NDArray[np.uint8]
) -> None:
    # A GIF counts in hundredths of a second. Pillow stores of each frame only the rectangle that
    # differs from the one before, and takes grey values with a palette as places in it.
    duration = [10 * round(100 * one) for one in seconds]
    iio.imwrite(
        path,
        frames,
        extension=".gif",
        plugin="pillow",
        duration=duration if len(duration) > 1 else duration[0],  # Pillow wants no list of one
        loop=0,
        palette=colours.tobytes(),
    )


def _mp4(
    path: Path, frames: NDArray[np.uint8], seconds: Sequence[float], colours: NDArray[np.uint8]
) -> None:
    # Rounded ends, not rounded lengths: those would add up to another time.
    ends = np.round(MP4_FPS * np.cumsum(seconds)).astype(int)
    repeats = np.maximum(np.diff(ends, prepend=0), 1)
    # Frame by frame: all at once in full colour would be hundreds of megabytes.
    writer: Any = iio2.get_writer(path, format="FFMPEG", mode="I", fps=MP4_FPS, codec="libx264")
    with writer as film:
        for frame, n in zip(frames, repeats, strict=True):
            for _ in range(n):
                film.append_data(colours[frame])


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
