"""Cities, the lengths of tours through them, and tours found without a network."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

Floats = NDArray[np.float64]
Tour = NDArray[np.intp]

MOST = 50
"""Most cities: their network has MOST² neurons, and MOST⁴ weights."""
MOST_EXACT = 12
"""Most cities of which the shortest tour is found: time and memory double with each."""
_LARGEST = 1e100
"""Largest coordinate or distance, so that sums of their squares are finite."""


def distances(cities: Any) -> Floats:
    """Validate cities, (n, 2) coordinates or (n, n) distances, and return their distances."""
    given = checks.numeric(cities, "cities")
    n = len(given) if given.ndim == 2 else 0
    if n < 3 or n > MOST or given.shape[1] not in (2, n):
        raise InvalidInputError(
            f"cities must be coordinates (n, 2) or distances (n, n) of 3 to {MOST} cities; "
            f"got shape {given.shape}"
        )
    numbers = checks.finite(given, "cities")
    if np.abs(numbers).max() > _LARGEST:
        raise InvalidInputError(
            f"cities must be numbers up to {_LARGEST:g}; found {np.abs(numbers).max():g}; "
            "use another unit"
        )
    if numbers.shape[1] == 2:
        return np.asarray(np.hypot(*(numbers[:, None] - numbers).T))
    if (numbers < 0).any() or numbers.diagonal().any() or (numbers != numbers.T).any():
        raise InvalidInputError(
            "distances between cities must be 0 or more, symmetric, and 0 on the diagonal; for "
            "coordinates pass an array (n, 2)"
        )
    return numbers


def length(between: Floats, tour: Tour) -> float:
    """Length of a closed tour."""
    return float(between[tour, np.roll(tour, -1)].sum())


def from_first(tour: Tour) -> Tour:
    """The same closed tour from city 0 on, first to that of its neighbours with the lower number.

    Examples
    --------
    >>> from_first(np.array([2, 3, 0, 1]))
    array([0, 1, 2, 3])
    """
    start = int(np.argmin(tour))
    tour = np.roll(tour, -start)
    return tour if tour[1] < tour[-1] else np.roll(tour[::-1], 1)


@checks.by_name
def nearest_neighbour(cities: Any) -> Tour:
    """Go to the nearest city not yet visited; the shortest of the tours that start in each city.

    Parameters
    ----------
    cities : (n, 2) or (n, n) array_like
        Coordinates, or distances, of 3 to 50 cities.

    Returns
    -------
    (n,) ndarray of int
        The cities in the order of the closed tour, from city 0 on.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``cities`` are neither.

    Examples
    --------
    >>> nearest_neighbour([[0, 0], [1, 1], [0, 1], [1, 0]])
    array([0, 2, 1, 3])
    """
    between = distances(cities)
    return min((_greedy(between, start) for start in range(len(between))), key=_by(between))


def _by(between: Floats) -> Any:
    return lambda tour: length(between, tour)


def _greedy(between: Floats, start: int) -> Tour:
    free = np.ones(len(between), bool)
    tour = [start]
    for _ in range(len(between) - 1):
        free[tour[-1]] = False
        tour.append(int(np.where(free, between[tour[-1]], np.inf).argmin()))
    return from_first(np.array(tour))


@checks.by_name
def shortest_tour(cities: Any) -> Tour:
    """Find the shortest closed tour of up to 12 cities, by dynamic programming.

    The shortest path from city 0 through a set S of cities that ends in j is
    C(S, j) = min_k C(S − j, k) + d_kj (M. Held, R. M. Karp, J. SIAM 10, 196, 1962).

    Parameters
    ----------
    cities : (n, 2) or (n, n) array_like
        Coordinates, or distances, of 3 to 12 cities.

    Returns
    -------
    (n,) ndarray of int
        The cities in the order of the tour, from city 0 on.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``cities`` are neither, or too many.

    Examples
    --------
    >>> shortest_tour([[0, 0], [2, 1], [0, 1], [2, 0], [1, 2]])
    array([0, 2, 4, 1, 3])
    """
    between = distances(cities)
    if len(between) > MOST_EXACT:
        raise InvalidInputError(
            f"cities must be at most {MOST_EXACT} for the shortest tour, as time and memory double "
            f"with each; got {len(between)}"
        )
    m = len(between) - 1  # besides city 0, city j + 1 is bit j of a set
    step = between[1:, 1:]
    paths = np.full((2**m, m), np.inf)
    paths[2 ** np.arange(m), np.arange(m)] = between[0, 1:]
    sets = np.arange(2**m)
    sizes = np.bitwise_count(sets)
    for size in range(2, m + 1):
        for last in range(m):
            these = sets[(sizes == size) & (sets >> last & 1 == 1)]
            paths[these, last] = (paths[these - 2**last] + step[:, last]).min(axis=1)
    return from_first(np.array([0, *_backwards(paths, between)]))


def _backwards(paths: Floats, between: Floats) -> list[int]:
    """The cities of the shortest closed tour but 0, from the last one on."""
    left, tour = len(paths) - 1, []
    onward = between[1:, 0]
    while left:
        last = int((paths[left] + onward).argmin())
        tour.append(last + 1)
        left -= 2**last
        onward = between[1:, last + 1]
    return tour
