"""Accuracy of distributed memories: variances of random features, and the number required."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory._arguments import answer, formula, reals, together

KERNELS = ("sincos", "cos", "exp", "expexp")

Floats = NDArray[np.floating]


@formula
def feature_variance(states: Any, patterns: Any, beta: float, kernel: str = "sincos") -> Any:
    r"""Variance of ⟨φ(x), Σ φ(ξ)⟩ for a single random feature; for Y features divide it by Y.

    For one pattern ξ, with k = exp(−β‖x − ξ‖²/2) and z = β‖x + ξ‖²:

    ========== ============================================
    kernel     variance
    ========== ============================================
    "sincos"   :math:`(1 - k^2)^2 / 2`
    "cos"      :math:`(1 - k^2)^2 / 2 + 1/2`
    "exp"      :math:`k^2 (e^z - 1)`
    "expexp"   :math:`k^2 (e^z - 1)(1 - e^{-z}) / 2`
    ========== ============================================

    Several patterns share their features, so their covariances add. With d = x − ξ, for "sincos"

    .. math:: \frac12 \sum_{μν} \left[ e^{-\frac{β}{2} ‖d^μ - d^ν‖^2}
        + e^{-\frac{β}{2} ‖d^μ + d^ν‖^2} \right] - \Big(\sum_μ e^{-\frac{β}{2} ‖d^μ‖^2}\Big)^2 .

    Parameters
    ----------
    states : (B, D) or (D,) array_like of float
        States x at which the memory is evaluated.
    patterns : (P, D) array_like of float
        Stored patterns ξ.
    beta : float
        Inverse temperature β > 0.
    kernel : {"sincos", "cos", "exp", "expexp"}
        Type of random features; their directions are independent, not orthogonal.

    Returns
    -------
    float or (B,) ndarray of float64
        The variance; inf on overflow.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the shapes do not match, values are not finite, ``beta`` is not positive or ``kernel`` is
        unknown.

    References
    ----------
    A. Rahimi, B. Recht, NeurIPS 20 (2007); K. Choromanski et al., ICLR 2021, lemma 2; B. Hoover
    et al., NeurIPS 37 (2024).

    Examples
    --------
    At a memory itself "sincos" has no error, "cos" has:

    >>> x = [0.0, 1.0]
    >>> [round(feature_variance(x, [x], 1.0, kernel), 3) for kernel in ("sincos", "cos", "exp")]
    [0.0, 0.5, 53.598]
    """
    batch, xi, beta = _validated(states, patterns, beta, kernel)
    second = np.exp([_log_second_moment(x, xi, beta, kernel) for x in batch.array])
    mean = np.exp(_log_kernel_sum(batch.array, xi, beta))
    return batch.restore(np.maximum(second - mean**2, 0.0))


@formula
def feature_error(
    states: Any, patterns: Any, beta: float, n_features: Any, kernel: str = "sincos"
) -> Any:
    r"""Mean error of the energy −log⟨φ(x), T⟩/β with Y random features.

    To first order in 1/√Y, with the variance V of ``feature_variance``,

    .. math:: ⟨|ΔE|⟩ = \sqrt{\frac{2}{π}} \frac{\sqrt{V/Y}}{β \sum_μ e^{-\frac{β}{2}‖x-ξ^μ‖^2}} ,

    which holds while it is well below 1/β; beyond, the estimate is dominated by its error.

    Parameters
    ----------
    states, patterns, beta, kernel
        As in ``feature_variance``.
    n_features : int or array of int
        Number of features Y ≥ 1.

    Returns
    -------
    float or ndarray of float64
        The error, (B,), (len(n_features),) or, for several of both, (B, len(n_features)); inf on
        overflow.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        As in ``feature_variance``.

    Examples
    --------
    >>> near, memory = [0.0, 0.9], [[0.0, 1.0]]
    >>> error = feature_error(near, memory, 10.0, [100, 10000])
    >>> bool(abs(error[0] / error[1] - 10.0) < 1e-9)
    True
    """
    batch, xi, beta = _validated(states, patterns, beta, kernel)
    counts = reals(n_features, "n_features", minimum=1)
    second = np.array([_log_second_moment(x, xi, beta, kernel) for x in batch.array])
    mean = _log_kernel_sum(batch.array, xi, beta)
    # V over the square of the mean, in logarithms: both vanish for a state far from all patterns.
    excess = np.where(np.isfinite(mean), np.maximum(second - 2 * mean, 0.0), np.inf)
    log_relative = 0.5 * np.where(excess < 1.0, np.log(np.expm1(excess)), excess)
    log_relative += 0.5 * np.where(excess < 1.0, 0.0, np.log1p(-np.exp(-excess)))
    log_scale = 0.5 * math.log(2 / math.pi) - math.log(beta)
    errors = np.exp(log_relative.reshape(-1, *(1,) * counts.ndim) + log_scale)
    errors = errors / np.sqrt(counts)
    return answer(np.asarray(errors[0])) if batch.single else errors


@formula
def features_needed(n_patterns: Any, beta: Any, distance: Any = 0.0) -> Any:
    r"""Number of random features that a distributed memory requires, by a rule of thumb.

    .. math:: Y = 5 P e^{β r^2}

    keeps the error of ⟨φ(x), T⟩ below a third of its value for a state at a distance r from one of
    P well separated memories: k = exp(−βr²/2) must exceed the noise √(P/2Y).

    Parameters
    ----------
    n_patterns : int or array
        Number of patterns P ≥ 1.
    beta : float or array
        Inverse temperature β ≥ 0.
    distance : float or array
        Distance r ≥ 0, in units in which the largest distance between two memories is about 1.

    Returns
    -------
    float or ndarray of float64
        Number of features Y, not rounded; inf on overflow.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range, or the shapes do not broadcast.

    Examples
    --------
    >>> features_needed(500, 10.0), round(features_needed(500, 50.0, 0.3))
    (2500.0, 225043)
    """
    p, b, r = together(
        reals(n_patterns, "n_patterns", minimum=1),
        reals(beta, "beta", minimum=0),
        reals(distance, "distance", minimum=0),
        names="n_patterns, beta and distance",
    )
    return answer(5.0 * p * np.exp((np.sqrt(b) * r) ** 2))


def _validated(
    states: Any, patterns: Any, beta: Any, kernel: Any
) -> tuple[checks.Batch[np.floating], Floats, float]:
    checks.choice(kernel, KERNELS, "kernel")
    beta = checks.real(beta, "beta", minimum=0)
    if beta == 0:
        raise InvalidInputError("beta must be greater than 0; got 0.0")
    double = np.dtype(np.float64)
    stored = checks.real_patterns(patterns, dtype=double)
    count = len(stored.array)
    checks.memory(48 * count**2, f"all pairs of {count} patterns", "use fewer patterns")
    batch = checks.real_states(
        states,
        stored.array.shape[1],
        shape=stored.shape,
        n_patterns=len(stored.array),
        dtype=double,
    )
    return batch, stored.array, beta


def _log_kernel_sum(states: Floats, patterns: Floats, beta: float) -> NDArray[np.float64]:
    """log Σ exp(−β/2 ‖x − ξ‖²), (B,)."""
    return np.array([special.logsumexp(-beta / 2 * _squares(x - patterns)) for x in states])


def _log_second_moment(x: Floats, patterns: Floats, beta: float, kernel: str) -> float:
    """log ⟨(Σ_μ φ(x) φ(ξ^μ))²⟩ over one direction and its phase: a sum over pairs of patterns.

    A Gaussian average of exp(√β s·a) is exp(β‖a‖²/2), of cos(√β s·a) exp(−β‖a‖²/2).
    """
    if kernel in ("sincos", "cos"):
        with_sign, apart = (-beta / 2 * pairs for pairs in _pairs(x - patterns))
        # The phase: ½ Σ exp(−β/2 ‖ξ^μ − ξ^ν‖²), as ξ^μ − ξ^ν = d^ν − d^μ.
        terms = [with_sign, apart, *([apart] if kernel == "cos" else [])]
        return special.logsumexp(np.array(terms)) - math.log(2)
    with_sign, apart = _pairs(x + patterns)
    damped = float(x @ x) + _squares(patterns)
    damped = damped[:, None] + damped
    terms = [beta * (with_sign / 2 - damped)]
    if kernel == "expexp":  # cosh in place of exp
        terms.append(beta * (apart / 2 - damped))
    return special.logsumexp(np.array(terms)) - math.log(len(terms))


def _pairs(rows: Floats) -> tuple[Floats, Floats]:
    """‖a + b‖² and ‖a − b‖² of every two rows, (P, P)."""
    squares, products = _squares(rows), rows @ rows.T
    sums = squares[:, None] + squares
    return sums + 2 * products, np.maximum(sums - 2 * products, 0.0)


def _squares(rows: Floats) -> Floats:
    squares: Floats = np.einsum("pd,pd->p", rows, rows)
    return squares
