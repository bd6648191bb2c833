"""One trial of the images study: corrupt, recall and compare one set of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import datasets
from hopfield_sim.experiment.common import packing as film
from hopfield_sim.experiment.common.packing import pack_images, unpack_images
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.study import Config, Payload
from hopfield_sim.models import DenseMemory, HopfieldNetwork, ModernHopfield
from hopfield_sim.patterns import flip, from_image, mask, overlap

__all__ = ["BINARY", "BINARY_CUES", "CUES", "PARTS"]

Floats = NDArray[np.float64]

CUES = ("noise-10", "noise-40", "grey", "black", "observed")
BINARY = ("hebbian", "pseudoinverse", "dense")
BINARY_CUES = ("itself", "flipped", "black")

SHOWN = 5
"""Number of images in the grids."""

SHOWN_CUES = ("grey", "black", "observed")
FLIPPED = 0.1
FILM_BETA, FILM_STEP = 1e-5, 0.1


def stored(config: Config, cell: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Return the images of a cell, (P, 32, 32, 3), spread evenly over the set."""
    if config["pictures"] is None:
        pictures = _drawn(config["networks"], config["most"])[cell["network"]]
    else:
        pictures = unpack_images(config["pictures"])[cell["network"]]
    count = cell["n_patterns"]
    return pictures[:: len(pictures) // count][:count]


@lru_cache(maxsize=1)
def _drawn(networks: int, most: int) -> NDArray[np.uint8]:
    """Return images that the package draws, (networks, most, 32, 32, 3)."""
    pictures = datasets.tiles(n_tiles=networks * most).train_images
    return pictures.reshape(networks, most, *pictures.shape[1:])


def spoil(cue: str, xi: Floats, rng: np.random.Generator) -> tuple[Floats, Any]:
    """Return corrupted images (P, N), and the coordinates that are compared (None: all)."""
    n = xi.shape[1]
    seen = np.arange(n) < n // 2
    if cue in ("grey", "black"):
        return np.where(seen, xi, 127.5 if cue == "grey" else 0.0), None
    noisy = xi + (40 if cue == "noise-40" else 10) * rng.normal(size=xi.shape)
    if cue == "observed":
        return np.where(seen, noisy, 127.5), seen
    return noisy, None


def memory(similarity: str, beta: float, xi: Floats, config: Config) -> ModernHopfield:
    """Return a memory that has stored the images."""
    mine = own.named(similarity)
    return ModernHopfield(beta, similarity=mine, backend=config["backend"]).store(xi)


def colour(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Recall every cue by every similarity, at all β or at the largest."""
    pictures = stored(config, cell)
    count = len(pictures)
    xi = pictures.reshape(count, -1).astype(np.float64)
    every = count in config["counts"]
    shown = every and count == max(config["counts"]) and cell["network"] == 0
    rows, winners = [], {}
    images = {"originals": pack_images(pictures[:: -(-count // SHOWN)])} if shown else {}
    for cue in CUES:
        spoilt, seen = spoil(cue, xi, rng)
        if shown and cue in SHOWN_CUES:
            images[cue] = _pack(spoilt[:: -(-count // SHOWN)])
        for similarity in config["similarities"]:
            betas = config["betas"][similarity]
            # Which weight is the largest does not depend on β.
            best = memory(similarity, betas[0], xi, config).attention(spoilt, observed=seen)
            place = best.argmax(axis=1)
            right = place == np.arange(count)
            if similarity == "dot":
                winners[cue] = _winner(place, xi)
            for beta in betas if every else betas[-1:]:
                out = _once(similarity, beta, xi, spoilt, seen, config)
                square = ((out - xi) ** 2).mean(axis=1)
                recalled = np.sqrt(square) <= config["tolerance"]
                rows.append(_row(similarity, cue, beta, right, recalled, square))
            if shown and cue in SHOWN_CUES:
                images[f"{cue}/{similarity}"] = _pack(out[:: -(-count // SHOWN)])
    payload: Payload = {"rows": rows, "winners": winners}
    return payload | ({"shown": {"images": images}} if shown else {})


def _once(
    similarity: str, beta: float, xi: Floats, spoilt: Floats, seen: Any, config: Config
) -> Floats:
    run = memory(similarity, beta, xi, config).recall(
        spoilt, observed=seen, max_steps=1, advise=False
    )
    return np.asarray(run.states)


def _winner(place: NDArray[np.intp], xi: Floats) -> dict[str, Any]:
    """Return the image most cues retrieved, their share, and its rank by length (1: longest)."""
    chosen = np.bincount(place, minlength=len(xi))
    winner = int(chosen.argmax())
    lengths = np.linalg.norm(xi, axis=1)
    rank = int((lengths > lengths[winner]).sum()) + 1
    return {"image": winner, "share": float(chosen[winner] / len(xi)), "rank": rank}


def binary(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Recall the same images in black and white by networks of binary neurons."""
    xi = np.stack([from_image(picture) for picture in stored(config, cell)])
    n = xi.shape[1]
    cues = {
        "itself": xi,
        "flipped": flip(xi, fraction=FLIPPED, rng=rng),
        "black": mask(xi, np.arange(n) < n // 2),
    }
    seed = int(rng.integers(2**63))
    rows = []
    for name in BINARY:
        net: Any
        if name == "dense":
            net = DenseMemory("exponential", backend=config["backend"]).store(xi, advise=False)
        else:
            net = HopfieldNetwork(name, backend=config["backend"])
            net.store(xi, advise=False)  # the similarity of the images is intended
        for cue in BINARY_CUES:
            end = net.recall(cues[cue], rng=seed, n_threads=1).states
            right = overlap(end, xi).argmax(axis=1) == np.arange(len(xi))
            recalled = (end == xi).all(axis=1)
            rows.append(_row(name, cue, None, right, recalled, np.full(len(xi), np.nan)))
    return {"rows": rows}


def blend(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Recall a few noisy images against β, and record the recall of one without its lower half."""
    pictures = stored(config, cell)
    xi = pictures.reshape(len(pictures), -1).astype(np.float64)
    spoilt, _ = spoil("noise-40", xi, rng)
    rows, images = [], {"originals": pack_images(pictures[:SHOWN]), "cues": _pack(spoilt[:SHOWN])}
    place = memory("euclidean", 1.0, xi, config).attention(spoilt).argmax(axis=1)
    for beta in config["blends"]:
        out = _once("euclidean", beta, xi, spoilt, None, config)
        square = ((out - xi) ** 2).mean(axis=1)
        recalled = np.sqrt(square) <= config["tolerance"]
        rows.append(
            _row("euclidean", "noise-40", beta, place == np.arange(len(xi)), recalled, square)
        )
        images[f"{beta:g}"] = _pack(out[:SHOWN])
    spoilt, seen = spoil("observed", xi[:1], rng)
    run = memory("euclidean", FILM_BETA, xi, config).recall(
        spoilt,
        observed=seen,
        step=FILM_STEP,
        tol=1.0,
        record=("energy", "states"),
        advise=False,
    )
    shape = pictures.shape[1:]
    return {"rows": rows, "shown": {"blends": images, "film": film.pack_descent(run, shape)}}


def _row(
    memory: str,
    cue: str,
    beta: float | None,
    right: NDArray[np.bool_],
    recalled: NDArray[np.bool_],
    square: Floats,
) -> list[Any]:
    """Return Σ x and Σ x² of each measure over the images."""
    sums: list[Any] = []
    for values in (right, recalled, square):
        x = np.asarray(values, np.float64)
        total, squares = float(x.sum()), float((x**2).sum())
        sums += [None, None] if np.isnan(total) else [total, squares]
    return [memory, cue, beta, len(right), *sums]


def _pack(rows: Floats) -> Any:
    """Pack images, rounded to bytes."""
    pictures = np.rint(rows.clip(0, 255)).astype(np.uint8)
    side = round((pictures.shape[1] / 3) ** 0.5)
    return pack_images(pictures.reshape(-1, side, side, 3))


PARTS: dict[str, Callable[[Config, Mapping[str, Any], np.random.Generator], Payload]] = {
    "colour": colour,
    "binary": binary,
    "blend": blend,
}
