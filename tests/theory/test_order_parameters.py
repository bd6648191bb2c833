"""Order parameters and energies of the replica theory, against integrals, limits and networks."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs

pytest.importorskip("scipy")

from scipy.integrate import quad

from hopfield_sim.theory import phase_lines, retrieval, retrieval_overlap

POINTS = [(0.05, 0.4), (0.12, 0.1), (0.01, 0.7), (0.3, 0.5), (0.05, 1.15), (0.1379, 0.03)]


def normal(f, at=0.0):
    """⟨f(z)⟩ over the normal distribution, by adaptive quadrature, with a bend near ``at``."""
    weighted = lambda z: math.exp(-z * z / 2) * f(z) / math.sqrt(2 * math.pi)  # noqa: E731
    return quad(
        weighted, -12, 12, epsabs=1e-13, epsrel=1e-12, limit=400, points=[at - 0.1, at, at + 0.1]
    )[0]


def free_energy(load, t, m, q, r):
    """As Amit, Gutfreund and Sompolinsky print it."""
    width, c = math.sqrt(load * r), (1 - q) / t
    log_cosh = normal(lambda z: np.logaddexp((width * z + m) / t, -(width * z + m) / t))
    from_others = load / 2 * (t * math.log(1 - c) - q / (1 - c)) + load * r * c / 2
    return load / 2 + m * m / 2 + from_others - t * log_cosh


@pytest.mark.parametrize(("load", "t"), POINTS)
def test_order_parameters_solve_their_equations(load, t):
    state = retrieval(load, t)
    width, m = math.sqrt(load * state.crosstalk), state.overlap
    assert m == retrieval_overlap(load, t)
    assert normal(lambda z: math.tanh((width * z + m) / t)) == pytest.approx(m, abs=1e-9)
    q = normal(lambda z: math.tanh((width * z + m) / t) ** 2)
    assert state.spin_glass_order == pytest.approx(q, rel=1e-8)
    assert state.crosstalk == pytest.approx(q / (1 - (1 - q) / t) ** 2, rel=1e-6)
    printed = free_energy(load, t, m, state.spin_glass_order, state.crosstalk)
    assert state.free_energy == pytest.approx(printed, abs=1e-10)


@pytest.mark.parametrize(("load", "t"), [*POINTS, (0.3, 2.0), (0.0, 0.5), (0.0, 1.5)])
def test_the_energy_is_the_slope_of_the_free_energy(load, t):
    # e = ∂(βf)/∂β, a difference of which the third and fifth orders cancel.
    b, h = 1 / t, 1e-3 / t
    f = [(b + k * h) * retrieval(load, 1 / (b + k * h)).free_energy for k in (-2, -1, 1, 2)]
    slope = (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h)
    assert retrieval(load, t).energy == pytest.approx(slope, abs=1e-8)


def test_limits():
    frozen = retrieval([0.0, 0.05, 0.1379, 0.2, 1.0])
    np.testing.assert_array_equal(frozen.energy, frozen.free_energy)
    assert frozen.energy[0] == -0.5
    # Above the critical load the spin glass of Amit, Gutfreund and Sompolinsky, at T = 0.
    glass = -1 / math.pi - np.sqrt(2 * np.array([0.2, 1.0]) / math.pi)
    np.testing.assert_allclose(frozen.energy[3:], glass, rtol=1e-13)
    np.testing.assert_array_equal(frozen.stable, [True, False, False, False, False])
    for name in ("overlap", "spin_glass_order", "crosstalk", "free_energy", "energy"):
        cold = getattr(retrieval([0.0, 0.05, 0.1379, 0.2, 1.0], 1e-7), name)
        np.testing.assert_allclose(cold, getattr(frozen, name), atol=2e-6)
    # The first terms at high temperature: e = −α/(2(T − 1)), and no order.
    hot = retrieval(0.3, [2.0, 5.0])
    np.testing.assert_allclose(hot.energy, [-0.15, -0.0375])
    np.testing.assert_array_equal(hot.spin_glass_order, 0.0)
    np.testing.assert_array_equal(hot.crosstalk, 0.0)
    assert hot.stable.all()


def test_shapes():
    state = retrieval(np.zeros((3, 1)), [0.0, 0.5])
    assert state.energy.shape == state.stable.shape == (3, 2)
    assert isinstance(retrieval(0.1).stable, bool)
    assert isinstance(retrieval(0.1).energy, float)
    assert retrieval([]).stable.shape == (0,)


def test_replica_symmetry_breaks_where_its_condition_says():
    # T_R → √(8α/9π) e^(−1/2α), from the expansion at low temperature.
    loads = np.array([0.002, 0.01, 0.02])
    expected = np.sqrt(8 * loads / (9 * math.pi)) * np.exp(-1 / (2 * loads))
    np.testing.assert_allclose(phase_lines(loads).replica_symmetry, expected, rtol=1e-5)
    lines = phase_lines([0.1, 0.13, 0.138])
    for load, t in zip(lines.loads, lines.replica_symmetry, strict=True):
        assert [retrieval(load, k * t).stable for k in (0.99, 1.01)] == [False, True]
        state = retrieval(load, t)
        width, m = math.sqrt(load * state.crosstalk), state.overlap
        fourth = normal(
            lambda z, w=width, m=m, t=t: (1 - math.tanh((w * z + m) / t) ** 2) ** 2, -m / width
        )
        gap = t - (1 - state.spin_glass_order)
        assert load * fourth == pytest.approx(gap**2, rel=1e-6)
    ends = phase_lines([0.0, 0.13818, 0.1382])
    assert ends.replica_symmetry[0] == 0.0
    assert ends.replica_symmetry[1] < ends.retrieval[1] < 0.03
    assert np.isnan(ends.replica_symmetry[2])


@pytest.mark.parametrize(("load", "t"), [(0.05, 0.4), (0.02, 0.6)])
def test_networks_have_these_order_parameters(load, t):
    n, networks, half = 1000, 6, 100
    n_patterns = round(load * n)
    found = []
    for seed in range(networks):
        patterns = hs.random_patterns(n_patterns, n, rng=seed)
        net = hs.HopfieldNetwork().store(patterns)
        run = net.recall(
            patterns[:8],
            temperature=t,
            max_sweeps=20 + 2 * half,
            record=("energy", "overlap", "states"),
            rng=seed,
        )
        energy = run.energy[20:].mean() / n
        overlaps = run.overlaps[20:]
        own = overlaps[:, range(8), range(8)].mean()
        # Averages over two halves are independent, but for slow modes: no bias by their noise.
        first, second = (run.trajectory[20 + k * half :][:half].mean(axis=0) for k in (0, 1))
        q = (first * second).mean()
        m = [overlaps[k * half :][:half].mean(axis=0) for k in (0, 1)]
        others = (m[0] * m[1]).sum(axis=1) - (m[0] * m[1])[range(8), range(8)]
        found.append((own, q, (others / load).mean(), energy))
    means = np.mean(found, axis=0)
    errors = np.std(found, axis=0, ddof=1) / math.sqrt(networks)
    state = retrieval(load, t)
    expected = (state.overlap, state.spin_glass_order, state.crosstalk, state.energy)
    assert (errors < [0.003, 0.004, 0.15, 0.001]).all()
    assert (np.abs(means - expected) < 4 * errors + 4 / n).all(), (means, errors, expected)
