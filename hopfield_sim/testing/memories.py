"""Checks of memories, binary or continuous: storage, recall and energy."""

from __future__ import annotations

import copy
import inspect
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, NotStoredError
from hopfield_sim.models.attraction import energy_argument
from hopfield_sim.patterns import flip, random_patterns
from hopfield_sim.testing.promises import BrokenPromise, require

# So few patterns that every memory must store them.
_PATTERNS, _NEURONS = 3, 64
_FLIPPED = 6
# How far two computations of one energy may differ, relative to the largest, and a difference
# quotient from its derivative.
_ROUNDING, _QUOTIENT = 1e-9, 1e-4


@checks.by_name
def check_memory(memory: Any) -> None:
    """Check that a memory has the properties that all memories of the package share.

    ``store`` returns the memory and does not modify the patterns; each of a few stored patterns is
    recalled, with the same result alone and in a batch, and when called again; the energy of a
    state does not depend on the other states of a batch, recall never increases it, and
    ``energy_gap`` or ``gradient`` agree with its differences; states of another length are
    rejected; after ``clear``, ``recall`` raises NotStoredError.

    Parameters
    ----------
    memory : HopfieldNetwork, DenseMemory, or a memory of your own
        Object with the methods ``store`` and ``recall``, and perhaps ``energy`` and ``clear``. One
        with a method ``potentials`` has ``energy`` and ``gradient`` of potentials, not of states. A
        copy is checked; its stored patterns are kept.

    Raises
    ------
    BrokenPromise
        At the first property that does not hold; the message says which, where, and the
        consequence.

    Examples
    --------
    >>> from hopfield_sim import DenseMemory, HopfieldNetwork
    >>> check_memory(HopfieldNetwork("storkey"))
    >>> check_memory(DenseMemory("exponential"))
    """
    missing = [n for n in ("store", "recall", "energy", "clear") if not hasattr(memory, n)]
    require(
        not {"store", "recall"} & set(missing),
        f"{type(memory).__name__} has no {', '.join(missing)}: it is no memory.",
    )
    patterns = random_patterns(_PATTERNS, _NEURONS, rng=0)
    memory = copy.deepcopy(memory)
    _clear(memory)
    _check_stores(memory, patterns)
    cues = flip(patterns, count=_FLIPPED, rng=1)
    _check_recalls(memory, patterns, cues)
    if "energy" not in missing and _has_energy(memory, cues):
        _check_energy(memory, cues)
        _check_differences(memory, cues[0])
    _check_refuses(memory)


def _clear(memory: Any) -> None:
    if hasattr(memory, "clear"):
        memory.clear()


def _check_stores(memory: Any, patterns: NDArray[np.int8]) -> None:
    passed = patterns.copy()
    answer = memory.store(passed)
    require(
        answer is memory,
        "store() does not return the memory itself, so that Memory().store(patterns) is of no use.",
    )
    require(
        np.array_equal(passed, patterns),
        "store() changed the patterns passed to it. They belong to the caller: work on a copy.",
    )


def _recall(memory: Any, states: Any) -> Any:
    """Recall, with a seed if ``recall`` takes one; it may return the final states alone."""
    takes = inspect.signature(memory.recall).parameters
    run = memory.recall(states, **({"rng": 7} if "rng" in takes else {}))
    return run if hasattr(run, "states") else SimpleNamespace(states=np.asarray(run), stop="")


def _check_recalls(memory: Any, patterns: NDArray[np.int8], cues: NDArray[np.int8]) -> None:
    passed = cues.copy()
    run = _recall(memory, passed)
    require(
        np.array_equal(passed, cues),
        "recall() changed the states passed to it. They belong to the caller: work on a copy.",
    )
    require(
        np.shape(run.states) == cues.shape,
        f"recall() of states {cues.shape} ends in states {np.shape(run.states)}; rows are states.",
    )
    require(np.isfinite(run.states).all(), "recall() ends in numbers that are not finite.")
    require(
        np.array_equal(_recall(memory, cues).states, run.states),
        "recall() gives another result when it is called again with the same states and seed.",
    )
    alone = _recall(memory, cues[0])
    require(
        np.shape(alone.states) == cues[0].shape and isinstance(alone.stop, str),
        "a single state (N,) must come back without the axis of the batch: states (N,), stop a "
        f"word; got states {np.shape(alone.states)} and stop {alone.stop!r}.",
    )
    require(
        np.allclose(alone.states, run.states[0], rtol=0, atol=1e-6),
        "a state ends elsewhere when it is recalled alone: the states of a batch must be "
        "independent.",
    )
    kept = _recall(memory, patterns).states
    if np.asarray(kept).dtype.kind == "i":
        wrong = np.flatnonzero((kept != patterns).any(axis=1))
        said = "is not a fixed point"
    else:
        nearest = (np.asarray(kept, np.float64) @ patterns.T).argmax(axis=1)
        wrong = np.flatnonzero(nearest != np.arange(len(patterns)))
        said = "ends nearest to another one"
    require(
        not wrong.size,
        f"pattern {wrong[:1]} of {len(patterns)} {said} among {patterns.shape[1]} neurons. So few "
        "patterns must be recalled from themselves. Is a sign or a transpose wrong, or beta small?",
    )


def _has_energy(memory: Any, cues: NDArray[np.int8]) -> bool:
    """Whether the memory has an energy; ``energy`` raises or warns if recall does not lower it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            memory.energy(cues)
        except HopfieldError:
            return False
    return not caught


def _check_energy(memory: Any, cues: NDArray[np.int8]) -> None:
    energies = memory.energy(energy_argument(memory, cues))
    require(
        np.shape(energies) == (len(cues),) and np.isfinite(energies).all(),
        f"energy() of {len(cues)} states must be {len(cues)} finite numbers; got {energies!r}.",
    )
    alone = memory.energy(energy_argument(memory, cues[0]))
    largest = _ROUNDING * np.abs(energies).max() + _ROUNDING
    require(
        isinstance(alone, float) and abs(alone - energies[0]) <= largest,
        f"energy() of a single state must be a float, that of the batch; got {alone!r} for "
        f"{energies[0]!r}.",
    )
    ends = memory.energy(energy_argument(memory, _recall(memory, cues).states))
    rise = (ends - energies).max()
    require(
        rise <= largest,
        f"recall() raised the energy by {rise:.3g}: it must go downhill, or energy() belongs to "
        "another dynamics.",
    )


def _check_differences(memory: Any, state: NDArray[np.int8]) -> None:
    energy = memory.energy(state)
    if hasattr(memory, "energy_gap"):
        gap = memory.energy_gap(state)
        for site in (0, len(state) - 1):
            flipped = state.copy()
            flipped[site] *= -1
            change = memory.energy(flipped) - energy
            require(
                abs(gap[site] - change) <= _QUOTIENT * max(1.0, abs(change)),
                f"energy_gap() says {gap[site]:.6g} at site {site}, but flipping it changes the "
                f"energy by {change:.6g}.",
            )
    if hasattr(memory, "gradient"):
        here = state.astype(np.float64) * 0.9
        slope = memory.gradient(energy_argument(memory, here))
        for site in (0, len(state) - 1):
            step = np.zeros(len(state))
            step[site] = 1e-5
            above, below = (energy_argument(memory, here + sign * step) for sign in (1, -1))
            quotient = (memory.energy(above) - memory.energy(below)) / 2e-5
            require(
                abs(slope[site] - quotient) <= _QUOTIENT * max(1.0, abs(quotient)),
                f"gradient() says {slope[site]:.6g} at site {site}, but the energy's difference "
                f"quotient is {quotient:.6g}.",
            )


def _check_refuses(memory: Any) -> None:
    try:
        memory.recall(np.ones((2, _NEURONS + 1)))
    except (HopfieldError, ValueError):
        pass
    else:
        raise BrokenPromise(
            f"recall() took states of {_NEURONS + 1} neurons where the patterns have {_NEURONS}; "
            "raise InvalidInputError instead."
        )
    if not hasattr(memory, "clear"):
        return
    memory.clear()
    try:
        memory.recall(np.ones(_NEURONS))
    except NotStoredError:
        return
    raise BrokenPromise("after clear() recall() must raise NotStoredError: nothing is stored.")
