"""The work that goes to a worker: a handful of trials of one study."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from hopfield_sim import checks
from hopfield_sim.backends import blas
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError
from hopfield_sim.experiment.sweeps.store import Saved
from hopfield_sim.experiment.sweeps.study import Config, Study, generator

__all__ = ["Chunk", "Done", "find", "run"]


@dataclass(frozen=True)
class Chunk:
    """Trials of one cell that travel together, so that short ones do not drown in hand-overs.

    Parameters
    ----------
    study : str
        "module:name" of the study's class: names travel to other machines, objects do not.
    config : dict
        The study's configuration.
    trials : tuple of (cell, trial)
        Which ones.
    attempt : int
        How often they were tried before.
    """

    study: str
    config: Config
    trials: tuple[tuple[int, int], ...]
    attempt: int = 0


class Done(NamedTuple):
    """What became of a chunk, and the seconds that it took."""

    trials: list[Saved]
    seconds: float


def find(where: str) -> type[Study]:
    """Return the study at "module:name"."""
    module, _, name = where.partition(":")
    study: type[Study] = getattr(importlib.import_module(module), name)
    return study


@np.errstate(under="ignore")  # whatever np.seterr says, numbers that vanish are no error
def run(chunk: Chunk) -> Done:
    """Make the trials of a chunk; one that fails does not take the others with it.

    Raises
    ------
    HopfieldError
        When the configuration itself is at fault: trying again elsewhere would not help.
    """
    _calm_blas()
    start = time.perf_counter()
    study = find(chunk.study).of(chunk.config)
    cells = study.cells()
    done = []
    for cell, group in groupby(chunk.trials, lambda which: which[0]):
        done += _make(study, cells[cell].values, list(group))
    return Done(done, time.perf_counter() - start)


def _make(study: Study, values: Mapping[str, Any], which: list[tuple[int, int]]) -> list[Saved]:
    """Trials of one cell: together where the study can, else, or if that fails, one by one."""
    alone = len(which) == 1
    if alone or type(study).trials is not Study.trials:
        seed = study.config["seed"]
        rngs = [generator(study.name, seed, cell, trial) for cell, trial in which]
        try:
            payloads = study.trials(values, rngs)
            texts = [json.dumps(payload, allow_nan=False) for payload in payloads]
            return [Saved(*one, text) for one, text in zip(which, texts, strict=True)]
        except Exception as error:
            # Too little memory may be this worker's fault alone.
            if isinstance(error, HopfieldError) and not isinstance(error, MemoryError):
                raise
            if alone:
                return [Saved(*which[0], None, _reason(error, values))]
    return [saved for one in which for saved in _make(study, values, [one])]


def _reason(error: Exception, values: Mapping[str, Any]) -> str:
    """Why a trial failed: a memory that NumPy found too small is told as all others are."""
    if isinstance(error, MemoryError) and not isinstance(error, HopfieldError):
        cell = ", ".join(f"{name} = {value}" for name, value in values.items())
        error = InsufficientMemoryError(
            f"not enough memory for a trial{' of ' if cell else ''}{cell} ({checks.message(error)})"
            "; ask for smaller sizes, or for fewer workers"
        )
    return f"{type(error).__name__}: {error}"


@cache
def _calm_blas() -> None:
    # One BLAS thread a worker: more would fight over the processors, and sums would depend on how
    # many there are. Once per process; the sweep gives the caller's process its threads back.
    blas.limit(1)
