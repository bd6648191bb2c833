"""Numbers from 1e-300 to 1e300 wherever numbers may be real: finite results, or words."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import hopfield_sim as hs
from benchmarks.reliability.tally import Tally

ROUNDS = (60, 600)


def attack(rounds: int) -> Tally:
    """Store patterns of every scale, at every inverse temperature."""
    warnings.simplefilter("ignore")
    tally = Tally()
    generator = np.random.default_rng(0)
    scales = 10.0 ** np.linspace(-300, 300, max(2, rounds // 4))
    for scale in scales:
        patterns = generator.normal(size=(5, 9)) * scale
        for kind in ("dot", "cosine", "euclidean", "manhattan"):
            for beta in (None, 1e-30, 1.0, 1e30):
                what = f"{kind}, beta {beta}, scale {scale:.0e}"
                _try(tally, what, _modern, patterns, kind, beta)
        _try(tally, f"distributed, scale {scale:.0e}", _distributed, patterns, scale)
    return tally


def _modern(patterns: Any, kind: str, beta: float | None) -> list[Any]:
    memory = hs.ModernHopfield(similarity=kind, **({} if beta is None else {"beta": beta}))
    memory.store(patterns)
    run = memory.recall(patterns)
    return [run.states, memory.energy(patterns)]


def _distributed(patterns: Any, scale: float) -> list[Any]:
    memory = hs.DistributedMemory(9, 1 / scale, rng=0)
    memory.store(patterns)
    return [memory.energy(patterns)]


def _try(tally: Tally, what: str, work: Callable[..., list[Any]], *args: Any) -> None:
    try:
        found = work(*args)
    except hs.errors.HopfieldError:
        tally.right("refused")
    except Exception as error:
        tally.lost(f"{what}: {type(error).__name__}: {error}")
    else:
        tally.judge(all(np.isfinite(x).all() for x in found), "finite", f"{what}: not finite")
