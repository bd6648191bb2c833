"""Graded neurons: the mean-field overlap, an energy that never rises, and the classical network
at infinite steepness.
"""

from __future__ import annotations

import copy
import tracemalloc
import warnings

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.continuous_time.neurons import Neurons, entropy


def rises(run, size: float) -> float:
    """The largest rise of a recorded energy, relative to its size."""
    return float(np.diff(run.energy, axis=0).max(initial=0.0)) / size


def scale(net, run) -> float:
    """N, or what the entropies come to, whichever is more: energies are sums of such numbers."""
    return net.n_neurons * max(1.0, 1.0 / net.beta)


@pytest.mark.parametrize(
    ("beta", "m"), [(1.5, 0.846831), (2.0, 0.953489), (5.0, 0.999889), (0.9, 0.0)]
)
@pytest.mark.parametrize("step", [None, 0.05, 1.0])
def test_one_pattern_has_the_overlap_of_mean_field_theory(beta, m, step):
    """m = tanh(βm (N − 1)/N): exact, as a field without self-coupling is m (N − 1)/N."""
    patterns = hs.random_patterns(1, 50, rng=3)
    net = hs.GradedNetwork(beta=beta).store(patterns)
    cues = hs.flip(np.repeat(patterns, 3, axis=0), fraction=0.2, rng=1)
    run = net.recall(cues, step=step)
    assert run.converged.all()
    np.testing.assert_allclose(run.overlap()[:, 0], m, atol=1e-6)
    np.testing.assert_allclose(run.states, m * np.repeat(patterns, 3, axis=0), atol=2e-6)


@pytest.mark.parametrize("rule", ["hebbian", "storkey", "pseudoinverse", "dreaming"])
@pytest.mark.parametrize("beta", [0.5, 2.0, 30.0, 1e5])
def test_adaptive_steps_never_raise_the_energy(rule, beta):
    net = hs.GradedNetwork(rule, beta, thresholds=0.05).store(hs.random_patterns(12, 60, rng=1))
    rng = np.random.default_rng(2)
    cues = np.concatenate([rng.choice([-1.0, 1.0], (3, 60)), rng.uniform(-1, 1, (3, 60))])
    every = 0.05 if beta < 100 else 5 / beta  # steep neurons turn within some 10/β
    run = net.recall(cues, record=["energy", "states"], every=every, max_time=60 * every)
    assert len(run.times) > 5
    assert rises(run, scale(net, run)) < 1e-14
    shown = np.stack([net.energy(net.potentials(row)) for row in run.trajectory])
    np.testing.assert_allclose(shown, run.energy, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(net.energy(run.potentials), run.energy[-1], rtol=1e-14, atol=1e-13)
    np.testing.assert_allclose(net.activities(run.potentials), run.states, atol=1e-15)


def test_steps_up_to_the_bound_never_raise_the_energy_and_larger_ones_say_so():
    """Inhibition everywhere, W = −(1 − I): μ = N − 1; Euler's step has the bound τ/(1 + βμ)."""
    n, beta = 8, 3.0
    weights = -(1.0 - np.eye(n))
    mu = -np.linalg.eigvalsh(weights)[0]
    assert mu == pytest.approx(n - 1)
    net = hs.GradedNetwork.from_weights(weights, beta, tau=2.0, thresholds=-0.1)
    cues = np.random.default_rng(0).uniform(-1, 1, (20, n))
    bound = 2.0 / (1 + beta * mu)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = net.recall(cues, step=bound, record="energy")
        adaptive = net.recall(cues, record="energy")
    assert rises(run, n) < 1e-15
    assert rises(adaptive, n) < 1e-15
    with pytest.warns(UserWarning, match="raised the energy of .* of 20 states"):
        run = net.recall(cues, step=2.0, record="energy", max_time=100)
    assert rises(run, n) > 0.01


def test_infinite_steepness_has_the_fixed_points_of_the_classical_network():
    """All 2^N corners end in states that are fixed points of both, and all of these are there."""
    patterns = hs.random_patterns(3, 11, rng=4)
    binary = hs.HopfieldNetwork("storkey").store(patterns)
    attractors = binary.attractors().states
    net = hs.GradedNetwork("storkey", 1e6).store(patterns)
    stay = net.recall(attractors)
    np.testing.assert_array_equal(np.sign(stay.states), attractors)
    corners = 2 * ((np.arange(2**11)[:, None] >> np.arange(11)) & 1) - 1
    run = net.recall(corners)
    ends = np.sign(run.states[run.converged]).astype(int)
    assert run.converged.mean() > 0.9
    assert (binary.fields(ends) * ends >= 0).all()
    found = {tuple(row) for row in ends}
    assert {tuple(row) for row in attractors} <= found
    # The energies agree, as the entropy is divided by β.
    corner = net.energy(net.potentials(attractors))
    np.testing.assert_allclose(corner, binary.energy(attractors), atol=1e-4)


def test_the_energy_is_that_of_potentials():
    """By its formula, with V = tanh(βu); its slope ∂E/∂V is u − W V + θ."""
    rng = np.random.default_rng(4)
    w = rng.normal(size=(7, 7))
    w, theta, beta = w + w.T, rng.normal(size=7), 1.3
    net = hs.GradedNetwork.from_weights(w, beta, thresholds=theta)
    u = rng.normal(size=(5, 7))
    v = np.tanh(beta * u)
    own = v * np.arctanh(v) + 0.5 * np.log(1 - v**2)
    pairs = np.einsum("bi,ij,bj->b", v, w, v)
    np.testing.assert_allclose(net.energy(u), -0.5 * pairs + v @ theta + own.sum(axis=1) / beta)
    np.testing.assert_allclose(net.gradient(u), u - v @ w + theta)
    np.testing.assert_allclose(net.activities(u), v)
    np.testing.assert_allclose(net.potentials(v), u)
    assert net.energy(u[0]) == pytest.approx(net.energy(u)[0])
    run = net.recall(v, record="energy", max_time=0.3)
    np.testing.assert_allclose(run.energy[0], net.energy(u))
    np.testing.assert_allclose(run.energy[-1], net.energy(run.potentials))


def test_the_energy_of_any_finite_potentials_is_finite():
    net = hs.GradedNetwork(beta=1e5).store(hs.random_patterns(2, 9, rng=1))
    largest = np.full(9, 1e100)
    for u in (largest, -largest, np.full(9, 1e-300)):
        assert np.isfinite(net.energy(u))
        assert np.isfinite(net.gradient(u)).all()


def test_a_recall_ends_whatever_the_weights():
    """Neurons that turn round each other 10¹² times in τ, and forces that no step may follow."""
    for size in (1e12, 1e100):
        turning = hs.GradedNetwork.from_weights([[0.0, size], [-size, 0.0]])
        run = turning.recall([0.9, 0.1], record={"first": lambda v: v[:, 0]}, max_steps=500)
        assert run.stop == "max-steps"
        assert run.steps <= 500
        assert run.time < 1.0
        assert np.isfinite(run.potentials).all()
        assert len(run.times) < 5
    pattern = hs.random_patterns(1, 20, rng=1)
    net = hs.GradedNetwork().store(pattern)
    both = net.recall(np.stack([pattern[0], 0.1 * pattern[0]]), max_steps=3)
    assert both.stop.tolist() == ["max-steps"] * 2


def test_few_steps_take_few_recording_times():
    """Of the thousand million that would fit into the time, no more than there are steps."""
    net = hs.GradedNetwork(beta=4).store(hs.random_patterns(3, 30, rng=0))
    cues = 0.1 * net.patterns
    tracemalloc.start()
    try:
        run = net.recall(cues, record="energy", every=1e-6, max_time=1000, max_steps=50)
        assert tracemalloc.get_traced_memory()[1] < 2e6
    finally:
        tracemalloc.stop()
    assert run.stop.tolist() == ["max-steps"] * 3
    assert run.times == pytest.approx(1e-6 * np.arange(51))
    assert run.energy.shape == (51, 3)
    free = net.recall(cues, record="energy", max_time=1, max_steps=10**400)
    assert free.times[-1] == 1


def test_a_trajectory_is_that_of_the_equation():
    """Against Runge and Kutta's method with 4000 steps, for adaptive steps and Euler's."""
    rng = np.random.default_rng(1)
    w = rng.normal(size=(6, 6)) / 2
    w = w + w.T
    beta, tau, theta = 1.7, 0.5, rng.normal(size=6) / 3
    net = hs.GradedNetwork.from_weights(w, beta, tau=tau, thresholds=theta)
    cue = rng.uniform(-0.9, 0.9, 6)
    u, dt = np.arctanh(cue) / beta, 1.0 / 4000

    def slope(u):
        return (w @ np.tanh(beta * u) - theta - u) / tau

    for _ in range(4000):
        a = slope(u)
        b = slope(u + dt / 2 * a)
        c = slope(u + dt / 2 * b)
        u = u + dt / 6 * (a + 2 * b + 2 * c + slope(u + dt * c))
    exact = np.tanh(beta * u)
    adaptive = net.recall(cue, max_time=1.0, tol=0)
    np.testing.assert_allclose(adaptive.states, exact, atol=2e-3)
    assert adaptive.time == 1.0
    errors = [
        np.abs(net.recall(cue, max_time=1.0, step=step, tol=0).states - exact).max()
        for step in (0.02, 0.01, 0.005)
    ]
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.3)  # first order
    assert errors[1] / errors[2] == pytest.approx(2, abs=0.3)
    halved = net.recall(cue, max_time=2.0, tol=0, step=0.01)
    slower = hs.GradedNetwork.from_weights(w, beta, tau=2 * tau, thresholds=theta)
    np.testing.assert_allclose(
        slower.recall(cue, max_time=4.0, tol=0, step=0.02).states, halved.states, atol=1e-12
    )


def test_recording_reads_the_clock_and_changes_nothing():
    patterns = hs.random_patterns(4, 40, rng=1)
    net = hs.GradedNetwork(beta=3.0).store(patterns)
    cues = hs.flip(patterns, fraction=0.1, rng=2)
    plain = net.recall(cues, step=0.07, max_time=2.0)
    run = net.recall(cues, step=0.07, max_time=2.0, record=["states", "overlap", "energy"])
    np.testing.assert_allclose(run.states, plain.states, atol=1e-12)  # clocks are rounded
    assert run.times[:3] == pytest.approx([0, 0.14, 0.28])
    assert run.times[-1] == 2.0
    np.testing.assert_array_equal(run.trajectory[0], cues)
    np.testing.assert_array_equal(run.trajectory[-1], run.states)
    np.testing.assert_allclose(run.overlaps, run.trajectory @ patterns.T / 40, atol=1e-12)
    free = net.recall(cues, record="energy", every=0.25)
    assert np.diff(free.times)[:4] == pytest.approx(0.25)
    np.testing.assert_allclose(free.states, net.recall(cues).states, atol=1e-7)


def test_clamped_neurons_keep_their_activity():
    patterns = hs.random_patterns(3, 30, rng=1)
    net = hs.GradedNetwork().store(patterns)
    cues = np.full((3, 30), 0.25)
    clamp = np.arange(30) < 15
    cues[:, :15] = patterns[:, :15]
    for step in (None, 0.5):
        run = net.recall(cues, clamp=clamp, step=step, record="energy")
        np.testing.assert_array_equal(run.states[:, :15], patterns[:, :15])
        np.testing.assert_array_equal(np.sign(run.states), patterns)
        assert rises(run, 30) < 1e-15


def test_each_state_may_have_clamped_neurons_of_its_own():
    patterns = hs.random_patterns(3, 30, rng=1)
    net = hs.GradedNetwork().store(patterns)
    clamp = np.arange(30) % 3 == np.arange(3)[:, None]
    cues = np.where(clamp, -1.0, hs.flip(patterns, count=2, rng=2))
    run = net.recall(cues, clamp=clamp)
    assert (run.states[clamp] == -1).all()
    for i in range(3):
        alone = net.recall(cues[i], clamp=clamp[i])
        np.testing.assert_allclose(alone.states, run.states[i], atol=1e-9)


def test_states_of_a_batch_are_independent_and_images_come_back_as_images():
    images = hs.random_patterns(3, 20, rng=1).reshape(3, 4, 5)
    net = hs.GradedNetwork(beta=3.0).store(images)
    cues = hs.flip(images, count=2, rng=3)
    run = net.recall(cues)
    assert run.states.shape == (3, 4, 5)
    for i in range(3):
        alone = net.recall(cues[i])
        assert isinstance(alone.stop, str)
        assert alone.steps == run.steps[i]
        np.testing.assert_allclose(alone.states, run.states[i], atol=1e-9)


def test_entropies():
    """S(V) = ∫₀^V artanh, numerically, and where it ends."""
    grid = np.linspace(0, 0.999, 20001)
    middle = (grid[1:] + grid[:-1]) / 2
    integral = np.concatenate([[0], np.cumsum(np.arctanh(middle) * np.diff(grid))])
    np.testing.assert_allclose(entropy(np.arctanh(grid)), integral, atol=1e-6)
    np.testing.assert_allclose(entropy(np.array([-np.inf, 1e9])), np.log(2))


def test_weights_that_are_not_symmetric_have_no_energy_and_still_a_dynamics():
    net = hs.GradedNetwork.from_weights([[0.0, 2.0], [-2.0, 0.0]], 4.0)
    with pytest.warns(UserWarning, match="not symmetric"):
        net.energy([1.0, 0.5])
    run = net.recall([0.9, 0.1], max_time=20.0)
    assert run.stop == "max-time"  # it turns round


def test_hebbian_couplings_need_no_matrix():
    patterns = hs.random_patterns(5, 50, rng=1)
    for zero_diagonal in (True, False):
        net = hs.GradedNetwork(zero_diagonal=zero_diagonal, thresholds=0.1).store(patterns)
        v = np.random.default_rng(0).uniform(-1, 1, (4, 50))
        np.testing.assert_allclose(net.fields(v), v @ net.weights.T - 0.1, atol=1e-12)


def test_sparse_weights_have_the_fields_of_their_matrix():
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(1)
    weights = np.where(rng.random((30, 30)) < 0.2, rng.normal(size=(30, 30)), 0.0)
    weights[[0, 7, 8, 29]] = 0.0  # neurons without inputs
    v = rng.uniform(-1, 1, (4, 30))
    net = hs.GradedNetwork.from_weights(sparse.csr_array(weights), thresholds=0.3)
    np.testing.assert_allclose(net.fields(v), v @ weights.T - 0.3, atol=1e-12)
    alone = hs.GradedNetwork.from_weights(sparse.csr_array((30, 30)), thresholds=0.3)
    np.testing.assert_array_equal(alone.fields(v), np.full((4, 30), -0.3))


def test_learning_leaves_copies_and_earlier_snapshots_alone():
    patterns = hs.random_patterns(4, 30, rng=1)
    net = hs.GradedNetwork().store(patterns[:2])
    other = copy.copy(net)
    net.store(patterns[2:])
    assert len(net.patterns) == 4
    assert len(other.patterns) == 2
    net.forget(0)
    np.testing.assert_array_equal(net.patterns, patterns[1:])
    with pytest.raises(NotStoredError):
        net.clear().recall(patterns)
    with pytest.raises(NotStoredError, match="pass some"):
        hs.GradedNetwork.from_weights(np.eye(2)).recall([1, 1]).overlap()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda net: net.recall(np.full(30, 1.5)), "from -1 to 1"),
        (lambda net: net.recall(np.ones(30), step=2.0), "step must be from 0 to 1"),
        (lambda net: net.recall(np.ones(30), step=0.0), "greater than 0"),
        (lambda net: net.recall(np.ones(30), step=1e-9), "step must be at least 0.0001"),
        (lambda net: net.recall(np.ones(30)).overlap(np.ones((1, 3), int)), "30 neurons a row"),
        (lambda net: net.recall(np.ones(30), max_steps=0), "max_steps must be"),
        (lambda net: net.energy(np.full(30, np.inf)), "potentials .* found inf"),
        (lambda net: net.energy(np.zeros(29)), "potentials must be .30,. or"),
        (lambda net: net.potentials(np.full(30, 1.5)), "from -1 to 1"),
        (lambda net: hs.GradedNetwork(beta=0.0), "beta must be"),
        (lambda net: hs.GradedNetwork(tau=0.0), "tau must be greater than 0"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(InvalidInputError, match=words):
        call(hs.GradedNetwork().store(hs.random_patterns(2, 30, rng=1)))


def test_a_step_that_only_heun_would_raise_is_eulers():
    """Two neurons that inhibit each other strongly: without the guard Heun's steps raise E."""
    weights = np.array([[-9.0, -9.0], [-9.0, -9.0]])
    neurons = Neurons(lambda v: v @ weights, np.zeros(2), 5.0, 1.0, True)
    batch = neurons.begin(np.array([[0.3, 0.2]]))
    neurons._step[:] = 1.0
    before = neurons.energies(batch)
    for _ in range(30):
        neurons._advance(batch, np.array([0]), 100.0)
        after = neurons.energies(batch)
        assert after <= before + 1e-13
        before = after
    assert batch.steps[0] > 0


def test_basins_are_those_of_the_signs():
    patterns = hs.random_patterns(3, 60, rng=1)
    net = hs.GradedNetwork(beta=5.0).store(patterns)
    found = hs.basins(net, overlaps=[0.0, 0.8], trials=12, starts=10, rng=1)
    assert found.recovered.tolist()[1] == 1.0
    assert np.isfinite(found.energies).all()
