"""The energy of Hopfield and Tank, whose deepest minima are short tours.

Neuron (X, i) is on, V_Xi = 1, where city X is the i-th of the tour. Positions are cyclic, and

    E = A/2 Σ_X Σ_{i≠j} V_Xi V_Xj + B/2 Σ_i Σ_{X≠Y} V_Xi V_Yi + C/2 (Σ_Xi V_Xi − n − x)²
        + D/2 Σ_{X≠Y} Σ_i d_XY V_Xi (V_Y,i+1 + V_Y,i−1)

is C x²/2 + D · length for each valid tour, x being an excess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models import GradedNetwork, from_binary_network
from hopfield_sim.optimisation.cities import Floats, Tour, distances, from_first

_LARGEST = 1e12
"""Largest penalty, so that energies are finite and their differences are no rounding."""
_IN_A_SQUARE = 0.5214054331
"""Mean distance of two random points of a unit square, (2 + √2 + 5 ln(1 + √2))/15."""


@dataclass(frozen=True)
class Tank:
    """The energy of tours through some cities.

    Parameters
    ----------
    between : (n, n) ndarray
        Distances.
    a, b, c, d, excess : float
        Penalties A to D, and x.
    """

    between: Floats
    a: float
    b: float
    c: float
    d: float
    excess: float

    @classmethod
    def of(cls, cities: Any, a: Any, b: Any, c: Any, d: Any, excess: Any) -> Tank:
        """Validate the arguments of ``hopfield_tank``."""
        between = distances(cities)
        n = len(between)
        largest = float(between.max())
        if d is None:
            mean = float(between.sum() / (n * (n - 1)))
            d = 500.0 * _IN_A_SQUARE / mean if mean > 1 / _LARGEST else 500.0
        given = {"a": a, "b": b, "c": c, "d": d, "excess": excess}
        words = {
            name: checks.real(value, name, minimum=0, maximum=None if name == "d" else _LARGEST)
            for name, value in given.items()
        }
        if words["d"] * max(largest, 1 / _LARGEST) > _LARGEST:
            raise InvalidInputError(
                f"d times the largest distance, {largest:g}, must be at most {_LARGEST:g}; "
                f"got d={checks.show(d)}"
            )
        checks.memory(8 * n**4 * 4, f"{n**2} × {n**2} weights, for {n} cities", "use fewer cities")
        return cls(between, **words)

    def couplings(self) -> tuple[Floats, Floats]:
        """Weights and thresholds of neurons that are 0 or 1, (n², n²) and (n²,)."""
        n = len(self.between)
        same = np.eye(n)
        other = 1.0 - same
        beside = np.roll(same, 1, axis=0) + np.roll(same, -1, axis=0)
        weights = (
            -self.a * np.kron(same, other)
            - self.b * np.kron(other, same)
            - self.c
            - self.d * np.kron(self.between, beside)
        )
        return weights, np.full(n * n, -self.c * (n + self.excess))

    def network(self, beta: Any) -> GradedNetwork:
        """The graded neurons that descend it."""
        weights, thresholds = from_binary_network(*self.couplings())
        return GradedNetwork.from_weights(weights, beta, thresholds=thresholds)

    def energies(self, on: NDArray[Any]) -> Floats:
        """E of V, (S, n, n): cities by positions, from 0 to 1."""
        v = on.astype(np.float64)
        rows, columns, own = v.sum(axis=2), v.sum(axis=1), (v**2).sum(axis=(1, 2))
        total = rows.sum(axis=1)
        onward = np.einsum("sxi,xy,syi->s", v, self.between, np.roll(v, -1, axis=2))
        twice = (
            self.a * ((rows**2).sum(axis=1) - own)
            + self.b * ((columns**2).sum(axis=1) - own)
            + self.c * (total - len(self.between) - self.excess) ** 2
        )
        return np.asarray(0.5 * twice + self.d * onward)


def tours_of(on: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Tour]:
    """Which states (S, n, n) are valid tours, (S,), and the tours (S, n), −1 where they are not."""
    valid = (on.sum(axis=1) == 1).all(axis=1) & (on.sum(axis=2) == 1).all(axis=1)
    tours = np.full(on.shape[:2], -1)
    for start in np.flatnonzero(valid):
        tours[start] = from_first(on[start].argmax(axis=0))
    return valid, tours


@checks.by_name
def hopfield_tank(
    cities: Any,
    *,
    a: float = 500.0,
    b: float = 500.0,
    c: float = 200.0,
    d: float | None = None,
    excess: float = 5.0,
    beta: float = 100.0,
) -> GradedNetwork:
    r"""Make the network of Hopfield and Tank for a travelling salesman: n² graded neurons.

    Neuron n X + i is on if city X is the i-th of the tour. With V = (1 + s)/2 of activities s from
    −1 to 1 and cyclic positions the network descends, up to the entropy and a constant,

    .. math::
       E = \frac A2 \sum_X \sum_{i \ne j} V_{Xi} V_{Xj} + \frac B2 \sum_i \sum_{X \ne Y}
           V_{Xi} V_{Yi} + \frac C2 \Big(\sum_{Xi} V_{Xi} - n - x\Big)^2
           + \frac D2 \sum_{X \ne Y} \sum_i d_{XY} V_{Xi} (V_{Y,i+1} + V_{Y,i-1}) ,

    which of a valid tour is C x²/2 + D · length.

    Parameters
    ----------
    cities : (n, 2) or (n, n) array_like
        Coordinates, or distances, of 3 to 50 cities.
    a, b : float
        Penalties A and B, of a city visited twice, and of two cities at once.
    c : float
        Penalty C, of a wrong number of active neurons.
    d : float, optional
        Penalty D of a unit of length; by default 500 · 0.5214 divided by the mean distance, which
        for points drawn in a unit square is about 500.
    excess : float
        Excess x: C wants n + x neurons. Without it tours leave out cities that are a detour.
        Hopfield and Tank have 5 for 10 cities.
    beta : float
        Steepness β of the neurons: 2/u₀ of the paper, where u₀ = 0.02.

    Returns
    -------
    GradedNetwork
        Network of n² neurons, whose weights and thresholds are those of the energy.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``cities`` are neither coordinates nor distances, a penalty is negative or above 10¹²,
        or ``beta`` is not positive.
    InsufficientMemoryError
        If the weights do not fit into memory.

    Notes
    -----
    J. J. Hopfield, D. W. Tank, Biol. Cybern. 52, 141 (1985).

    Examples
    --------
    >>> square = [[0, 0], [1, 0], [1, 1], [0, 1]]
    >>> net = hopfield_tank(square, d=500)
    >>> net.n_neurons
    16
    >>> around, crossed = 2 * np.eye(4)[[[0, 1, 2, 3], [0, 2, 1, 3]]].reshape(2, 16) - 1
    >>> longer = net.energy(net.potentials(crossed)) - net.energy(net.potentials(around))
    >>> round(longer / 500, 6)  # 2 + 2√2 and 4
    0.828427
    """
    return Tank.of(cities, a, b, c, d, excess).network(beta)
