"""Diffusion as a memory: the mean of the patterns that a noisy state may have been."""

from __future__ import annotations

from typing import Any

from hopfield_sim import checks
from hopfield_sim.models.modern.memory import ModernHopfield


@checks.by_name
def posterior_mean(states: Any, patterns: Any, noise: float, *, backend: str = "auto") -> Any:
    r"""Mean of the pattern, given one of the patterns plus Gaussian noise.

    If each of P patterns is equally probable and x = ξ + σn with a normal n, then

    .. math::

       ⟨ξ \mid x⟩ = \sum_\mu p_\mu \xi^\mu, \qquad
       p_\mu \propto e^{-\lVert x - \xi^\mu \rVert^2 / 2σ^2} :

    one step of ``ModernHopfield(1/σ², similarity="euclidean")``. It is what a diffusion model that
    fits its training set perfectly predicts, and (⟨ξ|x⟩ − x)/σ² = ∇ log p(x) is its score. L.
    Ambrogioni, Entropy 26, 381 (2024).

    Parameters
    ----------
    states : (B, N), (N,) or image array_like
        Noisy states x; not modified.
    patterns : (P, N) or image array_like of float
        Patterns ξ; not modified.
    noise : float
        Standard deviation σ of the noise of a coordinate, from 1e-100 to 1e15.
    backend : {"auto", "numpy", "cython", ...}
        Implementation to use; the results are the same to rounding.

    Returns
    -------
    (B, N) ndarray of float
        Means, of the shape of ``states``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If shapes do not match, values are not finite, or ``noise`` is out of range.

    Examples
    --------
    >>> posterior_mean([0.5], [[1.0], [-1.0]], noise=1.0)  # tanh(0.5)
    array([0.46211716])
    """
    noise = checks.real(noise, "noise", minimum=1e-100, maximum=1e15)
    memory = ModernHopfield(noise**-2, similarity="euclidean", backend=backend).store(patterns)
    return memory.recall(states, max_steps=1, advise=False).states
