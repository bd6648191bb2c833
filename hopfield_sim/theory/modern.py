"""Capacity of modern Hopfield networks, and the error of one step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory._arguments import answer, formula, integers, reals, together

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(400)
_SADDLE = 10**6
"""In more dimensions, integrals over angles are computed by the saddle-point approximation."""


@formula
def modern_constant(beta: float, radius: float, dim: int, failure: float) -> float:
    r"""Base c of the exponential capacity for random patterns on a sphere.

    .. math::
        c = \frac{b}{W_0(e^{a + \ln b})}, \quad
        a = \frac{2}{d-1}\left(1 + \ln(2 \beta K^2 p\,(d-1))\right), \quad b = \frac{2K^2\beta}{5},

    with Lambert's W. The sphere has the radius :math:`M = K\sqrt{d-1}`.

    Parameters
    ----------
    beta : float
        Inverse temperature β > 0.
    radius : float
        Radius K > 0 of the sphere, in units of √(d − 1).
    dim : int
        Dimension d ≥ 2.
    failure : float
        Failure probability 0 < p < 1, that the patterns drawn cannot be stored.

    Returns
    -------
    float
        The base c; inf on overflow. The theorem requires :math:`c \ge (2/\sqrt p)^{4/(d-1)}`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    H. Ramsauer et al., ICLR 2021 (arXiv:2008.02217), theorem 3.

    Examples
    --------
    >>> round(modern_constant(1, 3, 20, 0.001), 4), round(modern_constant(1, 1, 75, 0.001), 4)
    (3.1546, 1.3719)
    """
    log_base = _log_constant(beta, radius, dim, failure)
    return math.exp(log_base) if log_base < 709 else math.inf


@formula
def modern_capacity(beta: float, radius: float, dim: int, failure: float) -> float:
    r"""Number of random patterns on a sphere that can be stored and retrieved.

    .. math:: P = \sqrt p\; c^{(d-1)/4}

    Parameters
    ----------
    beta, radius, dim, failure
        As in ``modern_constant``.

    Returns
    -------
    float
        Number of patterns P, not rounded; inf on overflow.

    References
    ----------
    H. Ramsauer et al., ICLR 2021 (arXiv:2008.02217), theorem 3.

    Examples
    --------
    >>> round(modern_capacity(1, 3, 20, 0.001), 1)
    7.4
    """
    log_base = _log_constant(beta, radius, dim, failure)
    log_count = 0.5 * math.log(failure) + _float(dim - 1) / 4 * log_base
    return math.exp(log_count) if log_count < 709 else math.inf


@formula
def modern_separation(patterns: Any) -> NDArray[np.float64]:
    r"""Separation of each pattern from the others; the smaller, the harder it is to retrieve.

    .. math:: \Delta_i = \min_{j \ne i} (\xi_i \cdot \xi_i - \xi_i \cdot \xi_j)

    Parameters
    ----------
    patterns : (P, N) array_like of float
        At least two patterns.

    Returns
    -------
    (P,) ndarray of float64
        The separations, negative if the dot product with another pattern exceeds that with itself.

    References
    ----------
    H. Ramsauer et al., ICLR 2021 (arXiv:2008.02217), definition 2.

    Examples
    --------
    >>> modern_separation([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    array([-1.,  1.,  2.])
    """
    xi = checks.real_patterns(patterns, dtype=np.dtype(np.float64)).array
    if len(xi) < 2:
        raise InvalidInputError("patterns must have at least two rows; got one")
    checks.memory(16 * len(xi) ** 2, f"all pairs of {len(xi)} patterns", "use fewer patterns")
    products = xi @ xi.T
    own = products.diagonal().copy()
    np.fill_diagonal(products, -np.inf)
    return np.asarray(own - products.max(axis=1))


@formula
def modern_error(
    separation: Any, n_patterns: int, largest: float, beta: Any, distance: Any = 0.0
) -> Any:
    r"""Upper bound of the distance from a pattern's fixed point after one step.

    .. math:: \|f(x) - x^*_i\| \le 2 (P - 1) M e^{-\beta (\Delta_i - 2 r M)},
        \qquad r = \max(\|x - \xi_i\|, \|x^*_i - \xi_i\|)

    Parameters
    ----------
    separation : float or array
        Separation Δ_i of the pattern, see ``modern_separation``.
    n_patterns : int
        Number of patterns P ≥ 2.
    largest : float
        Norm M of the longest pattern.
    beta : float or array
        Inverse temperature β ≥ 0.
    distance : float or array
        Maximum distance r of the initial state and of the fixed point from the pattern.

    Returns
    -------
    float or ndarray of float64
        The bound; inf on overflow.

    References
    ----------
    H. Ramsauer et al., ICLR 2021 (arXiv:2008.02217), theorem 4.

    Examples
    --------
    >>> round(modern_error(10.0, 100, 4.0, beta=2.0), 9)
    1.632e-06
    """
    n_patterns = checks.integer(n_patterns, "n_patterns", minimum=2)
    largest = _positive(largest, "largest")
    gaps, betas, radii = together(
        reals(separation, "separation", minimum=-np.inf),
        reals(beta, "beta", minimum=0),
        reals(distance, "distance", minimum=0),
        names="separation, beta and distance",
    )
    # At β = 0 there is no decay, at any distance.
    exponent = np.where(betas > 0, -betas * (gaps - 2 * radii * largest), 0.0)
    return answer(np.exp(exponent + math.log(2 * (n_patterns - 1)) + math.log(largest)))


@formula
def modern_weight(beta: Any, radius: float, dim: int, n_patterns: Any) -> Any:
    r"""Attention weight of a random pattern on a sphere if the state is the pattern itself.

    .. math::
        w = \frac{1}{1 + (P - 1)\, \langle e^{-\beta M^2 (1 - t)} \rangle}, \qquad
        M = K \sqrt{d - 1},

    the average over the cosine t of two random directions in d dimensions, with density
    :math:`\propto (1 - t^2)^{(d-3)/2}`. The sum of the other patterns' terms is averaged; the mean
    of the weights themselves is somewhat larger (Jensen).

    Parameters
    ----------
    beta : float or array
        Inverse temperature β ≥ 0.
    radius : float
        Radius K > 0 of the sphere, in units of √(d − 1).
    dim : int
        Dimension d ≥ 2.
    n_patterns : int or array of int
        Number of patterns P ≥ 1.

    Returns
    -------
    float or ndarray of float64
        The weight w, from 1/P at β = 0 to 1.

    References
    ----------
    The softmax of H. Ramsauer et al., ICLR 2021 (arXiv:2008.02217), eq. 3, averaged as above.

    Examples
    --------
    >>> modern_weight([0.0, 1.0], 1.0, 17, 100).round(4)
    array([0.01 , 0.996])
    """
    radius = _positive(radius, "radius")
    dim = checks.integer(dim, "dim", minimum=2)
    betas, counts = together(
        reals(beta, "beta", minimum=0),
        integers(n_patterns, "n_patterns", minimum=1, maximum=2**53),
        names="beta and n_patterns",
    )
    log_kappa = np.log(betas) + 2 * math.log(radius) + math.log(dim - 1)
    log_mean = _log_mean_fall(np.exp(np.minimum(log_kappa, 300.0)), _float(dim - 2))
    return answer(1 / (1 + (counts - 1) * np.exp(log_mean)))


def _log_mean_fall(kappa: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """log ⟨e^{−κ(1 − cos θ)}⟩ over angles θ with density sin^power θ.

    Both integrals are taken around their largest term, where (power) cos θ = κ sin² θ.
    """
    cosine = 2 * kappa / (power + np.hypot(power, 2 * kappa))
    cosine = np.where(kappa > 0, np.minimum(cosine, 1.0), 0.0 if power else 1.0)
    rise = power / 2 * np.log1p(-(cosine**2)) if power else 0.0
    if power > _SADDLE:
        # A bump of the width 1/√(−L″), L″ = −power/sin² θ − κ cos θ; without κ −power.
        bend = 1 / (1 - cosine**2) + kappa / power * cosine
        return np.minimum(np.asarray(rise - kappa * (1 - cosine) - 0.5 * np.log(bend)), 0.0)
    return _log_integral(kappa, power, cosine) - _log_integral(0 * kappa, power, 0 * kappa)


def _log_integral(
    kappa: NDArray[np.float64], power: float, cosine: NDArray[np.float64]
) -> NDArray[np.float64]:
    """log ∫ sin^power θ e^{−κ(1 − cos θ)} dθ, its largest term near ``cosine``."""
    top = np.arccos(cosine)
    bend = (power / np.maximum(np.sin(top) ** 2, 1e-300) if power else 0.0) + kappa * cosine
    reach = 14 / np.sqrt(np.maximum(bend, 1.0))
    low, high = np.maximum(top - reach, 0.0), np.minimum(top + reach, math.pi)
    half = 0.5 * (high - low)
    angle = (low + half)[..., None] + half[..., None] * _NODES
    logs = power * np.log(np.sin(angle)) - 2 * kappa[..., None] * np.sin(angle / 2) ** 2
    return np.asarray(special.logsumexp(logs, axis=-1, b=_WEIGHTS) + np.log(half))


@formula
def modern_nearest(noise: Any, dim: int, n_patterns: Any) -> Any:
    r"""Probability that a noisy pattern is still nearer to its own memory than to all others.

    The patterns are random points on a sphere in d dimensions; the noise is normal, of r times the
    length of a pattern: :math:`x = \xi + r M g / \sqrt d`. The angle θ between x and its pattern
    has :math:`\cot\theta = (\sqrt d / r + g_1) / \chi_{d-1}`; the other angles are those of
    independent random directions, each of which is larger with probability :math:`F_d(\theta)`:

    .. math::
        \langle F_d(\theta)^{P-1} \rangle, \qquad
        F_d(\theta) = \frac{\int_\theta^\pi \sin^{d-2} t \, dt}
        {\int_0^\pi \sin^{d-2} t \, dt} .

    Parameters
    ----------
    noise : float or array
        Length r ≥ 0 of the noise, in units of the length of a pattern.
    dim : int
        Dimension d, from 2 to 10⁶.
    n_patterns : int or array of int
        Number of patterns P ≥ 1.

    Returns
    -------
    float or ndarray of float64
        The probability, accurate to about 1e-5.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    Examples
    --------
    If the noise is much longer than the pattern, a cue is a random direction:

    >>> round(modern_nearest(2.0, 64, 100), 3), round(modern_nearest(1e9, 64, 100), 3)
    (0.896, 0.01)
    """
    dim = checks.integer(dim, "dim", minimum=2, maximum=10**6)
    ratios, counts = together(
        reals(noise, "noise", minimum=0),
        integers(n_patterns, "n_patterns", minimum=1, maximum=2**53),
        names="noise and n_patterns",
    )
    # The cosine's two random parts, g₁ and χ, by quadrature within 8 standard deviations.
    g, middle = 8 * _NODES, math.sqrt(dim - 1)
    low = max(0.0, middle - 8)
    half = 0.5 * (middle + 8 - low)
    chi = low + half * (1 + _NODES)
    log_density = (dim - 2) * np.log(chi / middle) - 0.5 * (chi**2 - middle**2)
    weights = np.outer(_WEIGHTS * np.exp(-0.5 * g**2), _WEIGHTS * np.exp(log_density))
    result = np.empty(ratios.shape)
    for index in np.ndindex(ratios.shape):
        own = (math.sqrt(dim) / max(float(ratios[index]), 1e-9) + g)[:, None] / chi
        # Of a random direction cot θ is Student's t with d − 1 degrees of freedom, over √(d − 1).
        others = special.stdtr(dim - 1, -math.sqrt(dim - 1) * own)
        chance = np.exp((int(counts[index]) - 1) * np.log1p(-np.minimum(others, 1 - 1e-16)))
        result[index] = (weights * chance).sum() / weights.sum()
    return answer(result)


def _log_constant(beta: float, radius: float, dim: int, failure: float) -> float:
    """log c, from the logarithms of its factors."""
    beta, radius = _positive(beta, "beta"), _positive(radius, "radius")
    dim, failure = checks.integer(dim, "dim", minimum=2), _probability(failure)
    log_scale = math.log(beta) + 2 * math.log(radius)
    a = 2 / _float(dim - 1) * (1 + math.log(2) + log_scale + math.log(failure) + math.log(dim - 1))
    log_b = math.log(2 / 5) + log_scale
    y = a + log_b
    w = float(special.wrightomega(y))  # W₀(e^y): w + ln w = y
    return log_b - (math.log(w) if y > 1 else y - w)


def _float(number: int) -> float:
    """A whole number as a float, the largest ones cut to what still can be multiplied."""
    return float(min(number, 10**150))


def _positive(value: Any, name: str) -> float:
    number = checks.real(value, name)
    if number <= 0:
        raise InvalidInputError(f"{name} must be greater than 0; got {number}")
    return number


def _probability(value: Any) -> float:
    number = checks.real(value, "failure")
    if not 0 < number < 1:
        raise InvalidInputError(f"failure must be a probability between 0 and 1; got {number}")
    return number
