"""One trial of the robust study: corrupt one set of patterns, and recall it by one memory."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.experiment.common.given import draw
from hopfield_sim.experiment.common.packing import pack_images
from hopfield_sim.experiment.studies.robust.attacks import BOX, reconstruction_loss
from hopfield_sim.experiment.studies.robust.corruptions import Attack, corrupted, levels
from hopfield_sim.experiment.studies.robust.memories import make
from hopfield_sim.experiment.studies.robust.patterns import digits
from hopfield_sim.experiment.sweeps.study import Config, Payload, generator
from hopfield_sim.patterns import overlap

__all__ = ["DATA", "GIVEN", "SHOWN", "measure", "patterns_of"]

NAME = "robust"
DATA = ("random", "digits")
GIVEN = "given"
"""Name of the set of given patterns, which takes the place of the others."""

SHOWN = ("flip", "noise", "mask", "flip+pgd")
"""Corruptions in the figures, each at its middle strength, attacks at the largest."""

SHOWN_PATTERN = 3


def patterns_of(config: Config, data: str, network: int) -> NDArray[np.int8]:
    """Return the patterns (P, N) of a set, the same for every memory."""
    if data == "digits":
        return digits(config["digits"], network)
    rng = generator(NAME, config["seed"], _stream(data), network)
    return draw(config, config["n_patterns"], config["n_neurons"], rng)


def measure(config: Config, cell: Mapping[str, Any]) -> Payload:
    """Measure one memory with one set of patterns; all memories have the same cues except attacks.

    All corruptions start from the same random numbers: attacks at ε and at 2ε, by FGSM and by PGD,
    change the same flipped cues.
    """
    data, network = cell["data"], cell["network"]
    patterns = patterns_of(config, data, network)
    memory = make(cell["memory"], patterns, config, _seed(config, cell))
    box = BOX if config["confined"] else (-np.inf, np.inf)
    attack = Attack(config["alpha"], config["attack_steps"], config["attacked"], box)
    cues = []
    for kind, strength in levels(config):
        source = generator(NAME, config["seed"], _stream(data) + 1, network)
        cues.append(corrupted(kind, strength, patterns, memory.step, attack, source))
    stacked = np.concatenate(cues)
    ends = memory.recall(stacked).reshape(len(cues), *patterns.shape)
    wanted = np.tile(patterns, (len(cues), 1)).astype(np.float64)
    loss = reconstruction_loss(memory.step, stacked, wanted).reshape(len(cues), -1).mean(axis=1)
    right = ends == patterns
    payload: Payload = {
        "exact": right.all(axis=2).mean(axis=1).tolist(),
        "bit_accuracy": right.mean(axis=(1, 2)).tolist(),
        "loss": loss.tolist(),
        "shape": list(patterns.shape),
        "likeness": _likeness(patterns),
    }
    return payload | ({"shown": _shown(config, patterns, cues, ends)} if network == 0 else {})


def _stream(data: str) -> int:
    """Return the stream of random numbers of a set of patterns; the next is that of its cues."""
    return 2 * (*DATA, GIVEN).index(data)


def _likeness(patterns: NDArray[np.int8]) -> float:
    """Return the mean overlap of two patterns."""
    count = len(patterns)
    others = overlap(patterns, patterns)[~np.eye(count, dtype=bool)]
    return float(others.mean()) if count > 1 else 0.0


def _seed(config: Config, cell: Mapping[str, Any]) -> int:
    """Return the seed of a memory's own randomness."""
    name = zlib.crc32(f"{NAME}/{cell['data']}/{cell['memory']}".encode())
    return int(generator(NAME, config["seed"], name, cell["network"]).integers(2**63))


def _shown(
    config: Config,
    patterns: NDArray[np.int8],
    cues: list[NDArray[np.float64]],
    ends: NDArray[np.int8],
) -> dict[str, Any]:
    """Return one pattern with its cues and final states, as bytes."""
    which = min(SHOWN_PATTERN, len(patterns) - 1)
    images = {"original": _bytes(patterns[which])}
    every = levels(config)
    for kind, strengths in config["strengths"]:
        if kind in SHOWN:
            strength = strengths[-1 if "+" in kind else (len(strengths) - 1) // 2]
            place = every.index((kind, strength))
            pair = np.stack([cues[place][which], ends[place][which]])
            images[kind] = {"strength": strength, "pair": _bytes(pair)}
    return images


def _bytes(x: NDArray[Any]) -> Any:
    return pack_images(np.rint((x.clip(-1, 1) + 1) * 127.5).astype(np.uint8))
