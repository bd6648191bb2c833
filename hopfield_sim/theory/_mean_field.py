r"""Solutions of the mean-field equations of Amit, Gutfreund and Sompolinsky (replica symmetric).

At temperature T = 1/β and load α the overlap m with one pattern, the Edwards-Anderson parameter q
and the noise r from the other patterns obey

    m = ⟨tanh⟩,   q = ⟨tanh²⟩,   r = q / (1 − C)²,   C = β(1 − q),

averaged over a Gaussian field of mean a = βm and standard deviation b = β√(αr). Solved for T and
α instead of m and q they need no iteration: T = ⟨tanh⟩/a and α = b²(T − 1 + q)²/q. Retrieval states
are parametrised here by the temperature T and the signal-to-noise ratio y = a/b = m/√(αr): for each
y > 0, T determines b, and then the load. At constant T the load increases with y from 0 to a
maximum, the spinodal, beyond which there is no retrieval state, and then decreases along the branch
of states that are stable against the loss of the pattern.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.theory import _gaussian_averages
from hopfield_sim.theory._gaussian_averages import TanhAverages
from hopfield_sim.theory._roots import find_root

Floats = NDArray[np.float64]

_EPS = float(np.finfo(np.float64).eps)
_LEAST_RATIO, _MOST_RATIO = 0.5, 12.0
"""Bounds of the signal-to-noise ratio at the spinodal and at the transition, for all T < 1."""


@dataclass(frozen=True)
class Phase:
    """Solutions of the equations; all arrays have the same shape."""

    mean: Floats  # a = βm
    width: Floats  # b = β√(αr)
    temperature: Floats
    averages: TanhAverages

    @property
    def ratio(self) -> Floats:
        """Signal-to-noise ratio, y = a/b = m/√(αr)."""
        return self.mean / self.width

    @property
    def overlap(self) -> Floats:
        """Overlap m = a T."""
        return self.mean * self.temperature

    @property
    def gap(self) -> Floats:
        """T(1 − C) = T − (1 − q), positive in states that are locally stable."""
        t, q = self.temperature, self.averages.square
        return np.where(t < 0.5, t - self.averages.first, q - (1.0 - t))

    @property
    def noise(self) -> Floats:
        """Noise of the other patterns, r = q/(1 − C)²."""
        return self.averages.square * (self.temperature / self.gap) ** 2

    @property
    def load(self) -> Floats:
        """Load of the solution, α = b²(T − 1 + q)²/q."""
        return (self.width * self.gap) ** 2 / self.averages.square

    @property
    def asymmetry(self) -> Floats:
        """α⟨sech⁴⟩ / (T(1 − C))²; replica symmetry breaks where it exceeds 1."""
        first, third = self.averages.first, self.averages.third
        return self.width**2 * (4.0 * first - third) / (6.0 * self.averages.square)

    @property
    def free_energy(self) -> Floats:
        """Free energy per neuron, minus α/2."""
        t, load, q = self.temperature, self.load, self.averages.square
        susceptibility = self.averages.first / t
        return (
            0.5 * self.overlap**2
            + 0.5 * load * (t * np.log(self.gap / t) - q * t / self.gap)
            + 0.5 * load * self.noise * susceptibility
            - t * _gaussian_averages.log_cosh_average(self.mean, self.width)
        )


def retrieval_state(ratio: Floats, temperature: Floats) -> Phase:
    """Retrieval state at temperature 0 < T < 1 and signal-to-noise ratio y > 0."""
    # g(b) = ⟨tanh(b(z + y))⟩ − T y b is concave with g(0) = 0 and g'(0) > 0: Newton's method,
    # started to the right of the positive root, converges monotonically.
    width = 1.0 / (ratio * temperature)
    for _ in range(200):
        averages = _gaussian_averages.tanh_averages(ratio * width, width)
        value = averages.mean - temperature * ratio * width
        slope = ratio * (averages.first - temperature) + width * averages.second
        step = value / slope
        width = width - np.maximum(step, 0.0)
        if (step <= 4.0 * _EPS * width).all():
            break
    return _solution(ratio * width, width, temperature)


def spin_glass_state(load: Floats, temperature: Floats) -> Phase:
    """Spin-glass state, with overlap 0, below T_g = 1 + √α at a positive load."""

    def excess(width: Floats, load: Floats, temperature: Floats) -> Floats:
        q = _gaussian_averages.tanh_averages(np.zeros_like(width), width).square
        return q - (1.0 - temperature) - np.sqrt(load * q) / width

    # √(αr) = √(α q) + b(1 − q) T ≤ √α + √(2/π)
    most = 1.001 * (np.sqrt(load) + np.sqrt(2.0 / np.pi)) / temperature
    width = find_root(excess, np.full_like(most, 1e-6), most, load, temperature)
    return _solution(np.zeros_like(width), width, temperature)


def spinodal(temperature: Floats) -> Phase:
    """Retrieval state at the largest load that has one, for each 0 < T < 1."""

    def rise(ratio: Floats, temperature: Floats) -> Floats:
        # d(ln α) at constant T, in the direction (da, db) = (b M_2, gap).
        state = retrieval_state(ratio, temperature)
        _, q, _, second, third = state.averages
        change = state.width * (second**2 + third * state.gap)  # of M_1 in this direction
        return 2.0 * state.gap / state.width - change * (2.0 / state.gap - 1.0 / q)

    least = np.full_like(temperature, _LEAST_RATIO)
    most = np.full_like(temperature, _MOST_RATIO)
    ratio = find_root(rise, least, most, temperature)
    return retrieval_state(ratio, temperature)


def transition(temperature: Floats) -> Phase:
    """Retrieval state with the free energy of the spin glass, for each 0 < T < 1."""

    def excess(ratio: Floats, temperature: Floats) -> Floats:
        state = retrieval_state(ratio, temperature)
        return state.free_energy - spin_glass_state(state.load, temperature).free_energy

    most = np.full_like(temperature, _MOST_RATIO)
    ratio = find_root(excess, most, spinodal(temperature).ratio, temperature)
    return retrieval_state(ratio, temperature)


def marginal(ratio: Floats) -> Phase:
    """Find the retrieval state in which replica symmetry is about to break, at each ratio y."""

    def excess(log_width: Floats, ratio: Floats) -> Floats:
        width = np.exp(log_width)
        return _solution(ratio * width, width, np.ones_like(width)).asymmetry - 1.0

    # b²⟨sech⁴⟩ is b·(4/3) φ(y) where b is large, and q is at most 1.
    most = 0.5 * ratio**2 + 3.0
    width = np.exp(find_root(excess, np.zeros_like(ratio), most, ratio))
    averages = _gaussian_averages.tanh_averages(ratio * width, width)
    return _solution(ratio * width, width, averages.mean / (ratio * width))


def retrieval_at(load: Floats, temperature: Floats, least_ratio: Floats) -> Phase:
    """Stable retrieval state at a load below the spinodal, given the ratio y at the spinodal."""

    def excess(log_ratio: Floats, load: Floats, temperature: Floats) -> Floats:
        return retrieval_state(np.exp(log_ratio), temperature).load / load - 1.0

    # y² = m²/(α r) ≤ q/(α q)
    most = np.maximum(-0.5 * np.log(load), np.log(least_ratio))
    ratio = np.exp(find_root(excess, np.log(least_ratio), most, load, temperature))
    return retrieval_state(ratio, temperature)


def _solution(mean: Floats, width: Floats, temperature: Floats) -> Phase:
    return Phase(mean, width, temperature, _gaussian_averages.tanh_averages(mean, width))
