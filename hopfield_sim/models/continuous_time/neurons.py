"""Graded neurons: τ du/dt = −u + W V − θ, V = tanh(βu), and how they are integrated.

A step of Euler's method, u ← u − λ ∂E/∂V with λ = Δt/τ, is mirror descent of the energy E with the
mirror map u = artanh(V)/β. Its Hessian is at most (1 + βμ) times that of the entropy in E, where −μ
is the lowest eigenvalue of W (μ = 0 if there is no negative one). So steps of

    Δt ≤ τ/(1 + βμ)

never raise E (Bauschke, Bolte & Teboulle, Math. Oper. Res. 42, 330, 2017), for any state, clamped
or not. The adaptive step needs no eigenvalue: it halves a step that raises E, which ends at this
bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.recall.clock import Flowing

Floats = NDArray[np.float64]

_LN2 = float(np.log(2.0))
_SERIES = 0.1
"""Below this βu the entropy is summed as a series, with a rounding relative to itself."""
_COEFFICIENTS = [1.0 / (2 * k * (2 * k - 1)) for k in range(8, 0, -1)]
"""S = Σ_k V^{2k} / (2k (2k − 1)); the ninth term is 1e-19 of the first at |V| = 0.1."""
_ACCURACY = 1e-3
"""Largest error of an activity in an adaptive step, as estimated."""
_FIRST = 0.01
"""First adaptive step, in units of τ."""
_LEAST = 1e-12
"""Below this step, in units of τ, an energy that rises does so by rounding."""
_ROUNDING = 4 * float(np.finfo(np.float64).eps)
"""Times √N and the numbers that are added: the rounding of an energy."""


class Point(NamedTuple):
    """Potentials u, activities V, inputs h = W V − θ, all (B, N), energies E (B,), the size of the
    numbers whose sum E is, and which neurons are clamped, (B, N).
    """

    u: Floats
    v: Floats
    h: Floats
    energy: Floats
    size: Floats
    held: NDArray[np.bool_]

    def rows(self, rows: NDArray[np.int64]) -> Point:
        """These rows."""
        parts: list[Any] = [part[rows] for part in self]
        return Point(*parts)


def entropy(x: Floats) -> Floats:
    """S = V artanh V + ½ ln(1 − V²) of V = tanh x: from 0 at 0 to ln 2 at ±∞.

    Examples
    --------
    >>> entropy(np.array([0.0, 1.0, 400.0])).round(6)
    array([0.      , 0.327813, 0.693147])
    """
    size = np.minimum(np.abs(x), 400.0)  # beyond it is ln 2
    decay = np.exp(-2.0 * size)
    found = _LN2 - np.log1p(decay) - 2.0 * size * decay / (1.0 + decay)
    shallow = size < _SERIES  # where the ln 2 would cancel
    if shallow.any():
        square = np.tanh(size[shallow]) ** 2
        found[shallow] = square * np.polyval(_COEFFICIENTS, square)
    return np.asarray(found)


def potentials_of(v: Floats, beta: float) -> Floats:
    """u = artanh(V)/β; of ±1 that of the nearest float, as if a bit of V were left to move."""
    inner = np.nextafter(1.0, 0.0)
    return np.arctanh(np.clip(v, -inner, inner)) / beta


@dataclass
class Neurons:
    """Graded neurons, as the driver of recall sees them.

    Parameters
    ----------
    coupling : callable
        W V of activities V, (B, N) → (B, N).
    thresholds : (N,) ndarray
        θ.
    beta, tau : float
        Steepness β and time constant τ.
    descends : bool
        Whether the dynamics has an energy, that is, W is symmetric.
    clamp : (N,) or (B, N) ndarray of bool
        Neurons that never change.
    step : float or None
        Fixed step of Euler's method in units of τ; None for adaptive steps.
    tol : float
        A state rests if no activity differs by more from tanh(βh).
    max_steps : int
        Largest number of adaptive steps, including those that are made smaller.
    """

    coupling: Callable[[Floats], Floats]
    thresholds: Floats
    beta: float
    tau: float
    descends: bool
    clamp: NDArray[np.bool_] | bool = False
    step: float | None = None
    tol: float = 0.0
    max_steps: int = 100_000

    def begin(self, states: Floats) -> Flowing:
        """These activities at time 0."""
        u = potentials_of(states, self.beta)
        held = np.broadcast_to(self.clamp, states.shape).copy()
        self._now = self._point(u, states.copy(), held)
        self._raised = np.zeros(len(states), bool)
        self._tried = np.zeros(len(states), np.int64)
        self._refused = np.zeros(len(states), bool)
        self._step = np.full(len(states), _FIRST if self.step is None else self.step)
        batch = Flowing.start(self._now.v, u)
        self._rest(batch, np.arange(len(states)))
        return batch

    @property
    def raised(self) -> int:
        """Number of states whose energy a step of fixed size has raised."""
        return int(self._raised.sum())

    def energies(self, batch: Flowing) -> Floats:
        """E of each state, (B,)."""
        return self._now.energy.copy()

    def energies_of(self, u: Floats) -> Floats:
        """E of potentials, (B,)."""
        with np.errstate(over="ignore"):  # of βu, in a tanh
            return self._point(u, np.tanh(self.beta * u), np.zeros(u.shape, bool)).energy

    def flow(self, batch: Flowing, until: float) -> None:
        """Advance all states that do not rest to the time ``until``."""
        with np.errstate(over="ignore"):  # of βu, in a tanh
            while (rows := np.flatnonzero(~batch.over & (batch.time < until))).size:
                self._advance(batch, rows, until)
                self._rest(batch, rows)

    # ------------------------------------------------------------------ private

    def _point(self, u: Floats, v: Floats, held: NDArray[np.bool_]) -> Point:
        pull = self.coupling(v)
        x = self.beta * u
        own = entropy(x)
        pairs, outside = v * pull, v * self.thresholds
        energy = own.sum(axis=1) / self.beta - 0.5 * pairs.sum(axis=1) + outside.sum(axis=1)
        rounded = np.where(np.abs(x) < _SERIES, own, _LN2).sum(axis=1) / self.beta
        size = rounded + 0.5 * np.abs(pairs).sum(axis=1) + np.abs(outside).sum(axis=1)
        return Point(u, v, pull - self.thresholds, energy, size, held)

    def _moved(self, here: Point, change: Floats) -> Point:
        u = here.u + np.where(here.held, 0.0, change)
        return self._point(u, np.where(here.held, here.v, np.tanh(self.beta * u)), here.held)

    def _advance(self, batch: Flowing, rows: NDArray[np.int64], until: float) -> None:
        """Make a step of each of these states, or reduce the step of those that must not."""
        here = self._now.rows(rows)
        left = (until - batch.time[rows]) / self.tau
        last = left <= self._step[rows] * (1 + 1e-9)  # a sliver of time is rounding
        part = np.minimum(self._step[rows], left)
        if self.step is None:
            taken, made, factor = self._adaptive(here, part[:, None])
            factor = np.where(self._refused[rows], np.minimum(factor, 1.0), factor)
            self._refused[rows] = ~made
            self._tried[rows] += 1
            batch.exhausted[rows] = self._tried[rows] >= self.max_steps
            wanted = np.minimum(1.0, part * factor)
            # A step that was cut short by the clock says nothing against a longer one.
            self._step[rows] = np.where(last & made, np.maximum(wanted, self._step[rows]), wanted)
        else:
            taken = self._moved(here, part[:, None] * (here.h - here.u))
            made = np.ones(len(rows), bool)
            self._raised[rows] |= ~self._falls(here, taken)
        done = rows[made]
        for kept, new in zip(self._now, taken, strict=True):
            kept[done] = new[made]
        batch.time[done] = np.where(last, until, batch.time[rows] + part * self.tau)[made]
        batch.steps[done] += 1

    def _adaptive(self, here: Point, part: Floats) -> tuple[Point, NDArray[np.bool_], Floats]:
        """A step of Heun's method for each state, whether it may be made, and by how much to change
        its size. Where Heun's raises the energy and Euler's does not, it is Euler's.
        """
        slope = here.h - here.u
        euler = self._moved(here, part * slope)
        heun = self._moved(here, 0.5 * part * (slope + euler.h - euler.u))
        error = np.abs(heun.v - euler.v).max(axis=1)
        precise, better = error <= _ACCURACY, self._falls(here, heun)
        falls = better | self._falls(here, euler) | (part[:, 0] < _LEAST)
        taken = Point(*(np.where(better, a.T, b.T).T for a, b in zip(heun, euler, strict=True)))
        factor = np.clip(0.9 * np.sqrt(_ACCURACY / np.maximum(error, 1e-30)), 0.2, 3.0)
        return taken, precise & falls, np.where(precise & ~falls, 0.5, factor)

    def _falls(self, before: Point, after: Point) -> NDArray[np.bool_]:
        """Whether the energy does not rise by more than rounding does."""
        if not self.descends:
            return np.ones(len(before.energy), bool)
        noise = _ROUNDING * np.sqrt(before.v.shape[1]) * (before.size + after.size)
        return after.energy <= before.energy + noise

    def _rest(self, batch: Flowing, rows: NDArray[np.int64]) -> None:
        """Mark the states whose activities are what their fields ask for."""
        now = self._now.rows(rows)
        lack = np.where(now.held, 0.0, np.tanh(self.beta * now.h) - now.v)
        batch.resting[rows] = np.abs(lack).max(axis=1) <= self.tol
