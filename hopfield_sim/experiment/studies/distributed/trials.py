"""The six parts of the distributed study, each a pure function of configuration and seed.

Binary memories lie in {0, 1/√D} and images in [0, 1/√D], so that no two are further apart than 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.experiment.common.helpers import law
from hopfield_sim.experiment.common.packing import pack_images
from hopfield_sim.experiment.studies.distributed.pictures import images_of
from hopfield_sim.experiment.sweeps.study import Config, Payload
from hopfield_sim.models import DistributedMemory, ModernHopfield
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.recall.vectors import Descent, descend

__all__ = ["AT", "PARTS", "TRACED"]

AT = ("memory", "near", "random")
"""Kinds of states: stored patterns, the same with a tenth of the bits flipped, random ones."""

FLIPPED = 0.1
TRACED = (0, 5, 10, 20, 40, 80)
"""Steps of a descent that are shown as images, and the end."""
_PREDICTED = 8  # queries for which the error is predicted; each takes P² exponentials
_FOLLOWED = 8  # queries that are recalled
_LONGEST = 100  # steps
_SHOWN = 5  # images of a part that are shown

Floats = NDArray[np.floating]
Row = dict[str, Any]


# ------------------------------------------------------------------ random binary memories


def approximation(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Compare energies, gradients and recalled states against β and Y, one set of memories."""
    n, count = cell["n_neurons"], config["n_patterns"]
    patterns = _binary(count, n, rng)
    queries = _queries(patterns, config["queries"], rng)
    key = checks.key(rng)
    rows = []
    for beta in config["betas"]:
        exact = ModernHopfield(beta, similarity="euclidean").store(patterns)
        ends = {at: _end(exact, x, config["step"]) for at, x in queries.items()}
        for n_features in config["n_features"]:
            memory = _memory(n_features, beta, config, key).store(_single(patterns))
            for at, x in queries.items():
                end = _end(memory, x, config["step"])
                rows.append(
                    _compared(memory, exact, x)
                    | _predicted(x, patterns, beta, n_features)
                    | {"beta": beta, "n_features": n_features, "at": at}
                    | _differing(end, ends[at], n)
                )
    return {"rows": rows}


def patterns(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Compare the same against the number of memories, which are stored in batches."""
    n, counts = config["count_neurons"], config["counts"]
    everything = _binary(max(counts), n, rng)
    queries = _queries(everything[: min(counts)], config["queries"], rng)
    key = checks.key(rng)
    rows = []
    for beta in config["betas"]:
        exact = ModernHopfield(beta, similarity="euclidean")
        memory = _memory(config["count_features"], beta, config, key)
        for before, count in zip([0, *counts], counts, strict=False):
            exact.store(everything[before:count])
            memory.store(_single(everything[before:count]))
            rows += [
                _compared(memory, exact, x)
                | _predicted(x, everything[:count], beta, config["count_features"])
                | {"beta": beta, "n_patterns": count, "at": at}
                for at, x in queries.items()
            ]
    return {"rows": rows}


def kernels(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Compare the four kinds of features with both energies, at the memories, against β and Y."""
    n = cell["n_neurons"]
    memories = _binary(config["n_patterns"], n, rng)
    x = memories[: config["queries"]]
    key = checks.key(rng)
    rows = []
    for beta in config["kernel_betas"]:
        exact = ModernHopfield(beta, similarity="euclidean").store(memories)
        for kernel in config["kernels"]:
            for n_features in config["kernel_features"]:
                for energy in ("log", "plain"):
                    memory = _memory(n_features, beta, config, key, kernel, energy)
                    memory.store(_single(memories))
                    errors = _compared(memory, exact, x, plain=energy == "plain")
                    predicted = (
                        _predicted(x, memories, beta, n_features, kernel)
                        if energy == "log"
                        else {"theory": None}
                    )
                    rows.append(
                        errors
                        | predicted
                        | {"kernel": kernel, "energy": energy, "beta": beta}
                        | {"n_features": n_features, "at": "memory"}
                    )
    return {"rows": rows}


# ------------------------------------------------------------------ images


def images(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Recall images whose lower half is hidden, at one β and Y."""
    recalled = _recalled(config, cell, rng, share=0.5, count=config["n_images"])
    return {"rows": [recalled["row"]], "images": _packed(recalled, _SHOWN)}


def compression(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Recall twenty images, or all that are given, of which 60 % are visible."""
    recalled = _recalled(config, cell, rng, share=0.6, count=cell["n_patterns"])
    return {"rows": [recalled["row"]], "images": _packed(recalled, _SHOWN)}


def trajectories(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Record the descent of four images of which the first third is visible."""
    recalled = _recalled(
        config, cell, rng, share=1 / 3, count=cell["n_patterns"], record=("energy", "states")
    )
    curves, films = {}, {}
    for name in ("exact", "distributed"):
        run: Descent = recalled[name]
        curves[name] = {"steps": run.updates.tolist(), "energy": run.energy.tolist()}
        moments = [min(step, len(run.updates) - 1) for step in (*TRACED, len(run.updates) - 1)]
        films[name] = pack_images(_pixels(run.trajectory[moments], config))
    return {"rows": [recalled["row"]], "curves": curves, "films": films}


def _recalled(
    config: Config,
    cell: Mapping[str, Any],
    rng: np.random.Generator,
    *,
    share: float,
    count: int,
    record: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Recall images from the visible share of their pixels, by the exact and distributed memory."""
    beta, n_features = cell["beta"], cell["n_features"]
    originals = images_of(config, count)
    n = originals.shape[1]
    known = np.arange(n) < 3 * round(share * n / 3)  # whole pixels
    cues = np.where(known, originals, np.float32(0.5 / np.sqrt(n)))
    exact = ModernHopfield(beta, similarity="euclidean").store(originals)
    memory = _memory(n_features, beta, config, checks.key(rng)).store(originals)
    options: dict[str, Any] = {"max_steps": config["image_steps"], "tol": 1e-6, "step": 0.1}
    runs = {
        name: model.recall(cues, clamp=known, record=record, **options)
        for name, model in (("exact", exact), ("distributed", memory))
    }
    ends = {name: run.states for name, run in runs.items()}
    # The visible pixels identify the image; only the hidden ones show whether it is recalled.
    right = {
        name: ((end[:, None] - originals)[:, :, ~known] ** 2).sum(axis=2).argmin(axis=1)
        == np.arange(count)
        for name, end in ends.items()
    }

    def off(end: Floats, wanted: Floats) -> float:
        """Root mean square of differences of pixels between 0 and 1, hidden ones only."""
        return float(np.sqrt((n * (end - wanted)[:, ~known] ** 2).mean()))

    row = _compared(memory, exact, ends["distributed"]) | {
        "theory": None,
        "state": off(ends["distributed"], ends["exact"]),
        "beta": beta,
        "exact_off": off(ends["exact"], originals),
        "distributed_off": off(ends["distributed"], originals),
        "retrieved": float(right["distributed"].mean()),
        "exact": float(right["exact"].mean()),
        "numbers": int(memory.memory.size),
        "pixels": int(originals.size),
    }
    return {"row": row, "originals": originals, "cues": cues, "config": config, **runs}


def _pixels(states: Floats, config: Config) -> NDArray[np.uint8]:
    """Convert memories and states to images, (..., H, W, 3)."""
    size = config["image_size"]
    grey = np.clip(states * np.sqrt(states.shape[-1]) * 255, 0, 255)
    return np.rint(grey).astype(np.uint8).reshape(*states.shape[:-1], size, size, 3)


def _packed(recalled: Mapping[str, Any], count: int) -> dict[str, Any]:
    states = {
        "originals": recalled["originals"],
        "cues": recalled["cues"],
        "exact": recalled["exact"].states,
        "distributed": recalled["distributed"].states,
    }
    return {
        name: pack_images(_pixels(array[:count], recalled["config"]))
        for name, array in states.items()
    }


# ------------------------------------------------------------------ shared


def _binary(count: int, n: int, rng: np.random.Generator) -> Floats:
    return (rng.random((count, n)) < 0.5) / np.sqrt(n)


def _queries(patterns: Floats, count: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Return states at memories, near them and random ones, ``count`` of each."""
    chosen = patterns[rng.choice(len(patterns), min(count, len(patterns)), replace=False)]
    near, n = chosen.copy(), patterns.shape[1]
    for row in near:
        sites = rng.choice(n, round(FLIPPED * n), replace=False)
        row[sites] = 1 / np.sqrt(n) - row[sites]
    return dict(zip(AT, (chosen, near, _binary(len(chosen), n, rng)), strict=True))


def _memory(
    n_features: int,
    beta: float,
    config: Config,
    key: int,
    kernel: str = "sincos",
    energy: str = "log",
) -> DistributedMemory:
    memory = DistributedMemory(
        n_features, beta, kernel=kernel, energy=energy, rng=key, backend=config["backend"]
    )
    memory.quiet = True  # no warnings about the errors that are measured here
    return memory


def _single(patterns: Floats) -> Floats:
    """Convert to float32: faster, with rounding a thousandth of what is measured."""
    return patterns.astype(np.float32)


def _compared(
    memory: DistributedMemory, exact: ModernHopfield, x: Floats, *, plain: bool = False
) -> Row:
    """Return mean |ΔE| over states and mean |Δ∇E| over states and coordinates."""
    energy, gradient = np.asarray(exact.energy(x)), np.asarray(exact.gradient(x))
    if plain:  # E = −Σ exp(…)/β, and its gradient
        weight = np.exp(-memory.beta * energy)
        energy, gradient = -weight / memory.beta, weight[:, None] * gradient
    errors = {
        "energy_error": float(np.abs(memory.energy(x) - energy).mean()),
        "gradient_error": float(np.abs(memory.gradient(x) - gradient).mean()),
    }
    return {name: value if math.isfinite(value) else None for name, value in errors.items()}


def _predicted(
    x: Floats, patterns: Floats, beta: float, n_features: int, kernel: str = "sincos"
) -> Row:
    """Return the mean |ΔE| by theory; an empty row where its first order does not hold."""
    errors = law("feature_error", x[:_PREDICTED], patterns, beta, n_features, kernel)
    mean = float(np.mean(errors))
    return {"theory": mean if beta * mean < 0.3 else None}


def _end(model: DistributedMemory | ModernHopfield, x: Floats, step: float) -> Floats:
    """Return the final states of the first few queries, by the same steps in both memories."""
    walk = descend(
        lambda now: now - step * model.gradient(now),
        x[:_FOLLOWED].copy(),
        Recorder(1, {}),
        max_steps=_LONGEST,
        tol=1e-2 / np.sqrt(x.shape[1]),
    )
    return walk.states


def _differing(states: Floats, wanted: Floats, n: int) -> Row:
    """Return the share of bits in which final states differ, and that of identical states."""
    threshold = 0.5 / np.sqrt(n)
    different = (states > threshold) != (wanted > threshold)
    return {"state": float(different.mean()), "retrieved": float((~different.any(axis=1)).mean())}


PARTS = {
    "trajectories": trajectories,
    "compression": compression,
    "approximation": approximation,
    "images": images,
    "patterns": patterns,
    "kernels": kernels,
}
"""The parts by name, in the order of the paper's figures."""
