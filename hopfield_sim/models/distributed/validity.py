"""Limits of validity of a distributed memory, with errors and warnings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.distributed.features import KERNELS, Comparison
from hopfield_sim.recall.vectors import Floats

_LARGEST = {"float64": 1e12, "float32": 1e7}
"""Largest β‖x‖²: beyond it the phases √β S x have no correct decimals."""

_REMEDY = "use more features, a smaller beta, or states that are nearer to the memories"


def within(rows: Floats, beta: float, name: str) -> None:
    """Raise an error for states so large that their phases are only rounding errors."""
    with np.errstate(over="ignore"):  # more than all floats is too large as well
        squares = _squares(rows, beta)
    worst, limit = int(squares.argmax()), _LARGEST[rows.dtype.name]
    if squares[worst] > limit:
        raise InvalidInputError(
            f"{name} must have beta·‖x‖² of at most {limit:g} in {rows.dtype}; found "
            f"{float(squares[worst]):.3g} in row {worst}; scale them so that distances are about 1"
        )


def still_near(states: Floats, beta: float, step: float) -> None:
    """Raise an error for a step after which states diverged or are not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = _squares(states, beta)
    if not (squares <= _LARGEST[states.dtype.name]).all():
        raise InvalidInputError(
            f"step must be small enough for states to come to rest; with {step:g} one of "
            f"them ran away to beta·‖x‖² = {float(squares.max()):.3g}; try 0.1"
        )


def _squares(rows: Floats, beta: float) -> NDArray[np.float64]:
    """Return β‖x‖² of each row."""
    xp = places.module_of(rows)
    squares: NDArray[np.float64] = beta * xp.einsum("bi,bi->b", rows, rows, dtype=np.float64)
    return squares


def dead(kernel: str, comparison: Comparison) -> NDArray[np.bool_]:
    """Return whether each estimate is at most ε, where the logarithm is clipped."""
    clipped: NDArray[np.bool_] = comparison.product <= KERNELS[kernel].floor
    return clipped


def chance(memory: NDArray[np.float64]) -> float:
    """Standard deviation of the product of T with features of a random direction, for waves."""
    return float(np.linalg.norm(memory) / np.sqrt(memory.size))


def lost(
    kernel: str, memory: NDArray[np.float64], beta: float, comparison: Comparison, states: Floats
) -> NDArray[np.bool_]:
    """Whether each estimate is no larger than its standard error.

    Waves: φ(x) has length 1, and the product of T with a unit vector of random direction has the
    standard deviation ‖T‖/√(length of T). Exponentials: the standard deviation of ⟨φ(x), φ(ξ)⟩ for
    ξ near x against its mean.
    """
    if not KERNELS[kernel].positive:
        drowned: NDArray[np.bool_] = comparison.product <= chance(memory)
        return drowned
    tiny, xp = np.finfo(float).tiny, places.module_of(states)
    spread = 4 * beta * xp.einsum("bi,bi->b", states, states, dtype=np.float64)
    # (e^z − 1) or (e^z − 1)(1 − e^−z)/2 against Y, by their logarithms.
    level = spread + xp.log(-xp.expm1(-spread) + tiny)
    if KERNELS[kernel].parts == 2:
        level += xp.log(-xp.expm1(-spread) / 2 + tiny)
    found: NDArray[np.bool_] = level > float(np.log(memory.shape[1]))
    return found


def tell(
    kernel: str,
    memory: NDArray[np.float64],
    beta: float,
    comparison: Comparison,
    states: Floats,
    warned: set[str],
    *,
    log: bool,
) -> None:
    """Warn of dead and of lost states, each kind once: ``warned`` has the kinds reported so far."""
    flat = dead(kernel, comparison)
    if log and flat.any() and "dead" not in warned:
        warned.add("dead")
        checks.warn(
            f"{flat.sum()} of {len(flat)} states lie in the dead zone, where the estimate of "
            f"Σ exp(-β/2 ‖x - ξ‖²) is at most ε = {KERNELS[kernel].floor:g}: the energy is flat "
            "there and the gradient 0, so they stay where they are and count as fixed points; "
            f"{_REMEDY}",
        )
    drowned = lost(kernel, memory, beta, comparison, states)
    if drowned.any() and "lost" not in warned:
        warned.add("lost")
        checks.warn(
            f"{drowned.sum()} of {len(drowned)} states lie where the estimate of "
            "Σ exp(-β/2 ‖x - ξ‖²) is no larger than its own error, so that energy and gradient "
            f"mean little: Y = {memory.shape[1]} features are too few there, about "
            "5·P·exp(β r²) are needed at a distance r from the memories "
            f"(theory.features_needed); {_REMEDY}",
        )


_NOISE = 2.0
"""Height of the estimate that ascents reach in noise alone, in units of √D times its standard
deviation: 1.2 to 1.9 for D from 48 to 768, with either kernel of waves.
"""


def tell_of_noise(
    kernel: str,
    memory: NDArray[np.float64],
    comparison: Comparison,
    ends: NDArray[np.bool_],
    n: int,
    warned: set[str],
) -> None:
    """Warn once of ends of recalls that noise may have made: the gradient has D directions for it.

    At an end where the estimate is √D of its standard deviations, the noise of the gradient moves
    states by a width of a well, 1/√β. Ascents in noise alone find such ends.
    """
    if KERNELS[kernel].positive or "noise" in warned:
        return
    unit = chance(memory)  # below it, states are lost
    found = ends & (comparison.product > unit)
    found &= comparison.product <= _NOISE * np.sqrt(n) * unit
    if found.any():
        warned.add("noise")
        checks.warn(
            f"{found.sum()} of {len(found)} states ended where the noise of the gradient is about "
            "as large as what draws them to a memory: they may be anywhere. In D = "
            f"{n} numbers Y = {memory.shape[1]} features are too few at this distance from the "
            f"memories; suggest_features(patterns, cues) says how many are needed; {_REMEDY}",
        )
