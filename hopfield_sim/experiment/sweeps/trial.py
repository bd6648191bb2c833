"""Work of a worker: some trials of one study."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError
from hopfield_sim.experiment.sweeps.store import Saved
from hopfield_sim.experiment.sweeps.study import Config, Study, generator
from hopfield_sim.support import blas

__all__ = ["Chunk", "Done", "find", "run"]


@dataclass(frozen=True)
class Chunk:
    """Trials of one cell that are submitted together, to reduce the overhead of short ones.

    Parameters
    ----------
    study : str
        "module:name" of the study's class, which workers import.
    config : dict
        Configuration of the study.
    cell : int
        Index of the cell.
    values : mapping
        Values of the cell.
    trials : tuple of int
        Indices of the trials.
    attempt : int
        Number of earlier attempts.
    """

    study: str
    config: Config
    cell: int
    values: Mapping[str, Any]
    trials: tuple[int, ...]
    attempt: int = 0


class Done(NamedTuple):
    """Results of a chunk, and its time in seconds."""

    trials: list[Saved]
    seconds: float


def find(where: str) -> type[Study]:
    """Return the study at "module:name"."""
    module, _, name = where.partition(":")
    study: type[Study] = getattr(importlib.import_module(module), name)
    return study


@np.errstate(under="ignore")  # underflow is not an error, whatever np.seterr is
def run(chunk: Chunk) -> Done:
    """Run the trials of a chunk; a failure of one does not affect the others.

    Raises
    ------
    HopfieldError
        When the configuration is at fault, so that a retry would fail as well.
    """
    _calm_blas()
    start = time.perf_counter()
    done = _make(find(chunk.study).of(chunk.config), chunk, chunk.trials)
    return Done(done, time.perf_counter() - start)


def _make(study: Study, chunk: Chunk, trials: Sequence[int]) -> list[Saved]:
    """Run trials of one cell in a batch if the study can; else, or if that fails, one by one."""
    alone = len(trials) == 1
    if alone or type(study).trials is not Study.trials:
        seed = study.config["seed"]
        rngs = [generator(study.name, seed, chunk.cell, trial) for trial in trials]
        try:
            payloads = study.trials(chunk.values, rngs)
            texts = [json.dumps(payload, allow_nan=False) for payload in payloads]
            return [Saved(chunk.cell, *one) for one in zip(trials, texts, strict=True)]
        except Exception as error:
            # Too little memory may be this worker's fault alone.
            if isinstance(error, HopfieldError) and not isinstance(error, MemoryError):
                raise
            if alone:
                return [Saved(chunk.cell, trials[0], None, _reason(error, chunk.values))]
    return [saved for one in trials for saved in _make(study, chunk, [one])]


def _reason(error: Exception, values: Mapping[str, Any]) -> str:
    """Return the reason of a failure; NumPy's MemoryError becomes InsufficientMemoryError."""
    if isinstance(error, MemoryError) and not isinstance(error, HopfieldError):
        cell = ", ".join(f"{name} = {value}" for name, value in values.items())
        error = InsufficientMemoryError(
            f"not enough memory for a trial{' of ' if cell else ''}{cell} ({checks.message(error)})"
            "; ask for smaller sizes, or for fewer workers"
        )
    return f"{type(error).__name__}: {error}"


@cache
def _calm_blas() -> None:
    # One BLAS thread per worker: more would compete for the processors, and sums would depend on
    # their number. Once per process; the sweep restores the threads of the caller's process.
    blas.limit(1)
