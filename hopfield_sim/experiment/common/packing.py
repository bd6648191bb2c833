"""Conversion of recorded runs and images to JSON and back, for the store."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DescentRecording",
    "Recording",
    "pack",
    "pack_descent",
    "pack_images",
    "pack_signs",
    "pack_states",
    "unpack",
    "unpack_descent",
    "unpack_images",
    "unpack_states",
]


@dataclass(frozen=True)
class Recording:
    """A recorded run with the attributes of a ``Recall``; None for what was not recorded.

    Parameters
    ----------
    updates : (T+1,) int64
        Number of updates before each row.
    states : (B, N) or (N,) int8
        Final states.
    energy, overlaps, trajectory : (T+1, B), (T+1, B, P), (T+1, B, N)
        Without B when a single state was recalled.
    patterns : (P, N) int8, optional
        Stored patterns.
    shape : (H, W), optional
        Shape of the states, when they are images.
    """

    updates: NDArray[np.int64]
    states: NDArray[np.int8]
    stop: Any
    sweeps: Any
    energy: NDArray[np.float64]
    overlaps: NDArray[np.floating] | None = None
    trajectory: NDArray[np.int8] | None = None
    patterns: NDArray[np.int8] | None = None
    shape: tuple[int, int] | None = None

    @property
    def n_neurons(self) -> int:
        """Number of neurons, N."""
        return int(self.states.shape[-1])

    @property
    def converged(self) -> Any:
        """Whether each final state is a fixed point."""
        return np.asarray(self.stop) == "fixed-point"


def pack(run: Any, *, trajectory: bool = False) -> Any:
    """Convert a recall that recorded its energy to JSON types, with or without its states."""
    return {
        "updates": run.updates.tolist(),
        "states": pack_states(run.states),
        "stop": np.asarray(run.stop).tolist(),
        "sweeps": np.asarray(run.sweeps).tolist(),
        "energy": run.energy.tolist(),
        "trajectory": pack_states(run.trajectory) if trajectory else None,
    }


def pack_signs(run: Any) -> Any:
    """Convert a recorded recall of a continuous memory: signs of its states, N updates a step."""
    return {
        "updates": (run.updates * run.n_neurons).tolist(),
        "states": pack_states(_signs(run.states)),
        "stop": np.asarray(run.stop).tolist(),
        "sweeps": np.asarray(run.steps).tolist(),
        "energy": run.energy.tolist(),
        "trajectory": pack_states(_signs(run.trajectory)),
    }


def _signs(states: NDArray[Any]) -> NDArray[np.int8]:
    return np.where(states < 0, -1, 1).astype(np.int8)


def unpack(
    packed: Any,
    *,
    patterns: NDArray[np.int8] | None = None,
    shape: tuple[int, int] | None = None,
) -> Recording:
    """Return the recording of ``pack``; patterns and shape are supplied by the study."""
    states = unpack_states(packed["states"])
    film = overlaps = None
    if packed["trajectory"] is not None:
        film = unpack_states(packed["trajectory"])
        if patterns is not None:  # cheaper to compute again than to store
            overlaps = film.astype(np.float32) @ patterns.T.astype(np.float32) / states.shape[-1]
    return Recording(
        updates=np.array(packed["updates"], np.int64),
        states=states,
        stop=packed["stop"],
        sweeps=packed["sweeps"],
        energy=np.array(packed["energy"], np.float64),
        overlaps=overlaps,
        trajectory=film,
        patterns=patterns,
        shape=shape,
    )


def pack_states(states: NDArray[np.int8]) -> Any:
    """Pack states of ±1 into text, one bit each, compressed.

    Examples
    --------
    >>> unpack_states(pack_states(np.array([[1, -1, 1]], np.int8)))
    array([[ 1, -1,  1]], dtype=int8)
    """
    return {"shape": list(states.shape), "bits": _text(np.packbits(states > 0))}


def unpack_states(packed: Any) -> NDArray[np.int8]:
    """Return the states of ``pack_states``."""
    shape = packed["shape"]
    bits = np.unpackbits(_bytes(packed["bits"]), count=int(np.prod(shape))).astype(np.int8)
    return (2 * bits - 1).reshape(shape)


def pack_images(pixels: NDArray[np.uint8]) -> Any:
    """Pack bytes into text, compressed.

    Examples
    --------
    >>> unpack_images(pack_images(np.array([[3, 4]], np.uint8)))
    array([[3, 4]], dtype=uint8)
    """
    return {"shape": list(pixels.shape), "bytes": _text(pixels)}


def unpack_images(packed: Any) -> NDArray[np.uint8]:
    """Return the images of ``pack_images``."""
    return _bytes(packed["bytes"]).reshape(packed["shape"])


def _text(raw: NDArray[np.uint8]) -> str:
    return base64.b64encode(zlib.compress(raw.tobytes())).decode("ascii")


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)


@dataclass(frozen=True)
class DescentRecording:
    """A recorded run of a continuous memory, its states rounded to bytes.

    Parameters
    ----------
    updates : (T+1,) int64
        Number of steps before each row.
    steps : (B,) int64
        Number of steps.
    energy : (T+1, B) float64
        Energy at each row.
    trajectory : (T+1, B, N) uint8
        States.
    shape : tuple of int
        Shape of an image.
    """

    updates: NDArray[np.int64]
    steps: NDArray[np.int64]
    energy: NDArray[np.float64]
    trajectory: NDArray[np.uint8]
    shape: tuple[int, ...]

    @property
    def n_neurons(self) -> int:
        """Number of neurons, N."""
        return int(np.prod(self.shape))


def pack_descent(run: Any, shape: tuple[int, ...]) -> Any:
    """Convert a continuous run that recorded energy and states from 0 to 255 to JSON types."""
    states = np.rint(run.trajectory.clip(0, 255)).astype(np.uint8)
    return {
        "updates": run.updates.tolist(),
        "steps": np.atleast_1d(run.steps).tolist(),
        "energy": run.energy.reshape(len(run.updates), -1).tolist(),
        "shape": list(shape),
        "bytes": _text(states),
    }


def unpack_descent(packed: Any) -> DescentRecording:
    """Return the recording of ``pack_descent``."""
    energy = np.array(packed["energy"])
    return DescentRecording(
        updates=np.array(packed["updates"], np.int64),
        steps=np.array(packed["steps"], np.int64),
        energy=energy,
        trajectory=_bytes(packed["bytes"]).reshape(*energy.shape, -1),
        shape=tuple(packed["shape"]),
    )
