"""Reading a recorded recall: energies, overlaps and states in uniform shapes for the figures."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError


def recorded(run: Any, name: str, word: str) -> NDArray[Any]:
    """A recorded quantity, one row per time; the error says how to record it."""
    value = getattr(run, name, None)  # if it was not recorded, this raises the recall's own error
    array = None if value is None or callable(value) else np.asarray(value)
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
    """Whether a run recorded a quantity."""
    try:
        return getattr(run, name, None) is not None
    except HopfieldError:
        return False


def sweeps(run: Any) -> NDArray[np.float64]:
    """Time in sweeps, updates / N, of every recorded row, (T+1,)."""
    updates = recorded(run, "updates", "energy").astype(np.float64)
    return np.asarray(updates / n_neurons(run))


class Clock(NamedTuple):
    """Unit of time: its name, and the axis label."""

    unit: str
    label: str


def continuous(run: Any) -> bool:
    """Whether the run is of a continuous memory, which counts steps in place of sweeps."""
    return has(run, "steps")


def clock(run: Any) -> Clock:
    """Unit of time of a run."""
    if continuous(run):
        return Clock("step", "time (steps)")
    return Clock("sweep", "time (sweeps of N updates)")


def time(run: Any) -> NDArray[np.float64]:
    """Time of every recorded row, (T+1,), in the unit of ``clock``."""
    if continuous(run):
        return np.asarray(recorded(run, "updates", "energy"), dtype=np.float64)
    return sweeps(run)


def n_neurons(run: Any) -> int:
    """The number of neurons of a run."""
    return checks.integer(getattr(run, "n_neurons", None), "the run's n_neurons", minimum=1)


def sizes(run: Any) -> str:
    """N and, if the memory keeps its patterns, P, as text."""
    patterns = getattr(run, "patterns", None)
    return f"N = {n_neurons(run)}" + ("" if patterns is None else f", P = {len(patterns)}")


def energies(run: Any) -> NDArray[np.float64]:
    """Energies, (T+1, B), also for a single state."""
    energy = recorded(run, "energy", "energy").astype(np.float64)
    return energy.reshape(len(energy), -1)


def overlaps(run: Any, pattern: int | None = None) -> NDArray[np.float64]:
    """Overlap with one pattern, by default the one nearest to each initial state, (T+1, B)."""
    values = recorded(run, "overlaps", "overlap").astype(np.float64)
    values = values.reshape(len(values), -1, values.shape[-1])
    if pattern is None:
        target = values[0].argmax(axis=-1)
    else:
        last = values.shape[-1] - 1
        index = checks.integer(pattern, "pattern", minimum=0, maximum=last)
        target = np.full(values.shape[1], index)
    return np.asarray(values[:, np.arange(values.shape[1]), target])


def trajectory(run: Any) -> NDArray[Any]:
    """All recorded states, (T+1, B, N), also for a single state and for images."""
    states = recorded(run, "trajectory", "states")
    return states.reshape(len(states), -1, n_neurons(run))


def image_shape(shape: Any, n: int, own: tuple[int, int] | None = None) -> tuple[int, int]:
    """Height and width of an image of N neurons: ``shape``, else ``own``, else a square."""
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
    """Shape of an image of N numbers, (H, W) or (H, W, 3): ``shape``, ``own`` or a square."""
    sizes = own if shape is None else _sizes(shape)
    if sizes is None:
        side = math.isqrt(n // 3)
        colour = math.isqrt(n) ** 2 != n and 3 * side**2 == n
        return (side, side, 3) if colour else image_shape(None, n)
    if len(sizes) == 3 and sizes[2] == 3 and n % 3 == 0:
        return (*image_shape(sizes[:2], n // 3), 3)
    if len(sizes) == 2 and 3 * math.prod(sizes) == n:
        return (*image_shape(sizes, n // 3), 3)
    return image_shape(shape, n, (sizes[0], sizes[1]) if len(sizes) == 2 else None)


def _sizes(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple of integers, or an invalid one."""
    try:
        return tuple(checks.integer(size, "shape", minimum=1) for size in shape)
    except (TypeError, HopfieldError):
        return ()
