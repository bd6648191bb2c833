"""Distribution of the crosstalk in a dense memory, a sum of many independent random steps.

To the energy difference of a bit of a stored pattern each other pattern adds a step ±D(X), where
both signs are equally likely, D(X) = F(X + 1) − F(X − 1), and X is the sum of N − 1 independent
coins ±1. The bit is wrong if the sum of the P − 1 steps exceeds the signal, D(N − 1) at the pattern
itself and D(X) at a cue whose other bits overlap with it by X. The distribution of the sum is
computed on a lattice, by Fourier transform: the characteristic function of a step is raised to the
power P − 1. Before, the distribution of a step is tilted (Esscher's transform, p(x) ∝ p(x) e^(t x))
so that the mean of the sum is the signal; a probability of 1e-40 is then as accurate as one of 0.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim.theory import _coins

Floats = NDArray[np.float64]

LARGEST_LATTICE = 2**21
"""Largest number of lattice points (about a second)."""

_NEGLIGIBLE = 42.0
"""The tilted distribution has less than exp(−42) beyond the ends of the lattice, where it wraps."""


@dataclass(frozen=True)
class Steps:
    """Distribution of the size of one step.

    Parameters
    ----------
    sizes : list of int
        Possible sizes, exact integers.
    log_mass : ndarray of float64
        Logarithms of their probabilities.
    signal : int
        Size of the energy difference due to the pattern itself, one of the sizes.
    """

    sizes: list[int]
    log_mass: Floats
    signal: int

    @property
    def scale(self) -> int:
        """The signal or, where it is 0, the largest size."""
        return self.signal or self.sizes[-1]

    @property
    def target(self) -> float:
        """The signal in units of the scale, 1 or 0."""
        return float(self.signal > 0)

    def scaled(self) -> Floats:
        """Sizes in units of the scale."""
        return np.array([size / self.scale for size in self.sizes])


def difference(x: int, order: int, rectified: bool) -> int:
    """D(X) = F(X + 1) − F(X − 1), for F(x) = xⁿ or max(x, 0)ⁿ."""
    high, low = x + 1, x - 1
    if rectified:
        high, low = max(high, 0), max(low, 0)
    return int(high**order - low**order)


def steps(n_neurons: int, order: int, rectified: bool, signal: int | None = None) -> Steps:
    """Sizes |D(X)| for F(x) = xⁿ or max(x, 0)ⁿ, with their probabilities; the signal is the last of
    them, D(N − 1), or given.
    """
    signal = difference(n_neurons - 1, order, rectified) if signal is None else signal
    x = list(range((n_neurons - 1) % 2, n_neurons, 2))
    log_mass = _coins.log_coin_mass(n_neurons - 1, x)
    centred = x[0] == 0
    if not rectified:
        # |D(−X)| = |D(X)|: X and −X have the same size.
        log_mass = log_mass + math.log(2.0) * np.array([value > 0 for value in x])
        sizes = [abs(difference(value, order, False)) for value in x]
        return Steps(sizes, log_mass, abs(signal))
    sizes = [difference(value, order, True) for value in x]
    # For negative X the step is 0.
    below = 0.5 * (1.0 - math.exp(log_mass[0])) if centred else 0.5
    mass = np.concatenate([[math.log(below) if below else -np.inf], log_mass])
    return Steps([0, *sizes], mass, abs(signal))


def exceed(
    law: Steps, n_steps: int, *, largest_lattice: int = LARGEST_LATTICE
) -> tuple[float, float]:
    """Probabilities that a sum of ``n_steps`` steps exceeds the signal, and that it equals it.

    If the lattice of the sum has at most ``largest_lattice`` points, the result is exact up to
    rounding (relative errors near 1e-15 · n_steps). Otherwise the steps are distributed over a
    coarser lattice so that their first three moments are preserved, with relative errors of a few
    1e-6, and the probability of a tie is computed separately: ties are then sums in which steps
    cancel in pairs. If the signal is less than one unit of the coarse lattice, the noise is so wide
    that its Gaussian limit, with the exact variance, is used.
    """
    if n_steps == 0:
        return 0.0, float(law.signal == 0)
    if law.scale == 0:  # all steps are 0, as the signal is
        return 0.0, 1.0
    sizes = law.scaled()
    if n_steps == 1:
        mass = np.exp(law.log_mass)
        equal = float(mass[sizes == law.target].sum())
        return 0.5 * float(mass[sizes > law.target].sum()), (0.5 if law.signal else 1.0) * equal
    unit = math.gcd(*law.sizes)
    tilt = _increasing_root(lambda t: _mean(law, sizes, t) - law.target / n_steps, 0.0)
    low, high = _window(law, sizes, n_steps, tilt)
    if high - low <= (largest_lattice - 2) * (unit / law.scale):
        return _on_lattice(law, n_steps, tilt, (low, high), law.scale // unit, exact=True)
    coarse = int((largest_lattice // 2 - 8) / (high - low))
    if coarse >= 1:
        around, _ = _on_lattice(law, n_steps, tilt, (low, high), coarse, exact=False)
        tie = _cancelling(law, n_steps)
        return max(around - 0.5 * tie, 0.0), tie
    return _gaussian(law, sizes, n_steps, unit)


def _on_lattice(
    law: Steps, n_steps: int, tilt: float, window: tuple[float, float], scale: int, *, exact: bool
) -> tuple[float, float]:
    """The two probabilities on a lattice on which the scale is ``scale`` units.

    If not ``exact``, ties are shared equally between more and less.
    """
    start, stop = math.floor(window[0] * scale), math.ceil(window[1] * scale)
    n_points = 2 ** (stop - start + 1).bit_length()
    sizes = law.scaled()
    log_norm = _log_mgf(law, sizes, tilt)
    mass = np.zeros(n_points)
    for sign in (1, -1):
        tilted = 0.5 * np.exp(law.log_mass + sign * tilt * sizes - log_norm)
        if exact:
            places = [sign * (size * scale // law.scale) % n_points for size in law.sizes]
            np.add.at(mass, np.array(places), tilted)
        else:
            _spread(mass, sign * scale * sizes, tilted)
    transform = np.fft.rfft(mass)
    transform /= transform[
        0
    ].real  # probabilities sum to 1; rounding errors would be raised to the power
    visible = np.abs(transform) > math.exp(-_NEGLIGIBLE / n_steps)  # other powers are negligible
    power = np.zeros_like(transform)
    power[visible] = transform[visible] ** n_steps
    sums = np.fft.irfft(power, n_points)

    signal = round(law.target) * scale
    beyond = np.arange(signal + 1, start + n_points)
    decay = np.exp(-tilt * (beyond - signal) / scale)
    size = math.exp(n_steps * log_norm - tilt * law.target)
    more = size * max(float(decay @ sums[beyond % n_points]), 0.0)
    tie = size * max(float(sums[signal % n_points]), 0.0)
    return (more, tie) if exact else (more + 0.5 * tie, 0.0)


def _spread(mass: Floats, place: Floats, weight: Floats) -> None:
    """Distribute weights at real positions over four points so that moments 0 to 3 are kept."""
    base = np.floor(place)
    f = place - base
    shares = (
        (-1, -f * (f - 1) * (f - 2) / 6),
        (0, (f + 1) * (f - 1) * (f - 2) / 2),
        (1, -(f + 1) * f * (f - 2) / 2),
        (2, (f + 1) * f * (f - 1) / 6),
    )
    for offset, share in shares:
        np.add.at(mass, (base.astype(np.int64) + offset) % mass.size, share * weight)


def _cancelling(law: Steps, n_steps: int) -> float:
    """Probability that steps of each size cancel in pairs, except for one that equals the signal.

    If the number of steps were a Poisson variable of mean n, the numbers k of steps of each size
    would be independent, and the probability of k steps with balanced signs is given below. The
    result is conditioned on a total of n steps. With so many sizes that this would take long, the
    probability is negligible.
    """
    if n_steps**2 * len(law.sizes) > 4e8 or law.log_mass[-1] < -700.0:
        return 0.0
    total = np.zeros(n_steps + 1)
    total[0] = 1.0
    for size, log_mass in zip(law.sizes, law.log_mass, strict=True):
        odd = int(size == law.signal > 0)
        half = np.arange((n_steps - odd) // 2 + 1)
        log_mean = math.log(n_steps) + log_mass
        mass = np.zeros(n_steps + 1)
        if size == 0:
            k = np.arange(n_steps + 1)
            mass = np.exp(k * log_mean - math.exp(log_mean) - special.gammaln(k + 1))
        else:
            log_balanced = (2 * half + odd) * (log_mean - math.log(2.0)) - math.exp(log_mean)
            log_balanced -= special.gammaln(half + 1) + special.gammaln(half + odd + 1)
            mass[2 * half + odd] = np.exp(log_balanced)
        total = np.convolve(total, mass)[: n_steps + 1]
    log_total = n_steps * (math.log(n_steps) - 1.0) - math.lgamma(n_steps + 1)
    return float(total[-1] / math.exp(log_total))


def _gaussian(law: Steps, sizes: Floats, n_steps: int, unit: int) -> tuple[float, float]:
    """Gaussian limit for noise much wider than the signal, with the probability of a tie."""
    sigma = math.sqrt(n_steps * float(np.exp(law.log_mass) @ sizes**2))
    # If all steps are odd multiples of the unit, the sum has the parity of their number.
    odd = all((size // unit) % 2 for size in law.sizes)
    tie = 0.0
    if not odd or (law.signal // unit - n_steps) % 2 == 0:
        density = math.exp(-0.5 * (law.target / sigma) ** 2) / math.sqrt(2.0 * math.pi)
        tie = (1 + odd) * unit / law.scale / sigma * density
    return float(special.ndtr(-law.target / sigma)) - 0.5 * tie, tie


def _log_mgf(law: Steps, sizes: Floats, tilt: float) -> float:
    """Logarithm of the moment generating function, log E exp(tilt · step), with random signs."""
    drive = np.abs(tilt) * sizes
    terms = law.log_mass + np.logaddexp(drive, -drive) - math.log(2.0)
    return float(special.logsumexp(terms))


def _mean(law: Steps, sizes: Floats, tilt: float) -> float:
    """Mean of a tilted step, the derivative of the function above."""
    drive = np.abs(tilt) * sizes
    weight = special.softmax(law.log_mass + np.logaddexp(drive, -drive))
    return float(np.sign(tilt) * (weight @ (sizes * np.tanh(drive))))


def _window(law: Steps, sizes: Floats, n_steps: int, tilt: float) -> tuple[float, float]:
    """Interval beyond which the tilted sum has negligible probability, by Chernoff's bound."""
    here = _log_mgf(law, sizes, tilt)

    def rate(other: float) -> float:
        gain = (other - tilt) * _mean(law, sizes, other)
        return n_steps * (gain - _log_mgf(law, sizes, other) + here) - _NEGLIGIBLE

    upper = _increasing_root(rate, tilt)
    lower = -_increasing_root(lambda other: rate(-other), -tilt)
    return n_steps * _mean(law, sizes, lower), n_steps * _mean(law, sizes, upper)


def _increasing_root(function: Callable[[float], float], start: float) -> float:
    """Zero of an increasing function to the right of ``start``, or a large number if there is none.

    Three digits are enough, since the result does not depend on the tilt and the window.
    """
    step = 1.0
    while function(start + step) < 0.0 and step < 1e9:
        step *= 2.0
    low, high = start, start + step
    while high - low > 1e-3 * (high - start):
        middle = 0.5 * (low + high)
        if function(middle) < 0.0:
            low = middle
        else:
            high = middle
    return high
