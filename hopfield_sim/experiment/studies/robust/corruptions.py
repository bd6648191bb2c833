"""Corruptions of patterns before recall: flips, noise, masks, attacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.experiment.studies.robust import attacks
from hopfield_sim.experiment.studies.robust.attacks import gradient_of
from hopfield_sim.models.graded import Graded
from hopfield_sim.patterns import flip, mask

__all__ = ["ATTACKS", "CORRUPTIONS", "REACH", "WORDS", "Attack", "corrupted", "levels"]

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]

WORDS = {
    "none": "the pattern itself",
    "flip": "bits flipped",
    "noise": "Gaussian noise",
    "mask": "lower part covered",
    "random": "random signs",
    "fgsm": "FGSM",
    "pgd": "PGD",
    "flip+random": "flipped, random signs",
    "flip+fgsm": "flipped, FGSM",
    "flip+pgd": "flipped, PGD",
}
"""Display names of all corruptions; those with ``flip+`` start from a cue with flipped bits."""

CORRUPTIONS = tuple(WORDS)
REACH = 2.5
"""Steps of PGD together, in ε: enough to change direction on the way (Madry et al. 2018)."""

ATTACKS = ("random", "fgsm", "pgd")
"""Changes of at most ε in every number; the first, with random signs, is the control."""


@dataclass(frozen=True)
class Attack:
    """Parameters of attacks besides ε.

    Parameters
    ----------
    alpha, steps : float or None, int
        Step size and number of steps of PGD; None: a step of 2.5 ε/steps.
    flipped : float
        Fraction of flipped bits in cues that are attacked afterwards.
    box : (float, float)
        Bounds of attacked cues.
    """

    alpha: float | None
    steps: int
    flipped: float
    box: tuple[float, float] = attacks.BOX


def levels(config: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return all pairs of corruption and strength."""
    return [(kind, strength) for kind, strengths in config["strengths"] for strength in strengths]


def corrupted(
    kind: str,
    strength: float,
    patterns: Spins,
    memory: Graded,
    attack: Attack,
    rng: np.random.Generator,
) -> Floats:
    """Return cues (P, N) made of patterns (P, N); only FGSM and PGD depend on the memory.

    Parameters
    ----------
    kind : str
        One of ``CORRUPTIONS``.
    strength : float
        The fraction of flipped bits, or of the sites covered in black (−1), from the last upwards;
        the standard deviation of the noise; ε.
    """
    start, _, kind = kind.rpartition("+")
    base = flip(patterns, fraction=attack.flipped, rng=rng) if start else patterns
    x = base.astype(np.float64)
    if kind in ATTACKS:
        return _attacked(kind, strength, x, patterns, memory, attack, rng)
    return _PLAIN[kind](x, strength, rng)


def _attacked(
    kind: str,
    epsilon: float,
    x: Floats,
    patterns: Spins,
    memory: Graded,
    attack: Attack,
    rng: np.random.Generator,
) -> Floats:
    if kind == "random":
        return attacks.random_signs(x, epsilon, rng, box=attack.box)
    gradient = gradient_of(memory, patterns.astype(np.float64))
    if kind == "fgsm":
        return attacks.fgsm(gradient, x, epsilon, box=attack.box)
    alpha = REACH * epsilon / attack.steps if attack.alpha is None else attack.alpha
    return attacks.pgd(gradient, x, epsilon, box=attack.box, alpha=alpha, steps=attack.steps)


def _none(x: Floats, strength: float, rng: np.random.Generator) -> Floats:
    return x


def _flip(x: Floats, strength: float, rng: np.random.Generator) -> Floats:
    return flip(x, fraction=strength, rng=rng).astype(np.float64)


def _noise(x: Floats, strength: float, rng: np.random.Generator) -> Floats:
    return x + strength * rng.normal(size=x.shape)


def _mask(x: Floats, strength: float, rng: np.random.Generator) -> Floats:
    n = x.shape[1]
    return mask(x, np.arange(n) < n - round(strength * n)).astype(np.float64)


_PLAIN: dict[str, Callable[[Floats, float, np.random.Generator], Floats]] = {
    "none": _none,
    "flip": _flip,
    "noise": _noise,
    "mask": _mask,
}
