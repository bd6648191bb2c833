"""The travelling salesman: an energy that orders tours by length, the shortest tour against all
tours, and how often networks end in a tour.
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from hopfield_sim.errors import HopfieldError
from hopfield_sim.optimisation import (
    hopfield_tank,
    nearest_neighbour,
    shortest_tour,
    travelling_salesman,
)

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


def cities(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((n, 2))


def between(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points, axis=-1)


def length(points: np.ndarray, tour) -> float:
    """A leg after the other."""
    legs = zip(tour, [*tour[1:], tour[0]], strict=True)
    return sum(float(np.linalg.norm(points[i] - points[j])) for i, j in legs)


def energy(v: np.ndarray, d_xy: np.ndarray, a, b, c, d, excess) -> float:
    """The paper's four sums, term by term, with cyclic positions."""
    n = len(v)
    total = 0.5 * c * (v.sum() - n - excess) ** 2
    for x, i, j in product(range(n), repeat=3):
        if i != j:
            total += 0.5 * a * v[x, i] * v[x, j] + 0.5 * b * v[i, x] * v[j, x]
            total += 0.5 * d * d_xy[i, j] * v[i, x] * (v[j, (x + 1) % n] + v[j, (x - 1) % n])
    return total


def entropy(v: np.ndarray) -> float:
    """Σ V ln V + (1 − V) ln(1 − V) + ln 2 of V from 0 to 1: that of activities 2V − 1."""
    return float((v * np.log(v) + (1 - v) * np.log(1 - v) + np.log(2)).sum())


def test_the_network_has_the_energy_of_the_paper():
    """At any activities, up to one constant; d_XY of a matrix that no points have."""
    rng = np.random.default_rng(1)
    n, beta = 5, 3.0
    d_xy = np.triu(rng.random((n, n)), 1)
    d_xy += d_xy.T
    penalties = {"a": 3.0, "b": 5.0, "c": 2.0, "d": 7.0, "excess": 1.5}
    net = hopfield_tank(d_xy, beta=beta, **penalties)
    v = rng.uniform(0.01, 0.99, (20, n, n))
    found = net.energy(net.potentials(2 * v.reshape(20, -1) - 1))
    wanted = [energy(one, d_xy, **penalties) + entropy(one) / beta for one in v]
    constants = found - wanted
    np.testing.assert_allclose(constants, constants[0], rtol=1e-12)


def test_the_energy_of_a_tour_is_its_length():
    """C x²/2 + D · length of all 120 tours of five cities, and so it orders them."""
    points, n = cities(5, 2), 5
    tours = list(permutations(range(n)))
    corners = np.stack([2.0 * np.eye(n)[list(tour)].T - 1 for tour in tours])
    lengths = np.array([length(points, tour) for tour in tours])
    net = hopfield_tank(points, d=300)
    energies = net.energy(net.potentials(corners.reshape(len(tours), -1)))
    np.testing.assert_allclose(energies - 300 * lengths, energies[0] - 300 * lengths[0], rtol=1e-12)
    found = travelling_salesman(points, d=300, c=180, starts=30, max_time=0.1, rng=1)
    for tours_found in (found, found.annealed):
        valid = tours_found.valid
        assert valid.any()
        wanted = 180 * 5**2 / 2 + 300 * tours_found.lengths
        np.testing.assert_allclose(tours_found.energies[valid], wanted[valid], rtol=1e-12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_lowest_of_all_states_is_the_shortest_tour(seed):
    """All 2¹⁶ states of four cities; without the excess it is no tour of all of them."""
    points = cities(4, seed)
    on = (np.arange(2**16)[:, None] >> np.arange(16)) & 1
    lowest = {}
    for excess in (5.0, 0.0):
        net = hopfield_tank(points, excess=excess)
        spins = 2.0 * on - 1
        energies = -0.5 * ((spins @ net.weights) * spins).sum(axis=1) + spins @ net.thresholds
        lowest[excess] = on[energies.argmin()].reshape(4, 4)
    best = lowest[5.0]
    assert (best.sum(axis=0) == 1).all()
    assert (best.sum(axis=1) == 1).all()
    shortest = min(length(points, tour) for tour in permutations(range(4)))
    assert length(points, best.argmax(axis=0)) == pytest.approx(shortest)
    assert lowest[0.0].sum() < 4


@pytest.mark.parametrize(("n", "seed"), [(3, 0), (4, 1), (5, 2), (6, 3), (7, 4), (7, 5)])
def test_the_exact_tour_is_the_shortest_of_all(n, seed):
    points = cities(n, seed)
    tour = shortest_tour(points)
    assert sorted(tour) == list(range(n))
    assert tour[0] == 0
    shortest = min(length(points, (0, *rest)) for rest in permutations(range(1, n)))
    assert length(points, tour) == pytest.approx(shortest, rel=1e-12)
    np.testing.assert_array_equal(shortest_tour(between(points)), tour)


def test_twelve_cities_on_a_circle_are_visited_around_it():
    order = np.random.default_rng(0).permutation(12)
    circle = np.stack([np.cos(order * np.pi / 6), np.sin(order * np.pi / 6)], axis=1)
    steps = np.diff(order[shortest_tour(circle)]) % 12
    assert set(steps) in ({1}, {11})


@pytest.mark.parametrize("seed", range(3))
def test_nearest_neighbours(seed):
    """The best of all starts, each followed by hand; never below the exact one."""
    points = cities(8, seed)
    lengths = []
    for start in range(8):
        tour, left = [start], set(range(8)) - {start}
        while left:
            tour.append(
                min(left, key=lambda x: float(np.linalg.norm(points[x] - points[tour[-1]])))
            )
            left.remove(tour[-1])
        lengths.append(length(points, tour))
    tour = nearest_neighbour(points)
    assert sorted(tour) == list(range(8))
    assert length(points, tour) == pytest.approx(min(lengths))
    assert length(points, tour) >= length(points, shortest_tour(points)) - 1e-12


def test_what_is_found_is_a_tour_or_is_none():
    points = cities(6, 0)
    found = travelling_salesman(points, starts=15, max_time=0.1, rng=3)
    exact = length(points, found.exact)
    assert found.exact_length == pytest.approx(exact)
    assert found.nearest_length == pytest.approx(length(points, found.nearest))
    for tours in (found, found.annealed):
        assert tours.states.shape == (15, 6, 6)
        ones = [
            (one.sum(axis=0) == 1).all() and (one.sum(axis=1) == 1).all() for one in tours.states
        ]
        np.testing.assert_array_equal(tours.valid, ones)
        assert tours.valid_fraction == np.mean(ones)
        np.testing.assert_array_equal(np.isnan(tours.lengths), ~tours.valid)
        for state, tour, far in zip(tours.states, tours.tours, tours.lengths, strict=True):
            if np.isnan(far):
                assert (tour == -1).all()
                continue
            assert far == pytest.approx(length(points, state.argmax(axis=0)))
            assert far == pytest.approx(length(points, tour))
            assert far >= exact - 1e-12
        if tours.valid.any():
            assert tours.length == np.nanmin(tours.lengths)
            assert tours.mean_length == pytest.approx(np.nanmean(tours.lengths))
    assert "15" in repr(found)
    assert "exact" in repr(found)
    assert "shortest" in repr(found.annealed)


def test_no_tour_is_no_tour():
    """No penalty for anything: nothing is on."""
    found = travelling_salesman(SQUARE, a=0, b=0, c=0, starts=3, max_time=0.1, rng=0)
    assert found.valid_fraction == 0
    assert found.tour is None
    assert np.isnan([found.length, found.mean_length]).all()
    assert "0 of 3" in repr(found)
    assert len(found.exact) == 4


def test_how_often_networks_end_in_a_tour():
    """Of 100 trials with ten cities 15 did (Wilson and Pawley 1988); annealing does better.

    Cities differ in how hard they are, so that errors are those over sets of cities.
    """
    graded, annealed, shortest = [], [], []
    for seed in range(8):
        found = travelling_salesman(cities(10, seed), d=500, starts=12, max_time=0.03, rng=seed)
        graded.append(found.valid_fraction)
        annealed.append(found.annealed.valid_fraction)
        shortest.append(found.annealed.length / found.exact_length)
    error = np.hypot(np.std(graded, ddof=1) / np.sqrt(8), np.sqrt(0.15 * 0.85 / 100))
    assert abs(np.mean(graded) - 0.15) < 3 * error
    assert np.mean(annealed) > np.mean(graded) + 3 * error
    assert np.median(shortest) < 1.02


def test_the_same_seed_gives_the_same_tours():
    points = cities(6, 1)
    runs = [travelling_salesman(points, starts=8, max_time=0.02, rng=seed) for seed in (4, 4, 5)]
    by_distance = travelling_salesman(between(points), starts=8, max_time=0.02, rng=4)
    np.testing.assert_array_equal(runs[0].annealed.tours, runs[1].annealed.tours)
    np.testing.assert_array_equal(runs[0].states, runs[1].states)
    np.testing.assert_array_equal(runs[0].annealed.tours, by_distance.annealed.tours)
    assert (runs[0].annealed.states != runs[2].annealed.states).any()


def test_the_unit_of_length_does_not_matter_by_default():
    points = cities(7, 3)
    net = hopfield_tank(points)
    far = hopfield_tank(1e6 * points + 5e6)
    np.testing.assert_allclose(net.weights, far.weights, rtol=1e-9)
    np.testing.assert_allclose(net.thresholds, far.thresholds, rtol=1e-9)
    # 500 on average in a unit square
    many = [hopfield_tank(cities(10, seed)).weights[0, 11] for seed in range(60)]
    expected = [hopfield_tank(cities(10, seed), d=500).weights[0, 11] for seed in range(60)]
    assert np.mean(many) == pytest.approx(np.mean(expected), rel=0.05)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: travelling_salesman(np.zeros((2, 2))), "of 3 to 50 cities; got shape .2, 2."),
        (lambda: travelling_salesman(np.zeros((51, 2))), "3 to 50 cities"),
        (lambda: travelling_salesman(np.zeros((5, 3))), "coordinates .n, 2. or distances"),
        (lambda: travelling_salesman([[0, 1], [1, np.nan], [0, 0]]), "cities must be finite"),
        (lambda: travelling_salesman("abc"), "cities must be an array"),
        (lambda: travelling_salesman(1e200 * SQUARE), "numbers up to 1e.100"),
        (lambda: travelling_salesman(np.ones((3, 3))), "0 on the diagonal"),
        (lambda: travelling_salesman(np.triu(np.ones((4, 4)), 1)), "symmetric"),
        (lambda: travelling_salesman(np.eye(3) - 1), "0 or more"),
        (lambda: travelling_salesman(SQUARE, starts=0), "starts must be"),
        (lambda: travelling_salesman(SQUARE, starts=10**9), "starts must be"),
        (lambda: travelling_salesman(SQUARE, max_steps=10**9), "max_steps must be"),
        (lambda: travelling_salesman(SQUARE, max_time=-1), "max_time must be"),
        (lambda: travelling_salesman(SQUARE, a=-1), "a must be from 0"),
        (lambda: travelling_salesman(SQUARE, c=1e300), "c must be from 0"),
        (lambda: travelling_salesman(SQUARE, d=1e13), "d times the largest distance"),
        (lambda: travelling_salesman(SQUARE, excess=np.inf), "excess must be finite"),
        (lambda: travelling_salesman(SQUARE, beta=0), "beta must be"),
        (lambda: travelling_salesman(SQUARE, temperatures=[]), "temperatures must be a sequence"),
        (lambda: travelling_salesman(SQUARE, temperatures=5.0), "temperatures must be a sequence"),
        (lambda: travelling_salesman(SQUARE, temperatures=[1.0, -1.0]), "0 or more"),
        (lambda: travelling_salesman(SQUARE, rng="x"), "rng must be"),
        (lambda: travelling_salesman(SQUARE, city=1), "has no argument city"),
        (lambda: shortest_tour(np.random.default_rng(0).random((13, 2))), "at most 12"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(HopfieldError, match=words):
        call()


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((5, 2)),
        1e-300 * cities(5, 0),
        1e99 * cities(5, 0),
        1 - np.eye(5),
        np.arange(10).reshape(5, 2),
    ],
)
def test_odd_cities_are_answered(points):
    found = travelling_salesman(points, starts=10, max_time=0.01, rng=0)
    assert np.isfinite(found.energies).all()
    assert np.isfinite(found.exact_length)
    assert found.annealed.valid.any()
    assert sorted(found.annealed.tour) == list(range(5))


def test_arguments_stay_as_they_are():
    points = cities(5, 0)
    before = points.copy()
    cooling = np.linspace(200, 0, 50)
    travelling_salesman(points, starts=2, max_time=0.01, temperatures=cooling, rng=1)
    np.testing.assert_array_equal(points, before)
    np.testing.assert_array_equal(cooling, np.linspace(200, 0, 50))
