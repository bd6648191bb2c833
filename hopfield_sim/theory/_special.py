"""Special functions without SciPy: erf, the normal law, and coins thrown many times."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def erf(x: Any) -> Floats:
    """Error function, element by element."""
    return np.asarray(_erf(np.asarray(x, dtype=np.float64)), dtype=np.float64)


def erfc(x: Any) -> Floats:
    """1 − erf(x), without loss of digits for large x."""
    return np.asarray(_erfc(np.asarray(x, dtype=np.float64)), dtype=np.float64)


def normal_density(x: Any) -> Floats:
    """exp(−x²/2) / √(2π)."""
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi))


def normal_tail(x: Any) -> Floats:
    """Q(x), the probability that a standard normal variable exceeds x."""
    return np.asarray(0.5 * erfc(np.asarray(x, dtype=np.float64) / math.sqrt(2.0)))


def log_factorial(n: Any) -> Floats:
    """log n!, n ≥ 0."""
    n = np.asarray(n, dtype=np.float64)
    safe = np.maximum(n, 1.0)
    stirling = 0.5 * np.log(2.0 * math.pi * safe) + safe * np.log(safe) - safe
    return np.where(n > 0, stirling + _stirling_remainder(safe), 0.0)


def odd_factorial(n: int) -> int:
    """Product of the odd numbers up to n, n!! for odd n; 1 for n = −1."""
    return math.prod(range(1, n + 1, 2))


def log_coin_mass(n: Any, total: Any) -> Floats:
    """log P(n fair coins of ±1 sum to ``total``), total of the parity of n, |total| ≤ n.

    Loader's form: ln C(n, k) 2⁻ⁿ as a deviance plus Stirling remainders, in which nothing large
    cancels, so that the relative error stays near 1e-13 up to any n.

    References
    ----------
    C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000).
    """
    n, total = np.broadcast_arrays(
        np.asarray(n, dtype=np.float64), np.abs(np.asarray(total, dtype=np.float64))
    )
    heads, tails = 0.5 * (n - total), 0.5 * (n + total)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where(n > 0, total / n, 1.0)
        inner = (
            _stirling_remainder(n)
            - _stirling_remainder(heads)
            - _stirling_remainder(tails)
            - 0.5 * n * _deviance(x)
            + 0.5 * (np.log(n / heads) - np.log(2.0 * math.pi * tails))
        )
    return np.where(heads > 0, inner, -n * math.log(2.0))


def coin_tail(n: int, least: int) -> float:
    """Probability that n fair coins of ±1 sum to ``least`` or more; ``least`` > 0, of n's parity.

    With k = (n − least)/2 the tail is the mass at ``least`` times
    (n − k) ∫₀¹ (1 − u²)ᵏ (1 − u)^(least − 1) du, the incomplete beta function: one smooth bump at
    u = 0, done by Gauss-Legendre quadrature at a cost that does not grow with n.
    """
    if least > n:
        return 0.0
    k = (n - least) // 2
    # The integrand is below exp(−drop) beyond u = edge; for edge = 1 it is a polynomial of degree
    # below 2·drop, which the rule integrates exactly.
    drop = 45.0
    slope = (least - 1) + math.sqrt((least - 1) ** 2 + 4.0 * k * drop)
    edge = 2.0 * drop / max(2.0 * drop, slope)
    u = 0.5 * edge * (1.0 + _NODES)
    bump = np.exp(k * np.log1p(-u * u) + (least - 1) * np.log1p(-u))
    integral = 0.5 * edge * float(_WEIGHTS @ bump)
    return float(np.exp(log_coin_mass(n, least) + math.log((n - k) * integral)))


def coin_mass(n: int, total: int) -> float:
    """Probability that n fair coins of ±1 sum to ``total``."""
    if abs(total) > n or (n - total) % 2:
        return 0.0
    return float(np.exp(log_coin_mass(n, total)))


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)

_TABLE = np.array(
    [0.0]
    + [
        math.log(math.factorial(n)) - (0.5 * math.log(2 * math.pi * n) + n * math.log(n) - n)
        for n in range(1, 16)
    ]
)


def _stirling_remainder(n: Floats) -> Floats:
    """log n! less Stirling's ½ ln(2πn) + n ln n − n."""
    with np.errstate(divide="ignore"):
        m = 1.0 / (n * n)
        series = (1 / 12 - m * (1 / 360 - m * (1 / 1260 - m * (1 / 1680 - m / 1188)))) / n
    return np.where(n < 16, _TABLE[np.minimum(n, 15).astype(np.int64)], series)


def _deviance(x: Floats) -> Floats:
    """(1 + x) ln(1 + x) + (1 − x) ln(1 − x), by its series where the two terms would cancel."""
    small = np.abs(x) < 0.25
    square = np.where(small, x * x, 0.0)
    series = np.zeros_like(square)
    for j in range(16, 0, -1):
        series = square * (series + 1.0 / (j * (2 * j - 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = (1.0 + x) * np.log1p(x) + (1.0 - x) * np.log1p(-x)
    return np.where(small, series, plain)
