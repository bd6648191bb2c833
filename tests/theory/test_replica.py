"""The mean-field curves against their equations, integrated and solved in other ways."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs

pytest.importorskip("scipy")

from hopfield_sim.theory import (
    _mean_field,
    critical_load,
    phase_diagram,
    phase_lines,
    retrieval_overlap,
)

Z = np.linspace(-12, 12, 2401)
DZ = np.exp(-(Z**2) / 2) / math.sqrt(2 * math.pi) * 0.01


def right_sides(m, q, r, load, t):
    """m, q and r from their equations, by a plain sum over the field."""
    t_field = np.tanh((math.sqrt(load * r) * Z + m) / t)
    q_new = DZ @ t_field**2
    return DZ @ t_field, q_new, q_new / (1 - (1 - q_new) / t) ** 2


def free_energy(m, q, r, load, t):
    """The replica-symmetric free energy of Amit, Gutfreund and Sompolinsky, as printed."""
    beta = 1 / t
    u = np.abs(beta * (math.sqrt(load * r) * Z + m))
    log_cosh = DZ @ (u + np.log1p(np.exp(-2 * u)))
    open_ = 1 - beta + beta * q
    return (
        load / 2
        + m**2 / 2
        + load / (2 * beta) * (math.log(open_) - beta * q / open_)
        + load * beta / 2 * r * (1 - q)
        - log_cosh / beta
    )


STATES = [(0.002, 0.9), (0.02, 0.6), (0.05, 0.3), (0.1, 0.3), (0.137, 0.05), (1e-4, 0.97)]


def state_at(load, t):
    t = np.array([t])
    limit = _mean_field.spinodal(t)
    return _mean_field.retrieval_at(np.array([load]), t, limit.ratio)


def parameters(state):
    return state.overlap[0], state.averages.square[0], state.noise[0]


def test_critical_load():
    assert critical_load() == pytest.approx(0.137905566, abs=1e-9)
    assert retrieval_overlap(critical_load()) == pytest.approx(0.967, abs=5e-4)
    # Every y belongs to one load; the critical one is the largest.
    y = np.linspace(1.0, 2.5, 20_001)
    erf = np.array([math.erf(v) for v in y])
    loads = 0.5 * (erf / y - 2 / math.sqrt(math.pi) * np.exp(-y * y)) ** 2
    assert critical_load() == pytest.approx(loads.max(), rel=1e-8, abs=0)


@pytest.mark.parametrize("load", [1e-6, 0.01, 0.05, 0.1, 0.13, 0.1379])
def test_zero_temperature_overlap_solves_its_equation(load):
    m = retrieval_overlap(load)
    # m = erf(m/√(2αr)), C = √(2/(π α r)) exp(−m²/(2αr)), r = 1/(1 − C)², solved by iteration.
    x, r = 1.0, 1.0
    for _ in range(20_000):
        c = math.sqrt(2 / (math.pi * load * r)) * math.exp(-(x**2) / (2 * load * r))
        x, r = math.erf(x / math.sqrt(2 * load * r)), 1 / (1 - c) ** 2
    assert m == pytest.approx(x, abs=1e-9)


def test_no_retrieval_beyond_the_critical_load():
    loads = critical_load() * np.array([1 - 1e-9, 1 + 1e-9, 1.5, 100])
    overlaps = retrieval_overlap(loads)
    assert overlaps[0] > 0.96
    np.testing.assert_array_equal(overlaps[1:], 0.0)
    assert retrieval_overlap(0.0) == 1.0
    assert retrieval_overlap(0.01, 1.0) == retrieval_overlap(0.0, 1.0) == 0.0


@pytest.mark.parametrize("t", [0.1, 0.5, 0.9, 0.999, 1 - 1e-8])
def test_zero_load_is_the_mean_field_ferromagnet(t):
    m = retrieval_overlap(0.0, t)
    assert m == pytest.approx(math.tanh(m / t), abs=1e-14)
    assert m > 0.99 * math.sqrt(3 * (1 - t)) * t
    assert retrieval_overlap(1e-12 * (1 - t) ** 2, t) == pytest.approx(m, rel=1e-5, abs=0)


@pytest.mark.parametrize(("load", "t"), STATES)
def test_solutions_leave_no_residual(load, t):
    state = state_at(load, t)
    assert state.load[0] == pytest.approx(load, rel=1e-11, abs=0)
    m, q, r = parameters(state)
    again = right_sides(m, q, r, load, t)
    np.testing.assert_allclose(again, (m, q, r), rtol=1e-10)
    assert retrieval_overlap(load, t) == m


@pytest.mark.parametrize(("load", "t"), STATES)
def test_iteration_from_the_pattern_ends_there(load, t):
    m, q, r = 1.0, 1.0, 1.0
    for _ in range(3000):
        m, q, r = right_sides(m, q, r, load, t)
    assert retrieval_overlap(load, t) == pytest.approx(m, rel=1e-8, abs=0)


@pytest.mark.parametrize("glass", [False, True])
@pytest.mark.parametrize(("load", "t"), STATES)
def test_solutions_are_stationary_points_of_the_free_energy(load, t, glass):
    if glass:
        state = _mean_field.spin_glass_state(np.array([load]), np.array([t]))
        assert state.load[0] == pytest.approx(load, rel=1e-10, abs=0)
    else:
        state = state_at(load, t)
    at = np.array(parameters(state))
    value = free_energy(*at, load, t)
    assert state.free_energy[0] + load / 2 == pytest.approx(value, rel=1e-12, abs=0)
    for i in range(3):
        step = 1e-5 * np.eye(3)[i]
        one, two = (
            (free_energy(*(at + k * step), load, t) - free_energy(*(at - k * step), load, t)) / k
            for k in (1, 2)
        )
        assert abs(4 * one - two) / 3 < 2e-5 * 1e-8  # the slope, free of its cubic error


def test_cold_limit():
    loads = np.array([0.01, 0.08, 0.13, 0.1375])
    frozen = retrieval_overlap(loads)
    gaps = [np.abs(retrieval_overlap(loads, t) - frozen).max() for t in (1e-2, 1e-4, 1e-6, 1e-10)]
    assert 0.02 > gaps[0] > 10 * gaps[1]
    assert 2e-4 > gaps[1] > 10 * gaps[2]
    assert 2e-6 > gaps[2] > 10 * gaps[3]
    assert gaps[3] < 1e-9
    assert np.all(retrieval_overlap(loads, 1e-13) == frozen)


def test_overlap_broadcasts():
    table = retrieval_overlap(np.array([[0.01], [0.1], [0.3]]), [0.0, 0.2, 0.9, 2.0])
    assert table.shape == (3, 4)
    assert table[1, 1] == pytest.approx(retrieval_overlap(0.1, 0.2), rel=1e-12, abs=0)
    assert np.all(np.diff(table, axis=0) <= 0)
    assert np.all(np.diff(table, axis=1) <= 0)
    assert isinstance(retrieval_overlap(0.1, 0.2), float)


@pytest.mark.parametrize("load", [1e-6, 0.01, 0.05, 0.1, 0.135])
def test_retrieval_line_is_where_the_overlap_vanishes(load):
    t = phase_lines(load).retrieval
    assert retrieval_overlap(load, t + 1e-7) == 0.0
    assert retrieval_overlap(load, t - 1e-7) > 0.3 * math.sqrt(1 - t)


@pytest.mark.parametrize("load", [1e-4, 0.01, 0.05, 0.0525])
def test_transition_line_is_where_the_free_energies_meet(load):
    t = phase_lines(load).thermodynamic

    def excess(at):
        glass = _mean_field.spin_glass_state(np.array([load]), np.array([at]))
        return free_energy(*parameters(state_at(load, at)), load, at) - free_energy(
            *parameters(glass), load, at
        )

    step = 1e-3 * (1 - t)
    assert excess(t - step) < 0 < excess(t + step)
    assert abs(excess(t)) < 1e-6 * excess(t + step)


def test_lines_at_the_ends():
    lines = phase_lines([0.0, 1e-10, critical_load(), 0.138, 0.139, 0.0518, 0.0531, 0.0532])
    np.testing.assert_allclose(lines.glass[[0, 2]], [1.0, 1 + math.sqrt(critical_load())])
    assert lines.retrieval[0] == lines.thermodynamic[0] == 1.0
    # The published slopes in √α at α = 0.
    assert (1 - lines.retrieval[1]) * 1e5 == pytest.approx(1.95, abs=0.01)
    assert (1 - lines.thermodynamic[1]) * 1e5 == pytest.approx(2.6, abs=0.01)
    # The lines bulge beyond their loads at T = 0 before they end.
    assert 0.04 < lines.retrieval[3] < lines.retrieval[2] < 0.05
    assert np.isnan(lines.retrieval[4])
    assert lines.thermodynamic[5] > lines.thermodynamic[6] > 0.09
    assert np.isnan(lines.thermodynamic[[2, 3, 4, 7]]).all()


def test_lines_reach_the_loads_of_zero_temperature():
    slope, tip = phase_diagram._line(_mean_field.spinodal)
    assert slope(0.0) ** 2 == pytest.approx(critical_load(), rel=1e-11, abs=0)
    assert 0.01 < tip < 0.05

    # At T = 0: E = −m²/2 + α(1 − r)/2, and −1/π − √(2α/π) for the spin glass.
    load = phase_diagram._line(_mean_field.transition)[0](0.0) ** 2
    assert load == pytest.approx(0.0519, abs=1e-4)
    m = retrieval_overlap(load)
    # r follows from m = erf(y), y = m/√(2αr).
    low, high = 0.0, 6.0
    for _ in range(200):
        y = (low + high) / 2
        low, high = (y, high) if math.erf(y) < m else (low, y)
    r = m**2 / (2 * load * y**2)
    energy = -(m**2) / 2 + load * (1 - r) / 2
    assert energy == pytest.approx(-1 / math.pi - math.sqrt(2 * load / math.pi), abs=1e-9)


@pytest.mark.parametrize("states", [_mean_field.spinodal, _mean_field.transition])
def test_interpolated_lines_are_the_lines(states):
    slope, _ = phase_diagram._line(states)
    t = np.array([0.003, 0.021, 0.0777, 0.123, 0.333, 0.5, 0.777, 0.95])
    np.testing.assert_allclose(slope(t), np.sqrt(states(t).load) / (1 - t), atol=2e-10)


def test_lines_keep_shapes_and_order():
    loads = np.linspace(0, 0.15, 60)
    lines = phase_lines(loads)
    exists = ~np.isnan(lines.thermodynamic)
    assert np.all(lines.thermodynamic[exists] <= lines.retrieval[exists])
    exists = ~np.isnan(lines.retrieval)
    assert np.all(lines.retrieval[exists] <= lines.glass[exists])
    assert np.all(np.diff(lines.retrieval[exists]) < 0)
    assert loads[exists].max() < critical_load() + 3e-4
    single = phase_lines(0.05)
    assert isinstance(single.glass, float)
    assert isinstance(single.retrieval, float)
    assert phase_lines([]).retrieval.shape == (0,)
    assert phase_lines([[0.1], [0.2]]).glass.shape == (2, 1)


@pytest.mark.parametrize(("load", "t"), [(0.05, 0.3), (0.02, 0.6)])
def test_heat_bath_networks_have_this_overlap(load, t):
    n, networks = 600, 6
    n_patterns = round(load * n)
    means = []
    for seed in range(networks):
        patterns = hs.random_patterns(n_patterns, n, rng=seed)
        net = hs.HopfieldNetwork().store(patterns)
        run = net.recall(patterns[:8], temperature=t, max_sweeps=60, record=("overlap",), rng=seed)
        own = run.overlaps[20:, range(8), range(8)]
        means.append(own.mean())
    error = np.std(means, ddof=1) / math.sqrt(networks)
    assert error < 0.004
    # Corrections at finite N are of order 1/N.
    assert abs(np.mean(means) - retrieval_overlap(load, t)) < 4 * error + 2 / n
