"""The formulas of a dense memory that classifies (D. Krotov, J. J. Hopfield, NeurIPS 29, 2016).

Memories ξ (K, d + C): d visible neurons, then C class neurons. A state v (B, d) votes with class
neuron a at +1 against all of them at −1. One formula per function; arguments are validated
elsewhere, and K×B powers are computed at a time; arrays may be of any array module. Overlaps h are
divided by a scale S, so that h^n fits; S cancels in the end, in β S^n = (S/T)^n.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats, ceiling, raised, rectified
from hopfield_sim.checks.places import module_of

Doubles = NDArray[np.float64]

_LEAST_SLOPE = 2.0**-53
"""Lower bound of 1 − c², which is 0 once tanh rounds to ±1: a saturated wrong output must still
have a gradient, or it would never be corrected.
"""


def overlaps(states: Floats, memories: Floats, scale: float) -> Floats:
    """h^−/S = (Σ_i ξ_i v_i − Σ_a ξ_a) / S, all class neurons at −1; (B, K)."""
    d = states.shape[1]
    scaled = memories / memories.dtype.type(scale)
    low = states @ scaled[:, :d].T
    low -= scaled[:, d:].sum(axis=1)
    return low


def class_steps(memories: Floats, n_visible: int, scale: float) -> Floats:
    """(h^{a+} − h^−)/S = 2 ξ_a/S, (C, K)."""
    xp, twice = module_of(memories), memories.dtype.type(2 / scale)
    steps: Floats = xp.ascontiguousarray(memories[:, n_visible:].T * twice)
    return steps


def outputs(votes: Doubles, gain: float) -> Doubles:
    """c_a = tanh(β Σ_μ [F(h^{a+}) − F(h^−)]), (B, C), of votes in units of S^n; gain = β S^n."""
    c: Doubles = module_of(votes).tanh(gain * votes)
    return c


def cost(outputs: Doubles, targets: Doubles, power: int) -> float:
    """Σ (c_a − t_a)^{2m} over classes and examples."""
    return float(raised(outputs - targets, 2 * power).sum())


def signal(outputs: Doubles, targets: Doubles, power: int) -> Doubles:
    """G_a = ((t_a − c_a)/2)^{2m−1} (1 − c_a²), (B, C): the paper's divided by 2^{2m−1}, to fit
    float32 for any m; the normalised step does not depend on the factor.

    Examples
    --------
    Zero for a saturated correct output, not for a saturated wrong one:

    >>> signal(np.array([[1.0, 1.0]]), np.array([[1.0, -1.0]]), 1)
    array([[ 0.00000000e+00, -1.11022302e-16]])
    """
    slope: Doubles = module_of(outputs).maximum((1 - outputs) * (1 + outputs), _LEAST_SLOPE)
    return slope * raised((targets - outputs) / 2, 2 * power - 1)


def gradient(states: Floats, pulled: tuple[Floats, Floats]) -> Floats:
    """dξ = Σ_{a, batch} G_a [(h^{a+})_+^{n−1} u^{a+} − (h^−)_+^{n−1} u^−], (K, d + C).

    u^− is the state v with all class neurons at −1, u^{a+} with number a at +1. ``pulled`` is what
    ``Voting.pull`` made of G: the visible part is one matrix product; class neuron b takes u_b^{a+}
    = 2 δ_ab − 1 and u_b^− = −1, that is −Σ_batch of the visible one, and 2 Σ G_b p^{b+}.
    """
    visible, classes = pulled
    own = 2 * classes.T - visible.sum(axis=0)[:, None]
    d: Floats = module_of(states).concatenate([visible.T @ states, own], axis=1)
    return d


def targets(codes: NDArray[np.int64], n_classes: int) -> Doubles:
    """t_a = +1 for the class of each example, −1 for the others, (B, C)."""
    xp = module_of(codes)
    t: Doubles = xp.where(codes[:, None] == xp.arange(n_classes), 1.0, -1.0)
    return t


def reach(states: Floats, n_classes: int) -> float:
    """Return the largest |h| of memories in [−1, 1] with any of these states."""
    parts = (states[start : start + 1000] for start in range(0, len(states), 1000))
    return max(float(abs(part).sum(axis=1).max()) for part in parts) + n_classes


def smallest_scale(
    reach: float, order: int, dtype: np.dtype[np.floating], n_memories: int
) -> float:
    """Return the smallest S for which no sum of (h/S)^n can overflow."""
    return reach / ceiling(order, dtype, 2 * n_memories)


def automatic(votes: Doubles, scale: float, order: int) -> float:
    """Return the temperature T = β^{−1/n} at which the median of |β Σ ΔF| is 1; 0 where it is 0."""
    return scale * float(module_of(votes).median(abs(votes))) ** (1 / order)


def weights(low: Floats, steps: Floats, order: int, winners: NDArray[np.int64]) -> Floats:
    """w_μ = |F(h^{a+}) − F(h^−)| of each memory for the class that won, (B, K)."""
    return abs(rectified(low + steps[winners], order) - rectified(low, order))


def participation(weights: Floats) -> Doubles:
    """(Σ_μ w_μ)² / Σ_μ w_μ², (B,): k if k memories have equal weights and the others none; 0 if all
    weights are 0.
    """
    weights = weights.astype(np.float64)
    xp = module_of(weights)
    weights /= xp.maximum(weights.max(axis=1, keepdims=True), float(np.finfo(float).tiny))
    squares = (weights * weights).sum(axis=1)
    total = weights.sum(axis=1)
    ratio: Doubles = xp.where(squares > 0, total * total / xp.where(squares > 0, squares, 1.0), 0.0)
    return ratio
