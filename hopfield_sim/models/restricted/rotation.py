"""Subspace rotation: learning without a gradient, one singular value decomposition a step.

With H = tanh(X W) the step of the algorithm is A = Xᵀ (H Wᵀ) = U D Vᵀ and W ← U Vᵀ W: of all
rotations R, U Vᵀ brings the reconstruction H (R W)ᵀ closest to X (P. H. Schönemann, Psychometrika
31, 1, 1966). Here A is N × N, but only a thin matrix of it counts. While WᵀW = I, a thin
decomposition XᵀH = U D Ṽᵀ gives that of A with V = W Ṽ, so that

    W ← U Vᵀ W = U Ṽᵀ,

the matrix with orthonormal columns nearest to XᵀH, of N × m. It is orthonormal by itself, whatever
rounding did to the W before.

Why it learns: XᵀH is the gradient of Σ ln cosh(X W), and that sum is convex. The W that follows it
furthest therefore raises the sum (M. Journée, Y. Nesterov, P. Richtárik, R. Sepulchre, J. Mach.
Learn. Res. 11, 517, 2010), which is to say that every rotation lowers the energies of the patterns,
taken together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.support.interruptible import interruptible

Floats = NDArray[np.float64]


def orthonormal(n_neurons: int, n_hidden: int, rng: np.random.Generator) -> Floats:
    """A random W (N, m) with WᵀW = I, uniformly distributed (F. Mezzadri, Not. AMS 54, 592, 2007).

    Examples
    --------
    >>> weights = orthonormal(5, 2, np.random.default_rng(0))
    >>> (weights.T @ weights).round(12) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    axes, lengths = interruptible(np.linalg.qr, rng.standard_normal((n_neurons, n_hidden)))
    return axes * np.where(np.diagonal(lengths) < 0, -1.0, 1.0)


def rotate(patterns: Floats, weights: Floats) -> Floats:
    """One rotation of W (N, m), whose columns are orthonormal, for patterns X (P, N).

    With fewer independent patterns than hidden units, some of what W spans is seen by no pattern.
    The algorithm leaves open what becomes of it; here it moves as little as it can.

    Examples
    --------
    One pattern and one hidden unit: the unit takes over the pattern, at length 1.

    >>> pattern = np.array([[1.0, -1.0, 1.0, 1.0]])
    >>> rotate(pattern, np.array([[1.0], [0.0], [0.0], [0.0]])).ravel()
    array([ 0.5, -0.5,  0.5,  0.5])
    """
    return interruptible(_rotate, patterns, weights)


def _rotate(patterns: Floats, weights: Floats) -> Floats:
    target = patterns.T @ np.tanh(patterns @ weights)
    left, sizes, right = np.linalg.svd(target, full_matrices=False)
    rank = int((sizes > sizes[0] * max(target.shape) * np.finfo(np.float64).eps).sum())
    seen, idle = right[:rank], right[rank:].T
    rotated: Floats = left[:, :rank] @ seen
    if idle.size:
        # What no pattern sees goes to the nearest place that is free. A QR decomposition is
        # orthonormal even where its columns depend on each other.
        before = weights @ idle
        free = np.linalg.qr(np.hstack([left[:, :rank], before]))[0][:, rank:]
        turn, _, back = np.linalg.svd(free.T @ before)
        rotated += free @ (turn @ back) @ idle.T
    return rotated
