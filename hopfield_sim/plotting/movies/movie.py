"""A recall as a video: the image at the left, its energy and overlap at the right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.labels import label
from hopfield_sim.plotting import runs
from hopfield_sim.plotting.movies import file as video_file
from hopfield_sim.plotting.movies.palette import (
    BLACK,
    NEW_BLACK,
    NEW_WHITE,
    WHITE,
    Look,
    palette,
    to_palette,
)
from hopfield_sim.plotting.movies.pictures import look_of
from hopfield_sim.plotting.movies.stage import (
    BLOCK,
    FOOT,
    HEAD,
    LEAST_HEIGHT,
    OVERLAP,
    Curve,
    Stage,
)
from hopfield_sim.support import thumbnails

SECONDS = 5.0  # duration of the moving part, within these bounds of frames per second:
SLOWEST, FASTEST = 1.0, 15.0
FIRST, LAST = 1.0, 1.5  # seconds that the cue and the final state are shown
MOMENT = 0.4  # seconds of tint in slower videos
IMAGE = 320  # pixels of the longer side of the image
MOST_FRAMES = 120
WIDEST = 2048  # pixels; the largest image
LOWEST, HIGHEST = 240, 2160  # pixels; the height of the frames


class Reel(NamedTuple):
    """Contents of a video: for every frame the time, the state, and the values of the curves."""

    time: NDArray[np.float64]
    states: NDArray[Any]
    curves: list[Curve]


class Shot(NamedTuple):
    """A row of the reel, whether its changes are tinted, and its duration."""

    row: int
    tinted: bool
    seconds: float


@checks.by_name
def video(
    run: Any,
    path: str | os.PathLike[str],
    shape: tuple[int, ...] | None = None,
    *,
    state: int = 0,
    pattern: int | None = None,
    fps: float | None = None,
    scale: int | None = None,
    size: int | None = None,
    title: str | None = None,
    tint: bool = True,
) -> Path:
    """Write a recall as a looping video, with its energy and overlap if they were recorded.

    Binary neurons that have just changed are orange for a moment (light: now +1, dark: now −1).
    Real states are shown in grey, or in colour if they are (H, W, 3), from black at 0 (or −1) to
    white at 1 or 255, the range that contains the memories, or else from the smallest to the
    largest value. The final state is shown for a second and a half.

    Parameters
    ----------
    run : Recall or Descent
        Recall of any memory that recorded ``"states"``; recorded ``"energy"`` and ``"overlap"`` are
        plotted too. At most 120 rows are shown, evenly spaced over the recall.
    path : path
        File name, ending with .gif, or with .mp4 if imageio-ffmpeg is installed.
    shape : (height, width) or (height, width, 3), optional
        Shape of the image; by default that of the network's images, or a square.
    state : int
        Index of the state in the batch.
    pattern : int, optional
        Index of the pattern whose overlap is plotted; by default the one nearest to the initial
        state.
    fps : float, optional
        Frames per second; by default such that the video lasts about five seconds. A .gif shows at
        most 50 of them and an .mp4 25, since viewers slow down faster ones; the speed is kept by
        dropping frames.
    scale : int, optional
        Pixels per neuron; by default such that the image is about 320 pixels wide.
    size : int, optional
        Height of the frames in pixels, from 240 to 2160, in place of ``scale``: 1080 for a
        projector. Letters and lines are as much larger; the height is a multiple of 16 below.
    title : str, optional
        Title before N and P, for example the rule and the kind of update.
    tint : bool
        Whether changed binary neurons are coloured.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    HopfieldError
        If the run has no trajectory (``record="states"``), height × width is not N, the suffix of
        the path is another, the file cannot be written, or imageio-ffmpeg is missing for .mp4.

    Examples
    --------
    >>> import tempfile
    >>> from hopfield_sim.models import HopfieldNetwork
    >>> net = HopfieldNetwork().store([[1, 1, 1, -1, -1, -1, 1, 1, 1]])
    >>> run = net.recall([1, 1, 1, -1, 1, -1, 1, 1, 1], record=("states", "energy"), every=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = video(run, f"{folder}/recall.gif")
    ...     path.name, path.stat().st_size > 0
    ('recall.gif', True)
    """
    place = video_file.target(path)
    tint = checks.flag(tint, "tint") and not runs.continuous(run)
    states = runs.trajectory(run)
    state = checks.integer(state, "state", minimum=0, maximum=states.shape[1] - 1)
    known = getattr(run, "shape", None)
    find = runs.picture_shape if runs.continuous(run) else runs.image_shape
    own = find(shape, states.shape[2], known)
    scale, zoom = _scale((own[0], own[1]), scale, size, bool(_recorded(run)))
    if fps is not None:
        fps = checks.real(fps, "fps", minimum=0.1)
    film = states[:, state]
    checks.memory(2 * film.size, f"a video of {len(film)} rows", "record fewer: a larger every=")
    reel = _reel(run, film, state, pattern)
    images = reel.states.reshape(-1, *own)
    look = _pictures(run, images) if runs.continuous(run) else _spins(images)
    stage = Stage(
        (own[0], own[1]),
        scale,
        reel.time,
        runs.clock(run),
        reel.curves,
        _title(run, title),
        tint,
        look.still,
        zoom,
    )
    shots = _shots(len(images), fps, tint)
    checks.memory(
        2 * len(shots) * stage.height * stage.width,
        f"a video of {len(shots)} frames",
        "take a smaller scale= or size=",
    )
    frames = np.empty((len(shots), stage.height, stage.width), np.uint8)
    for frame, shot in zip(frames, shots, strict=True):
        frame[:] = stage.frame(shot.row, look.image(shot.row, shot.tinted))
    video_file.write(place, frames, [shot.seconds for shot in shots], look.colours)
    return place


def _scale(shape: tuple[int, int], scale: Any, size: Any, curves: bool) -> tuple[int, float]:
    """Pixels per neuron, and the enlargement of everything else."""
    usual = max(1, round(IMAGE / max(shape)))
    if size is None:
        scale = usual if scale is None else checks.integer(scale, "scale", minimum=1)
        if scale * max(shape) > WIDEST:
            raise InvalidInputError(
                f"scale must keep the image within {WIDEST} pixels; found {scale} for "
                f"{shape[0]}×{shape[1]} neurons; take at most {max(1, WIDEST // max(shape))}"
            )
        return scale, 1.0
    if scale is not None:
        raise InvalidInputError(
            f"size and scale exclude each other; found size={checks.show(size)} and "
            f"scale={checks.show(scale)}"
        )
    height = checks.integer(size, "size", minimum=LOWEST, maximum=HIGHEST) // BLOCK * BLOCK
    zoom = height / (HEAD + max(usual * shape[0], LEAST_HEIGHT if curves else 0) + FOOT)
    room = height - round(zoom * HEAD) - round(zoom * FOOT)
    return max(1, min(room // shape[0], round(zoom * IMAGE / shape[1]))), zoom


def _spins(images: NDArray[Any]) -> Look:
    """Black and white; neurons that have just changed in orange, if tinted."""
    white = images > 0

    def image(row: int, tinted: bool) -> NDArray[np.uint8]:
        now = white[row]
        places = np.where(now, WHITE, BLACK)
        if tinted:
            changed = now != white[row - 1]
            places[changed] = np.where(now, NEW_WHITE, NEW_BLACK)[changed]
        return places.astype(np.uint8)

    return Look(palette(), to_palette, image)


def _pictures(run: Any, images: NDArray[Any]) -> Look:
    """Grey levels or colours; the memories, or the final state, determine black and white."""
    patterns = getattr(run, "patterns", None)
    black, white = thumbnails.value_range(images[-1] if patterns is None else np.asarray(patterns))
    return look_of(thumbnails.as_bytes(images, black, white))


def _reel(run: Any, states: NDArray[Any], state: int, pattern: int | None) -> Reel:
    """The rows to show: evenly spaced, from the initial state to the last change."""
    moved = np.flatnonzero((states[1:] != states[:-1]).any(axis=1))
    end = int(moved[-1]) + 1 if moved.size else len(states) - 1
    chosen = np.unique(np.linspace(0, end, min(end + 1, MOST_FRAMES)).round().astype(int))
    curves = []
    for name in _recorded(run):
        values = runs.energies(run) if name == "energy" else runs.overlaps(run, pattern)
        label = "energy E" if name == "energy" else OVERLAP
        curves.append(Curve(label, values[chosen, state]))
    return Reel(runs.time(run)[chosen], states[chosen], curves)


def _recorded(run: Any) -> list[str]:
    """What was recorded of the curves."""
    return [name for name in ("energy", "overlaps") if runs.has(run, name)]


def _shots(n_rows: int, fps: float | None, tint: bool) -> list[Shot]:
    """Shots and their durations; in slow videos each state is first shown tinted, then plain."""
    each = 1 / (float(np.clip(n_rows / SECONDS, SLOWEST, FASTEST)) if fps is None else fps)
    shots = [Shot(0, False, max(each, FIRST))]
    for row in range(1, n_rows):
        last = row == n_rows - 1
        if tint and (last or each > MOMENT):
            moment = min(each, MOMENT)
            shots.append(Shot(row, True, moment))
            shots.append(Shot(row, False, LAST if last else each - moment))
        else:
            shots.append(Shot(row, tint, LAST if last else each))
    return shots


def _title(run: Any, title: str | None) -> str:
    """Title with N and P, in one line."""
    if title is None:
        known = (getattr(run, name, None) for name in ("rule", "update"))
        title = ", ".join(label(str(word)) for word in known if word is not None)
    return f"{title} · {runs.sizes(run)}" if title else runs.sizes(run)
