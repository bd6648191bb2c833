"""Averages of tanh and related functions over a Gaussian field, the integrals of mean-field theory.

⟨f⟩ = ∫ Dz f(b z + a) with the standard normal measure Dz; ``a`` is the mean of the field and ``b``
its standard deviation, both divided by the temperature. All functions here are analytic within π/2
of the real line, so that the trapezoidal rule converges exponentially fast: 161 points give the
average to rounding accuracy for any a and b, if they lie where the integrand varies. For small b
they cover the Gaussian. For large b they cover the region in which tanh differs from a step
function: the average of an error function, which is known in closed form, is added to that of the
difference between tanh and it.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def _density(z: Floats) -> Floats:
    return np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


_STEPS: Floats = np.arange(-80.0, 81.0)
_DZ, _DU = 0.1125, 0.225
_Z = _DZ * _STEPS  # up to 9 standard deviations
_Z_WEIGHT = _DZ * _density(_Z)
_U: Floats = _DU * _STEPS  # up to 1 − tanh(u) = 5e-16
_WIDE = 1.5
_C = 0.5 * math.sqrt(math.pi)  # erf(c u) and tanh(u) have the same slope at 0
_S = 1.0 / (math.sqrt(2.0) * _C)  # erf(c u) is the mean of sign(u + s ξ), ξ standard normal


class TanhAverages(NamedTuple):
    """⟨tanh⟩, ⟨tanh²⟩, and the averages of the first three derivatives of tanh.

    With M_j the average of the j-th derivative, ∂M_j/∂a = M_(j+1) and ∂M_j/∂b = b M_(j+2) (the
    heat equation). M_1 = 1 − ⟨tanh²⟩, but both are given, since each is accurate where the other is
    close to 1.
    """

    mean: Floats
    square: Floats
    first: Floats
    second: Floats
    third: Floats


def tanh_averages(a: Floats, b: Floats) -> TanhAverages:
    """Averages over fields of mean ``a`` and standard deviation ``b``, arrays of one shape."""
    u, weight, wide = _points(a, b)
    t = np.tanh(u)
    bend = 1.0 - t * t
    first = _sum(weight, bend)
    step = np.where(wide, special.erf(a / (math.sqrt(2.0) * np.hypot(b, _S))), 0.0)
    # Without cancellation: derivatives of the Gaussian if it is wide, of tanh if it is narrow.
    far = (u - a[..., None]) / b[..., None]
    per_width = np.where(wide, 1.0 / b, 1.0)
    second = np.where(wide[..., None], far, -2.0 * t)
    third = np.where(wide[..., None], far * far - 1.0, 4.0 - 6.0 * bend)
    return TanhAverages(
        _sum(weight, t - np.where(wide[..., None], _ERF_U, 0.0)) + step,
        np.where(wide, 1.0 - first, _sum(weight, t * t)),
        first,
        _sum(weight, bend * second) * per_width,
        _sum(weight, bend * third) * per_width**2,
    )


def log_cosh_average(a: Floats, b: Floats) -> Floats:
    """Average of ln(2 cosh) over the same fields."""
    u, weight, wide = _points(a, b)
    value = np.abs(u) + np.log1p(np.exp(-2.0 * np.abs(u)))
    value -= np.where(wide[..., None], _MEAN_ABS_U, 0.0)
    return _sum(weight, value) + np.where(wide, _mean_abs(a, np.hypot(b, _S)), 0.0)


def _points(a: Floats, b: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Fields u with their weights, and where the Gaussian is wide, so that u is fixed."""
    wide = b >= _WIDE
    a, b = a[..., None], b[..., None]
    u = np.where(wide[..., None], _U, a + b * _Z)
    width = np.where(wide[..., None], b, 1.0)
    weight = np.where(wide[..., None], _DU * _density((_U - a) / width) / width, _Z_WEIGHT)
    return u, weight, wide


def _mean_abs(mean: Floats, width: Any) -> Floats:
    """Mean of |x| for a normal variable x."""
    ratio = mean / width
    return mean * special.erf(ratio / math.sqrt(2.0)) + 2.0 * width * _density(ratio)


def _sum(weight: Floats, value: Floats) -> Floats:
    return np.asarray(np.einsum("...k,...k->...", weight, value))


_ERF_U = special.erf(_C * _U)
_MEAN_ABS_U = _mean_abs(_U, _S)
