"""Recording of dynamics: states, energies, plots and videos."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.course import updates
from hopfield_sim.course.arguments import state_of
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.support import disk

GREY = (154, 154, 154, 255)  # the frame around the image, which is black and white


class Source(NamedTuple):
    """Origin of the stored states: the steps before each, what a step is, and the network."""

    steps: Sequence[int]
    unit: str
    title: str


@checks.by_name
class DataSaver:
    """A list of states and their energies.

    Attributes
    ----------
    data : dict
        ``{"state": [...], "energy": [...]}``, the lists that grow; ``get_data()`` copies them.

    Examples
    --------
    >>> saver = DataSaver()
    >>> saver.store_iter([1, -1], [[0, 1], [1, 0]])
    >>> saver.store_iter([1, 1], [[0, 1], [1, 0]])
    >>> saver.get_data()
    {'state': [array([ 1, -1]), array([1, 1])], 'energy': [1.0, -1.0]}
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Remove all stored states."""
        self._source: Source | None = None
        self.data: dict[str, list[Any]] = {"state": [], "energy": []}

    def store_iter(self, state: Any, weights: Any) -> None:
        """Store a copy of a state, and its energy under these weights."""
        self._store(state_of(state), self.compute_energy(state, weights))

    def compute_energy(self, state: Any, weights: Any) -> float:
        """Energy −½ sᵀWs, as :func:`energy`."""
        return updates.energy(state, weights)

    def get_data(self) -> dict[str, list[Any]]:
        """``{"state": [...], "energy": [...]}``, with one entry per stored state."""
        return {name: list(values) for name, values in self.data.items()}

    def save_video(self, out_path: str | os.PathLike[str], img_shape: tuple[int, int]) -> None:
        """Write a video of the stored states, as :func:`save_video`.

        Parameters
        ----------
        out_path : path
            File name, ending with .gif or .mp4.
        img_shape : (height, width)
            Shape of the images, with height × width = N.
        """
        states = self._stored()
        try:
            height, width = img_shape
            images = [state.reshape(height, width) for state in states]
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                f"img_shape must be (height, width) with height × width = {states[0].size}, "
                f"the neurons of a state; got {checks.show(img_shape)}"
            ) from error
        save_video(images, out_path)

    def plot_energy(self, filename: str | os.PathLike[str] | None = None) -> None:
        """Plot the energies of the stored states, and show the figure.

        If they are of one run of a network, they are plotted against the number of updates, with
        the rule and the numbers of neurons and patterns in the title; otherwise in order.

        Parameters
        ----------
        filename : path, optional
            If specified, save the figure there instead; the suffix determines the format, .png by
            default.
        """
        from hopfield_sim.plotting import energy, screen, style  # Matplotlib: only when needed

        stored = self._stored()
        source = self._source
        if source is None or len(source.steps) != len(stored):
            source = Source(range(len(stored)), "stored state", f"N = {stored[-1].size}")
        with screen.on(filename is None), style.house():
            figure = energy(_run(stored[-1].size, source.steps, self.data["energy"]))
            panel = figure.axes[0]
            panel.set_xlabel(source.unit)
            panel.set_title(source.title)
            panel.locator_params(axis="x", integer=True)
        if filename is None:
            screen.show(figure)
            return
        place = checks.path(filename, "filename")
        place = place if place.suffix else place.with_name(place.name.rstrip(".") + ".png")
        kind, known = place.suffix[1:].lower(), figure.canvas.get_supported_filetypes()
        if kind not in known:
            raise InvalidInputError(
                f"filename must be that of a picture, one of .{', .'.join(sorted(known))}; "
                f"got {place.name!r}"
            )
        picture = io.BytesIO()
        figure.savefig(picture, format=kind, dpi=150)
        disk.write(place, picture.getvalue())

    def _store(self, state: NDArray[Any], energy: float) -> None:
        self.data["state"].append(state)
        self.data["energy"].append(energy)

    def _stored(self) -> list[NDArray[Any]]:
        if not self.data["state"]:
            raise HopfieldError(
                "this saver holds no states; run HopfieldNetwork.dynamics(state, saver) first"
            )
        return self.data["state"]


def receiver(saver: Any, weights: NDArray[Any]) -> Callable[[NDArray[Any], float], None]:
    """Function that passes a state and its known energy to a saver.

    A subclass with its own ``store_iter`` or ``compute_energy`` computes the energy itself, in
    O(N²) per state.
    """
    if not callable(getattr(saver, "store_iter", None)):
        raise InvalidTypeError(f"saver must be a DataSaver; got {checks.show(saver)}")
    if keeps_all(saver) and type(saver).compute_energy is DataSaver.compute_energy:
        store: Callable[[NDArray[Any], float], None] = saver._store
        return store
    return lambda state, _: saver.store_iter(state, weights)


def keeps_all(saver: Any) -> bool:
    """Whether a saver keeps every state; one with its own ``store_iter`` need not."""
    return isinstance(saver, DataSaver) and type(saver).store_iter is DataSaver.store_iter


@checks.by_name
def save_video(state_list: Any, out_path: str | os.PathLike[str]) -> None:
    """Write a list of images as a video: white where a state is positive, black elsewhere.

    The video lasts about five seconds, or longer at 15 images per second; the last image stays for
    a second and a half. Consecutive equal states become one frame of longer duration.

    Parameters
    ----------
    state_list : list of (H, W) array_like
        Images of equal shape; not modified.
    out_path : path
        File name, ending with .gif, or with .mp4 if imageio-ffmpeg is installed.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the list is empty, states are not 2-D or differ in shape, or the suffix is another.
    MissingDependencyError
        For .mp4 without imageio-ffmpeg: ``pip install hopfield_sim[video]``.
    ResultsDirError
        If the file cannot be written.
    """
    from hopfield_sim.plotting.movies import file as video_file
    from hopfield_sim.plotting.movies import movie  # Matplotlib: loaded when it is needed

    place = video_file.target(out_path, "out_path")
    white = _white(state_list)
    scale = max(1, round(movie.IMAGE / max(white.shape[1:])))
    each = 1 / float(np.clip(len(white) / movie.SECONDS, movie.SLOWEST, movie.FASTEST))
    seconds = [max(each, movie.FIRST), *[each] * (len(white) - 1)]
    seconds[-1] = max(each, movie.LAST)
    video_file.write(place, _frames(white, scale), seconds)


def _white(state_list: Any) -> NDArray[np.bool_]:
    """Where the images are positive, (F, H, W)."""
    try:
        images = list(state_list)
    except TypeError:
        images = []
    if not images:
        raise InvalidInputError(
            "state_list must hold at least one state, each 2-D (H, W); "
            f"got {checks.show(state_list)}"
        )
    for index, image in enumerate(images):
        pixels = checks.numeric(image, f"state_list[{index}]")
        checks.memory(2 * pixels.size, f"a state of shape {pixels.shape}", "use smaller ones")
        images[index] = pixels > 0
        shape = images[index].shape
        if len(shape) != 2 or images[index].size == 0:
            raise InvalidInputError(
                f"state_list[{index}] must be 2-D, (H, W); got shape {shape}; "
                "use state.reshape(H, W)"
            )
        if shape != images[0].shape:
            raise InvalidInputError(
                f"state_list must hold states of one shape; got {images[0].shape} at [0] "
                f"and {shape} at [{index}]"
            )
    return np.stack(images)


def _frames(white: NDArray[np.bool_], scale: int) -> NDArray[np.uint8]:
    """Enlarged frames with a grey border, as palette indices; sides are multiples of a block."""
    from hopfield_sim.plotting.movies import palette as video_palette
    from hopfield_sim.plotting.movies import stage

    n_frames, height, width = (white.shape[0], scale * white.shape[1], scale * white.shape[2])
    tall, wide = (-(-(side + 2) // stage.BLOCK) * stage.BLOCK for side in (height, width))
    checks.memory(2 * n_frames * tall * wide, f"a video of {n_frames} frames", "use fewer states")
    grey = video_palette.to_palette(np.array([[GREY]], np.uint8))[0, 0]
    frames = np.full((n_frames, tall, wide), grey, np.uint8)
    top, left = (tall - height) // 2, (wide - width) // 2
    places = np.where(white, video_palette.WHITE, video_palette.BLACK).astype(np.uint8)
    enlarged = places.repeat(scale, axis=1).repeat(scale, axis=2)
    frames[:, top : top + height, left : left + width] = enlarged
    return frames


def _run(n: int, steps: Sequence[int], energies: list[float]) -> SimpleNamespace:
    """Stored energies in the format for plotting, one step for a sweep."""
    return SimpleNamespace(energy=np.array(energies), updates=n * np.asarray(steps), n_neurons=n)
