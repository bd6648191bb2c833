"""Physics as an oracle: laws that the dynamics must obey, at sizes where they can be computed by
other means.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import hopfield_sim as hs

pytestmark = pytest.mark.parametrize("backend", hs.backends.available())


def all_states(n):
    return np.array(list(itertools.product((-1, 1), repeat=n)), np.int8)


def boltzmann(energies, temperature):
    weights = np.exp(-(energies - energies.min()) / temperature)
    return weights / weights.sum()


@pytest.mark.slow
@pytest.mark.parametrize("order", ["random", "sequential", "uniform"])
@pytest.mark.parametrize("couplings", ["hebbian", "hebbian with diagonal", "real"])
def test_heat_bath_samples_boltzmann(backend, order, couplings):
    n, temperature, theta = 5, 0.8, np.array([0.2, -0.4, 0.0, 0.6, -0.2])
    if couplings == "real":
        w = np.random.default_rng(0).normal(size=(n, n))
        net = hs.HopfieldNetwork.from_weights((w + w.T) / 2, thresholds=theta, backend=backend)
    else:
        zero = couplings == "hebbian"
        net = hs.HopfieldNetwork(zero_diagonal=zero, thresholds=theta, backend=backend)
        net.store(hs.random_patterns(4, n, rng=1))
    chains = 20_000
    starts = np.repeat([[1, -1, 1, -1, 1]], chains, axis=0)
    # Real couplings have barriers of some 5 T: uniform picks need 80 sweeps to forget the start.
    run = net.recall(starts, temperature=temperature, max_sweeps=120, order=order, rng=7)
    assert set(run.stop) == {"temperature"}
    codes = (run.states > 0) @ (1 << np.arange(n - 1, -1, -1))
    counts = np.bincount(codes, minlength=2**n)
    expected = chains * boltzmann(net.energy(all_states(n)), temperature)
    chi2 = ((counts - expected) ** 2 / expected).sum()
    degrees = 2**n - 1
    assert chi2 < degrees + 5 * math.sqrt(2 * degrees)


@pytest.mark.slow
def test_parallel_heat_bath_has_peretto_s_distribution(backend):
    """Little's dynamics: P(s) ∝ e^(θ-term) Π_i 2 cosh(h_i/T) for zero diagonal (Peretto 1984)."""
    n, temperature = 5, 1.3
    net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(3, n, rng=4))
    fields = net.fields(all_states(n))
    weights = np.prod(2 * np.cosh(fields / temperature), axis=1)
    chains = 40_000
    run = net.recall(
        hs.random_patterns(chains, n, rng=0),
        update="sync", temperature=temperature, max_sweeps=40, rng=3,
    )  # fmt: skip
    counts = np.bincount((run.states > 0) @ (1 << np.arange(n - 1, -1, -1)), minlength=2**n)
    expected = chains * weights / weights.sum()
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert chi2 < 31 + 5 * math.sqrt(62)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.3, 0.7, 0.9, 1.2])
def test_overlap_at_a_temperature_follows_mean_field_theory(backend, temperature):
    """One pattern in a large network: m = tanh(m/T)."""
    n, chains = 1000, 12
    xi = hs.random_patterns(1, n, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(xi)
    starts = np.repeat(xi, chains, axis=0)
    run = net.recall(starts, temperature=temperature, max_sweeps=60, record="overlap", rng=1)
    late = run.overlaps[30:, :, 0]
    m = 1.0
    for _ in range(2000):
        m = math.tanh(m / temperature)
    # Fluctuations of m: variance χ/N with χ = (1 − m²)/(T − (1 − m²)), correlated in time; above T
    # = 1 m is 0.
    chi = (1 - m * m) / (temperature - (1 - m * m))
    error = math.sqrt(chi / n / chains)
    assert abs(late.mean() - m) < 5 * error + 2 / n * chi


@pytest.mark.slow
def test_asynchronous_energy_never_rises(backend):
    patterns = hs.random_patterns(30, 60, rng=0)  # far above capacity: long ways down
    for rule, order in itertools.product(
        ("hebbian", "storkey"), ("random", "sequential", "uniform")
    ):
        net = hs.HopfieldNetwork(rule, backend=backend).store(patterns)
        run = net.recall(
            hs.random_patterns(20, 60, rng=1), order=order, record="energy", every=1, rng=2
        )
        assert np.diff(run.energy, axis=0).max() <= 1e-12
        assert run.converged.all()
        fixed = net.fields(run.states) * run.states
        assert (fixed >= -1e-12).all()


def test_synchronous_dynamics_ends_in_period_one_or_two(backend):
    seen = set()
    for seed in range(40):
        n = 12 + seed % 2
        net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(5, n, rng=seed))
        run = net.recall(
            hs.random_patterns(30, n, rng=seed),
            update="sync",
            max_sweeps=1000,
            record="states",
            rng=0,
        )
        assert set(run.stop) <= {"fixed-point", "cycle"}
        seen |= set(run.stop)
        again = net.recall(run.states, update="sync", max_sweeps=2, rng=0)
        np.testing.assert_array_equal(again.states[run.period == 2], run.states[run.period == 2])
        np.testing.assert_array_equal(again.sweeps == 0, run.period == 1)
    assert seen == {"fixed-point", "cycle"}


def exact_change_probability(n, p, ties):
    """P(a stored bit changes in one step): field N−1 + a sum of (P−1)(N−1) fair coins, in
    units of 1/N.
    """
    coins = (n - 1) * (p - 1)
    tail = tie = 0
    for heads in range(coins + 1):
        total = n - 1 + 2 * heads - coins
        if total < 0:
            tail += math.comb(coins, heads)
        elif total == 0:
            tie += math.comb(coins, heads)
    # A tie changes nothing, or makes the spin +1: an error for half of the bits.
    return (tail + (tie / 2 if ties == "plus" else 0)) / 2**coins, tie / 2**coins


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p"), [(10, 4), (10, 5), (11, 4), (11, 5), (18, 8), (25, 6)])
@pytest.mark.parametrize("ties", ["keep", "plus"])
def test_one_step_error_has_the_exact_law_ties_included(backend, n, p, ties):
    # Standard errors of 1500 networks and all their patterns are no larger than of 3000 and one.
    networks = 1500 if backend != "numpy" else 300
    changed = np.empty((networks, 1))
    tied = np.zeros(networks)
    rng = np.random.default_rng([n, p])
    for k in range(networks):
        patterns = hs.random_patterns(p, n, rng=rng)
        net = hs.HopfieldNetwork(backend=backend).store(patterns)
        run = net.recall(patterns, update="sync", max_sweeps=1, ties=ties, rng=0)
        changed[k] = (run.states != patterns).mean()
        tied[k] = (np.abs(net.fields(patterns)) < 1e-12).mean()
    exact, tie = exact_change_probability(n, p, ties)
    error = changed.std(ddof=1) / math.sqrt(networks)
    assert abs(changed.mean() - exact) < 4.5 * error
    assert abs(tied.mean() - tie) < 4.5 * max(tied.std(ddof=1) / math.sqrt(networks), 1e-9)
    if n * p % 2 == 0 and (n - 1) % 2 == (n - 1) * (p - 1) % 2:
        assert tied.any()  # otherwise this test would not see how ties are treated


def test_ties_are_the_same_for_one_state_and_for_a_batch(backend):
    n, p = 14, 4
    for seed in range(30):
        patterns = hs.random_patterns(p, n, rng=seed)
        if (patterns < 0).sum() % 2:
            patterns[0, 0] *= -1  # an even number of −1: fields of exactly 0 are possible
        net = hs.HopfieldNetwork(backend=backend).store(patterns)
        cues = hs.random_patterns(40, n, rng=seed)
        batch = net.recall(cues, update="sync", max_sweeps=1, rng=0).states
        for cue, expected in zip(cues, batch, strict=True):
            alone = net.recall(cue, update="sync", max_sweeps=1, rng=0).states
            np.testing.assert_array_equal(alone, expected)
        integer = cues.astype(int) @ (patterns.T.astype(int) @ patterns - p * np.eye(n, dtype=int))
        np.testing.assert_array_equal(batch, np.where(integer == 0, cues, np.sign(integer)))


def test_real_weights_with_hebb_s_values_treat_ties_as_the_integers_do(backend):
    n, p = 14, 4
    for seed, ties in itertools.product(range(20), ("keep", "plus")):
        patterns = hs.random_patterns(p, n, rng=seed)
        exact = hs.HopfieldNetwork(backend=backend).store(patterns)
        real = hs.HopfieldNetwork.from_weights(exact.weights, backend=backend)
        cues = hs.random_patterns(40, n, rng=seed)
        for update in ("async", "sync"):
            options = {"update": update, "ties": ties, "rng": 5}
            np.testing.assert_array_equal(
                exact.recall(cues, **options).states, real.recall(cues, **options).states
            )


def test_threshold_ties_are_exact(backend):
    """θ equal to a field: 3/10 is no binary fraction, N·θ = 3 is."""
    xi = np.ones((1, 10))
    net = hs.HopfieldNetwork(thresholds=0.3, backend=backend).store(xi)
    # Seven up, three down: a down site feels (7 − 2)/10 − .3 > 0; six up, four down: (6 − 3)/10 −
    # .3 = 0.
    state = np.array([1] * 6 + [-1] * 4)
    np.testing.assert_allclose(net.fields(state)[6:], 0, atol=1e-15)
    kept = net.recall(state, order="sequential", clamp=np.arange(10) < 6, rng=0)
    assert kept.sweeps == 0
    plus = net.recall(state, order="sequential", clamp=np.arange(10) < 6, ties="plus", rng=0)
    np.testing.assert_array_equal(plus.states, 1)


def test_mixtures_of_three_are_fixed_points_of_a_lightly_loaded_network(backend):
    """m = (½, ½, ½), every field's sign right: h·s = 3/2 or ½ up to 1/N (Amit, Gutfreund &
    Sompolinsky 1985).
    """
    n = 2001
    xi = hs.random_patterns(3, n, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(xi)
    mixture = np.sign(xi.sum(axis=0))
    run = net.recall(mixture, rng=0)
    assert run.sweeps == 0
    np.testing.assert_allclose(run.overlap(), 0.5, atol=5 * math.sqrt(0.75 / n))
    assert net.classify(mixture).kind == "mixture"
    # Two patterns' sum is 0 at half of the sites: not a state. Energies per neuron: −1/2 stored,
    # −3/8 mixture.
    assert net.energy(xi[0]) / n == pytest.approx(-0.5, abs=5 / math.sqrt(n) * 0.1)
    assert net.energy(mixture) / n == pytest.approx(-3 / 8, abs=5 / math.sqrt(n) * 0.5)


def test_pseudo_inverse_stores_up_to_n_minus_one_patterns(backend):
    patterns = hs.random_patterns(40, 41, rng=0)
    net = hs.HopfieldNetwork("pseudoinverse", zero_diagonal=False, backend=backend).store(patterns)
    np.testing.assert_allclose(net.fields(patterns), patterns, atol=1e-9)
    assert net.recall(patterns, rng=0).converged.all()


def first_changes(backend, order, chains, n):
    """Which sites a network of independent neurons visits: those that became +1 from −1."""
    net = hs.HopfieldNetwork.from_weights(np.zeros((n, n)), thresholds=-1.0, backend=backend)
    return net.recall(
        -np.ones((chains, n)), order=order, max_sweeps=1, record="states", every=1, rng=3
    )


def test_asynchronous_order_statistics(backend):
    n, chains = 10, 4000
    run = first_changes(backend, "random", chains, n)
    assert (run.sweeps == 1).all()
    assert (run.flips == n).all()
    first = (run.trajectory[1] > 0).sum(axis=0)
    assert (np.abs(first - chains / n) < 4.5 * math.sqrt(chains / n)).all()
    # Visits of two states are independent: the same site comes first as often as chance has it.
    same = (run.trajectory[1, ::2] == run.trajectory[1, 1::2]).all(axis=1).mean()
    assert abs(same - 1 / n) < 4.5 * math.sqrt(1 / n / (chains / 2))

    uniform = first_changes(backend, "uniform", chains, n)
    after_one_sweep = (uniform.trajectory[n] > 0).sum(axis=1)
    # Distinct sites among n picks: mean n (1 − (1 − 1/n)^n).
    expected = n * (1 - (1 - 1 / n) ** n)
    error = after_one_sweep.std() / math.sqrt(chains)
    assert abs(after_one_sweep.mean() - expected) < 4.5 * error

    sequential = first_changes(backend, "sequential", 3, n)
    for t in range(n + 1):
        assert ((sequential.trajectory[t] > 0) == (np.arange(n) < t)).all()


def test_annealing_finds_the_ground_state_that_quenching_misses(backend):
    """A ferromagnetic ring with domain walls: at T = 0 walls with ties kept stay, annealed
    they go.
    """
    n = 20
    ring = np.roll(np.eye(n), 1, axis=0) + np.roll(np.eye(n), -1, axis=0)
    net = hs.HopfieldNetwork.from_weights(ring, backend=backend)
    start = np.repeat([np.where(np.arange(n) < n // 2, 1, -1)], 50, axis=0)
    assert (net.recall(start, rng=0).sweeps == 0).all()
    schedule = np.concatenate([np.linspace(2.5, 0.3, 400), np.zeros(2)])
    run = net.recall(start, temperature=schedule, rng=0)
    assert (run.sweeps == 402).all()
    ground = (np.abs(run.states.sum(axis=1)) == n).mean()
    assert ground > 0.5


def test_milestones_of_the_course(backend):
    """N = 1000, M = 80, 200 flips: about 80 % exact in about 4 steps; N = 2500, M = 50, 1000
    flips: nearly all.
    """
    for n, p, flips, low, high in ((1000, 80, 200, 0.68, 0.92), (2500, 50, 1000, 0.9, 1.0)):
        patterns = hs.random_patterns(p, n, rng=n)
        net = hs.HopfieldNetwork(backend=backend).store(patterns)
        run = net.recall(hs.flip(patterns, count=flips, rng=1), update="sync", ties="plus", rng=0)
        exact = (run.states == patterns).all(axis=1)
        assert low <= exact.mean() <= high
        assert 3 <= np.median(run.sweeps) <= 5
