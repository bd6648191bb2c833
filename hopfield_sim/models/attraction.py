"""Basins of attraction: how far from its pattern a cue may start, and where random states end."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models.base.continuous import ContinuousMemory
from hopfield_sim.models.hopfield import classification
from hopfield_sim.support.crossing import crossing

Floats = NDArray[np.float64]

KINDS = ("stored", "inverse", "mixture", "spurious")
_BITS, _DISTANCE = 0.05, 0.1
"""The largest fraction of wrong bits, or relative distance, of a recovered pattern."""

OVERLAPS = tuple(round(0.1 * tenth, 1) for tenth in range(11))


@dataclass(frozen=True)
class Basins:
    """What ``basins`` found.

    Attributes
    ----------
    overlaps : (L,) ndarray of float64
        Overlaps of the cues with their patterns.
    recovered, recovered_se : (L,) ndarray of float64
        Fraction of the cues that recover their pattern, and its standard error over cues.
    critical, critical_se : float
        Overlap at which half of the cues do, and its bootstrap error over cues; nan where the curve
        does not cross one half.
    kinds : (R,) ndarray of str
        Where random states end: "stored" | "inverse" | "mixture" | "spurious".
    energies : (R,) ndarray of float64
        Energies of these final states; nan for a memory without an energy.
    distinct : int
        Number of different final states among them.
    """

    overlaps: Floats
    recovered: Floats
    recovered_se: Floats
    critical: float
    critical_se: float
    kinds: NDArray[np.str_]
    energies: Floats
    distinct: int

    @property
    def counts(self) -> dict[str, int]:
        """Number of random states that end in each kind."""
        return {kind: int((self.kinds == kind).sum()) for kind in KINDS}


@checks.by_name
def basins(
    memory: Any,
    *,
    overlaps: Any = OVERLAPS,
    trials: int = 100,
    starts: int = 100,
    within: float | None = None,
    patterns: Any = None,
    recall: Mapping[str, Any] | None = None,
    rng: int | np.random.Generator | None = None,
) -> Basins:
    r"""Measure the basins of attraction of a memory's patterns, and its attractors.

    A cue of overlap m with a pattern has :math:`N (1 - m)/2` of its bits flipped, at random; in
    continuous memories it is :math:`m \xi + \sqrt{1 - m^2}\, \lVert\xi\rVert u` with a random unit
    vector u orthogonal to ξ. The same cue comes with every overlap, with more bits flipped or more
    of u. A pattern is recovered if at most ``within`` of the bits of the final state are wrong, or
    if :math:`\lVert x - \xi \rVert \le` ``within`` :math:`\lVert \xi \rVert` in continuous ones.

    Parameters
    ----------
    memory : HopfieldNetwork, DenseMemory, ModernHopfield, ..., or a memory of your own
        A memory with stored patterns and the method ``recall``.
    overlaps : (L,) array_like of float
        Overlaps of the cues, from -1 to 1; those of ±1 are rounded to whole bits.
    trials : int
        Number of cues of each overlap, spread evenly over the patterns.
    starts : int
        Number of random states whose attractors are classified; 0 for none. Random states of
        continuous memories are normal with the mean and the deviation of the patterns.
    within : float, optional
        Largest fraction of wrong bits, by default 0.05, or relative distance, by default 0.1.
    patterns : (P, N) array_like, optional
        Stored patterns, of a memory that has none to show (``DistributedMemory``).
    recall : mapping, optional
        Further arguments of ``memory.recall``, such as {"temperature": 0.1}.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    Basins
        ``.overlaps``, ``.recovered``, ``.recovered_se``, ``.critical``, ``.critical_se``, and for
        the random states ``.kinds``, ``.counts``, ``.energies`` and ``.distinct``. Of ±1, kinds are
        those of ``HopfieldNetwork.classify``; a continuous state is a mixture if a linear
        combination of the patterns comes as near to it.

    Raises
    ------
    NotStoredError
        If the memory has no patterns.
    InvalidInputError, InvalidTypeError
        If an argument is outside its range, or patterns are needed and not given.

    Examples
    --------
    >>> import hopfield_sim as hs
    >>> net = hs.HopfieldNetwork().store(hs.random_patterns(5, 200, rng=0))
    >>> found = basins(net, overlaps=[0.0, 0.2, 0.4, 0.6], trials=50, starts=20, rng=1)
    >>> found.recovered.round(1).tolist()
    [0.0, 0.8, 1.0, 1.0]
    """
    if not callable(getattr(memory, "recall", None)):
        raise InvalidTypeError(
            f"memory must be a memory, with a method recall; got {checks.show(memory)}"
        )
    xi = _patterns(memory, patterns)
    binary = not isinstance(memory, ContinuousMemory) and bool(np.isin(xi, (-1, 1)).all())
    asked = checks.finite(np.atleast_1d(checks.numeric(overlaps, "overlaps")), "overlaps")
    if asked.ndim != 1 or not asked.size or np.abs(asked).max() > 1:
        raise InvalidInputError(
            f"overlaps must be numbers from -1 to 1; got {checks.show(overlaps)}"
        )
    trials = checks.integer(trials, "trials", minimum=1)
    starts = checks.integer(starts, "starts", minimum=0)
    checks.memory(
        32 * (trials + starts) * xi.shape[1] + 8 * trials * len(asked),
        f"{trials} cues and {starts} random states of {xi.shape[1]} numbers",
        "use fewer trials or starts",
    )
    if within is None:
        within = _BITS if binary else _DISTANCE
    within = checks.real(within, "within", minimum=0, maximum=0.5)
    generator = checks.generator(rng)
    how = {} if recall is None else checks.mapping(recall, "recall", "arguments of recall")
    if "rng" in inspect.signature(memory.recall).parameters:
        how = {"rng": generator} | how

    def ends(states: NDArray[Any]) -> NDArray[Any]:
        run = memory.recall(states, **how)
        final = np.asarray(getattr(run, "states", run)).reshape(len(states), -1)
        # Graded neurons answer by their signs.
        return np.where(final > 0, np.int8(1), np.int8(-1)) if binary else final

    targets = xi[np.arange(trials) % len(xi)]
    cues = _flipped(targets, generator) if binary else _turned(targets, generator)
    recovered = np.stack(
        [_near(ends(cues(overlap)), targets, within, binary) for overlap in asked], axis=1
    )
    fraction = recovered.mean(axis=0)
    error = np.sqrt(fraction * (1 - fraction) / (trials - 1)) if trials > 1 else fraction * np.nan
    at = crossing(1 - asked, recovered.astype(np.float64), 0.5, resolution=0.5 / trials)
    final = ends(_random(xi, starts, binary, generator)) if starts else xi[:0]
    return Basins(
        overlaps=asked,
        recovered=fraction,
        recovered_se=error,
        critical=1 - at.value,
        critical_se=at.error,
        kinds=_kinds(final, xi, within, binary),
        energies=_energies(memory, final),
        distinct=_distinct(final, within, binary),
    )


def _patterns(memory: Any, given: Any) -> NDArray[Any]:
    if given is None:
        given = getattr(memory, "patterns", None)
    if given is None:
        raise InvalidInputError(
            f"{type(memory).__name__} has no patterns to show; pass those that it has stored, "
            "patterns=..."
        )
    array = checks.finite(checks.numeric(given, "patterns"), "patterns")
    if array.ndim < 2 or not array.size:
        raise InvalidInputError(f"patterns must be (P, N); got shape {array.shape}")
    array = array.reshape(len(array), -1)
    return array.astype(np.int8) if np.isin(array, (-1, 1)).all() else array


def _flipped(targets: NDArray[Any], rng: np.random.Generator) -> Any:
    """Cues of ±1 by overlap: the sites are flipped in a random order."""
    n = targets.shape[1]
    place = rng.permuted(np.tile(np.arange(n), (len(targets), 1)), axis=1)
    return lambda overlap: np.where(place < round(n * (1 - overlap) / 2), -targets, targets)


def _turned(targets: NDArray[Any], rng: np.random.Generator) -> Any:
    """Real cues by overlap, each of the length of its pattern."""
    xi = targets.astype(np.float64)
    length = np.linalg.norm(xi, axis=1, keepdims=True)
    unit = xi / np.where(length > 0, length, 1.0)
    across = rng.normal(size=xi.shape)
    across -= (across * unit).sum(axis=1, keepdims=True) * unit
    across *= length / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
    return lambda overlap: overlap * xi + np.sqrt(1 - overlap**2) * across


def _random(xi: NDArray[Any], count: int, binary: bool, rng: np.random.Generator) -> NDArray[Any]:
    if binary:
        return (2 * rng.integers(2, size=(count, xi.shape[1])) - 1).astype(np.int8)
    whole = xi.astype(np.float64)
    return rng.normal(whole.mean(axis=0), whole.std(axis=0), (count, xi.shape[1]))


def _near(
    states: NDArray[Any], targets: NDArray[Any], within: float, binary: bool
) -> NDArray[np.bool_]:
    """Whether each state equals its target within the tolerance, in bits or relative length."""
    if binary:
        return (states != targets).mean(axis=1) <= within + 1e-9
    whole = targets.astype(np.float64)
    return np.asarray(
        np.linalg.norm(states - whole, axis=1) <= within * np.linalg.norm(whole, axis=1)
    )


def _kinds(states: NDArray[Any], xi: NDArray[Any], within: float, binary: bool) -> NDArray[np.str_]:
    if binary:
        return np.asarray(classification.classify(states, xi.astype(np.int8), within).kind, "U8")
    kinds = np.full(len(states), "spurious", "U8")
    whole = xi.astype(np.float64)
    mixed = states @ np.linalg.pinv(whole) @ whole
    size = np.linalg.norm(states, axis=1)
    kinds[np.linalg.norm(states - mixed, axis=1) <= within * size] = "mixture"
    for sign, kind in ((-1, "inverse"), (1, "stored")):
        for pattern in whole:
            kinds[_near(states, np.broadcast_to(sign * pattern, states.shape), within, False)] = (
                kind
            )
    return kinds


def _energies(memory: Any, states: NDArray[Any]) -> Floats:
    if not (hasattr(memory, "energy") and getattr(memory, "_energetic", True) and len(states)):
        return np.full(len(states), np.nan)
    found = memory.energy(energy_argument(memory, states))
    return np.asarray(found, np.float64).reshape(len(states))


def energy_argument(memory: Any, states: Any) -> Any:
    """What ``memory.energy`` takes: these states, or their potentials if the memory has such."""
    return memory.potentials(states) if hasattr(memory, "potentials") else states


def _distinct(states: NDArray[Any], within: float, binary: bool) -> int:
    if binary:
        return len(np.unique(states, axis=0)) if len(states) else 0
    found: list[NDArray[Any]] = []
    for state in states:
        known = [_near(state[None], other[None], within, False)[0] for other in found]
        if not any(known):
            found.append(state)
    return len(found)
