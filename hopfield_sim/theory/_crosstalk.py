"""The distribution of the crosstalk in a dense memory: a sum of many independent random steps.

Seen from one bit of a stored pattern, each other pattern adds ±D(X) to the energy difference, with
a fair sign, D(X) = F(X + 1) − F(X − 1) and X the sum of N − 1 fair coins. The bit changes when the
P − 1 steps together exceed the signal D(N − 1). The distribution of their sum is computed by
raising the characteristic function of one step to the power P − 1 on a lattice, after tilting the
steps (Esscher's transform) so that the sum is centred on the signal: then a probability of 1e-40 is
as accurate as one of 0.1.
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
"""Points of the largest lattice on which the law is computed exactly (about a second)."""

_NEGLIGIBLE = 42.0
"""Mass below exp(−42) of the tilted law may fold over the ends of the lattice."""


@dataclass(frozen=True)
class Steps:
    """The law of one step's size: exact integer sizes, the last and largest being the signal."""

    sizes: list[int]
    log_mass: Floats

    @property
    def signal(self) -> int:
        """The energy difference that the stored pattern itself gives, D(N − 1)."""
        return self.sizes[-1]

    def scaled(self) -> Floats:
        """The sizes in units of the signal."""
        return np.array([size / self.signal for size in self.sizes])


def steps(n_neurons: int, order: int, rectified: bool) -> Steps:
    """Tabulate |D(X)| for F(x) = xⁿ, or max(x, 0)ⁿ, and how probable each size is."""
    x = list(range((n_neurons - 1) % 2, n_neurons, 2))
    log_mass = _coins.log_coin_mass(n_neurons - 1, x)
    centred = x[0] == 0
    if not rectified:
        # |D(−X)| = |D(X)|: both signs of X share a size.
        log_mass = log_mass + math.log(2.0) * np.array([value > 0 for value in x])
        sizes = [(value + 1) ** order - (value - 1) ** order for value in x]
        return Steps([abs(size) for size in sizes], log_mass)
    sizes = [(value + 1) ** order - max(value - 1, 0) ** order for value in x]
    # All negative X give no step at all.
    below = 0.5 * (1.0 - math.exp(log_mass[0])) if centred else 0.5
    return Steps([0, *sizes], np.concatenate([[math.log(below) if below else -np.inf], log_mass]))


def exceed(
    law: Steps, n_steps: int, *, largest_lattice: int = LARGEST_LATTICE
) -> tuple[float, float]:
    """Probabilities that a sum of ``n_steps`` steps exceeds the signal, and that it equals it.

    Where the lattice of the sum has at most ``largest_lattice`` points the result is exact up to
    rounding (relative errors near 1e-15 · n_steps). Beyond, steps are placed on a coarser lattice
    in such a way that their first three moments are kept, which leaves relative errors of a few
    1e-6, and ties are counted apart: on so fine a lattice they come from steps that cancel in
    pairs. When even the coarse lattice is narrower than one signal, the noise is so wide that its
    Gaussian limit, with the exact variance, takes over.
    """
    if n_steps == 0:
        return 0.0, float(law.signal == 0)
    if law.signal == 0:
        return 0.0, 1.0
    sizes = law.scaled()
    if n_steps == 1:  # one step can equal the signal and never exceeds it
        return 0.0, 0.5 * float(np.exp(law.log_mass[sizes == 1.0]).sum())
    unit = math.gcd(*law.sizes)
    tilt = _increasing_root(lambda t: _mean(law, sizes, t) - 1.0 / n_steps, 0.0)
    low, high = _window(law, sizes, n_steps, tilt)
    if high - low <= (largest_lattice - 2) * (unit / law.signal):
        return _on_lattice(law, n_steps, tilt, (low, high), law.signal // unit, exact=True)
    coarse = int((largest_lattice // 2 - 8) / (high - low))
    if coarse >= 1:
        around, _ = _on_lattice(law, n_steps, tilt, (low, high), coarse, exact=False)
        tie = _cancelling(law, n_steps)
        return max(around - 0.5 * tie, 0.0), tie
    return _gaussian(law, sizes, n_steps, unit)


def _on_lattice(
    law: Steps, n_steps: int, tilt: float, window: tuple[float, float], signal: int, *, exact: bool
) -> tuple[float, float]:
    """Power of the characteristic function on a lattice with the signal at point ``signal``."""
    start, stop = math.floor(window[0] * signal), math.ceil(window[1] * signal)
    n_points = 2 ** (stop - start + 1).bit_length()
    sizes = law.scaled()
    log_norm = _log_mgf(law, sizes, tilt)
    mass = np.zeros(n_points)
    for sign in (1, -1):
        tilted = 0.5 * np.exp(law.log_mass + sign * tilt * sizes - log_norm)
        if exact:
            places = [sign * (size * signal // law.signal) % n_points for size in law.sizes]
            np.add.at(mass, np.array(places), tilted)
        else:
            _spread(mass, sign * signal * sizes, tilted)
    transform = np.fft.rfft(mass)
    transform /= transform[0].real  # the masses add up to one; rounding is raised to a power too
    visible = np.abs(transform) > math.exp(-_NEGLIGIBLE / n_steps)  # most powers vanish
    power = np.zeros_like(transform)
    power[visible] = transform[visible] ** n_steps
    sums = np.fft.irfft(power, n_points)

    beyond = np.arange(signal + 1, start + n_points)
    decay = np.exp(-tilt * (beyond - signal) / signal)
    scale = math.exp(n_steps * log_norm - tilt)
    more = scale * max(float(decay @ sums[beyond % n_points]), 0.0)
    tie = scale * max(float(sums[signal % n_points]), 0.0)
    return (more, tie) if exact else (more + 0.5 * tie, 0.0)


def _spread(mass: Floats, place: Floats, weight: Floats) -> None:
    """Add weights at real places to the four nearest points, keeping moments 0 to 3."""
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
    """Probability that all steps cancel in pairs of one size but for one as large as the signal.

    Were the number of steps a Poisson variable of mean n, those of each size would be independent
    of the others, with the masses below of k steps and their signs balanced; the sum of the k is n
    then with a known probability. Where it would take long the sizes are many, and never balanced.
    """
    if n_steps**2 * len(law.sizes) > 4e8 or law.log_mass[-1] < -700.0:
        return 0.0
    total = np.zeros(n_steps + 1)
    total[0] = 1.0
    for size, log_mass in zip(law.sizes, law.log_mass, strict=True):
        odd = int(size == law.signal)
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
    """Central limit for noise far wider than the signal, with the lattice's own tie probability."""
    sigma = math.sqrt(n_steps * float(np.exp(law.log_mass) @ sizes**2))
    # Sums of odd multiples of the unit alone, an even or an odd number of them, skip every second.
    odd = all((size // unit) % 2 for size in law.sizes)
    tie = 0.0
    if not odd or (law.signal // unit - n_steps) % 2 == 0:
        density = math.exp(-0.5 / sigma**2) / math.sqrt(2.0 * math.pi)
        tie = (1 + odd) * unit / law.signal / sigma * density
    return float(special.ndtr(-1.0 / sigma)) - 0.5 * tie, tie


def _log_mgf(law: Steps, sizes: Floats, tilt: float) -> float:
    """log E exp(tilt · step), the step's sign being fair."""
    drive = np.abs(tilt) * sizes
    terms = law.log_mass + np.logaddexp(drive, -drive) - math.log(2.0)
    return float(special.logsumexp(terms))


def _mean(law: Steps, sizes: Floats, tilt: float) -> float:
    """Mean of the tilted step, the derivative of the function above."""
    drive = np.abs(tilt) * sizes
    weight = special.softmax(law.log_mass + np.logaddexp(drive, -drive))
    return float(np.sign(tilt) * (weight @ (sizes * np.tanh(drive))))


def _window(law: Steps, sizes: Floats, n_steps: int, tilt: float) -> tuple[float, float]:
    """Chernoff bounds: the ends beyond which the tilted sum has a negligible mass."""
    here = _log_mgf(law, sizes, tilt)

    def rate(other: float) -> float:
        gain = (other - tilt) * _mean(law, sizes, other)
        return n_steps * (gain - _log_mgf(law, sizes, other) + here) - _NEGLIGIBLE

    upper = _increasing_root(rate, tilt)
    lower = -_increasing_root(lambda other: rate(-other), -tilt)
    return n_steps * _mean(law, sizes, lower), n_steps * _mean(law, sizes, upper)


def _increasing_root(function: Callable[[float], float], start: float) -> float:
    """Where an increasing function crosses zero right of ``start``; far out if it never does.

    Three digits are enough: neither the tilt nor the window enters the result.
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
