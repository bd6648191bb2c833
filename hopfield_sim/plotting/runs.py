"""A recorded recall, read: its rows of energy, overlap and states in one shape for every figure."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError


def recorded(run: Any, name: str, word: str) -> NDArray[Any]:
    """What a run recorded under a name, a row a moment; the error says how to record it."""
    found = getattr(run, name, None)  # of a recall that did not record it, the recall's own error
    array = None if found is None or callable(found) else np.asarray(found)
    if array is None or array.dtype.kind not in "biuf" or not array.ndim:
        raise InvalidTypeError(
            f"run must be the result of a recall that recorded its {name}, "
            f"net.recall(states, record={word!r}); got {checks.show(run)}"
        )
    if name != "updates":
        moments = len(recorded(run, "updates", word))
        if len(array) != moments:
            raise InvalidInputError(
                f"run has {len(array)} rows of {name} at {moments} moments; there must be as many"
            )
    return array


def has(run: Any, name: str) -> bool:
    """Whether a run recorded this."""
    try:
        return getattr(run, name, None) is not None
    except HopfieldError:
        return False


def sweeps(run: Any) -> NDArray[np.float64]:
    """Time in sweeps, updates / N, of every recorded row, (T+1,)."""
    updates = recorded(run, "updates", "energy").astype(np.float64)
    return np.asarray(updates / n_neurons(run))


class Clock(NamedTuple):
    """What time is counted in: the word for one unit, and the words on an axis."""

    unit: str
    label: str


def continuous(run: Any) -> bool:
    """Whether the run is one of a continuous memory, which counts steps and not sweeps."""
    return has(run, "steps")


def clock(run: Any) -> Clock:
    """What the time of a run is counted in."""
    if continuous(run):
        return Clock("step", "time (steps)")
    return Clock("sweep", "time (sweeps of N updates)")


def time(run: Any) -> NDArray[np.float64]:
    """Time of every recorded row, (T+1,), as ``clock`` counts it."""
    if continuous(run):
        return np.asarray(recorded(run, "updates", "energy"), dtype=np.float64)
    return sweeps(run)


def n_neurons(run: Any) -> int:
    """The number of neurons of a run."""
    return checks.integer(getattr(run, "n_neurons", None), "the run's n_neurons", minimum=1)


def energies(run: Any) -> NDArray[np.float64]:
    """Energy, (T+1, B), also of a single state."""
    energy = recorded(run, "energy", "energy").astype(np.float64)
    return energy.reshape(len(energy), -1)


def overlaps(run: Any, pattern: int | None = None) -> NDArray[np.float64]:
    """Overlap with one pattern, or with the one that each state started nearest to, (T+1, B)."""
    found = recorded(run, "overlaps", "overlap").astype(np.float64)
    found = found.reshape(len(found), -1, found.shape[-1])
    if pattern is None:
        target = found[0].argmax(axis=-1)
    else:
        last = found.shape[-1] - 1
        index = checks.integer(pattern, "pattern", minimum=0, maximum=last)
        target = np.full(found.shape[1], index)
    return np.asarray(found[:, np.arange(found.shape[1]), target])


def trajectory(run: Any) -> NDArray[Any]:
    """All recorded states, (T+1, B, N), also of a single one and of images."""
    states = recorded(run, "trajectory", "states")
    return states.reshape(len(states), -1, n_neurons(run))


def image_shape(shape: Any, n: int, own: tuple[int, int] | None = None) -> tuple[int, int]:
    """Height and width of an image of N neurons: as given, else the network's own, else square."""
    if shape is None:
        side = math.isqrt(n)
        if own is None and side * side != n:
            raise InvalidInputError(
                f"shape is needed to draw {n} neurons as an image (no square): "
                f"pass shape=(height, width) with height × width = {n}"
            )
        return (int(own[0]), int(own[1])) if own is not None else (side, side)
    try:
        height, width = shape
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"shape must be two whole numbers (height, width); found {shape!r}"
        ) from None
    height = checks.integer(height, "shape[0]", minimum=1)
    width = checks.integer(width, "shape[1]", minimum=1)
    if height * width != n:
        raise InvalidInputError(
            f"shape must be (height, width) with height × width = {n}, the neurons of a state; "
            f"found ({height}, {width}), which is {height * width}"
        )
    return height, width


def picture_shape(shape: Any, n: int, own: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """(H, W) of a grey picture of N numbers or (H, W, 3) of a colour one: as given, else the
    memory's own, else a square one.
    """
    sizes = own if shape is None else _sizes(shape)
    if sizes is None:
        side = math.isqrt(n // 3)
        colour = math.isqrt(n) ** 2 != n and 3 * side**2 == n
        return (side, side, 3) if colour else image_shape(None, n)
    if len(sizes) == 3 and sizes[2] == 3:
        return (*image_shape(sizes[:2], n // 3), 3)
    if len(sizes) == 2 and 3 * math.prod(sizes) == n:
        return (*image_shape(sizes, n // 3), 3)
    return image_shape(shape, n, (sizes[0], sizes[1]) if len(sizes) == 2 else None)


def _sizes(shape: Any) -> tuple[int, ...]:
    """A shape as whole numbers, or what no picture has."""
    try:
        return tuple(checks.integer(size, "shape", minimum=1) for size in shape)
    except (TypeError, HopfieldError):
        return ()
