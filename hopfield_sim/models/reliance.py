"""Where a distributed memory cannot be relied upon, and how it says so."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.random_features import KERNELS, Comparison

Floats = NDArray[np.floating]

_REMEDY = "use more features, a smaller beta, or states that are nearer to the memories"


def dead(kernel: str, found: Comparison) -> NDArray[np.bool_]:
    """Whether each estimate is at most ε: the logarithm is clipped there."""
    clipped: NDArray[np.bool_] = found.product <= KERNELS[kernel].floor
    return clipped


def lost(
    kernel: str, memory: NDArray[np.float64], beta: float, found: Comparison, states: Floats
) -> NDArray[np.bool_]:
    """Whether chance alone would give as much as each estimate.

    Waves: φ(x) has length 1, and the product of T with a unit vector of random direction is
    ‖T‖/√(its numbers) on average. Exponentials: the standard deviation of ⟨φ(x), φ(ξ)⟩ for ξ near x
    against its mean.
    """
    if not KERNELS[kernel].positive:
        chance = np.linalg.norm(memory) / np.sqrt(memory.size)
        drowned: NDArray[np.bool_] = found.product <= chance
        return drowned
    tiny = np.finfo(float).tiny
    spread = 4 * beta * np.einsum("bi,bi->b", states, states, dtype=np.float64)
    # (e^z − 1) or (e^z − 1)(1 − e^−z)/2 against Y, by their logarithms.
    level = spread + np.log(-np.expm1(-spread) + tiny)
    if KERNELS[kernel].parts == 2:
        level += np.log(-np.expm1(-spread) / 2 + tiny)
    return np.asarray(level > np.log(memory.shape[1]))


def tell(
    kernel: str,
    memory: NDArray[np.float64],
    beta: float,
    found: Comparison,
    states: Floats,
    told: set[str],
    *,
    log: bool,
) -> None:
    """Warn of dead and of lost states, each unless it is in ``told``, where it is noted then.

    The warning points at the caller of the caller of the caller.
    """
    flat = dead(kernel, found)
    if log and flat.any() and "dead" not in told:
        told.add("dead")
        warnings.warn(
            f"{flat.sum()} of {len(flat)} states lie in the dead zone, where the estimate of "
            f"Σ exp(-β/2 ‖x - ξ‖²) is at most ε = {KERNELS[kernel].floor:g}: the energy is flat "
            "there and the gradient 0, so they stay where they are and count as fixed points; "
            f"{_REMEDY}",
            stacklevel=4,
        )
    drowned = lost(kernel, memory, beta, found, states)
    if drowned.any() and "lost" not in told:
        told.add("lost")
        warnings.warn(
            f"{drowned.sum()} of {len(drowned)} states lie where the estimate of "
            "Σ exp(-β/2 ‖x - ξ‖²) is no larger than its own error, so that energy and gradient "
            f"mean little: Y = {memory.shape[1]} features are too few there, about "
            "5·P·exp(β r²) are needed at a distance r from the memories "
            f"(theory.features_needed); {_REMEDY}",
            stacklevel=4,
        )
