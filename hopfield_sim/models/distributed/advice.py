"""Choice of β and of the number of features, from the patterns that are to be stored."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.distributed.features import Kernel
from hopfield_sim.models.modern.memory import ModernHopfield

__all__ = ["exact", "suggest_features"]

_MOST = 2.0**40
_PATTERNS = 256
"""Number of patterns at which the noise of the gradient is estimated, evenly spread."""


def exact(patterns: Any, beta: float = 1.0) -> ModernHopfield:
    """Return the memory whose energy a distributed one estimates, with these patterns."""
    double = checks.real_patterns(patterns, dtype=np.dtype(np.float64))
    checks.memory(
        16 * len(double.array) ** 2, f"all pairs of {len(double.array)} patterns", "use fewer"
    )
    return ModernHopfield(beta, similarity="euclidean").store(double.array)


def suggest_features(
    patterns: Any, cues: Any, beta: float, kernel: Kernel, error: Any, fraction: Any
) -> int:
    """Return the number of features from which on noise neither moves nor hides the wells.

    With K = Σ exp(−β/2 ‖x − ξ‖²) the estimate has the standard error ‖T‖/√(length of T), and its
    gradient D β times that variance: so the noise of ∇E has the length √(D/β) ‖T‖/(√(length) K).
    """
    if kernel.positive:
        raise InvalidInputError(
            "suggest_features() knows features that are waves, kernel 'sincos' or 'cos'"
        )
    error = checks.real(error, "error", minimum=0)
    fraction = checks.real(fraction, "fraction", minimum=0, maximum=1)
    if not error > 0:
        raise InvalidInputError(f"error must be greater than 0; got {error}")
    memory = exact(patterns, beta)
    known = np.asarray(memory.patterns, np.float64)
    xi: NDArray[np.float64] = known.reshape(len(known), -1)
    log_kernel = -beta * memory.energy(xi)
    log_square = float(np.logaddexp.reduce(log_kernel))  # ln ‖T‖²
    chosen = np.linspace(0, len(xi) - 1, min(len(xi), _PATTERNS)).round().astype(int)
    wanted = [2 * math.log(error) + 2 * log_kernel[chosen]]
    if cues is not None:
        states = checks.real_states(
            cues, xi.shape[1], n_patterns=len(xi), dtype=np.dtype(np.float64)
        ).array
        squares = np.array([((state - xi) ** 2).sum(axis=1).min() for state in states])
        with np.errstate(divide="ignore"):
            wanted.append(np.log(beta * squares) - 2 * beta * memory.energy(states))
    log_most = max(
        log_square - float(np.quantile(each, 1 - fraction, method="lower")) for each in wanted
    )
    log_features = log_most + math.log(xi.shape[1] / kernel.parts)
    if log_features > math.log(_MOST):
        raise InvalidInputError(
            f"e^{log_features:.0f} features are needed: a state at a distance r from the memories "
            f"needs e^(beta r²) times as many; beta = {beta:g} is too large for these cues"
        )
    return math.ceil(math.exp(log_features))
