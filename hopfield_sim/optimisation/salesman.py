"""The travelling salesman: graded neurons, and annealing, on one energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models import GradedNetwork, HopfieldNetwork
from hopfield_sim.optimisation.cities import (
    MOST_EXACT,
    Floats,
    Tour,
    length,
    nearest_neighbour,
    shortest_tour,
)
from hopfield_sim.optimisation.tank import Tank, tours_of
from hopfield_sim.support import table

_MOST_STARTS, _MOST_STEPS, _MOST_SWEEPS = 1000, 100_000, 100_000


@dataclass(frozen=True)
class Tours:
    """Where a network ended, from several starts.

    Attributes
    ----------
    states : (S, n, n) ndarray of bool
        Whether each neuron, of a city and a position, is on: V > ½.
    valid : (S,) ndarray of bool
        Whether each state is a tour: one city at each position, each city once.
    tours : (S, n) ndarray of int
        Cities in the order of each tour, from city 0 on; −1 where a state is no tour.
    lengths : (S,) ndarray of float64
        Length of each tour; nan where a state is none.
    energies : (S,) ndarray of float64
        Energy of each state, C x²/2 + D · length for a tour.
    stop : (S,) ndarray of str
        Why each recall ended.
    """

    states: NDArray[np.bool_]
    valid: NDArray[np.bool_]
    tours: Tour
    lengths: Floats
    energies: Floats
    stop: NDArray[np.str_]

    @property
    def valid_fraction(self) -> float:
        """Fraction of starts that ended in a tour."""
        return float(self.valid.mean())

    @property
    def tour(self) -> Tour | None:
        """The shortest tour found, (n,); None if there is none."""
        found = np.flatnonzero(self.valid)
        return self.tours[found[self.lengths[found].argmin()]] if found.size else None

    @property
    def length(self) -> float:
        """Length of the shortest tour found; nan if there is none."""
        return float(min(self.lengths[self.valid], default=np.nan))

    @property
    def mean_length(self) -> float:
        """Mean length of the tours found; nan if there is none."""
        return float(self.lengths[self.valid].mean()) if self.valid.any() else np.nan

    def __repr__(self) -> str:
        return f"<Tours: {self._counted()} valid, shortest {self.length:.4g}>"

    def _counted(self) -> str:
        return f"{self.valid.sum()} of {len(self.valid)}"

    def _row(self, method: str) -> dict[str, Any]:
        return {
            "method": method,
            "valid": self._counted(),
            "shortest": self.length,
            "mean": self.mean_length,
        }


@dataclass(frozen=True, repr=False)
class Salesman(Tours):
    """Tours of the graded neurons, and what else finds on the same cities.

    Attributes
    ----------
    annealed : Tours
        What annealing of binary neurons finds on the same energy.
    nearest : (n,) ndarray of int
        Tour by ``nearest_neighbour``.
    exact : (n,) ndarray of int, or None
        The shortest tour there is, for up to 12 cities.
    distances : (n, n) ndarray of float64
        Distances between cities.
    network : GradedNetwork
        The network, of n² neurons.
    """

    annealed: Tours
    nearest: Tour
    exact: Tour | None
    distances: Floats
    network: GradedNetwork

    @property
    def nearest_length(self) -> float:
        """Length of the tour by nearest neighbours."""
        return length(self.distances, self.nearest)

    @property
    def exact_length(self) -> float:
        """Length of the shortest tour there is; nan for more than 12 cities."""
        return np.nan if self.exact is None else length(self.distances, self.exact)

    def __repr__(self) -> str:
        rows = [self._row("graded neurons"), self.annealed._row("annealing")]
        rows.append({"method": "nearest neighbour", "shortest": self.nearest_length})
        if self.exact is not None:
            rows.append({"method": "exact", "shortest": self.exact_length})
        return f"Travelling salesman, {len(self.distances)} cities\n{table.plain(rows)}".rstrip()


@checks.by_name
def travelling_salesman(
    cities: Any,
    *,
    starts: int = 20,
    a: float = 500.0,
    b: float = 500.0,
    c: float = 200.0,
    d: float | None = None,
    excess: float = 5.0,
    beta: float = 100.0,
    max_time: float = 1.0,
    max_steps: int = 5000,
    temperatures: Any = None,
    rng: Any = None,
) -> Salesman:
    """Look for short tours by the network of Hopfield and Tank, and by annealing on its energy.

    Graded neurons flow from nearly equal activities, about 1/n, to a minimum of the energy, which
    need not be a tour: with the parameters of the paper few are. Annealing cools binary neurons on
    the same energy. A state that is no tour counts as such; nothing is repaired.

    Parameters
    ----------
    cities : (n, 2) or (n, n) array_like
        Coordinates, or distances, of 3 to 50 cities.
    starts : int
        Number of starts of each, at most 1000.
    a, b, c : float
        Penalties A, B and C of the energy; see ``hopfield_tank``.
    d : float, optional
        Penalty D of a unit of length; by default 500 · 0.5214 divided by the mean distance.
    excess : float
        Excess x of active neurons that C wants.
    beta : float
        Steepness β of the graded neurons.
    max_time : float
        Duration of their recall, in units of τ.
    max_steps : int
        Largest number of its steps, at most 100 000.
    temperatures : sequence of float, optional
        Temperatures of annealing, one a sweep, in units of the energy; at most 100 000. By default
        from 0.4 to 0.04 times the largest of A, B and C in 980 sweeps, and 20 sweeps at 0.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the starts and of annealing.

    Returns
    -------
    Salesman
        Tours of the graded neurons (``tour``, ``length``, ``valid_fraction``, ``lengths``,
        ``energies``), of ``annealed`` ones, the ``nearest`` neighbours' and the ``exact`` one.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``cities`` are neither coordinates nor distances, or a number is out of range.
    InsufficientMemoryError
        If the network, or its states, do not fit into memory.

    Notes
    -----
    J. J. Hopfield, D. W. Tank, Biol. Cybern. 52, 141 (1985). How rarely it ends in a tour: G. V.
    Wilson, G. S. Pawley, Biol. Cybern. 58, 63 (1988).

    Examples
    --------
    >>> cities = np.random.default_rng(0).random((7, 2))
    >>> found = travelling_salesman(cities, max_time=0.1, rng=0)
    >>> found
    Travelling salesman, 7 cities
    method             valid     shortest  mean
    graded neurons     3 of 20      3.212  3.493
    annealing          16 of 20     3.204  3.326
    nearest neighbour               3.252
    exact                           3.204
    >>> found.annealed.tour
    array([0, 3, 2, 4, 1, 5, 6])
    """
    starts = checks.integer(starts, "starts", minimum=1, maximum=_MOST_STARTS)
    max_steps = checks.integer(max_steps, "max_steps", minimum=1, maximum=_MOST_STEPS)
    tank = Tank.of(cities, a, b, c, d, excess)
    cooling = _cooling(tank) if temperatures is None else _given(temperatures)
    network = tank.network(beta)
    n, key = len(tank.between), checks.key(rng)

    around = np.arctanh(2.0 / n - 1.0)
    noise = checks.stream(key).uniform(-0.1, 0.1, (starts, n * n))
    flow = network.recall(np.tanh(around + noise), max_time=max_time, max_steps=max_steps)
    flat = np.full((starts, n * n), -1, np.int8)
    anneal = _binary(network).recall(flat, temperature=cooling, rng=checks.stream(key, 1))
    return Salesman(
        **_found(tank, flow),
        annealed=Tours(**_found(tank, anneal)),
        nearest=nearest_neighbour(tank.between),
        exact=shortest_tour(tank.between) if n <= MOST_EXACT else None,
        distances=tank.between,
        network=network,
    )


def _binary(network: GradedNetwork) -> HopfieldNetwork:
    """Neurons of ±1 with the same energy, up to the constant that self-couplings are for them."""
    weights = network.weights.copy()
    np.fill_diagonal(weights, 0.0)
    return HopfieldNetwork.from_weights(weights, thresholds=network.thresholds)


def _cooling(tank: Tank) -> Floats:
    hot = 0.4 * max(tank.a, tank.b, tank.c)
    return np.append(hot * np.geomspace(1.0, 0.1, 980), np.zeros(20))


def _given(temperatures: Any) -> Floats:
    given = checks.numeric(temperatures, "temperatures")
    if given.ndim != 1 or not 1 <= len(given) <= _MOST_SWEEPS:
        raise InvalidInputError(
            f"temperatures must be a sequence of 1 to {_MOST_SWEEPS:,} numbers, one a sweep; "
            f"got shape {given.shape}"
        )
    return checks.temperatures(given, 1)


def _found(tank: Tank, run: Any) -> dict[str, Any]:
    """What a recall has found."""
    n = len(tank.between)
    on = run.states.reshape(-1, n, n) > 0
    valid, tours = tours_of(on)
    lengths = np.full(len(on), np.nan)
    lengths[valid] = [length(tank.between, tour) for tour in tours[valid]]
    return {
        "states": on,
        "valid": valid,
        "tours": tours,
        "lengths": lengths,
        "energies": tank.energies(on),
        "stop": run.stop,
    }
