"""Perturbations of a cue along the gradient of a loss.

They depend on a memory only by a function from states (B, N) to gradients (B, N).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.models.graded import Graded

__all__ = ["BOX", "Gradient", "fgsm", "gradient_of", "pgd", "random_signs", "reconstruction_loss"]

Floats = NDArray[np.float64]
Gradient = Callable[[Floats], Floats]

BOX = (-1.0, 1.0)
"""Range of neurons and pixels."""


def reconstruction_loss(memory: Graded, x: Floats, wanted: Floats) -> Floats:
    """Return the loss L = Σ_i (f_i(x) − ξ_i)²/N of one step from each cue, (B,)."""
    return np.asarray(((memory.step(x) - wanted) ** 2).mean(axis=1))


def gradient_of(memory: Graded, wanted: Floats) -> Gradient:
    """x ↦ ∂L/∂x = Jᵀ 2 (f(x) − ξ)/N, the gradient of the reconstruction loss."""

    def gradient(x: Floats) -> Floats:
        return memory.pulled(x, 2 * (memory.step(x) - wanted) / x.shape[1])

    return gradient


def fgsm(
    gradient: Gradient,
    x: Floats,
    epsilon: float,
    *,
    box: tuple[float, float] = BOX,
) -> Floats:
    """x + ε sign ∂L/∂x: to first order the largest increase of the loss with changes of at most ε.

    Parameters
    ----------
    gradient : callable
        Gradient of the loss, (B, N) → (B, N).
    x : (B, N)
        Cues; not changed.
    epsilon : float
        ε ≥ 0.
    box : (float, float)
        Bounds of the result.

    References
    ----------
    I. J. Goodfellow, J. Shlens, C. Szegedy, ICLR 2015 (arXiv:1412.6572).

    Examples
    --------
    >>> fgsm(lambda x: x, np.array([[0.5, -0.25, 0.0, 1.0]]), 0.125)
    array([[ 0.625, -0.375,  0.   ,  1.   ]])
    """
    return np.clip(x + epsilon * np.sign(gradient(x)), *box)


def pgd(
    gradient: Gradient,
    x: Floats,
    epsilon: float,
    *,
    alpha: float = 0.01,
    steps: int = 10,
    box: tuple[float, float] = BOX,
) -> Floats:
    """Projected gradient ascent: steps of α sign ∂L/∂x, each clipped to within ε of x.

    It starts at x itself, so no number changes by more than α · ``steps``.

    Parameters
    ----------
    gradient, x, epsilon, box
        As in ``fgsm``.
    alpha : float
        Step size, α.
    steps : int
        Number of steps.

    References
    ----------
    A. Kurakin, I. Goodfellow, S. Bengio, ICLR workshop 2017 (arXiv:1607.02533); A. Madry et al.,
    ICLR 2018 (arXiv:1706.06083), who start at a random point.

    Examples
    --------
    >>> pgd(lambda x: x, np.array([[0.5, -0.25]]), 0.125, alpha=0.0625, steps=9)
    array([[ 0.625, -0.375]])
    """
    attacked = x
    for _ in range(steps):
        attacked = fgsm(gradient, attacked, alpha, box=box)
        attacked = np.clip(attacked, x - epsilon, x + epsilon)
    return attacked


def random_signs(
    x: Floats,
    epsilon: float,
    rng: np.random.Generator,
    *,
    box: tuple[float, float] = BOX,
) -> Floats:
    """x ± ε with random signs: as large as an attack, but independent of the gradient.

    Examples
    --------
    >>> random_signs(np.zeros((1, 4)), 0.5, np.random.default_rng(0)).tolist()
    [[0.5, 0.5, 0.5, -0.5]]
    """
    signs = rng.integers(0, 2, x.shape) * 2 - 1
    return np.clip(x + epsilon * signs, *box)
