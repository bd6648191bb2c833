"""Writing frames to a file: GIF, or MP4 if imageio-ffmpeg is installed."""

from __future__ import annotations

import importlib.util
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import imageio.v2 as iio2
import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, MissingDependencyError, ResultsDirError
from hopfield_sim.plotting.movies.palette import palette
from hopfield_sim.support import disk

MP4_FPS = 25  # frames are repeated to last as long as they should
MP4_PRESET = "veryfast"  # of x264: such pictures take no more bytes, and half the time
GIF_LEAST = 2  # hundredths of a second; browsers show what is shorter for ten


def target(path: str | os.PathLike[str], name: str = "path") -> Path:
    """Validate the path of a video, before any work is done."""
    place = checks.path(path, name)
    kind = place.suffix.lower()
    if kind not in (".gif", ".mp4"):
        raise InvalidInputError(
            f"{name} must end with .gif or .mp4; found {place.name!r}; try {place.stem + '.gif'!r}"
        )
    if kind == ".mp4" and importlib.util.find_spec("imageio_ffmpeg") is None:
        raise MissingDependencyError(
            "an .mp4 needs imageio-ffmpeg: pip install hopfield_sim[video]; a .gif does not"
        )
    if not place.parent.is_dir():
        raise ResultsDirError(f"{name}: there is no folder {str(place.parent)!r}; make it first")
    return place


def write(
    path: Path,
    frames: NDArray[np.uint8],
    seconds: Sequence[float],
    colours: NDArray[np.uint8] | None = None,
) -> None:
    """Write frames (F, h, w) of palette indices, each with its duration in seconds.

    The palette is that of ``movies.palette`` unless ``colours`` (C, 3) are specified. The file is
    written atomically.
    """
    colours = palette() if colours is None else colours
    kind = path.suffix.lower()
    with disk.replacing(path, suffix=kind) as draft:
        if kind == ".gif":
            _gif(draft, frames, seconds, colours)
        else:
            _mp4(Path(draft.name), frames, seconds, colours)


def _shown(seconds: Sequence[float], rate: int, least: int) -> tuple[list[int], NDArray[np.int64]]:
    """Indices of the frames to show at ``rate`` ticks per second, and the number of ticks of each.

    No frame is shown for fewer than ``least`` ticks: faster frames, except the last, are dropped,
    so that the speed of the video is kept.
    """
    # Rounded ends, not rounded lengths: those would add up to another time.
    ends = np.round(rate * np.cumsum(seconds)).astype(np.int64)
    starts = np.concatenate([[0], ends[:-1]])
    chosen = [len(starts) - 1]
    for frame in reversed(range(len(starts) - 1)):
        if starts[chosen[-1]] - starts[frame] >= least:
            chosen.append(frame)
    chosen.reverse()
    starts[chosen[0]] = 0
    return chosen, np.diff(starts[chosen], append=max(ends[-1], starts[-1] + least))


def _gif(
    stream: BinaryIO,
    frames: NDArray[np.uint8],
    seconds: Sequence[float],
    colours: NDArray[np.uint8],
) -> None:
    # A GIF counts in hundredths of a second. Pillow stores of each frame only the rectangle that
    # differs from the one before, and takes grey values with a palette as places in it.
    chosen, ticks = _shown(seconds, 100, GIF_LEAST)
    duration = (10 * ticks).tolist()
    iio.imwrite(
        stream,
        frames if len(chosen) == len(frames) else frames[chosen],
        extension=".gif",
        plugin="pillow",
        duration=duration if len(duration) > 1 else duration[0],  # Pillow takes no list of one
        loop=0,
        palette=colours.tobytes(),
    )


def _mp4(
    path: Path, frames: NDArray[np.uint8], seconds: Sequence[float], colours: NDArray[np.uint8]
) -> None:
    with warnings.catch_warnings():
        # When ffmpeg ends first, imageio-ffmpeg leaves its pipe to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            _encode(path, frames, seconds, colours)
            whole = b"moov" in path.read_bytes()  # written last; imageio ignores the exit code
        except OSError:  # its message has pages of options
            whole = False
    if not whole:
        height, width = frames.shape[1:]
        raise OSError(
            f"ffmpeg could not write a video of {width}×{height} pixels, or the disk is full; "
            "a .gif needs no ffmpeg"
        )


def _encode(
    path: Path, frames: NDArray[np.uint8], seconds: Sequence[float], colours: NDArray[np.uint8]
) -> None:
    """Frame by frame: all at once in full colour would be hundreds of megabytes."""
    chosen, repeats = _shown(seconds, MP4_FPS, 1)
    how: dict[str, Any] = {"codec": "libx264", "ffmpeg_params": ["-preset", MP4_PRESET]}
    writer: Any = iio2.get_writer(path, format="FFMPEG", mode="I", fps=MP4_FPS, **how)
    with writer as film:
        for frame, n in zip(chosen, repeats, strict=True):
            picture = colours.take(frames[frame], axis=0)
            for _ in range(n):
                film.append_data(picture)
